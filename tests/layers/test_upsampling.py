"""Ways up: bilinear interpolation, identity, unpooling; against Keras and the slower operations."""

import keras
import numpy as np
import pytest
from keras import layers

from course import ops
from course.layers import (
    Bilinear,
    IdentityKernel,
    MaxPoolingWithSwitches,
    MaxUnpooling,
    context_module,
    upsample,
)
from course.layers.context import DILATIONS


def sample(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def applied(function, x):
    tensor = keras.Input(x.shape[1:])
    return np.array(keras.Model(tensor, function(tensor))(x))


def test_bilinear_kernel_of_four_taps():
    kernel = np.array(Bilinear()((4, 4, 2, 2)))
    tent = [0.25, 0.75, 0.75, 0.25]
    np.testing.assert_allclose(kernel[:, :, 0, 0], np.outer(tent, tent))
    np.testing.assert_allclose(np.array(Bilinear()((3, 3, 1, 1)))[1, :, 0, 0], [0.5, 1, 0.5])
    assert not kernel[:, :, 0, 1].any() and not kernel[:, :, 1, 0].any()


@pytest.mark.parametrize("stride", [2, 4, 8])
def test_upsample_is_bilinear_interpolation_but_for_the_border(stride):
    x = sample(2, 5, 6, 3)
    found = applied(lambda t: upsample(t, stride), x)
    expected = keras.ops.image.resize(x, (5 * stride, 6 * stride), interpolation="bilinear")
    inside = slice(None), slice(stride, -stride), slice(stride, -stride)
    assert np.abs(found - expected)[inside].max() < 1e-5
    assert np.abs(found[:, 0] - expected[:, 0]).max() > 0.1  # zeros come in from outside


def test_unpooling_layer_is_the_operation():
    x = sample(3, 8, 6, 4)
    values, switches = MaxPoolingWithSwitches()(x)
    expected = ops.max_unpool(values, switches, (8, 6))
    np.testing.assert_array_equal(MaxUnpooling()(values, switches), expected)
    np.testing.assert_array_equal(values, layers.MaxPooling2D(2)(x))


def test_context_module_starts_as_the_identity():
    x = np.abs(sample(2, 12, 12, 5))
    np.testing.assert_allclose(applied(lambda t: context_module(t), x), x, atol=1e-6)
    assert np.array(IdentityKernel()((3, 3, 2, 2))).sum() == 2


def test_context_module_sees_67_pixels_and_no_more():
    field = ops.receptive_field([(3, 1, d, d) for d in DILATIONS])
    assert field.size == 67 and field.offset == 0
    tensor = keras.Input((101, 101, 1))
    model = keras.Model(tensor, context_module(tensor))
    for weight in model.weights:  # every path open
        weight.assign(np.full(weight.shape, 0.0 if len(weight.shape) == 1 else 0.2, "float32"))
    gradient = ops.gradient(lambda x: keras.ops.sum(model(x)[:, 50, 50]), np.ones((1, 101, 101, 1)))
    rows = np.flatnonzero(np.array(gradient)[0, :, :, 0].any(axis=1))
    assert (rows[0], rows[-1]) == (50 - 33, 50 + 33)
