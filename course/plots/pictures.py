"""Pictures: grids of images.

Legend: N images, H, W size, C channels.
"""

import math

import numpy as np

from course.plots.show import new_figure


def image_grid(images, titles=None, columns=10, size=0.9, cmap="gray", limits=None):
    """Draw images side by side (lecture 02 and later).

    Args:
        images: array or list [N, H, W], [N, H, W, 1] or [N, H, W, 3].
        titles: optional N strings.
        columns: images per row.
        size: side of one image in inches.
        cmap: Matplotlib colour map for images of one channel.
        limits: (low, high) intensities of black and white; by default each image's own.

    Returns:
        Matplotlib figure.

    Raises:
        ValueError: if there are no images, or not one title per image.
    """
    if len(images) == 0 or (titles is not None and len(titles) != len(images)):
        raise ValueError(
            f"image_grid got {len(images)} images and {0 if titles is None else len(titles)} "
            "titles; give it at least one image and one title for each, or no titles."
        )
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    title_space = 0.0 if titles is None else 0.22 * (1 + max(t.count("\n") for t in titles))
    figure, axes = new_figure(
        columns * size, rows * (size + title_space), rows, columns, squeeze=False
    )
    low, high = limits or (None, None)
    for axis in axes.flat:
        axis.axis("off")
    for index, (image, axis) in enumerate(zip(images, axes.flat, strict=False)):
        image = np.asarray(image)
        image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
        axis.imshow(image, cmap=cmap, vmin=low, vmax=high)
        if titles is not None:
            axis.set_title(titles[index], fontsize=8, pad=2)
    return figure
