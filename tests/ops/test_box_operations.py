"""Boxes against slow loops, by property, against keras-cv, and at their degenerate edges."""

import math

import keras
import keras_cv
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import ops

coordinates = st.integers(-20, 60)
any_boxes = hnp.arrays("float32", st.tuples(st.integers(1, 6), st.just(4)), elements=coordinates)


def proper(boxes):
    """Order the corners and make every side at least one pixel long."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    return np.concatenate([low, high + 1], axis=1)


def pixels(box):
    """Return all pixels of a box, one by one."""
    x0, y0, x1, y1 = map(int, box)
    return {(x, y) for x in range(x0, x1) for y in range(y0, y1)}


@settings(max_examples=40, deadline=None)
@given(any_boxes, any_boxes)
def test_iou_counts_common_pixels(boxes, others):
    expected = np.zeros((len(boxes), len(others)))
    for n, box in enumerate(boxes):
        for m, other in enumerate(others):
            a, b = pixels(box), pixels(other)
            expected[n, m] = len(a & b) / max(len(a | b), 1)
    assert np.array(ops.pairwise_iou(boxes, others)) == pytest.approx(expected, abs=1e-6)
    assert np.array(ops.area(boxes)) == pytest.approx([len(pixels(box)) for box in boxes])


@settings(max_examples=20, deadline=None)
@given(any_boxes, any_boxes, st.integers(-9, 9), st.sampled_from([0.5, 3]))
def test_overlaps_do_not_change_with_order_place_or_scale(boxes, others, shift, scale):
    boxes, others = proper(boxes), proper(others)
    for function in (ops.iou, ops.giou, ops.ciou):
        found = np.array(function(boxes[:, None], others))
        moved = function(boxes[:, None] * scale + shift, others * scale + shift)
        assert found == pytest.approx(np.array(moved), abs=1e-5)
        assert found == pytest.approx(np.array(function(others, boxes[:, None])), abs=1e-5)
        assert np.array(function(boxes, boxes)) == pytest.approx(1, abs=1e-5)
    assert (np.array(ops.giou(boxes[:, None], others)) > -1).all()


def slow_giou_and_ciou(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    wa, ha, wb, hb = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    union = wa * ha + wb * hb - width * height
    iou = width * height / union
    hull_w, hull_h = max(a[2], b[2]) - min(a[0], b[0]), max(a[3], b[3]) - min(a[1], b[1])
    giou = iou - (hull_w * hull_h - union) / (hull_w * hull_h)
    rho2 = ((a[0] + a[2] - b[0] - b[2]) ** 2 + (a[1] + a[3] - b[1] - b[3]) ** 2) / 4
    v = 4 / math.pi**2 * (math.atan(wa / ha) - math.atan(wb / hb)) ** 2
    alpha = v / (1 - iou + v) if v else 0
    return giou, iou - rho2 / (hull_w**2 + hull_h**2) - alpha * v


@settings(max_examples=40, deadline=None)
@given(any_boxes, any_boxes)
def test_giou_and_ciou_are_their_papers(boxes, others):
    boxes, others = proper(boxes), proper(others)
    expected = [[slow_giou_and_ciou(a, b) for b in others.tolist()] for a in boxes.tolist()]
    giou, ciou = np.moveaxis(np.array(expected), -1, 0)
    assert np.array(ops.giou(boxes[:, None], others)) == pytest.approx(giou, abs=1e-5)
    assert np.array(ops.ciou(boxes[:, None], others)) == pytest.approx(ciou, abs=1e-5)


def random_boxes(*shape, seed=0):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 60, (*shape, 2))
    return np.concatenate([low, low + rng.uniform(1, 40, (*shape, 2))], -1).astype("float32")


def test_iou_agrees_with_keras_cv_in_batches():
    boxes, others = random_boxes(3, 20), random_boxes(3, 7, seed=1)
    theirs = keras_cv.bounding_box.compute_iou(boxes, others, "xyxy")
    assert np.array(ops.pairwise_iou(boxes, others)) == pytest.approx(np.array(theirs), abs=1e-5)


def test_encoding_agrees_with_keras_and_decoding_inverts_it():
    boxes, anchors = random_boxes(3, 50), random_boxes(50, seed=1)
    for weights in ((1, 1, 1, 1), (10, 10, 5, 5)):
        deltas = ops.encode_boxes(boxes, anchors, weights)
        theirs = keras.utils.bounding_boxes.encode_box_to_deltas(
            anchors, boxes, "xyxy", "xyxy", "center_xywh", variance=1 / np.array(weights)
        )
        assert np.array(deltas) == pytest.approx(np.array(theirs), abs=1e-3)
        decoded = np.array(ops.decode_boxes(deltas, anchors, weights))
        assert decoded == pytest.approx(boxes, abs=1e-3)


def test_decoding_limits_the_scale_and_stays_finite():
    deltas, anchor = np.array([[[0, 0, 1000, 0]], [[0, 0, 16, 16]]], "float32")
    decoded = np.array(ops.decode_boxes(deltas, anchor))
    assert decoded == pytest.approx(np.array([[-492, 0, 508, 16]]), abs=1e-2)


def test_padding_and_degenerate_boxes_give_finite_numbers_and_gradients():
    empty = np.array([[0, 0, 0, 0], [5, 5, 5, 9], [9, 9, 2, 2]], "float32")
    others = np.concatenate([random_boxes(2), empty])
    for function in (ops.iou, ops.giou, ops.ciou, ops.encode_boxes):
        assert np.isfinite(np.array(function(others[:, None], random_boxes(3)))).all()
    for function in (ops.iou, ops.giou, ops.ciou):
        for target in (empty, random_boxes(3)):
            assert np.isfinite(ops.gradient(lambda x, f=function, t=target: f(x, t), empty)).all()
    assert np.array(ops.area(empty)).tolist() == [0, 0, 0]
    assert not np.array(ops.pairwise_iou(empty, others)).any()


def test_clipping_and_centres():
    boxes = np.array([[-5, 2, 50, 40], [70, -9, 90, -1]], "float32")
    clipped = np.array(ops.clip_boxes(boxes, height=30, width=40))
    assert clipped.tolist() == [[0, 2, 40, 30], [40, 0, 40, 0]]
    centre, size = ops.centre_and_size(boxes)
    assert np.array(centre).tolist() == [[22.5, 21], [80, -5]]
    assert np.array(size).tolist() == [[55, 38], [20, 8]]
    assert np.array(ops.from_centre_and_size(centre, size)).tolist() == boxes.tolist()


def test_wrong_boxes_are_told_with_the_remedy():
    ops.check_boxes([[0, 0, 4, 4], [0, 0, 0, 0]], [1, -1])
    ops.check_boxes([[9, 9, 2, 2.0]], [-1])
    with pytest.raises(ValueError, match=r"Box \(0, 1\).*not finite.*learning rate"):
        ops.check_boxes([[[0, 0, 1, 1], [0, 0, np.nan, 1]]], [[1, -1]])
    with pytest.raises(ValueError, match=r"Box \(1,\).*x0 ≤ x1.*convert it from xywh"):
        ops.check_boxes([[0, 0, 1, 1], [30, 30, 10, 10]])
    with pytest.raises(ValueError, match=r"\(4,\).*need \[\.\.\., N, 4\]"):
        ops.check_boxes([0, 0, 1, 1])
