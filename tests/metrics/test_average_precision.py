"""Precision, recall and the area below their curve: by hand, by slow loops, and against sklearn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from course import metrics


def test_precision_recall_and_f1_by_hand():
    assert metrics.precision(3, 1) == 0.75
    assert metrics.recall(3, 4) == 0.75
    assert metrics.f1(0.5, 1) == pytest.approx(2 / 3)
    assert metrics.precision([0, 2], [0, 2]).tolist() == [0, 0.5]
    assert metrics.f1(0, 0) == metrics.recall(0, 0) == 0


def test_the_curve_by_hand():
    scores, correct = [0.6, 0.9, 0.8, 0.7], [True, True, False, True]
    precision, recall, thresholds = metrics.precision_recall(scores, correct, num_objects=4)
    assert thresholds.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert recall.tolist() == [0.25, 0.25, 0.5, 0.75]
    assert precision == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4])
    assert metrics.average_precision(precision, recall) == pytest.approx(0.25 + 0.5 * 0.75)
    assert metrics.average_precision(precision, recall, 11) == pytest.approx((3 + 5 * 0.75) / 11)


def test_ignored_detections_change_nothing():
    scores, correct = [0.9, 0.8, 0.7], [True, False, True]
    with_ignored = metrics.precision_recall(scores, correct, 2, ignored=[False, True, False])
    assert metrics.average_precision(*with_ignored[:2]) == 1
    without = metrics.precision_recall(scores, correct, 2)
    assert metrics.average_precision(*without[:2]) == pytest.approx(0.5 + 0.5 * 2 / 3)


def slow_average_precision(flags, num_objects, points):
    curve, true = [], 0
    for n, flag in enumerate(flags):
        true += flag
        curve.append((true / num_objects, true / (n + 1)))
    if points == "all":
        steps = [(k + 1) / num_objects for k in range(num_objects)]
    else:
        steps = np.linspace(0, 1, points)
    return np.mean([max((p for r, p in curve if r >= step), default=0) for step in steps])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.booleans(), max_size=12), st.integers(1, 4), st.sampled_from(["all", 11, 101]))
def test_average_precision_is_its_definition(flags, missed, points):
    num_objects = sum(flags) + missed
    scores = -np.arange(len(flags))
    precision, recall, _ = metrics.precision_recall(scores, np.array([flags, flags]), num_objects)
    found = metrics.average_precision(precision, recall, points)
    assert found == pytest.approx(slow_average_precision(flags, num_objects, points))


def test_all_points_without_the_envelope_is_sklearns():
    """scikit-learn does not raise the curve first, so it may only be smaller."""
    rng = np.random.default_rng(0)
    correct, scores = rng.random(200) < 0.4, rng.random(200)
    precision, recall, _ = metrics.precision_recall(scores, correct, correct.sum())
    theirs = average_precision_score(correct, scores)
    assert theirs == pytest.approx((np.diff(recall, prepend=0) * precision).sum())
    assert theirs < metrics.average_precision(precision, recall) < theirs + 0.1


def test_unknown_points_are_told():
    with pytest.raises(ValueError, match=r"points=0\.5; give 'all', 11"):
        metrics.average_precision([1.0], [1.0], points=0.5)
