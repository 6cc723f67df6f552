"""The inputs on which the source models were recorded: five photographs and noise."""

import numpy as np
from skimage import data

NAMES = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "noise")


def photo(name):
    """One RGB image, uint8 [H, W, 3]."""
    if name == "noise":
        return np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    return getattr(data, name)()


def golden_inputs(size):
    """All inputs as one batch, float32 [6, size, size, 3]: centre squares, nearest pixel."""
    return np.stack([_square(photo(name), size) for name in NAMES]).astype("float32")


def _square(image, size):
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    rows = np.arange(size) * side // size
    return image[top + rows[:, None], left + rows]
