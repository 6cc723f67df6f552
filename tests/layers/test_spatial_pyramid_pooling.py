"""Spatial pyramid pooling against loops, and what it is for: any size in, one size out."""

import keras
import numpy as np
import pytest

from course import layers, ops

RNG = np.random.default_rng(0)


def slow_level(cells, n):
    """The maximum of each of n×n bins, from ⌊i·h/n⌋ to ⌈(i + 1)·h/n⌉ (section 2.2)."""
    height, width, _ = cells.shape
    values = []
    for i, j in np.ndindex(n, n):
        rows = slice(i * height // n, -(-(i + 1) * height // n))
        columns = slice(j * width // n, -(-(j + 1) * width // n))
        values.append(cells[rows, columns].max(axis=(0, 1)))
    return np.concatenate(values)


@pytest.mark.parametrize("shape", [(4, 4), (7, 5), (3, 9)])
def test_a_map_of_any_size_becomes_a_vector_of_one_size(shape):
    maps = RNG.normal(size=(2, *shape, 3)).astype("float32")
    vectors = np.array(layers.SpatialPyramidPooling((3, 2, 1))(maps))
    assert vectors.shape == (2, 14 * 3)
    slow = [np.concatenate([slow_level(cells, n) for n in (3, 2, 1)]) for cells in maps]
    assert np.array_equal(vectors, slow)


def test_regions_of_a_map():
    maps = RNG.normal(size=(2, 12, 12, 3)).astype("float32")
    boxes = np.array([[[0, 0, 64, 80], [24, 16, 88, 64]], [[8, 8, 40, 40], [0, 0, 88, 88]]])
    pool = layers.SpatialPyramidPooling((2, 1), stride=8)
    vectors = np.array(pool(maps, boxes.astype("float32")))
    assert vectors.shape == (2, 2, 15)
    for b, r in np.ndindex(2, 2):
        x0, y0, x1, y1 = boxes[b, r] // 8
        cells = maps[b, y0 : y1 + 1, x0 : x1 + 1]  # the last cell belongs to it
        slow = np.concatenate([slow_level(cells, n) for n in (2, 1)])
        assert np.array_equal(vectors[b, r], slow)


def test_one_level_is_roi_pooling_and_the_last_is_global():
    maps = RNG.normal(size=(1, 8, 8, 2)).astype("float32")
    boxes = RNG.uniform(0, 60, (1, 5, 4)).astype("float32")
    boxes[..., 2:] += boxes[..., :2]
    pooled = np.array(layers.SpatialPyramidPooling((7,), stride=8)(maps, boxes))
    assert np.array_equal(pooled, np.array(ops.roi_pool(maps, boxes, 7, 8)).reshape(1, 5, -1))
    whole = np.array(layers.SpatialPyramidPooling((1,))(maps))
    assert np.array_equal(whole, maps.max(axis=(1, 2)))


def test_is_built_again_from_its_settings():
    pool = layers.SpatialPyramidPooling((3, 1), stride=8)
    again = layers.SpatialPyramidPooling.from_config(pool.get_config())
    assert (again.levels, again.stride) == ((3, 1), 8)
    inputs = keras.Input((8, 8, 2))
    assert keras.Model(inputs, pool(inputs)).output_shape == (None, 20)
