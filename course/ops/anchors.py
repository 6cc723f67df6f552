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


def cluster_shapes(sizes, count, seed=0, iterations=100):
    """Find the shapes of anchors in data: k-means with 1 − IoU as distance (lecture 09).

    Redmon & Farhadi 2017 (YOLO v2), section 2: all boxes share one centre, so that only the shapes
    count, and a large box may err by more pixels than a small one.

    Args:
        sizes: array [N, 2], widths and heights, in pixels.
        count: K, at most N.
        seed: of the first shapes, K boxes of the data.
        iterations: at most so many; it ends earlier where nothing changes any more.

    Returns:
        float32 array [K, 2], by rising area.

    Raises:
        ValueError: if there are fewer boxes than shapes, or a size is not positive.
    """
    sizes = np.asarray(sizes, "float64").reshape(-1, 2)
    if not 1 <= count <= len(sizes) or not (sizes > 0).all():
        raise ValueError(
            f"cluster_shapes got {len(sizes)} boxes for {count} shapes; give it at least as many "
            "boxes, all of positive width and height (leave padding out)."
        )
    shapes = sizes[np.random.default_rng(seed).choice(len(sizes), count, replace=False)]
    for _ in range(iterations):
        common = np.minimum(sizes[:, None], shapes).prod(-1)  # [N, K]
        nearest = (common / (sizes.prod(-1)[:, None] + shapes.prod(-1) - common)).argmax(-1)
        means = [sizes[nearest == k].mean(0) if (nearest == k).any() else shapes[k]
                 for k in range(count)]  # fmt: skip
        if np.allclose(means, shapes):
            break
        shapes = np.array(means)
    return shapes[shapes.prod(-1).argsort()].astype("float32")


def _level(height, width, stride, shapes):
    """Anchors of one feature map: [rows·columns·K, 4]."""
    rows, columns = -(-height // stride), -(-width // stride)
    y, x = (np.indices((rows, columns)) + 0.5) * stride
    centre = np.stack([x, y], axis=-1)[:, :, None]  # [rows, columns, 1, 2]
    half = np.asarray(shapes, "float64") / 2  # [K, 2]
    corners = np.concatenate([centre - half, centre + half], axis=-1)
    return corners.reshape(-1, 4).astype("float32")
