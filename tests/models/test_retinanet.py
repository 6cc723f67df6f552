"""RetinaNet: one head for all maps, the prior, anchors as keras-cv makes them."""

import math

import keras
import keras_cv
import numpy as np
import pytest

from course import models, ops

SCALES = [2 ** (k / 3) for k in range(3)]
SHAPES = {
    f"P{n}": ops.anchor_shapes([4 * 2**n * s for s in SCALES], [0.5, 1, 2]) for n in range(3, 7)
}


def backbone():
    inputs = {f"P{n}": keras.Input((128 // 2**n, 128 // 2**n, n), name=f"P{n}") for n in (3, 4, 5)}
    return keras.Model(inputs, inputs)


@pytest.fixture(scope="module")
def detector():
    return models.RetinaNet(backbone(), SHAPES, 5, width=8, depth=2, batch_norm=False)


def maps(value=0.0):
    return {f"P{n}": np.full((2, 128 // 2**n, 128 // 2**n, n), value) for n in (3, 4, 5)}


def test_shapes_and_shared_heads(detector):
    count = 9 * (256 + 64 + 16 + 4)
    outputs = detector(maps())
    assert outputs["deltas"].shape == (2, count, 4) and outputs["logits"].shape == (2, count, 5)
    boxes, scores = detector.candidates(outputs)
    assert boxes.shape == (2, count, 4) and scores.shape == (2, count, 5)
    laterals = 8 * (3 + 4 + 5) + 3 * 8
    smooth = 3 * (9 * 8 * 8 + 8) + 9 * 5 * 8 + 8  # P3 to P5, and P6 on the backbone's P5
    head = 2 * (9 * 8 * 8 + 8)
    outputs = 2 * head + (9 * 8 + 1) * 9 * 4 + (9 * 8 + 1) * 9 * 5
    assert detector.count_params() == laterals + smooth + outputs  # heads counted once


def test_anchors_are_those_of_keras_cv(detector):
    theirs = keras_cv.layers.AnchorGenerator(
        bounding_box_format="xyxy",
        sizes=[32, 64, 128, 256],
        scales=SCALES,
        aspect_ratios=[0.5, 1, 2],
        strides=[8, 16, 32, 64],
    )(image_shape=(128, 128, 3))
    expected = np.concatenate([np.array(level) for level in theirs.values()])
    ours = detector.anchors
    assert ours.shape == expected.shape
    order = [np.lexsort(np.round(a, 3).T) for a in (ours, expected)]
    np.testing.assert_allclose(ours[order[0]], expected[order[1]], atol=1e-3)


def test_every_anchor_begins_with_the_prior(detector):
    scores = np.array(detector.candidates(detector(maps()))[1])
    np.testing.assert_allclose(scores, 0.01, rtol=1e-5)


def test_the_prior_keeps_the_background_from_swamping_the_first_step():
    boxes = np.array([[[20, 20, 60, 70]]] * 2, "float32")
    classes = np.zeros((2, 1), "int32")
    first = {}
    for prior in (0.01, 0.5):
        detector = models.RetinaNet(backbone(), SHAPES, 5, width=8, prior=prior, gamma=0.0)
        first[prior] = float(detector.terms(detector(maps()), boxes, classes)["class_loss"])
    anchors = len(SHAPES["P3"]) * 340
    background = 2 * anchors * 5 * 0.75 * math.log(2)
    matched = first[0.5] and np.sum(
        np.array(ops.match(ops.pairwise_iou(detector.anchors, boxes), classes >= 0, 0.5, 0.4)) >= 0
    )
    assert first[0.5] == pytest.approx(background / matched, rel=0.05)
    assert first[0.01] < first[0.5] / 10


def test_different_numbers_of_shapes_are_told():
    with pytest.raises(ValueError, match="shared heads"):
        models.RetinaNet(backbone(), {**SHAPES, "P6": SHAPES["P6"][:3]}, num_classes=5)
