"""The way down against scipy, against the gradient, and against the rule as a custom gradient."""

import keras
import numpy as np
import pytest
from keras import layers
from scipy.signal import correlate2d

from course import models, ops
from course.explain import deconvnet, with_backward_rule
from course.explain.rectifiers import RULES, backward

rng = np.random.default_rng(0)
IMAGES = rng.uniform(0, 255, (2, 23, 23, 3)).astype("float32")
PLACES = np.array([[1, 2], [2, 0]])


@pytest.fixture(scope="module")
def small():
    """Convolutions with strides, overlapping pooling, two branches: a SqueezeNet of two fires."""
    keras.utils.set_random_seed(0)
    x = image = keras.Input((None, None, 3))
    x = layers.Conv2D(6, 3, 2, padding="same", activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(3, 2)(x)
    one = layers.Conv2D(4, 1, activation="relu")(x)
    three = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = layers.Concatenate(name="fire")([one, three])
    x = layers.BatchNormalization()(layers.Conv2D(5, 1, use_bias=False)(x))
    return keras.Model(image, layers.Activation("relu6", name="top")(x))


def one_activation(model, layer, unit):
    """A function of the images: the activation of one unit at ``PLACES``, times its own value."""
    maps = keras.Model(model.inputs[0], model.get_layer(layer).output)
    index = np.arange(2), *PLACES.T, unit
    value = np.array(maps(IMAGES))[index]
    mask = np.zeros(maps(IMAGES).shape, "float32")
    mask[index] = value
    return lambda x: maps(x) * mask


def test_rules_for_one_relu():
    y, R = np.array([0, 0, 2, 3.0], "float32"), np.array([-1, 1, -1, 1], "float32")
    down = {rule: np.array(backward(rule, R, y)).tolist() for rule in RULES}
    assert down == {"gradient": [0, 0, -1, 1], "deconvnet": [0, 1, 0, 1], "guided": [0, 0, 0, 1]}


@pytest.mark.parametrize("layer", ["conv1", "fire", "top"])
def test_rule_gradient_is_the_gradient(small, layer):
    found = deconvnet(small, IMAGES, layer, 1, PLACES, rule="gradient")
    assert found == pytest.approx(ops.gradient(one_activation(small, layer, 1), IMAGES), abs=1e-5)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("layer", ["fire", "top"])
def test_walking_by_hand_equals_the_custom_gradient(small, rule, layer):
    twin = with_backward_rule(small, rule)
    expected = ops.gradient(one_activation(twin, layer, 2), IMAGES)
    assert deconvnet(small, IMAGES, layer, 2, PLACES, rule) == pytest.approx(expected, abs=1e-5)
    assert np.array_equal(np.array(twin(IMAGES)), np.array(small(IMAGES)))


def test_through_one_convolution_it_is_the_flipped_filter():
    x = image = keras.Input((9, 9, 1))
    model = keras.Model(image, layers.Conv2D(2, 3, activation="relu", name="conv")(x))
    picture, conv = rng.uniform(size=(1, 9, 9, 1)).astype("float32"), model.get_layer("conv")
    conv.bias.assign([0.5, 0.5])
    maps = np.array(model(picture))[0, ..., 0]
    row, column = np.unravel_index(maps.argmax(), maps.shape)
    alone = np.zeros_like(maps)
    alone[row, column] = maps.max()
    kernel = np.array(conv.kernel)[:, :, 0, 0]
    slow = correlate2d(np.pad(alone, 2), kernel[::-1, ::-1], "valid")
    found = deconvnet(model, picture, "conv", 0, [(row, column)])[0, ..., 0]
    assert found == pytest.approx(slow, abs=1e-6)


def test_walks_through_lenet_down_from_a_convolution():
    lenet = models.lenet5()
    images = rng.uniform(0, 255, (2, 28, 28, 1)).astype("float32")
    found = deconvnet(lenet, images, "C3", 4, [(2, 3), (5, 5)], rule="gradient")
    maps = keras.Model(lenet.inputs[0], lenet.get_layer("C3").output)
    value = np.array(maps(images))
    mask = np.zeros_like(value)
    mask[0, 2, 3, 4], mask[1, 5, 5, 4] = value[0, 2, 3, 4], value[1, 5, 5, 4]
    assert found == pytest.approx(ops.gradient(lambda x: maps(x) * mask, images), abs=1e-6)


def test_what_cannot_be_walked_is_told(small):
    with pytest.raises(ValueError, match="no layer 'conv9'"):
        deconvnet(small, IMAGES, "conv9", 0, PLACES)
    with pytest.raises(ValueError, match="'sideways' is unknown"):
        deconvnet(small, IMAGES, "fire", 0, PLACES, rule="sideways")
    image = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match="holds the model"):
        deconvnet(keras.Model(image, small(image)), IMAGES, "fire", 0, PLACES)
    leaky = keras.Model(image, layers.ReLU(name="bend")(layers.Conv2D(4, 3)(image)))
    for change in (lambda: deconvnet(leaky, IMAGES, "bend", 0, PLACES),
                   lambda: with_backward_rule(leaky)):  # fmt: skip
        with pytest.raises(ValueError, match="write it as"):
            change()
    with pytest.raises(ValueError, match="has no ReLU"):
        with_backward_rule(keras.Model(image, layers.Conv2D(4, 3)(image)))
