"""Residual blocks: what they do with weights of zero, with a stride, and without a shortcut."""

import keras
import numpy as np
import pytest
from keras import layers

from course.layers import basic_block, bottleneck_block, conv_bn

MAPS = np.random.default_rng(0).random((2, 6, 6, 8)).astype("float32")  # positive: ReLU keeps them
BLOCKS = pytest.mark.parametrize(("block", "expansion"), [(basic_block, 1), (bottleneck_block, 4)])


def model_of(function, *arguments, shape=(6, 6, 8), **options):
    image = keras.Input(shape)
    return keras.Model(image, function(image, *arguments, **options))


def silence(model):
    """Set every convolution inside the block to zero, but not the shortcut's."""
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D) and "shortcut" not in layer.name:
            layer.set_weights([0 * w for w in layer.get_weights()])
    return model


@BLOCKS
def test_a_silent_block_is_the_identity_and_a_plain_one_is_dead(block, expansion):
    residual = silence(model_of(block, 8 // expansion))
    plain = silence(model_of(block, 8 // expansion, shortcut=None))
    np.testing.assert_allclose(residual(MAPS), MAPS, atol=1e-6)
    np.testing.assert_allclose(plain(MAPS), 0 * MAPS, atol=1e-6)


@BLOCKS
def test_padding_keeps_every_second_pixel_and_adds_empty_maps(block, expansion):
    model = silence(model_of(block, 16 // expansion, 2, shortcut="padding"))
    out = np.array(model(MAPS))
    np.testing.assert_allclose(out[..., :8], MAPS[:, ::2, ::2], atol=1e-6)
    assert out.shape == (2, 3, 3, 16) and not out[..., 8:].any()


@BLOCKS
def test_only_the_projection_costs_parameters(block, expansion):
    count = {
        s: model_of(block, 16 // expansion, 2, shortcut=s, batch_norm=False).count_params()
        for s in ("projection", "padding", None)
    }
    assert count["padding"] == count[None]
    assert count["projection"] - count[None] == 8 * 16 + 16


def test_parameters_of_both_blocks_by_hand():
    wide = model_of(basic_block, 256, shape=(7, 7, 256), batch_norm=False)
    narrow = model_of(bottleneck_block, 64, shape=(7, 7, 256), batch_norm=False)
    assert wide.count_params() == 2 * (9 * 256 * 256 + 256)
    assert narrow.count_params() == 256 * 64 + 9 * 64 * 64 + 64 * 256 + 64 + 64 + 256


@pytest.mark.parametrize("side", [6, 7])
@pytest.mark.parametrize("kernel", [1, 3, 7])
def test_strided_convolution_pads_alike_on_every_side(side, kernel):
    model = model_of(conv_bn, 2, kernel, 2, shape=(side, side, 3), batch_norm=False, relu=False)
    weights, bias = next(layer for layer in model.layers if layer.weights).get_weights()
    image = np.random.default_rng(1).normal(size=(side, side, 3))
    half = kernel // 2
    padded = np.pad(image, ((half, half), (half, half), (0, 0)))
    expected = np.zeros(((side + 1) // 2, (side + 1) // 2, 2))
    for i, j in np.ndindex(expected.shape[:2]):
        window = padded[2 * i : 2 * i + kernel, 2 * j : 2 * j + kernel]
        expected[i, j] = np.tensordot(window, weights, axes=3) + bias
    np.testing.assert_allclose(np.array(model(image[None]))[0], expected, atol=1e-4)


def test_unknown_shortcut_says_which_there_are():
    with pytest.raises(ValueError, match=r"'crop'.*projection.*padding"):
        model_of(basic_block, 8, shortcut="crop")
