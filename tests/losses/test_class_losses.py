"""Losses of classes against slow loops and keras-cv, and the mean that leaves padding out."""

import math

import keras_cv
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import losses, ops

logits = hnp.arrays("float32", (2, 5, 3), elements=st.floats(-6, 6, width=32))
flags = hnp.arrays("int32", (2, 5, 3), elements=st.integers(0, 1))


def slow_focal(targets, logits, alpha, gamma):
    total = 0
    for target, logit in zip(targets, logits, strict=True):
        p = 1 / (1 + math.exp(-logit))
        right, weight = (p, alpha) if target else (1 - p, 1 - alpha)
        total -= weight * (1 - right) ** gamma * math.log(right)
    return total


@settings(max_examples=50, deadline=None)
@given(flags, logits, st.sampled_from([0.25, 0.5]), st.sampled_from([0.0, 0.5, 2.0]))
def test_focal_loss_is_its_equation(targets, logits, alpha, gamma):
    found = np.array(losses.focal_loss(targets, logits, alpha, gamma))
    rows = zip(targets.reshape(-1, 3).tolist(), logits.reshape(-1, 3).tolist(), strict=True)
    expected = [slow_focal(t, x, alpha, gamma) for t, x in rows]
    assert found.ravel() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_focal_loss_agrees_with_keras_cv_and_stays_finite_where_it_is_sure():
    rng = np.random.default_rng(0)
    targets, logits = rng.integers(0, 2, (2, 5, 3)), rng.normal(0, 2, (2, 5, 3)).astype("float32")
    theirs = keras_cv.losses.FocalLoss(from_logits=True, reduction=None)(targets, logits)
    assert np.array(losses.focal_loss(targets, logits)) == pytest.approx(np.array(theirs), rel=1e-4)
    sure = np.array([[200.0, -200.0]], "float32")
    assert np.array(losses.focal_loss([[1, 0]], sure)) == pytest.approx(0)
    assert np.array(losses.focal_loss([[0, 1]], sure)) == pytest.approx(200, rel=1e-3)
    for gamma in (0.5, 2.0):  # the slope of (1 − p)^γ is infinite at 0 for γ < 1
        slope = ops.gradient(lambda x, g=gamma: losses.focal_loss([[1, 0]], x, 0.25, g), sure)
        assert np.isfinite(slope).all()


@settings(max_examples=30, deadline=None)
@given(flags, logits, flags)
def test_balanced_cross_entropy_gives_each_kind_its_mean(targets, logits, weights):
    found = np.array(losses.balanced_cross_entropy(targets, logits, weights)).sum()
    kinds = {0: [], 1: []}
    for t, x, w in zip(targets.flat, logits.flat, weights.flat, strict=True):
        if w:
            kinds[t].append(math.log1p(math.exp(float(-x if t else x))))
    expected = sum(0.5 * sum(values) / max(len(values), 1) for values in kinds.values())
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays("float32", (3, 8), elements=st.sampled_from([0, 0.5, 1, 2])),
    hnp.arrays("int32", (3, 8), elements=st.integers(-1, 1)),
    st.sampled_from([(3, 0), (1, 2)]),
)
def test_hard_negatives_are_the_hardest_of_each_image(loss, kinds, settings):
    ratio, least = settings
    chosen = np.array(losses.hard_negatives(loss, kinds == 1, kinds == 0, ratio, least))
    for image in range(3):
        negatives = [a for a in range(8) if kinds[image, a] == 0]
        count = max(ratio * sum(kinds[image] == 1), least)
        expected = sorted(negatives, key=lambda a: -loss[image, a])[:count]
        assert np.flatnonzero(chosen[image]).tolist() == sorted(expected)


def test_weighted_mean_leaves_out_what_has_no_weight_even_nan():
    loss = np.array([[1, np.nan, 3], [np.inf, 5, 6]], "float32")
    weights = np.array([[1, 0, 1], [0, 0, 2]], "float32")
    assert float(losses.weighted_mean(loss, weights)) == pytest.approx(16 / 4)
    assert float(losses.weighted_mean(loss, weights, normaliser=8)) == 2
    assert float(losses.weighted_mean(loss, np.zeros((2, 3), bool))) == 0


def test_an_ssd_loss_in_three_lines_has_its_gradient_only_where_it_counts():
    logits = np.array([[4, -1, 2, 0, 1, -3]], "float32")
    positive = np.array([[True, False, False, False, False, False]])
    negative = np.array([[False, True, True, True, True, False]])

    def loss(x):
        each = losses.focal_loss(positive[..., None], x[..., None], alpha=None, gamma=0)
        chosen = losses.hard_negatives(each, positive, negative)
        return losses.weighted_mean(each, positive | np.array(chosen), positive.sum())

    slope = ops.gradient(loss, logits)
    p = 1 / (1 + np.exp(-logits[0]))
    assert slope[0] == pytest.approx([p[0] - 1, 0, p[2], p[3], p[4], 0], abs=1e-6)
