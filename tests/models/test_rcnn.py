"""Region SVMs: what each part learns from, against definitions and a closed form."""

import numpy as np
import pytest

from course import models, ops
from course.metrics import match_detections
from course.models import rcnn

RNG = np.random.default_rng(0)
DIRECTION = RNG.normal(size=(3, 40))  # of background and two classes


def scenes(count=40, proposals=25):
    """Objects, regions near and far, and features that tell class and offset, with noise."""
    low = RNG.uniform(0, 40, (count, 2, 2))
    boxes = np.concatenate([low, low + RNG.uniform(20, 50, (count, 2, 2))], -1).astype("float32")
    classes = np.tile([0, 1], (count, 1)).astype("int32")
    near = boxes[:, RNG.integers(2, size=proposals)] + RNG.normal(0, 4, (count, proposals, 4))
    far = RNG.uniform(60, 70, (count, proposals, 4)) + np.array([0, 0, 25, 25])
    regions = np.concatenate([boxes, near, far], axis=1).astype("float32")
    overlaps = np.array(ops.pairwise_iou(regions, boxes))
    best, nearest = overlaps.max(-1), overlaps.argmax(-1)
    features = DIRECTION[np.where(best > 0.3, nearest + 1, 0)] * 3
    own = np.take_along_axis(boxes, nearest[..., None], 1)
    offsets = np.array(ops.encode_boxes(own, regions)) * 20
    features[..., :4] += np.where((best > 0.3)[..., None], offsets, 0)
    features += RNG.normal(0, 0.1, features.shape)
    return features.astype("float32"), regions, boxes, classes


def test_finds_objects_and_moves_their_boxes():
    features, regions, boxes, classes = scenes()
    model = models.RegionSVMs(2).fit(features, regions, boxes, classes)
    only_proposals = features[:, 2:], regions[:, 2:]
    found = model.detect(*only_proposals, (200, 200), min_score=0)
    matched = match_detections(found, {"boxes": boxes, "classes": classes})
    assert matched.correct.sum() > 0.9 * classes.size
    before = [ops.pairwise_iou(r, b) for r, b in zip(regions[:, 2:27], boxes, strict=True)]
    after = [ops.pairwise_iou(r, b) for r, b in zip(found["boxes"][:, :2], boxes, strict=True)]
    assert np.max(after, axis=1).mean() > np.max(before, axis=2).mean()


def test_ridge_regression_is_its_closed_form():
    x, y = RNG.normal(size=(30, 8)), RNG.normal(size=(30, 4))
    weights, bias = rcnn._ridge(x, y)
    centred = x - x.mean(axis=0)
    normal = centred.T @ centred + rcnn.RIDGE * np.eye(8)
    expected = np.linalg.solve(normal, centred.T @ (y - y.mean(axis=0)))
    assert weights == pytest.approx(expected, rel=1e-4, abs=1e-7)
    assert bias == pytest.approx(y.mean(axis=0) - x.mean(axis=0) @ expected)


def test_what_a_class_learns_from(monkeypatch):
    """Positive: the objects; negative: IoU below .3 with this class; regressed: above .6."""
    boxes = np.array([[[0, 0, 10, 10], [50, 50, 60, 60]]], "float32")
    classes = np.array([[0, 1]])
    rows = [[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 5], [0, 0, 10, 2], [50, 50, 60, 60]]
    regions = np.array([[*rows, [0, 0, 0, 0]]], "float32")  # IoU with class 0: 1, .9, .5, .2, 0
    features = np.eye(6, dtype="float32")[None]
    seen = []
    monkeypatch.setattr(
        rcnn, "_linear_svm", lambda x, n: seen.append((x.argmax(1), n)) or (np.zeros(6), 0.0)
    )
    monkeypatch.setattr(
        rcnn, "_ridge", lambda x, t: seen.append((x.argmax(1), len(t))) or (np.zeros((6, 4)), 0.0)
    )
    models.RegionSVMs(2, rounds=1).fit(features, regions, boxes, classes)
    first, mined, boxes_of_class_0 = seen[:3]
    assert first[0][0] == 0 and set(first[0][1:]) <= {3, 4} and first[1] == 1
    assert mined[0].tolist() == [0, 3, 4]
    assert boxes_of_class_0[0].tolist() == [0, 1]


def test_hard_negatives_are_mined():
    """Few features look alike for objects and some background: random negatives miss them."""
    features = RNG.normal(0, 0.3, (1, 2000, 20)).astype("float32")
    features[0, :5, 0], features[0, 5:10, :2] = 20, 20  # objects; rare background like them
    regions = np.tile(np.float32([100, 100, 110, 110]), (1, 2000, 1))
    boxes = np.stack([np.arange(5) * 20, np.zeros(5), np.arange(5) * 20 + 9, np.full(5, 9)], -1)
    regions[0, :5] = boxes
    margins = []
    for rounds in (0, 2):
        model = models.RegionSVMs(1, rounds)
        model.fit(features, regions, boxes[None].astype("float32"), np.zeros((1, 5), int))
        scores = features[0] * model.scale @ model.weights[0] + model.bias[0]
        margins.append(scores[:5].min() - scores[5:].max())
    assert margins[0] < 0 < margins[1]


def test_a_class_without_objects_is_told():
    features, regions, boxes, classes = scenes(4)
    with pytest.raises(ValueError, match="class 2"):
        models.RegionSVMs(3).fit(features, regions, boxes, classes)
