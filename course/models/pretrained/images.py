"""Photographs on their way into a pretrained network: checked, cropped, resized.

H, W are the height and width in pixels; an image is RGB, 0–255.
"""

import numpy as np
from keras import ops


def check_image(image):
    """Check one photograph and return it as float32 (Lecture 05).

    Args:
        image: [H, W, 3] RGB, integers or floats in 0–255.

    Returns:
        float32 NumPy array [H, W, 3].

    Raises:
        ValueError: if the shape, the dtype or the values are not those of such an image.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] != 3 or 0 in image.shape:
        raise ValueError(
            f"The image has shape {image.shape}, expected [H, W, 3] with H, W ≥ 1; "
            "use image[..., :3] to drop alpha, or np.stack([grey] * 3, -1) for a grey image."
        )
    if image.dtype.kind not in "uif":
        raise ValueError(
            f"The image has dtype {image.dtype}, expected integers or floats in 0–255; "
            "use image.astype('uint8')."
        )
    image = image.astype("float32")
    if not np.isfinite(image).all():
        raise ValueError("The image contains NaN or infinity; replace them, e.g. np.nan_to_num.")
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 255:
        raise ValueError(
            f"The image has values from {low:g} to {high:g}, expected 0–255; "
            "undo any normalisation before calling."
        )
    return image


def center_crop(image, size=224, fraction=0.875):
    """Crop the central square and resize it, as ImageNet networks are evaluated (Lecture 05).

    The square's side is ``fraction`` of the shorter side (256 → 224 in the usual recipe).

    Args:
        image: [H, W, 3] RGB, 0–255.
        size: int, side of the result in pixels.
        fraction: float in (0, 1], share of the shorter side that is kept.

    Returns:
        float32 NumPy array [size, size, 3], values clipped to 0–255.

    Raises:
        ValueError: as `check_image`, or if ``size`` or ``fraction`` is out of range.
    """
    image = check_image(image)
    if size < 1 or not 0 < fraction <= 1:
        raise ValueError(
            f"size={size} and fraction={fraction} were given, expected size ≥ 1 and "
            "0 < fraction ≤ 1; the usual values are 224 and 0.875."
        )
    height, width = image.shape[:2]
    side = max(1, round(fraction * min(height, width)))
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    resized = ops.image.resize(square, (size, size), interpolation="bicubic", antialias=True)
    return np.clip(ops.convert_to_numpy(resized), 0, 255)
