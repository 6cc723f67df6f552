"""The shapes of SSD's default boxes (Liu et al. 2016, section 2.2).

Legend: L levels (feature maps), K_k shapes at a position of level k, s_k scale of level k as a
share of the image side. ``ops.anchors`` lays the shapes over an image.
"""

from itertools import pairwise

import numpy as np

from course.ops.anchors import anchor_shapes


def default_box_shapes(size, scales, ratios):
    """Give every level one scale, several aspect ratios and a larger square (lecture 10).

    Level k gets a square of side s_k, a square of side √(s_k s_{k+1}), and for each ratio a a box
    of the area s_k² that is a times as wide as high, and one that is a times as high as wide.
    Equation 4 spaces the scales evenly: ``np.linspace(s_min, s_max, L)``, and one more.

    Args:
        size: side of the image in pixels.
        scales: L + 1 scales, s_1 … s_{L+1}, as shares of the side.
        ratios: for each of the L levels its aspect ratios above 1, for example ``(2, 3)``.

    Returns:
        list of L float32 arrays [K_k, 2], width and height in pixels, K_k = 2 + 2·(ratios).

    Raises:
        ValueError: if there is not one scale more than levels.
    """
    if len(scales) != len(ratios) + 1:
        raise ValueError(
            f"default_box_shapes got {len(scales)} scales for {len(ratios)} levels; give one more "
            "scale than levels, for the larger square of the last level."
        )
    shapes = []
    for (scale, above), wide in zip(pairwise(scales), ratios, strict=True):
        both = [ratio for a in wide for ratio in (a, 1 / a)]
        larger = anchor_shapes([size * np.sqrt(scale * above)], [1])
        shapes.append(np.concatenate([anchor_shapes([size * scale], [1, *both]), larger]))
    return shapes
