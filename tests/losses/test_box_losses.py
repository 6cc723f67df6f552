"""Losses of boxes against slow loops, against keras-cv, and where keras-cv is wrong."""

import keras_cv
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import losses, ops

numbers = st.floats(-4, 4, width=32)
deltas = hnp.arrays("float32", (2, 3, 4), elements=numbers)


def slow_smooth_l1(target, prediction, beta):
    total = 0
    for t, p in zip(target, prediction, strict=True):
        x = abs(p - t)
        total += 0.5 * x * x / beta if x < beta else x - 0.5 * beta
    return total


@settings(max_examples=50, deadline=None)
@given(deltas, deltas, st.sampled_from([0.1, 1.0, 2.5]))
def test_smooth_l1_is_its_equation(targets, predictions, beta):
    found = np.array(losses.smooth_l1(targets, predictions, beta))
    pairs = zip(targets.reshape(-1, 4), predictions.reshape(-1, 4), strict=True)
    expected = [slow_smooth_l1(t.tolist(), p.tolist(), beta) for t, p in pairs]
    assert found.ravel() == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("beta", [0.1, 1.0, 3.0])
def test_smooth_l1_has_no_step_in_value_or_slope(beta):
    x = np.array([[beta - 1e-3], [beta + 1e-3]], "float32")
    value = np.array(losses.smooth_l1(np.zeros_like(x), x, beta))
    slope = ops.gradient(lambda p: losses.smooth_l1(np.zeros_like(x), p, beta), x)
    assert np.diff(value) == pytest.approx(2e-3, rel=0.05)
    assert slope.ravel() == pytest.approx([1, 1], rel=0.02)


def some_boxes(seed, *shape):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 40, (*shape, 2))
    return np.concatenate([low, low + rng.uniform(5, 40, (*shape, 2))], -1).astype("float32")


def test_iou_losses_are_one_minus_the_overlap_of_each_pair():
    targets, predictions = some_boxes(0, 2, 5), some_boxes(1, 2, 5)
    for name in ("iou", "giou", "ciou"):
        found = np.array(getattr(losses, f"{name}_loss")(targets, predictions))
        for image in range(2):
            for n in range(5):
                one = getattr(ops, name)(predictions[image, n], targets[image, n])
                assert found[image, n] == pytest.approx(1 - float(one), abs=1e-6)


def test_gradient_pulls_a_distant_box_only_with_giou_and_ciou():
    target, far = np.array([[[0, 0, 10, 10]], [[30, 0, 40, 10]]], "float32")
    for loss, pulls in (
        (losses.iou_loss, False),
        (losses.giou_loss, True),
        (losses.ciou_loss, True),
    ):
        slope = ops.gradient(lambda x, f=loss: f(target, x), far)[0]
        assert (slope[0] > 0) == pulls  # downhill is to the left, towards the target


def test_padding_has_finite_losses_and_gradients():
    targets, predictions = np.zeros((2, 4), "float32"), some_boxes(0, 2)
    for loss in (losses.iou_loss, losses.giou_loss, losses.ciou_loss, losses.smooth_l1):
        for x in (predictions, targets):
            assert np.isfinite(np.array(loss(targets, x))).all()
            assert np.isfinite(ops.gradient(lambda p, f=loss: f(targets, p), x)).all()


def test_what_keras_cv_gets_right():
    targets, predictions = some_boxes(0, 2, 5), some_boxes(1, 2, 5)
    smooth = keras_cv.losses.SmoothL1Loss(reduction=None)(targets, predictions)
    ours = np.array(losses.smooth_l1(targets, predictions))
    assert ours / 4 == pytest.approx(np.array(smooth), rel=1e-5)  # theirs is the mean of the four
    for name in ("IoU", "GIoU"):
        options = {"mode": "linear"} if name == "IoU" else {}
        theirs = getattr(keras_cv.losses, f"{name}Loss")("xyxy", reduction=None, **options)
        found = getattr(losses, f"{name.lower()}_loss")(targets[0], predictions[0])
        assert np.mean(found) == pytest.approx(
            np.array(theirs(targets[0], predictions[0])), abs=1e-5
        )


@pytest.mark.parametrize("name", ["IoU", "GIoU"])
def test_keras_cvs_iou_losses_are_still_wrong_on_batches(name):
    """keras-cv 0.9 takes the diagonal over image and box: two perfect pictures cost something."""
    boxes = np.array([[[0, 0, 4, 4], [9, 9, 12, 12]], [[0, 0, 4, 4], [5, 5, 8, 8]]], "float32")
    options = {"mode": "linear"} if name == "IoU" else {}
    theirs = getattr(keras_cv.losses, f"{name}Loss")("xyxy", reduction=None, **options)
    assert np.array(theirs(boxes, boxes)).max() > 0.3
    assert not np.array(getattr(losses, f"{name.lower()}_loss")(boxes, boxes)).round(6).any()


def test_keras_cvs_ciou_still_squares_the_factor_of_the_aspect_ratio():
    """keras-cv 0.9 computes v = (4/π² Δ)²; the paper's equation 9 is v = 4/π² Δ²."""
    square, flat = np.array([[[0, 0, 8, 8]], [[0, 2, 8, 6]]], "float32")  # same centre, IoU ½
    delta2 = (np.arctan(1) - np.arctan(2)) ** 2
    loss = {}
    for name, v in (("paper", 4 / np.pi**2 * delta2), ("keras-cv", (4 / np.pi**2) ** 2 * delta2)):
        loss[name] = 0.5 + v * v / (0.5 + v)
    theirs = keras_cv.losses.CIoULoss("xyxy", reduction=None)(square, flat)
    assert np.array(theirs) == pytest.approx(loss["keras-cv"], abs=1e-6)
    assert np.array(losses.ciou_loss(square, flat)) == pytest.approx(loss["paper"], abs=1e-6)
    assert loss["paper"] > loss["keras-cv"] + 1e-3
    squares = np.array([[0, 0, 6, 6], [1, 5, 9, 13]], "float32")  # where v = 0, both agree
    theirs = keras_cv.losses.CIoULoss("xyxy", reduction=None)(squares, squares[::-1])
    ours = np.array(losses.ciou_loss(squares, squares[::-1]))
    assert ours == pytest.approx(np.array(theirs), abs=1e-5)


def test_keras_cvs_smooth_l1_still_jumps_unless_the_cutoff_is_1():
    """keras-cv 0.9 forgets to scale the two parts: x²/2 up to the cutoff, then |x| − ½."""
    theirs = keras_cv.losses.SmoothL1Loss(l1_cutoff=0.1, reduction=None)
    x = np.array([[0.0999], [0.1001]], "float32")
    assert np.diff(np.array(theirs(np.zeros_like(x), x)))[0] < -0.4
    with pytest.raises(ValueError, match="beta=0; give a positive number"):
        losses.smooth_l1(x, x, beta=0)
