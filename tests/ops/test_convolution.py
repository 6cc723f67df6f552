"""Cross-correlation against slow loops, SciPy and Keras; sizes against counting positions."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops as keras_ops
from scipy import ndimage, signal

from course import ops


def slow(image, kernel, padding, stride, dilation):
    """One grey image, pixel by pixel, straight from the definition."""
    height, width = image.shape
    reach = [dilation * (k - 1) for k in kernel.shape]
    result = []
    for top in range(-padding, height + padding - reach[0], stride):
        result.append([])
        for left in range(-padding, width + padding - reach[1], stride):
            total = 0.0
            for u, v in np.ndindex(kernel.shape):
                i, j = top + u * dilation, left + v * dilation
                if 0 <= i < height and 0 <= j < width:
                    total += kernel[u, v] * image[i, j]
            result[-1].append(total)
    return np.array(result)


geometry = st.fixed_dictionaries(
    {"padding": st.integers(0, 3), "stride": st.integers(1, 3), "dilation": st.integers(1, 3)}
)


@settings(max_examples=60, deadline=None)
@given(geometry, st.tuples(*[st.integers(4, 9)] * 2), st.tuples(*[st.integers(1, 4)] * 2))
def test_equals_the_definition_and_the_formula_counts_its_positions(options, shape, size):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=shape), rng.normal(size=size)
    expected = slow(image, kernel, **options)
    if not expected.size:
        with pytest.raises(ValueError, match="use more padding"):
            ops.cross_correlate(image[None, ..., None], kernel, **options)
        return
    ours = np.array(ops.cross_correlate(image[None, ..., None], kernel, **options))[0, ..., 0]
    assert ours == pytest.approx(expected, abs=1e-5)
    counted = tuple(ops.output_size(n, k, **options) for n, k in zip(shape, size, strict=True))
    assert counted == expected.shape


def test_equals_scipy_and_convolution_is_correlation_with_the_flipped_kernel():
    rng = np.random.default_rng(1)
    image, kernel = rng.normal(size=(20, 17)).astype("float32"), rng.normal(size=(5, 3))
    ours = np.array(ops.cross_correlate(image[None, ..., None], kernel))[0, ..., 0]
    assert ours == pytest.approx(signal.correlate2d(image, kernel, "valid"), abs=1e-5)
    assert ours == pytest.approx(signal.convolve2d(image, kernel[::-1, ::-1], "valid"), abs=1e-5)
    with_zeros = np.array(ops.cross_correlate(image[None, ..., None], kernel, padding=2))
    border = ndimage.correlate(image, kernel, mode="constant")
    assert with_zeros[0, :, 1:-1, 0] == pytest.approx(border, abs=1e-5)


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (3, 1), (1, 2)])
def test_kernel_of_four_axes_is_a_convolutional_layer(stride, dilation):
    rng = np.random.default_rng(2)
    images = rng.normal(size=(2, 12, 11, 3)).astype("float32")
    layer = keras.layers.Conv2D(4, 3, strides=stride, dilation_rate=dilation, use_bias=False)
    expected = np.array(layer(images))
    ours = ops.cross_correlate(images, layer.kernel, stride=stride, dilation=dilation)
    assert np.array(ours) == pytest.approx(expected, abs=1e-5)


def test_stride_and_dilation_together_which_keras_refuses():
    images, kernel = np.ones((1, 9, 9, 1), "float32"), np.ones((3, 3, 1, 1), "float32")
    with pytest.raises(ValueError, match="not supported"):
        keras_ops.conv(images, kernel, strides=2, padding="valid", dilation_rate=2)
    ours = ops.cross_correlate(images, kernel, stride=2, dilation=2)
    every = keras_ops.conv(images, kernel, padding="valid", dilation_rate=2)
    assert np.array_equal(np.array(ours), np.array(every)[:, ::2, ::2])


def test_flat_kernel_filters_every_channel_by_itself():
    images = np.random.default_rng(3).normal(size=(2, 8, 8, 3))
    together = np.array(ops.cross_correlate(images, ops.kernels.sobel()[0], padding=1))
    for channel in range(3):
        alone = ops.cross_correlate(images[..., [channel]], ops.kernels.sobel()[0], padding=1)
        assert np.array_equal(together[..., [channel]], np.array(alone))


def test_worked_example_of_padding_and_stride():
    image = [[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]]
    kernel = [[2, 0, 1], [1, 0, 0], [0, 1, 1]]
    result = ops.cross_correlate(np.array(image)[None, ..., None], kernel, padding=1, stride=2)
    assert np.array(result)[0, ..., 0].tolist() == [[1, 5, 6], [7, 8, 3], [3, 10, 4]]


def test_what_does_not_fit_is_said_in_a_sentence():
    with pytest.raises(ValueError, match=r"\(4, 4\).*image\[None"):
        ops.cross_correlate(np.zeros((4, 4)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="wants 2 channels, but the images have 3"):
        ops.cross_correlate(np.zeros((1, 4, 4, 3)), np.zeros((3, 3, 2, 5)))
    with pytest.raises(ValueError, match="reaches over 5 pixels, but there are 4"):
        ops.output_size(4, 3, dilation=2)
    with pytest.raises(ValueError, match="stride=0"):
        ops.output_size(4, 3, stride=0)
