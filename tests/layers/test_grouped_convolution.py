"""A grouped convolution is what Keras says it is, forwards and backwards, and knows its groups."""

import keras
import numpy as np
import pytest

from course.layers import GroupedConvolution
from course.ops import gradient

rng = np.random.default_rng(0)
MAPS = rng.normal(size=(2, 7, 6, 12)).astype("float32")


@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("options", [{"padding": "same"}, {"strides": 2, "activation": "relu"}])
def test_equals_keras_with_its_gradient(groups, options):
    ours = GroupedConvolution(6, 3, groups=groups, **options)
    theirs = keras.layers.Conv2D(6, 3, groups=groups, **options)
    theirs.build(MAPS.shape)
    ours.build(MAPS.shape)
    assert ours.kernel.shape == theirs.kernel.shape == (3, 3, 12 // groups, 6)
    ours.set_weights([rng.normal(size=w.shape) for w in theirs.get_weights()])
    theirs.set_weights(ours.get_weights())
    np.testing.assert_allclose(ours(MAPS), theirs(MAPS), atol=1e-5)
    slopes = [gradient(lambda x, layer=layer: layer(x) ** 2, MAPS) for layer in (ours, theirs)]
    np.testing.assert_allclose(*slopes, atol=1e-3)


def test_a_group_does_not_see_the_other():
    layer, changed = GroupedConvolution(8, 3, groups=2), MAPS.copy()
    changed[..., 6:] += 1
    before, after = np.array(layer(MAPS)), np.array(layer(changed))
    np.testing.assert_array_equal(before[..., :4], after[..., :4])
    assert np.abs(before[..., 4:] - after[..., 4:]).max() > 0.1
