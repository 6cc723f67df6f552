"""Does the heat fall on the object? Two numbers for a map and a box.

Legend: B batch; N boxes of a picture, xyxy in pixels; H, W picture size.
"""

import numpy as np


def inside(boxes, height, width):
    """Mark the pixels whose centre lies in any of a picture's boxes (lecture 06).

    Args:
        boxes: [N, 4], xyxy in absolute pixels; a box of no area marks nothing.
        height, width: of the picture in pixels.

    Returns:
        bool NumPy array [H, W].
    """
    y, x = np.mgrid[:height, :width] + 0.5
    left, top, right, bottom = np.reshape(boxes, (-1, 4)).T[..., None, None]
    return ((x >= left) & (x < right) & (y >= top) & (y < bottom)).any(axis=0)


def pointing_game(heat, masks):
    """Is the hottest pixel on the object? (lecture 06)

    Zhang et al. 2016 (https://arxiv.org/abs/1608.00507), section 4.2, without their 15 pixels of
    tolerance.

    Args:
        heat: [B, H, W].
        masks: bool [B, H, W], from ``inside``.

    Returns:
        bool NumPy array [B].
    """
    heat, masks = _flat(heat), _flat(masks)
    return masks[np.arange(len(heat)), heat.argmax(axis=1)]


def energy_inside(heat, masks):
    """Which share of the heat lies on the object? (lecture 06)

    Args:
        heat: [B, H, W]; negative values count as zero.
        masks: bool [B, H, W], from ``inside``.

    Returns:
        float NumPy array [B]; a map of equal heat gets the box's share of the picture.
    """
    heat, masks = np.maximum(_flat(heat), 0), _flat(masks)
    return (heat * masks).sum(axis=1) / np.maximum(heat.sum(axis=1), 1e-30)


def _flat(maps):
    maps = np.asarray(maps)
    return maps.reshape(len(maps), -1)
