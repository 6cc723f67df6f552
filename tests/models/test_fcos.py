"""FCOS and what all detectors share: trained, asked, saved; on toy pictures that it must learn."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import models
from course.training import evaluate_detector, train_detector


def toy_pictures(num=16, side=64, seed=0):
    """Red and blue rectangles on grey, one or two in a picture."""
    rng = np.random.default_rng(seed)
    images = np.full((num, side, side, 3), 128, "uint8")
    boxes, classes = np.zeros((num, 2, 4), "float32"), np.full((num, 2), -1, "int32")
    for i in range(num):
        for slot in range(rng.integers(1, 3)):
            x, y = rng.integers(0, side // 2 - 16, 2)
            x += slot * side // 2
            w, h = rng.integers(12, 16, 2)
            kind = rng.integers(2)
            images[i, y : y + h, x : x + w] = [(230, 20, 20), (20, 20, 230)][kind]
            boxes[i, slot], classes[i, slot] = (x, y, x + w, y + h), kind
    return {"images": images, "boxes": boxes, "classes": classes}


def small(split=(), width=32):
    pyramid = models.small_pyramid((64, 64, 3), (16, 16, 16, 16), (1, 1, 1, 1))
    return models.FCOS(pyramid, 2, split, width)


@pytest.mark.slow
def test_it_learns_sixteen_pictures_by_heart():
    keras.utils.set_random_seed(0)
    batches = tf.data.Dataset.from_tensor_slices(toy_pictures()).batch(8)
    detector = small()
    history = train_detector(detector, batches, 240, 5e-3, epochs=2)
    metrics, found, objects = evaluate_detector(detector, batches)
    assert history["loss"][-1] < history["loss"][0] / 2 and {"class", "box"} < set(history)
    assert metrics["AP50"] > 0.9
    assert found["boxes"].shape == (16, 50, 4) and objects["classes"].shape == (16, 2)


@pytest.mark.parametrize("split, places", [((), 64), ((24,), 64 + 16)])
def test_shapes_and_places(split, places):
    detector = small(split)
    outputs = detector(np.zeros((3, 64, 64, 3), "float32"))
    boxes, scores = detector.candidates(outputs)
    assert outputs.shape == (3, places, 2 + 4)
    assert boxes.shape == (3, places, 4) and scores.shape == (3, places, 2)
    assert detector.places[:2].tolist() == [[4, 4], [12, 4]]  # x first, row by row
    assert 0.005 < float(scores[0, 0, 0]) < 0.02  # the prior


def test_the_size_of_the_image_is_known_from_maps_alone():
    """Where the backbone was run before, the "images" are its maps."""
    inputs = {f"P{n}": keras.Input((64 // 2**n, 96 // 2**n, 8), name=f"P{n}") for n in (3, 4)}
    detector = models.FCOS(keras.Model(inputs, inputs), 2, (24,), 16)
    assert len(detector.places) == 8 * 12 + 4 * 6
    assert detector.places.max(axis=0).tolist() == [92, 60]


def test_detections_are_padded_and_sorted():
    found = small().detect(toy_pictures(3)["images"], min_score=0.0, batch_size=2)
    assert {name: value.shape for name, value in found.items()} == {
        "boxes": (3, 50, 4),
        "scores": (3, 50),
        "classes": (3, 50),
    }
    assert (np.diff(found["scores"]) <= 0).all()


def test_bad_input_is_told_in_a_sentence():
    detector = small()
    with pytest.raises(ValueError, match=r"image\[None\]"):
        detector.detect(np.zeros((64, 64, 3)))
    with pytest.raises(ValueError, match="multiples of 32"):
        models.small_pyramid((100, 100, 3))
    with pytest.raises(ValueError, match="multiple of epochs"):
        train_detector(detector, None, 10, epochs=3)
    with pytest.raises(TypeError, match="training=False"):
        type("Deaf", (models.Detector,), {"call": lambda self, images: images})
