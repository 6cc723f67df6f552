"""Cutting, freezing and new heads: against the uncut network, and against what fit really moves."""

import keras
import numpy as np
import pytest
from keras import layers

from course.models import classifier_on, cut, freeze
from course.models.pretrained.efficientnet_lite import (
    efficientnet_lite0,
    efficientnet_lite0_pyramid,
)
from course.models.transfer import CUTS

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3)).astype("float32")


@pytest.fixture(scope="module")
def net():
    return efficientnet_lite0(include_top=False, input_shape=(64, 64, 3))


def norms(model):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from norms(layer)
        elif isinstance(layer, layers.BatchNormalization):
            yield layer


def moved(model, inputs, targets):
    """Train one step and return the paths of all variables that changed, statistics included."""
    before = [np.array(v) for v in model.variables]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    model.train_on_batch(inputs, targets)
    pairs = zip(model.variables, before, strict=True)
    changed = {v.path for v, old in pairs if not np.array_equal(np.array(v), old)}
    return {path for path in changed if "seed_generator" not in path}


def test_cuts_are_where_keras_cv_puts_its_pyramid_levels(net):
    levels = net.get_layer("backbone").pyramid_level_inputs
    assert {name: CUTS[name] for name in levels} == levels


@pytest.mark.parametrize(("at", "shape"), [("P3", (8, 8, 40)), ("P4", (4, 4, 112))])
def test_lower_then_upper_is_the_whole(net, at, shape):
    lower, upper = cut(net, at)
    assert lower.output_shape[1:] == shape
    np.testing.assert_allclose(np.array(upper(lower(IMAGES))), np.array(net(IMAGES)), atol=1e-5)
    assert lower.count_params() + upper.count_params() == net.count_params()


def test_a_cut_at_the_end_leaves_nothing_above(net):
    lower, upper = cut(net, "P5")
    assert upper is None
    np.testing.assert_array_equal(np.array(lower(IMAGES)), np.array(net(IMAGES)))


def test_both_parts_share_the_weights_of_the_backbone(net):
    upper = cut(net, "block 7")[1]
    kernel = net.get_layer("backbone").get_layer("top_conv").kernel
    assert any(kernel is v for v in upper.variables)


def test_one_step_moves_nothing_below_the_cut_and_no_batch_statistics():
    model = freeze(classifier_on(efficientnet_lite0(False, None, (64, 64, 3)), 7), "block 7")
    assert moved(model, IMAGES, np.arange(4)) == {"top_conv/kernel", "head/kernel", "head/bias"}


def test_batch_norm_in_training_mode_moves_its_statistics():
    upper = cut(efficientnet_lite0(False, None, (64, 64, 3)), "block 7")[1]
    maps = np.random.default_rng(0).normal(size=(4, 2, 2, 320))
    paths = moved(freeze(classifier_on(upper, 7), None, batch_norm=False), maps, np.arange(4))
    assert {f"top_bn/{n}" for n in ("gamma", "beta", "moving_mean", "moving_variance")} <= paths


def test_keras_does_not_heed_training_false_inside_a_functional_model():
    """Why `freeze` sets ``trainable``; the day this fails, Keras has changed (issue 20285)."""
    inner = keras.Sequential(
        [keras.Input((3,)), layers.BatchNormalization(name="bn")], name="sequential"
    )
    inputs = keras.Input((3,))
    outer = keras.Model(inputs, layers.Dense(2)(inner(inputs, training=False)))
    assert "sequential/bn/moving_mean" in moved(outer, np.ones((4, 3)), np.arange(4) % 2)


def test_freezing_counts_and_can_be_undone(net):
    free = freeze(net, None, batch_norm=False).trainable_weights
    running = sum(2 * layer.gamma.shape[0] for layer in norms(net))  # means and variances
    assert sum(int(np.prod(v.shape)) for v in free) == 4_694_024 - 1281 * 1000 - running
    assert not freeze(net, "P5").trainable_weights
    assert not any(layer.trainable for layer in norms(freeze(net, None)))


def test_freezing_reaches_a_backbone_inside_a_detector():
    pyramid = efficientnet_lite0_pyramid(("P3", "P4"), weights=None, input_shape=(64, 64, 3))
    names = [v.path for v in freeze(pyramid, "P3").trainable_weights]
    assert names and all(name.split("/")[0].startswith(("block4", "block5")) for name in names)


def test_several_heads_and_heads_on_vectors():
    model = classifier_on(None, {"superclass": 7, "class": 98})
    outputs = model(np.ones((2, 1280), "float32"))
    assert {name: tuple(x.shape) for name, x in outputs.items()} == {
        "superclass": (2, 7), "class": (2, 98),
    }  # fmt: skip
    assert classifier_on(None, 7).count_params() == 1281 * 7


def test_unknown_cuts_say_which_there_are(net):
    with pytest.raises(ValueError, match=r"'P6'.*P1.*block 7"):
        cut(net, "P6")
    with pytest.raises(ValueError, match=r"no layer 'block3b_add'; give it a model"):
        freeze(cut(net, "P4")[1], "P3")
