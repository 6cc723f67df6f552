"""The recursion against brute force: which pixels have a gradient? And the patches cut by it."""

import keras
import numpy as np
import pytest
from keras import layers

from course import models, ops
from course.explain import cut_patches, receptive_field, strongest
from course.models.pretrained.efficientnet_lite import efficientnet_lite0
from course.models.pretrained.squeezenet import squeezenet


def seen(model, size, layer, row):
    """First and last row that the unit at (row, row) depends on, by the gradient."""
    maps = keras.Model(model.inputs[0], model.get_layer(layer).output)

    def unit(x):
        return maps(x)[:, row, row]

    rows = np.flatnonzero(np.abs(ops.gradient(unit, np.ones((1, size, size, 3)))).sum((0, 2, 3)))
    return rows.min(), rows.max()


def positive(model):
    """Give every kernel positive weights, so that no path cancels another or is cut by a ReLU."""
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.1 if weight.shape[:-1] else 0.0))
    return model


def plain(image):
    """Dilation, strides and both paddings; average pooling, so that no pixel is left out."""
    x = layers.Conv2D(2, 3, 2, padding="same", activation="relu", name="a")(image)
    x = layers.AveragePooling2D(3, 2, name="b")(x)
    x = layers.Conv2D(2, 3, dilation_rate=2, padding="same", name="c")(layers.ZeroPadding2D(1)(x))
    one = layers.Conv2D(2, 1)(x)
    return layers.Concatenate(name="d")([one, layers.Conv2D(2, 5, padding="same")(x)])


@pytest.mark.parametrize("size", [64, 67])
@pytest.mark.parametrize("layer", "abcd")
def test_field_is_where_the_gradient_is(size, layer):
    image = keras.Input((size, size, 3))
    model = positive(keras.Model(image, plain(image)))
    jump, low, high = receptive_field(model, layer, size)
    for row in (3, 5, 8):
        expected = max(jump * row + low, 0), min(jump * row + high, size - 1)
        assert seen(model, size, layer, row) == expected


def test_fields_of_squeezenet_by_hand():
    net = squeezenet(outputs=("fire9",), weights=None)
    sides = {}
    for layer in ("conv1", "pool1", "fire2", "fire3", "fire5", "fire9"):
        jump, low, high = receptive_field(net, layer, 224)
        sides[layer] = (jump, high - low + 1)
    assert sides == {"conv1": (2, 3), "pool1": (4, 7), "fire2": (4, 15), "fire3": (4, 23),
                     "fire5": (8, 63), "fire9": (16, 207)}  # fmt: skip


@pytest.mark.slow
def test_works_on_the_pretrained_backbone():
    backbone = efficientnet_lite0(include_top=False, weights=None).get_layer("backbone")
    assert receptive_field(backbone, "stem_conv", 224) == (2, 0, 2)
    jump, low, high = receptive_field(backbone, "top_activation", 224)
    assert jump == 32 and high - low + 1 > 224


def test_a_dense_layer_has_no_field():
    assert receptive_field(models.lenet5(), "S4", 28) == (4, -2, 13)  # 16 pixels: 5, 6, 14, 16
    with pytest.raises(ValueError, match="no map of the name 'C5'"):
        receptive_field(models.lenet5(), "C5", 28)


def test_the_strongest_unit_and_its_patch():
    image = keras.Input((None, None, 3))
    conv = layers.Conv2D(1, 3, 2, use_bias=False, name="conv")
    model = keras.Model(image, conv(image))
    conv.kernel.assign(np.ones(conv.kernel.shape))
    images = np.zeros((3, 11, 13, 3), "float32")
    images[0, 4:7, 6:9], images[1, 8:, 10:], images[2, 0, 0] = 1, 2, 3
    values, places = strongest(model, images, batch_size=2)
    assert values[:, 0].tolist() == [27, 54, 9] and places[:, 0].tolist() == [
        [2, 3],
        [4, 5],
        [0, 0],
    ]
    patches = cut_patches(images, places[:, 0], receptive_field(model, "conv", 11))
    assert patches.shape == (3, 3, 3, 3) and (patches[0] == 1).all() and (patches[1] == 2).all()
    both = strongest(keras.Model(image, {"conv": conv.output}), images)
    assert np.array_equal(both["conv"][0], values)


def test_a_field_over_the_border_is_filled_with_zeros():
    patch = cut_patches(np.ones((1, 8, 8, 3)), [(0, 1)], (4, -3, 3))[0]
    assert patch.shape == (7, 7, 3) and patch[:3].max() == 0 and patch[3:].min() == 1
    with pytest.raises(ValueError, match="1 images and 2 places"):
        cut_patches(np.ones((1, 8, 8, 3)), [(0, 1), (0, 1)], (4, -3, 3))
    with pytest.raises(ValueError, match="no images"):
        strongest(lambda x: x, [])
