"""The recipe for segmentation learns, ignores, weighs and measures; from images and from maps."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course.training import evaluate_segmenter, train_segmenter


def bright_squares(weights=None, count=32):
    rng = np.random.default_rng(0)
    semantic = np.zeros((count, 8, 8, 1), "uint8")
    for picture, (row, column) in zip(semantic, rng.integers(0, 5, (count, 2)), strict=True):
        picture[row : row + 4, column : column + 4] = 1
    images = semantic * 2.0 - 1 + rng.normal(size=semantic.shape) * 0.3
    batch = {"images": images.astype("float32"), "semantic": semantic}
    batch |= {} if weights is None else {"weights": np.full((count, 8, 8), weights, "float32")}
    return tf.data.Dataset.from_tensor_slices(batch).batch(8)


def pixelwise(maps=False):
    image = keras.Input((8, 8, 1), name="P0")
    logits = layers.Conv2D(2, 3, padding="same", kernel_initializer="zeros")(image)
    return keras.Model({"P0": image} if maps else image, logits)


def test_learns_and_measures():
    batches = bright_squares()
    model = pixelwise()
    before, _, _ = evaluate_segmenter(model, batches)
    history = train_segmenter(model, batches, 120, 0.1, epochs=2)
    after, predicted, truth = evaluate_segmenter(model, batches)
    assert history["loss"][1] < history["loss"][0]
    assert predicted.shape == truth.shape == (32, 8, 8) and predicted.dtype == "uint8"
    assert before["foreground_iou"] == 0 and after["foreground_iou"] > 0.9
    assert after["pixel_accuracy"] == np.mean(predicted == truth)
    for name in ("mean_iou", "frequency_weighted_iou", "boundary_iou"):
        assert before[name] < 0.7 < after[name] <= 1, name
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)


def test_takes_maps_in_place_of_images():
    batches = bright_squares().map(lambda batch: batch | {"images": {"P0": batch["images"]}})
    model = pixelwise(maps=True)
    train_segmenter(model, batches, 60, 0.1)
    assert evaluate_segmenter(model, batches)[0]["foreground_iou"] > 0.5


def test_weights_of_zero_teach_nothing():
    model = pixelwise()
    train_segmenter(model, bright_squares(weights=0.0), 4, 0.1, weight_decay=0.0)
    assert not np.any(model.get_weights()[0])


def test_parts_must_divide_the_steps():
    with pytest.raises(ValueError, match="steps=3 and epochs=2"):
        train_segmenter(pixelwise(), bright_squares(), 3, epochs=2)
