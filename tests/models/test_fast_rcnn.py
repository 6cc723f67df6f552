"""Fast R-CNN: shapes, what is drawn, from true offsets back to detections, and that it learns."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import models, ops, training
from course.losses.rcnn import REGION_WEIGHTS
from course.metrics import match_detections

RNG = np.random.default_rng(0)


def tiny_backbone():
    image = x = keras.Input((64, 64, 3))
    for width in (8, 16, 16):
        x = keras.layers.Conv2D(width, 3, 2, padding="same", activation="relu")(x)
    return keras.Model(image, {"P3": x})


def pictures(count=8):
    """Bright squares of two colours on noise, and proposals around them and elsewhere."""
    images = RNG.uniform(0, 0.2, (count, 64, 64, 3)).astype("float32")
    boxes = np.zeros((count, 3, 4), "float32")
    classes = np.full((count, 3), -1, "int32")
    for k in range(count - 1):  # the last one is empty
        for n, (x, y) in enumerate(((2, 6), (36, 30))):
            side = int(RNG.integers(16, 28))
            boxes[k, n], classes[k, n] = (x, y, x + side, y + side), RNG.integers(2)
            images[k, y : y + side, x : x + side, classes[k, n]] += 1
    low = RNG.uniform(0, 40, (count, 20, 2))
    others = np.concatenate([low, low + RNG.uniform(8, 24, (count, 20, 2))], axis=-1)
    near = np.repeat(boxes[:, :2], 5, axis=1) + RNG.normal(0, 3, (count, 10, 4))
    near = np.where((boxes[:, :2, 2] > 0).repeat(5, axis=1)[..., None], near, 0)
    proposals = np.concatenate([near, others], axis=1).clip(0, 64).astype("float32")
    return {"images": images, "proposals": proposals}, boxes, classes


def test_shapes():
    detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=16, size=3)
    inputs, *_ = pictures()
    outputs = detector(inputs)
    assert outputs["logits"].shape == (8, 30, 3) and outputs["deltas"].shape == (8, 30, 2, 4)
    boxes, scores = detector.candidates(outputs)
    assert boxes.shape == (8, 30, 2, 4) and scores.shape == (8, 30, 2)
    assert np.array(boxes).min() >= 0 and np.array(boxes).max() <= 64
    padding = inputs["proposals"][..., 2] == 0
    assert padding.any() and (np.array(scores)[padding] == 0).all()
    assert set(detector(inputs, training=True)) == {"map", "regions"}


def test_the_last_layers_begin_quietly_unless_told_otherwise():
    for options, least, most in (({}, 0.005, 0.02), ({"spread": None}, 0.1, 0.6)):
        detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=16, size=3, **options)
        layer = detector.box_head.get_layer
        spread = float(np.std(layer("box_logits").kernel))
        assert least < spread < most
        ratio = float(np.std(layer("box_deltas").kernel)) / spread
        assert ratio < 0.2 if not options else ratio > 0.5


def test_a_quarter_of_what_is_drawn_are_objects_and_the_rest_comes_near_one():
    detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=16, size=3, num_samples=12)
    inputs, boxes, classes = pictures()
    regions, matches = (np.array(x) for x in detector.draw(inputs["proposals"], boxes, classes))
    best = np.array(ops.pairwise_iou(regions, boxes)).max(axis=-1)
    assert ((matches >= 0).sum(axis=1)[:-1] == 3).all() and (matches[-1] < 0).all()
    assert (best[matches >= 0] >= 0.5).all()
    background = matches == -1
    assert background.any() and (best[background] >= 0.1).all() and (best[background] < 0.5).all()
    detector.least = 0.0
    regions, matches = (np.array(x) for x in detector.draw(inputs["proposals"], boxes, classes))
    best = np.array(ops.pairwise_iou(regions, boxes)).max(axis=-1)
    assert (best[matches == -1] < 0.1).any()


def test_true_offsets_and_classes_come_back_as_the_objects():
    detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=16, size=3)
    inputs, boxes, classes = pictures()
    overlaps = ops.pairwise_iou(inputs["proposals"], boxes)
    matches = ops.match(overlaps, classes >= 0, force=False)
    labels = np.array(ops.take_matched(classes + 1, matches))
    own = ops.take_matched(boxes, matches)
    deltas = np.array(ops.encode_boxes(own, np.maximum(inputs["proposals"], 1e-3), REGION_WEIGHTS))
    deltas = np.where((labels > 0)[..., None], deltas, 0)[:, :, None].repeat(2, axis=2)
    outputs = {"regions": inputs["proposals"], "deltas": deltas.astype("float32"),
               "logits": np.eye(3, dtype="float32")[labels] * 20}  # fmt: skip
    found = detector.choose_detections(outputs, 0.5, 0.5, 10)
    found = {name: np.array(values) for name, values in found.items()}
    for k in range(8):
        wanted = boxes[k][classes[k] >= 0]
        got = found["boxes"][k][found["classes"][k] >= 0]
        assert len(got) == len(wanted)
        if len(got):
            assert np.array(ops.pairwise_iou(wanted, got)).max(axis=1) == pytest.approx(1, abs=1e-3)


def test_learns_to_find_the_squares():
    keras.utils.set_random_seed(0)
    detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=32, size=3)
    inputs, boxes, classes = pictures()
    batch = {"images": inputs, "boxes": boxes, "classes": classes}
    history = training.train_detector(
        detector, tf.data.Dataset.from_tensors(batch), 64, 1e-2, epochs=2
    )
    assert {"class", "box"} <= set(history) and history["class"][-1] < history["class"][0] / 2
    found = detector.detect(inputs, min_score=0.3)
    matched = match_detections(found, {"boxes": boxes, "classes": classes})
    assert matched.correct.sum() >= 0.8 * (classes >= 0).sum()


def test_proposals_without_the_batch_axis_are_told():
    detector = models.FastRCNN(tiny_backbone(), 2, "P3", hidden=16, size=3)
    inputs, *_ = pictures()
    with pytest.raises(ValueError, match=r"\(30, 4\).*\[B, P, 4\]"):
        detector.detect(inputs | {"proposals": inputs["proposals"][0]})
    with pytest.raises(ValueError, match=r"image\[None\]"):
        detector.detect(inputs | {"images": inputs["images"][0]})
