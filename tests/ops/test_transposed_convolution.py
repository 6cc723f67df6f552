"""Transposed convolution: both worked examples, a slow loop, Keras, and what “transposed” means."""

import itertools

import keras
import numpy as np
import pytest

from course import ops

EVERY = list(itertools.product((1, 2, 3), (1, 2, 3), (0, 1)))  # kernel, stride, padding


def sample(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def stamp_slowly(x, kernel, stride, padding):
    """x [h, w, C], kernel [k, k, D, C] → [H, W, D]: one number at a time."""
    (h, w, _), (size, _, depth, _) = x.shape, kernel.shape
    y = np.zeros((stride * (h - 1) + size, stride * (w - 1) + size, depth))
    for i, j, u, v in itertools.product(range(h), range(w), range(size), range(size)):
        y[stride * i + u, stride * j + v] += kernel[u, v] @ x[i, j]
    return y[padding : len(y) - padding, padding : y.shape[1] - padding]


def test_worked_example_stamps():
    x = np.array([[0, 1], [2, 3]])
    y = ops.transposed_convolution(x[None, :, :, None], x)  # input and kernel are alike
    assert np.array(y)[0, :, :, 0].tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]


def test_worked_example_matrix():
    kernel = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
    u = ops.convolution_matrix(kernel, 4, 4)
    assert u.shape == (4, 16)
    assert u[0].tolist() == [1, 4, 1, 0, 1, 4, 3, 0, 3, 3, 1, 0, 0, 0, 0, 0]
    expected = [2, 9, 6, 1, 6, 29, 30, 7, 10, 29, 33, 13, 12, 24, 16, 4]
    x = np.array([2, 1, 4, 4])
    assert (u.T @ x).tolist() == expected
    stamped = ops.transposed_convolution(x.reshape(1, 2, 2, 1), kernel)
    assert np.ravel(stamped).tolist() == expected


@pytest.mark.parametrize(("kernel", "stride", "padding"), EVERY)
def test_is_a_slow_loop_for_every_setting(kernel, stride, padding):
    x, w = sample(0, 2, 3, 4, 2), sample(1, kernel, kernel, 3, 2)
    if stride * 2 + kernel - 2 * padding < 1:
        return
    y = np.array(ops.transposed_convolution(x, w, stride, padding))
    assert np.abs(y - [stamp_slowly(picture, w, stride, padding) for picture in x]).max() < 1e-5


@pytest.mark.parametrize(("kernel", "stride", "padding"), EVERY)
def test_is_the_transpose_of_the_convolution(kernel, stride, padding):
    """⟨U x, y⟩ = ⟨x, Uᵀ y⟩, and U is the convolution."""
    w, x = sample(2, kernel, kernel), sample(3, 7, 7)
    u = ops.convolution_matrix(w, 7, 7, stride, padding)
    forward = np.array(ops.cross_correlate(x[None, :, :, None], w, padding, stride))
    assert np.abs(u @ x.ravel() - forward.ravel()).max() < 1e-5
    y = sample(4, *forward.shape)
    stamped = np.array(ops.transposed_convolution(y, w, stride))[0, :, :, 0]
    padded = np.zeros((7 + 2 * padding, 7 + 2 * padding))  # beyond the last window: nothing
    padded[: len(stamped), : len(stamped)] = stamped
    inside = padded[padding : padding + 7, padding : padding + 7]
    assert np.abs(u.T @ y.ravel() - inside.ravel()).max() < 1e-5


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 2), (4, 2), (5, 3)])
def test_is_keras_layer(kernel, stride):
    layer = keras.layers.Conv2DTranspose(3, kernel, stride, use_bias=False)
    x = sample(5, 2, 4, 5, 2)
    expected = np.array(layer(x))
    assert (
        np.abs(np.array(ops.transposed_convolution(x, layer.kernel, stride)) - expected).max()
        < 1e-5
    )


def test_what_does_not_fit_is_told():
    x = sample(6, 1, 2, 2, 2)
    with pytest.raises(ValueError, match=r"x \(1, 2, 2, 2\) and a kernel \(3, 3, 2, 5\)"):
        ops.transposed_convolution(x, np.zeros((3, 3, 2, 5)))
    with pytest.raises(ValueError, match="padding=2 cuts everything off"):
        ops.transposed_convolution(x, np.zeros((3, 3)), padding=2)
    with pytest.raises(ValueError, match="use more padding"):
        ops.convolution_matrix(np.zeros((5, 5)), 4, 4)
