"""Class maps over pictures, with a legend: compare what several networks say of every pixel.

Legend: N pictures; H, W size; K classes, where class 0 is background and not coloured.
"""

import math

import numpy as np
from matplotlib import colors
from matplotlib.patches import Patch

from course.plots.boxes import BRIGHT
from course.plots.show import new_figure


def segments(images, maps, names, size=1.7, opacity=0.6, ignore=255):
    """Lay class maps over pictures, one row a picture, one column a map (lecture 13 and later).

    The first column shows the picture itself; a legend below names the colours that occur.

    Args:
        images: [N, H, W, 3], 0–255.
        maps: dict ``title → integers [N, H, W]``, 0 or 1 + the class; one column for each.
        names: class names, without background.
        size: side of one picture in inches.
        opacity: of the colours, in 0–1.
        ignore: class of pixels that do not count; they are grey.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if a column has not one map of the pictures' size for each picture, or there
            are more classes than colours.
    """
    images = np.asarray(images)
    for title, column in maps.items():
        if np.shape(column) != images.shape[:3]:
            raise ValueError(
                f"segments got maps {title!r} of shape {np.shape(column)} for pictures of shape "
                f"{images.shape}; give one class map [H, W] for each picture, in its size."
            )
    if len(names) > len(BRIGHT):
        raise ValueError(f"segments has {len(BRIGHT)} colours for {len(names)} classes.")
    rows, columns = len(images), 1 + len(maps)
    there = np.unique([np.asarray(column) for column in maps.values()])
    patches = [Patch(color=BRIGHT[k - 1], label=names[k - 1]) for k in there if 0 < k <= len(names)]
    abreast = max(1, int(columns * size / 1.4))  # names that fit side by side
    height = rows * size + 0.3 + 0.2 * math.ceil(len(patches) / abreast)
    figure, axes = new_figure(columns * size, height, rows, columns, squeeze=False)
    for row, line in enumerate(axes):
        line[0].imshow(images[row])
        for axis, column in zip(line[1:], maps.values(), strict=True):
            axis.imshow(images[row].mean(axis=-1), cmap="gray", vmin=0, vmax=255)
            axis.imshow(_coloured(np.asarray(column)[row], opacity, ignore))
    for axis in axes.flat:
        axis.axis("off")
    for axis, title in zip(axes[0], ["picture", *maps], strict=True):
        axis.set_title(title, fontsize=9)
    if patches:
        figure.legend(handles=patches, ncols=abreast, loc="outside lower center", fontsize=8)
    return figure


def _coloured(classes, opacity, ignore):
    """Turn a class map [H, W] into colours [H, W, 4], transparent where it says background."""
    layer = np.zeros((*classes.shape, 4))
    for k in np.unique(classes):
        if k == ignore:
            layer[classes == k] = colors.to_rgba("grey", 0.9)
        elif k:
            layer[classes == k] = colors.to_rgba(BRIGHT[k - 1], opacity)
    return layer
