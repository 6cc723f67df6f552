"""Graph-based segmentation (Felzenszwalb & Huttenlocher 2004): where selective search begins.

Legend: H, W image size, N = H·W pixels (the nodes), E edges between neighbouring pixels (eight
neighbours), k the scale. Every component is a tree of pixels; its root stands for it.

Two components are joined if the edge between them is no heavier than what either of them has inside
already, with an allowance of k ÷ size: a large k means that small components are joined easily,
so that regions come out larger.
"""

import numpy as np


def graph_segmentation(image, scale=100.0, sigma=0.8, min_size=20):
    """Cut a picture into regions of similar colour (lecture 11).

    Equal to ``skimage.segmentation.felzenszwalb``, which runs the same loop in compiled code, some
    ten times faster, except where two edges weigh exactly the same. (As there, and unlike the
    paper, all colours are segmented at once, by their Euclidean distance.)

    Args:
        image: uint8 array [H, W, C], or floats in [0, 1].
        scale: k, in units of 1/255 of the range of intensities.
        sigma: standard deviation in pixels of the smoothing beforehand.
        min_size: smaller regions are joined to the neighbour with the lightest edge, in pixels.

    Returns:
        int64 array [H, W]: numbers of the regions, from 0 upwards.

    Raises:
        ValueError: if ``image`` is not [H, W, C], or floats outside [0, 1].
    """
    from scipy.ndimage import gaussian_filter  # only who smooths needs scipy

    pixels = _intensities(image)
    pixels = gaussian_filter(pixels, (sigma, sigma, 0))
    first, second, weights = grid_graph(pixels)
    order = np.argsort(weights)
    edges = list(zip(*(x[order].tolist() for x in (first, second, weights)), strict=True))
    return _components(edges, pixels[..., 0].size, scale / 255, min_size).reshape(image.shape[:2])


def grid_graph(pixels):
    """Connect every pixel with its eight neighbours (lecture 11).

    Args:
        pixels: float array [H, W, C].

    Returns:
        int arrays [E] and [E]: the numbers of both ends, row by row; and float [E]: the weight, the
        Euclidean distance of their colours.
    """
    numbers = np.arange(pixels[..., 0].size).reshape(pixels.shape[:2])
    here, there = slice(None, -1), slice(1, None)
    pairs = [  # right, down, down-right, up-right
        ((slice(None), here), (slice(None), there)),
        ((here, slice(None)), (there, slice(None))),
        ((here, here), (there, there)),
        ((there, here), (here, there)),
    ]
    ends = [[numbers[side].ravel() for side in pair] for pair in pairs]
    weights = [np.sqrt(((pixels[a] - pixels[b]) ** 2).sum(-1)).ravel() for a, b in pairs]
    first, second = (np.concatenate(side) for side in zip(*ends, strict=True))
    return first, second, np.concatenate(weights)


def _components(edges, num_nodes, allowance, min_size):
    """Join components along edges of rising weight (algorithm 1); then join the small ones."""
    parent, size, inner = list(range(num_nodes)), [1] * num_nodes, [0.0] * num_nodes

    def root(node):
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]  # halve the way for the next one
        return node

    def join(a, b, weight):
        a, b = (a, b) if size[a] >= size[b] else (b, a)
        parent[b], size[a], inner[a] = a, size[a] + size[b], weight

    for first, second, weight in edges:  # D(C1, C2) ≤ MInt(C1, C2), equations 3 and 4
        a, b = root(first), root(second)
        if a != b and weight <= min(inner[a] + allowance / size[a], inner[b] + allowance / size[b]):
            join(a, b, weight)  # the heaviest edge of its spanning tree so far: Int, equation 1
    for first, second, weight in edges:
        a, b = root(first), root(second)
        if a != b and min(size[a], size[b]) < min_size:
            join(a, b, weight)
    return np.unique([root(node) for node in range(num_nodes)], return_inverse=True)[1]


def _intensities(image):
    """Return the image as floats in [0, 1]."""
    image = np.asarray(image)
    pixels = image / 255 if image.dtype == "uint8" else image.astype("float64")
    if image.ndim != 3 or pixels.min() < 0 or pixels.max() > 1:
        raise ValueError(
            f"An image of shape {image.shape}, {image.dtype}, from {image.min()} to {image.max()} "
            "was given; it needs [H, W, C], uint8 or floats in [0, 1]. Divide floats by 255."
        )
    return pixels
