"""Pooling and its inverses: the worked example, a slow loop, and the gradient as an oracle."""

import keras
import numpy as np
import pytest
from keras import ops as tensor

from course import ops

PLANE = [[2, 6, 4, 5], [7, 3, 3, 8], [2, 1, 0, 0], [4, 3, 4, 3]]
POOLED = [[7, 8], [4, 4]]
rng = np.random.default_rng(0)


def batch(plane):
    return np.array(plane, "float32")[None, :, :, None]


def plane(values):
    return np.array(values)[0, :, :, 0].tolist()


def test_worked_example():
    y, switches = ops.max_pool_with_switches(batch(PLANE))
    assert plane(y) == POOLED
    assert plane(switches) == [[4, 7], [12, 14]]  # row·4 + column
    back = ops.max_unpool(y, switches, (4, 4))
    assert plane(back) == [[0, 0, 0, 0], [7, 0, 0, 8], [0, 0, 0, 0], [4, 0, 4, 0]]


def test_worked_examples_without_memory():
    nails, nearest = ops.unpool_bed_of_nails(batch(POOLED)), ops.unpool_nearest(batch(POOLED))
    assert plane(nails) == [[7, 0, 8, 0], [0, 0, 0, 0], [4, 0, 4, 0], [0, 0, 0, 0]]
    assert plane(nearest) == [[7, 7, 8, 8], [7, 7, 8, 8], [4, 4, 4, 4], [4, 4, 4, 4]]


@pytest.mark.parametrize(
    ("size", "strides", "height", "width"),
    [(2, 2, 6, 8), (3, 2, 9, 11), (3, 1, 5, 5), (2, 2, 7, 5), (3, 2, 8, 10)],
)
def test_pooling_equals_keras_and_switches_equal_a_slow_loop(size, strides, height, width):
    x = rng.normal(size=(2, height, width, 3)).astype("float32")
    y, switches = map(np.array, ops.max_pool_with_switches(x, size, strides))
    assert np.array_equal(y, np.array(keras.layers.MaxPooling2D(size, strides)(x)))
    for b, i, j, c in np.ndindex(*y.shape):
        window = x[b, i * strides : i * strides + size, j * strides : j * strides + size, c]
        row, column = np.unravel_index(window.argmax(), window.shape)
        assert switches[b, i, j, c] == (i * strides + row) * width + j * strides + column


@pytest.mark.parametrize(("size", "strides"), [(2, 2), (3, 2), (3, 1)])
def test_unpooling_is_the_gradient_of_pooling(size, strides):
    x = rng.normal(size=(2, 9, 7, 3)).astype("float32")
    y, switches = ops.max_pool_with_switches(x, size, strides)
    R = rng.normal(size=y.shape).astype("float32")
    pool = keras.layers.MaxPooling2D(size, strides)
    expected = ops.gradient(lambda v: pool(v) * R, x)
    assert np.array(ops.max_unpool(R, switches, (9, 7))) == pytest.approx(expected, abs=1e-6)


def test_of_equal_maxima_the_first_in_reading_order_is_taken():
    _, switches = ops.max_pool_with_switches(np.ones((1, 4, 4, 1)))
    assert plane(switches) == [[0, 2], [8, 10]]


def test_pool_unpool_pool_gives_the_maxima_again():
    x = rng.uniform(size=(2, 8, 6, 4)).astype("float32")
    y, switches = ops.max_pool_with_switches(x)
    for back in (ops.max_unpool(y, switches, (8, 6)), ops.unpool_nearest(y),
                 ops.unpool_bed_of_nails(y)):  # fmt: skip
        assert np.array_equal(np.array(ops.max_pool_with_switches(back)[0]), np.array(y))
        assert float(tensor.max(back)) == float(tensor.max(y))


def test_bad_input_is_told():
    with pytest.raises(ValueError, match=r"\[B, H, W, C\]"):
        ops.max_pool_with_switches(np.ones((4, 4)))
    with pytest.raises(ValueError, match="smaller window"):
        ops.max_pool_with_switches(np.ones((1, 4, 4, 1)), size=5)
    with pytest.raises(ValueError, match="the pooling that is undone"):
        ops.max_unpool(np.ones((1, 2, 2, 1)), np.ones((1, 2, 2, 3), int), (4, 4))
