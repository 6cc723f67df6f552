"""Heat over photographs, with a colour bar.

Legend: N pictures; H, W their size; M columns, one for each kind of map.
"""

import numpy as np
from matplotlib.patches import Rectangle

from course.plots.show import new_figure

HEAT = "inferno"  # perceptually uniform: equal steps of heat look equal


def heat_overlays(images, heat, titles=None, boxes=None, size=1.7, opacity=0.65):
    """Lay maps of heat over photographs, one row a photograph (lecture 06 and later).

    The first column shows the photograph, each further one a map over its grey version. Every map
    is stretched by itself: from 0, or its least value if that is lower, to its 99.5th percentile.

    Args:
        images: [N, H, W, 3], 0–255.
        heat: dict ``name → [N, H, W]``, one column for each.
        titles: optional N strings, beside the rows.
        boxes: optional N arrays [n, 4] of xyxy pixels, drawn into the photographs.
        size: side of one picture in inches.
        opacity: of the heat, in 0–1.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if a column has not one map of the pictures' size for each picture.
    """
    images = np.asarray(images, "float32") / 255
    for name, maps in heat.items():
        if np.shape(maps) != images.shape[:3]:
            raise ValueError(
                f"heat_overlays got maps {name!r} of shape {np.shape(maps)} for pictures of shape "
                f"{images.shape}; give one map [H, W] for each picture, in its size."
            )
    rows, columns = len(images), 1 + len(heat)
    figure, axes = new_figure(columns * size + 0.6, rows * size + 0.25, rows, columns,
                              squeeze=False)  # fmt: skip
    for row, line in enumerate(axes):
        grey = images[row].mean(axis=-1)
        line[0].imshow(images[row])
        for box in [] if boxes is None else np.reshape(boxes[row], (-1, 4)):
            line[0].add_patch(Rectangle(box[:2], *(box[2:] - box[:2]), fill=False, color="white"))
        for axis, maps in zip(line[1:], heat.values(), strict=True):
            axis.imshow(grey, cmap="gray", vmin=0, vmax=1)
            drawn = axis.imshow(_stretched(maps[row]), cmap=HEAT, vmin=0, vmax=1, alpha=opacity)
        for axis in line:
            axis.set(xticks=[], yticks=[])
            axis.grid(visible=False)
        line[0].set_ylabel(titles[row] if titles else "", fontsize=8)
    for axis, name in zip(axes[0], ["photograph", *heat], strict=True):
        axis.set_title(name, fontsize=9)
    if heat:
        bar = figure.colorbar(drawn, ax=axes, shrink=min(1, 2 / rows), pad=0.01, ticks=[0, 1])
        bar.ax.set_yticklabels(["none", "most"], fontsize=8)
    return figure


def _stretched(values):
    """Bring one map to 0–1."""
    low, high = min(0, np.min(values)), np.percentile(values, 99.5)
    return np.clip((values - low) / max(high - low, 1e-30), 0, 1)
