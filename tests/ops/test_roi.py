"""RoIPool, RoIWarp and RoIAlign against loops over bins, cells and samples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from course.ops import interpolation_matrix, pyramid_cut, roi_align, roi_pool, roi_warp


def bilinear(image, y, x):
    """The value between four cells, as torchvision reads it; cell (i, j) stands at (i, j)."""
    height, width, _ = image.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return np.zeros(image.shape[-1])
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    i, j = min(int(y), height - 2), min(int(x), width - 2)
    v, u = y - i, x - j
    return ((1 - v) * (1 - u) * image[i, j] + (1 - v) * u * image[i, j + 1]
            + v * (1 - u) * image[i + 1, j] + v * u * image[i + 1, j + 1])  # fmt: skip


def slow_align(image, region, size, samples):
    """Region in cells (cell i stands at i): the mean of samples in every bin."""
    x0, y0, x1, y1 = region
    result = np.zeros((size, size, image.shape[-1]))
    for p in range(size):
        for q in range(size):
            for a in range(samples):
                for b in range(samples):
                    y = y0 + (p + (a + 0.5) / samples) * (y1 - y0) / size
                    x = x0 + (q + (b + 0.5) / samples) * (x1 - x0) / size
                    result[p, q] += bilinear(image, y, x) / samples**2
    return result


def slow_pool(image, region, size):
    """Region of whole cells, the last exclusive: the maximum in every bin of whole cells."""
    x0, y0, x1, y1 = region
    height, width, channels = image.shape
    result = np.zeros((size, size, channels))
    for p in range(size):
        for q in range(size):
            rows = range(y0 + math.floor(p * (y1 - y0) / size),
                         y0 + math.ceil((p + 1) * (y1 - y0) / size))  # fmt: skip
            columns = range(x0 + math.floor(q * (x1 - x0) / size),
                            x0 + math.ceil((q + 1) * (x1 - x0) / size))  # fmt: skip
            cells = [image[i, j] for i in rows for j in columns
                     if 0 <= i < height and 0 <= j < width]  # fmt: skip
            if cells:
                result[p, q] = np.max(cells, axis=0)
    return result


def rounded(box, stride):
    x0, y0, x1, y1 = (math.floor(v / stride + 0.5) for v in box)
    return x0, y0, max(x1, x0) + 1, max(y1, y0) + 1


sides = st.floats(-10, 74, width=32)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(sides, sides, sides, sides), min_size=1, max_size=3),
    st.integers(1, 7),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_equal_to_loops_anywhere(corners, size, samples, seed):
    image = np.random.default_rng(seed).normal(size=(8, 8, 3)).astype("float32")
    boxes = np.array([[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in corners],
                     "float32")  # fmt: skip
    align, warp, pool = (
        ops.convert_to_numpy(f(ops.convert_to_tensor(image[None]), boxes[None], size, 8, *more))[0]
        for f, *more in ((roi_align, samples), (roi_warp, samples), (roi_pool,))
    )
    for k, box in enumerate(boxes):
        exact = slow_align(image, box / 8 - 0.5, size, samples)
        np.testing.assert_allclose(align[k], exact, atol=2e-4)
        whole = np.array(rounded(box, 8))
        np.testing.assert_allclose(
            warp[k], slow_align(image, whole - 0.5, size, samples), atol=2e-4
        )
        np.testing.assert_allclose(pool[k], slow_pool(image, whole, size), atol=1e-6)


def test_a_ramp_is_read_where_it_stands():
    """On a map that is its own x in pixels, a bin's value is the middle of the bin."""
    x = (np.arange(16) + 0.5) * 8
    ramp = np.broadcast_to(x[None, None, :, None], (1, 16, 16, 1)).astype("float32")
    found = ops.convert_to_numpy(roi_align(ramp, np.float32([[[20, 20, 76, 90]]]), 7, 8))[
        0, 0, 0, :, 0
    ]
    np.testing.assert_allclose(found, 20 + 8 * (np.arange(7) + 0.5), atol=1e-4)


def test_only_align_feels_a_shift_of_a_pixel():
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 2)).astype("float32")
    boxes, moved = (np.float32([[[16, 16, 48, 48]]]) + d for d in (0, 1))
    for function, feels in ((roi_align, True), (roi_warp, False), (roi_pool, False)):
        a, b = (ops.convert_to_numpy(function(image, box, 4, 8)) for box in (boxes, moved))
        assert (np.abs(a - b).max() > 1e-3) == feels


def test_images_of_a_batch_do_not_mix():
    maps = np.random.default_rng(0).normal(size=(3, 6, 5, 2)).astype("float32")
    corners = np.random.default_rng(1).uniform(0, 40, (2, 3, 4, 2)).astype("float32")
    boxes = np.concatenate([corners.min(axis=0), corners.max(axis=0)], axis=-1)
    for function in (roi_align, roi_warp, roi_pool):
        together = ops.convert_to_numpy(function(maps, boxes, 3, 8))
        alone = [ops.convert_to_numpy(function(maps[k : k + 1], boxes[k : k + 1], 3, 8))[0]
                 for k in range(3)]  # fmt: skip
        np.testing.assert_allclose(together, alone, atol=1e-5)


def test_levels_by_the_equation_of_the_paper():
    """Each level is filled with its own number, so the value tells the level."""
    maps = {f"P{k}": np.full((1, 512 // 2**k, 512 // 2**k, 1), k, "float32") for k in (2, 3, 4, 5)}
    side = np.array([20, 111, 112, 223, 224, 447, 448, 500], "float32")
    boxes = np.stack([0 * side, 0 * side, side, side], axis=-1)[None]
    found = ops.convert_to_numpy(pyramid_cut(maps, boxes, 1))[0, :, 0, 0, 0]
    expected = [min(max(math.floor(4 + math.log2(s / 224)), 2), 5) for s in side]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_rows_of_the_matrix_add_up_to_one_inside():
    matrix = ops.convert_to_numpy(interpolation_matrix(np.float32([1.2]), np.float32([5.9]), 4, 8))
    np.testing.assert_allclose(matrix.sum(-1), 1, atol=1e-6)


def test_no_region_and_wrong_shapes():
    maps = np.zeros((1, 4, 4, 2), "float32")
    assert roi_align(maps, np.zeros((1, 0, 4), "float32"), 7, 8).shape == (1, 0, 7, 7, 2)
    with pytest.raises(ValueError, match=r"boxes \[B, R, 4\]"):
        roi_align(maps, np.zeros((3, 4), "float32"), 7, 8)
    with pytest.raises(ValueError, match="size ≥ 1"):
        roi_pool(maps, np.zeros((1, 1, 4), "float32"), 0, 8)
