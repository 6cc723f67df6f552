"""Train ``mask_rcnn_scenes.npz``, the detector of lecture 15, from the course's own scenes.

    python datasets/weights/make_mask_rcnn.py                   # half an hour on 2 CPU cores
    python datasets/weights/make_mask_rcnn.py --steps 500 --out trial.npz

Mask R-CNN on EfficientNet-Lite0 with ImageNet weights, all layers tuned, learns from all training
scenes of scenes/small. Kernels are stored in float16, normalisation in float32. Prints the metrics
of what was stored on the splits test (unseen objects) and known, and the line for SHA256SUMS.
"""

import argparse
import hashlib
from pathlib import Path

import keras
import numpy as np

from course import data, models, training
from course.models.pretrained.weights import assign_weights, leaves

HERE = Path(__file__).parent
SLOTS, BATCH = 6, 8
STRONG = data.Augmentation(
    flip=0.5, scale=(0.7, 1.3), translate=0.15, brightness=0.2, contrast=0.25, saturation=0.4
)


def train(steps, seed):
    """Return a trained detector."""
    keras.utils.set_random_seed(seed)
    detector = models.MaskRCNN.for_scenes()
    batches = data.load(
        "scenes/small", "train", BATCH, max_boxes=SLOTS, masks=True, augment=STRONG, seed=seed
    )
    told = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch + 1, logs))
    options = {"learning_rate": 2e-3, "epochs": 20, "callbacks": [told]}
    training.train_detector(detector, batches, steps, **options)
    return detector


def store(detector, path):
    """Write the weights as arrays ``layer/variable``."""
    arrays = {}
    for layer in leaves(detector):
        for variable in layer.variables:
            value = keras.ops.convert_to_numpy(variable)
            if variable.name != "seed_generator_state":
                kind = "float32" if "norm" in layer.name or "_bn" in layer.name else "float16"
                arrays[f"{layer.name}/{variable.name}"] = value.astype(kind)
    np.savez_compressed(path, **arrays)


def measure(detector):
    """Print AP50 and AP of boxes and masks for both splits."""
    for split in ("test", "known"):
        batches = data.load("scenes/small", split, 50, max_boxes=SLOTS, masks=True)
        metrics, *_ = training.evaluate_detector(detector, batches)
        print(split, {k: round(metrics[k], 3) for k in ("AP50", "AP", "mask_AP50", "mask_AP")})


def main():
    """Train, store, read back, measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--steps", type=int, default=6400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "mask_rcnn_scenes.npz")
    options = parser.parse_args()
    store(train(options.steps, options.seed), options.out)
    with np.load(options.out) as arrays:
        fresh = models.MaskRCNN.for_scenes(weights=None)
        measure(assign_weights(fresh, dict(arrays)))
    print(hashlib.sha256(options.out.read_bytes()).hexdigest(), "", options.out.name)


if __name__ == "__main__":
    main()
