"""Record ``golden/mtcnn.npz`` with mtcnn 1.0.0, the package that ships the weights.

$ pip install mtcnn==1.0.0; python tests/weights/record_mtcnn.py
"""

from pathlib import Path

import numpy as np
from mtcnn import MTCNN
from photos import photo

if __name__ == "__main__":
    detector, rng = MTCNN(), np.random.default_rng(0)
    arrays = {}
    for stage, side in zip(detector.stages, (32, 24, 48), strict=True):
        noise = rng.uniform(-1, 1, (2, side, side, 3)).astype("float32")
        for i, out in enumerate(stage._model(noise)):
            arrays[f"{stage.__class__.__name__}/{i}"] = np.asarray(out)
    for name in ("astronaut", "coffee"):
        found = detector.detect_faces(photo(name), output_type="numpy", box_format="xyxy")
        arrays[name] = np.asarray(found)  # image, box, score, five x, five y
        print(name, arrays[name].round(2).tolist())
    np.savez_compressed(Path(__file__).parent / "golden/mtcnn.npz", **arrays)
