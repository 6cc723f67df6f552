"""Elastic deformation (Ronneberger, Fischer & Brox 2015, section 3.1): a picture on a rubber sheet.

Legend: B batch; H, W picture size; C channels; g nodes of the coarse grid along each axis.
"""

import numpy as np
from scipy import ndimage


def elastic(images, maps, seed, grid=3, spread=0.02):
    """Bend pictures and what is known of their pixels alike (lecture 14).

    Random displacements at g×g nodes, spread over the picture from corner to corner, and splines
    between them: cubic, or quadratic for three nodes. The paper draws them with a standard
    deviation of 10 pixels, for tiles of 512. What comes from outside is mirrored.

    Args:
        images: uint8 array [B, H, W, C].
        maps: integer array [B, H, W], classes or instances, which are looked up and not mixed.
        seed: integer, or ``numpy.random.Generator``.
        grid: g ≥ 2.
        spread: standard deviation of the displacements, as a share of the picture's side.

    Returns:
        images and maps like those given.

    Raises:
        ValueError: if images and maps do not fit together, or the grid is too small.
    """
    images, maps = np.asarray(images), np.asarray(maps)
    if images.shape[:3] != maps.shape or grid < 2:
        raise ValueError(
            f"elastic got images {images.shape}, maps {maps.shape} and grid={grid}; give "
            "[B, H, W, C], [B, H, W] and at least 2 nodes."
        )
    size = np.array(maps.shape[1:])
    rng = np.random.default_rng(seed)
    nodes = rng.normal(0, spread, (len(maps), 2, grid, grid)) * size[:, None, None]
    bent = [_bend(*one, size) for one in zip(images, maps, nodes, strict=True)]
    return tuple(np.stack(kind) for kind in zip(*bent, strict=True))


def _bend(image, labels, nodes, size):
    """Look every pixel of one picture up where its displacement points to."""
    places = np.indices(size).astype("float32")  # [2, H, W]
    steps = places * ((np.array(nodes.shape[1:]) - 1) / (size - 1))[:, None, None]
    bend = [ndimage.map_coordinates(n, steps, order=min(3, len(n) - 1)) for n in nodes]
    places = places + np.stack(bend)
    colours = [ndimage.map_coordinates(c, places, order=1, mode="mirror")
               for c in np.moveaxis(image, -1, 0)]  # fmt: skip
    labels = ndimage.map_coordinates(labels, places, order=0, mode="mirror")
    return np.stack(colours, axis=-1), labels
