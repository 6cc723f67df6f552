"""VGG: the table of the paper, and equal logits to keras.applications from equal weights."""

import keras
import numpy as np
import pytest

from course import models

CONFIGURATIONS = {  # table 1: blocks, parameters; table 2 prints millions
    "A": ((1, 1, 2, 2, 2), 132_863_336, 133),
    "B": ((2, 2, 2, 2, 2), 133_047_848, 133),
    "D": ((2, 2, 3, 3, 3), 138_357_544, 138),
    "E": ((2, 2, 4, 4, 4), 143_667_240, 144),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_parameters_of_every_configuration(name):
    blocks, parameters, millions = CONFIGURATIONS[name]
    model = models.vgg(blocks, initializer="zeros")
    assert model.count_params() == parameters and round(parameters / 1e6) == millions


def test_shapes_of_vgg16():
    model = models.vgg(initializer="zeros")
    sides = [model.get_layer(f"P{block}").output.shape[1:] for block in range(1, 6)]
    assert sides == [(112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)]


@pytest.mark.slow
def test_same_logits_as_keras_applications():
    theirs = keras.applications.VGG16(weights=None, classifier_activation=None)
    ours = models.vgg(initializer="zeros")
    assert ours.count_params() == theirs.count_params()
    ours.set_weights(theirs.get_weights())
    images = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3)).astype("float32")
    expected = np.array(theirs(images / 127.5 - 1))
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(ours(images), expected, atol=1e-3 * np.ptp(expected))


def test_too_many_blocks_are_told():
    with pytest.raises(ValueError, match=r"\(28, 28, 1\).*5 times"):
        models.vgg(input_shape=(28, 28, 1))
