"""Record ``golden/blazepose.npz`` with TensorFlow's interpreter from mediapipe's own tflite file.

$ python tests/weights/record_blazepose.py pose_landmark_full.tflite
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from photos import golden_inputs


def landmarks(path, batch):
    """Landmarks [B, 195] and person probabilities [B, 1] of float32 [B, 256, 256, 3] in 0–1."""
    interpreter = tf.lite.Interpreter(path)
    interpreter.allocate_tensors()
    index = {d["name"]: d["index"] for d in interpreter.get_output_details()}
    rows = []
    for image in batch:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
        interpreter.invoke()
        rows.append([interpreter.get_tensor(index[n])[0] for n in ("Identity", "Identity_1")])
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


if __name__ == "__main__":
    points, person = landmarks(sys.argv[1], golden_inputs(256) / np.float32(255))
    path = Path(__file__).parent / "golden/blazepose.npz"
    np.savez_compressed(path, landmarks=points.reshape(-1, 39, 5), person=person)
