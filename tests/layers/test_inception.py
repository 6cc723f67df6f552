"""The Inception module: its branches, its arithmetic, and the head that hangs from the side."""

import keras
import numpy as np
import pytest

from course.layers import auxiliary_head, inception


def test_branches_stand_side_by_side_in_the_order_of_the_table():
    image = keras.Input((8, 8, 6))
    model = keras.Model(image, inception(image, 2, 3, 4, 5, 6, 7, name="m"))
    x = np.random.default_rng(0).normal(size=(1, 8, 8, 6)).astype("float32")
    out = np.array(model(x))
    assert out.shape == (1, 8, 8, 2 + 4 + 6 + 7)
    kernel, bias = model.get_layer("m_1x1").get_weights()  # a 1×1 convolution is a matrix product
    np.testing.assert_allclose(out[..., :2], np.maximum(x @ kernel[0, 0] + bias, 0), atol=1e-5)
    silent = model.get_layer("m_pool")
    silent.set_weights([0 * w for w in silent.get_weights()])
    assert not np.array(model(x))[..., 12:].any() and np.array(model(x))[..., :12].any()


def test_parameters_of_module_3a_by_hand():
    image = keras.Input((28, 28, 192))
    model = keras.Model(image, inception(image, 64, 96, 128, 16, 32, 32))
    weights = 192 * (64 + 96 + 16 + 32) + 9 * 96 * 128 + 25 * 16 * 32
    assert model.count_params() == weights + 64 + 96 + 128 + 16 + 32 + 32
    assert round(weights / 1024) == 160  # the table prints 159K: its K is 1024, rounded down


def test_auxiliary_head_has_the_sizes_of_section_5():
    image = keras.Input((14, 14, 512))
    model = keras.Model(image, auxiliary_head(image, 1000, name="side"))
    assert model.get_layer("side_pool").output.shape == (None, 4, 4, 512)
    assert model.get_layer("side_1x1").output.shape == (None, 4, 4, 128)
    assert model.get_layer("side_dense").output.shape == (None, 1024)
    assert model.output.shape == (None, 1000)


def test_auxiliary_head_on_a_small_map_says_what_to_do():
    with pytest.raises(ValueError, match=r"4×4.*auxiliary=False"):
        auxiliary_head(keras.Input((4, 4, 8)), 10)
