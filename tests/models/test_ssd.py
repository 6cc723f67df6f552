"""SSD: shapes, order of the outputs, from true offsets back to detections, and that it learns."""

import keras
import numpy as np
import pytest

from course import models, ops, training
from course.losses.ssd import BOX_WEIGHTS
from course.metrics import match_detections

SHAPES = dict(
    zip(
        ("P3", "P4", "P5"),
        ops.default_box_shapes(64, [0.25, 0.45, 0.65, 0.85], [(2,), (2, 3), (2,)]),
        strict=True,
    )
)


def tiny_backbone():
    image = x = keras.Input((64, 64, 3))
    maps = {}
    for level in (1, 2, 3, 4):
        x = keras.layers.Conv2D(8 * level, 3, 2, padding="same", activation="relu")(x)
        maps[f"P{level}"] = x
    return keras.Model(image, {name: maps[name] for name in ("P3", "P4")})


def pictures(count=6):
    """Bright squares of two colours on noise: images, and what is on them."""
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 0.2, (count, 64, 64, 3)).astype("float32")
    boxes = np.zeros((count, 3, 4), "float32")
    classes = np.full((count, 3), -1, "int32")
    for k in range(count - 1):  # the last one is empty
        for n, (x, y) in enumerate(((2, 6), (36, 30))):
            side = int(rng.integers(16, 28))
            boxes[k, n], classes[k, n] = (x, y, x + side, y + side), rng.integers(2)
            images[k, y : y + side, x : x + side, classes[k, n]] += 1
    return images, boxes, classes


def test_shapes_and_the_order_of_default_boxes():
    detector = models.SSD(tiny_backbone(), SHAPES, num_classes=2, width=16)
    count = 8 * 8 * 4 + 4 * 4 * 6 + 2 * 2 * 4
    assert detector.anchors.shape == (count, 4)
    outputs = detector(np.zeros((2, 64, 64, 3)))
    assert outputs["deltas"].shape == (2, count, 4) and outputs["logits"].shape == (2, count, 3)
    boxes, scores = detector.candidates(outputs)
    assert boxes.shape == (2, count, 4) and scores.shape == (2, count, 2)
    assert np.array(boxes).min() >= 0 and np.array(boxes).max() <= 64
    head = detector.network.get_layer("P4_deltas")  # row 2, column 1, shape 5 of map P4
    head.set_weights([0 * w for w in head.get_weights()])
    head.bias.assign(np.eye(24)[5 * 4] * 7)
    deltas = np.array(detector(np.zeros((1, 64, 64, 3)))["deltas"])[0]
    place = 8 * 8 * 4 + (2 * 4 + 1) * 6 + 5
    assert deltas[place].tolist() == [7, 0, 0, 0]
    centre = detector.anchors[place].reshape(2, 2).mean(axis=0)
    assert centre.tolist() == [1.5 * 16, 2.5 * 16]


def test_true_offsets_become_the_true_boxes():
    detector = models.SSD(tiny_backbone(), SHAPES, num_classes=2, width=16)
    _, boxes, classes = pictures()
    matches = ops.match(ops.pairwise_iou(detector.anchors, boxes), classes >= 0)
    wanted = ops.take_matched(boxes, matches)
    labels = np.array(ops.take_matched(classes + 1, matches))
    outputs = {
        "deltas": ops.encode_boxes(wanted, detector.anchors, BOX_WEIGHTS),
        "logits": 20 * np.eye(3, dtype="float32")[labels],
    }
    terms = detector.terms(outputs, boxes, classes)
    assert float(terms["box_loss"]) == pytest.approx(0, abs=1e-6)
    assert float(terms["class_loss"]) == pytest.approx(0, abs=1e-6)
    found = ops.detections(*detector.candidates(outputs), max_outputs=5)
    for k in range(6):
        here = np.array(found["classes"])[k] >= 0
        got = np.array(found["boxes"])[k][here]
        assert here.sum() == (classes[k] >= 0).sum()
        table = np.array(ops.pairwise_iou(got, boxes[k]))
        assert (table.max(axis=1, initial=0) > 0.999).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["SSD", "RetinaNet"])
def test_learns_a_handful_of_pictures_by_heart(kind):
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    if kind == "SSD":
        detector = models.SSD(tiny_backbone(), SHAPES, num_classes=2, width=32)
    else:
        shapes = {f"P{n}": ops.anchor_shapes([3 * 2**n]) for n in (3, 4)}
        detector = models.RetinaNet(tiny_backbone(), shapes, num_classes=2, width=32)
    images, boxes, classes = pictures()
    batch = {"images": images, "boxes": boxes, "classes": classes}
    batches = tf.data.Dataset.from_tensors(batch)
    history = training.train_detector(detector, batches, 192, 5e-3, epochs=2)
    assert history["loss"][1] < 0.5 * history["loss"][0]
    found = detector.detect(images, min_score=0.3)
    matches = match_detections(found, {"boxes": boxes, "classes": classes})
    assert matches.correct.sum() == (classes >= 0).sum()
    if kind == "RetinaNet":  # SSD mines no negatives on pictures without objects
        assert (found["classes"][-1] < 0).all()
