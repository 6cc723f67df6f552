"""Networks that label pixels: shapes, starts, parts and what they refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import metrics, models
from course.training import evaluate_segmenter, train_segmenter

SHAPES = {"P3": (8, 8, 6), "P4": (4, 4, 10), "P5": (2, 2, 12)}


def maps_of(count=4):
    rng = np.random.default_rng(0)
    return {k: rng.normal(size=(count, *shape)).astype("float32") for k, shape in SHAPES.items()}


def passing_on(names=SHAPES):
    inputs = {name: keras.Input(SHAPES[name], name=name) for name in names}
    return keras.Model(inputs, inputs)


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_fcn_gives_logits_of_every_pixel_and_says_background_at_first(stride):
    model = models.fcn(passing_on(), 5, stride)
    logits = model(maps_of())
    assert logits.shape == (4, 64, 64, 5)
    assert np.allclose(logits[:, 28:36, 28:36], [3, 0, 0, 0, 0])  # less at the border: zeros


def test_finer_maps_add_to_the_scores_of_coarser_ones():
    """With the finer scores at zero, FCN-8s is FCN-32s with two bilinear steps in between."""
    maps = maps_of()
    coarse, fine = (models.fcn(passing_on(), 5, stride) for stride in (32, 8))
    for layer in ("P5_features_conv", "P5_score"):
        shared = coarse.get_layer(layer)
        values = [np.random.default_rng(1).normal(size=w.shape) for w in shared.weights]
        for model in (coarse, fine):
            model.get_layer(layer).set_weights(values)
    a, b = (np.array(model(maps))[:, 28:36, 28:36] for model in (coarse, fine))
    assert a.std() > 1 and np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.95


def test_last_step_is_bilinear_for_good_unless_another_start_is_asked_for():
    fixed, learned = (models.fcn(passing_on(), 5, 8, kernel=k) for k in ("bilinear", "zeros"))
    assert not fixed.get_layer("to_pixels").weights
    assert fixed.get_layer("P4_from_above").trainable_weights
    assert learned.get_layer("to_pixels").trainable_weights[0].shape == (16, 16, 5, 5)


@pytest.mark.parametrize("way", ["switches", "nails", "nearest", "transposed"])
def test_deconvnet_comes_back_to_full_size(way):
    model = models.deconvnet((16, 24, 3), 4, (4, 6), way)
    assert model(np.zeros((2, 16, 24, 3))).shape == (2, 16, 24, 4)
    assert metrics.multiply_adds(model) > 0


def test_nails_stand_in_the_upper_left_corner():
    model = models.deconvnet((8, 8, 1), 2, (4,), "nails")
    nails = keras.Model(model.input, model.get_layer("unpool1").output)
    y = np.array(nails(np.random.default_rng(0).uniform(0, 255, (1, 8, 8, 1))))
    assert y[:, ::2, ::2].any() and not y[:, 1::2].any() and not y[:, :, 1::2].any()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["switches", "nails", "nearest", "transposed"])
def test_deconvnet_finds_squares(way):
    rng = np.random.default_rng(0)
    semantic = np.zeros((64, 16, 16), "uint8")
    for picture, (i, j) in zip(semantic, rng.integers(0, 9, (64, 2)), strict=True):
        picture[i : i + 7, j : j + 7] = 1
    images = semantic[..., None] * 120 + rng.normal(60, 20, (64, 16, 16, 1))
    batch = {"images": images.astype("float32"), "semantic": semantic}
    batches = tf.data.Dataset.from_tensor_slices(batch).batch(16)
    keras.utils.set_random_seed(0)
    model = models.deconvnet((16, 16, 1), 2, (8, 8), way)
    train_segmenter(model, batches, 96, 5e-2)
    assert evaluate_segmenter(model, batches)[0]["foreground_iou"] > 0.9


def test_full_resolution_costs_grow_with_the_picture():
    small, large = (models.full_resolution((side, side, 3), 4) for side in (16, 32))
    assert metrics.multiply_adds(large) == 4 * metrics.multiply_adds(small)
    assert small(np.zeros((1, 16, 16, 3))).shape == (1, 16, 16, 4)


def test_what_cannot_be_built_is_told():
    with pytest.raises(ValueError, match=r"stride=8 and maps \['P5'\]"):
        models.fcn(passing_on(("P5",)), 5, 8)
    with pytest.raises(ValueError, match="multiples of 8 and one of"):
        models.deconvnet((20, 24, 3), 4)
    with pytest.raises(ValueError, match="unpooling='bed'"):
        models.deconvnet((16, 16, 3), 4, unpooling="bed")
