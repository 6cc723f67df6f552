"""Graph segmentation against scikit-image's and against the definitions of the paper."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from skimage import data
from skimage.segmentation import felzenszwalb

from course import ops


def same_regions(a, b):
    """Whether two maps of regions are equal up to the numbers of the regions."""
    pairs = np.unique(np.stack([a.ravel(), b.ravel()]), axis=1)
    return len(pairs[0]) == len(np.unique(a)) == len(np.unique(b))


@pytest.mark.parametrize(
    ("scale", "sigma", "min_size"), [(100, 0.8, 20), (30, 0.5, 1), (300, 1, 9)]
)
def test_equals_scikit_image_on_a_photograph(scale, sigma, min_size):
    photo = data.astronaut()[40:104, 180:260]
    ours = ops.graph_segmentation(photo, scale, sigma, min_size)
    theirs = felzenszwalb(photo, scale, sigma, min_size, channel_axis=-1)
    assert 3 < ours.max() < 1000
    assert same_regions(ours, theirs)


def internal_difference(members, first, second, weights):
    """Int(C), the heaviest edge of the minimum spanning tree of a component (equation 1)."""
    inside = np.isin(first, members) & np.isin(second, members)
    graph = coo_array((weights[inside], (first[inside], second[inside])), shape=2 * (64,))
    tree = minimum_spanning_tree(graph.tocsr())
    return tree.max() if tree.nnz else 0.0


def test_equals_algorithm_1_with_every_quantity_computed_from_its_definition():
    pixels = np.random.default_rng(0).random((8, 8, 3))
    ours = ops.graph_segmentation(pixels, scale=150.0, sigma=0.0, min_size=0)
    first, second, weights = ops.grid_graph(pixels)
    allowance, label = 150 / 255, np.arange(64)
    for edge in np.argsort(weights):
        a, b = label[first[edge]], label[second[edge]]
        parts = [np.flatnonzero(label == k) for k in (a, b)]
        least = min(
            internal_difference(part, first, second, weights) + allowance / len(part)
            for part in parts
        )
        if a != b and weights[edge] <= least:
            label[label == b] = a
    assert 4 < len(np.unique(label)) < 60
    assert same_regions(ours, label)


def test_neither_too_fine_nor_too_coarse():
    """Theorems 1 and 2 of the paper, on a drawing where it is plain what they ask for."""
    pixels = np.zeros((12, 12, 3))
    pixels[:, 6:] = 0.5
    pixels[4:8, 2:4] = 0.9
    regions = ops.graph_segmentation(pixels, scale=50.0, sigma=0.0, min_size=0)
    assert len(np.unique(regions)) == 3
    assert same_regions(regions, pixels[..., 0])
    assert ops.graph_segmentation(pixels, 50.0, 0.0, min_size=9).max() == 1  # 8 pixels join
    assert ops.graph_segmentation(pixels, 1e6, 0.0, 0).max() == 0


def test_every_pair_of_neighbours_is_an_edge_once():
    first, second, weights = ops.grid_graph(np.arange(12.0).reshape(3, 4, 1))
    edges = {tuple(sorted(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)}
    wanted = {
        (4 * y + x, 4 * b + a)
        for y, x, b, a in np.ndindex(3, 4, 3, 4)
        if max(abs(y - b), abs(x - a)) == 1 and 4 * y + x < 4 * b + a
    }
    assert edges == wanted and len(first) == len(wanted)
    assert np.array_equal(weights, np.abs(first - second))


def test_wrong_input_is_told():
    with pytest.raises(ValueError, match="uint8 or floats in"):
        ops.graph_segmentation(np.full((4, 4, 3), 200.0))
    with pytest.raises(ValueError, match=r"\(4, 4\)"):
        ops.graph_segmentation(np.zeros((4, 4)))
