"""Record ``golden/style26.npz`` with onnxruntime from the source's own ONNX file.

$ python tests/weights/record_style.py multistyle26.onnx
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
from photos import golden_inputs

STYLES = (0, 7, 19)


def stylize(session, image, weights):
    """RGB [H, W, 3] in 0–255 → the source's answer in the same form, float32."""
    feeds = {"image": image.transpose(2, 0, 1)[None] / np.float32(255), "style_weights": weights}
    return 255 * session.run(None, feeds)[0][0].transpose(1, 2, 0)


if __name__ == "__main__":
    session = onnxruntime.InferenceSession(sys.argv[1])
    rows = np.eye(26, dtype="float32")[list(STYLES)]
    rows = np.concatenate([rows, rows.mean(0, keepdims=True)])  # three styles and their mixture
    out = [[stylize(session, image, row) for row in rows] for image in golden_inputs(32)[:2]]
    np.savez_compressed(
        Path(__file__).parent / "golden/style26.npz", styles=rows, painted=np.float16(out)
    )
