"""Anchors: boxes of fixed shapes at every position of every feature map.

Legend: L levels, H, W image size, s stride, K shapes at a position, A anchors of all levels.

The anchor of row i and column j is centred at ((j + ½)s, (i + ½)s), the middle of the s×s pixels
that the position stands for; a level has ⌈H/s⌉ × ⌈W/s⌉ positions. The order is level, row, column,
shape, so that a head's output [B, rows, columns, K·4] reshapes to [B, A, 4]. Both agree with
``keras_cv.layers.AnchorGenerator``; Faster R-CNN's own code centred at (js + ½(s − 1), …).
Made with NumPy: anchors depend on shapes alone, so they are constants of a graph.
"""

import numpy as np


def anchor_shapes(sizes, ratios=(0.5, 1, 2)):
    """Combine sizes and aspect ratios into the shapes of anchors (lectures 10 and 12).

    Args:
        sizes: square roots of the areas, in pixels.
        ratios: width ÷ height, as in SSD and keras-cv (torchvision and Detectron: height ÷ width).

    Returns:
        float32 array [K, 2], width and height, sizes varying slowest.

    Raises:
        ValueError: if a size or ratio is not positive.
    """
    sizes, ratios = np.array(sizes, "float64").ravel(), np.array(ratios, "float64").ravel()
    if not ((sizes > 0).all() and (ratios > 0).all()):
        raise ValueError(f"Anchors need positive sizes and ratios; got {sizes} and {ratios}.")
    root = np.sqrt(ratios)
    shapes = sizes[:, None, None] * np.stack([root, 1 / root], axis=-1)  # [sizes, ratios, 2]
    return shapes.reshape(-1, 2).astype("float32")


def anchors(height, width, strides, shapes):
    """Lay anchors over an image (lectures 09, 10 and 12).

    Args:
        height, width: size of the image in pixels.
        strides: L strides, in pixels.
        shapes: for each level its shapes [K, 2], as ``anchor_shapes`` makes them, or as clustered
            from data (YOLO v2), or as the default boxes of SSD.

    Returns:
        float32 array [A, 4], xyxy pixels; they may reach beyond the image.

    Raises:
        ValueError: if there is not one array of shapes for each stride.
    """
    if len(strides) != len(shapes):
        raise ValueError(
            f"anchors got {len(strides)} strides and {len(shapes)} sets of shapes; "
            "give each level one of both."
        )
    return np.concatenate(
        [_level(height, width, *level) for level in zip(strides, shapes, strict=True)]
    )


def _level(height, width, stride, shapes):
    """Anchors of one feature map: [rows·columns·K, 4]."""
    rows, columns = -(-height // stride), -(-width // stride)
    y, x = (np.indices((rows, columns)) + 0.5) * stride
    centre = np.stack([x, y], axis=-1)[:, :, None]  # [rows, columns, 1, 2]
    half = np.asarray(shapes, "float64") / 2  # [K, 2]
    corners = np.concatenate([centre - half, centre + half], axis=-1)
    return corners.reshape(-1, 4).astype("float32")
