"""Matching against its rule written as a slow loop, and where keras-cv's goes wrong."""

import keras_cv
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course import ops

BOTH = np.array([True, True])


def slow_match(overlaps, valid, high, low, force, ignore):
    """The four rules of course/ops/matching.py, for one image."""
    num_anchors, num_objects = overlaps.shape
    wanted = [n for n in range(num_objects) if valid[n] and not ignore[n]]
    crowd = [n for n in range(num_objects) if valid[n] and ignore[n]]
    matches = []
    for a in range(num_anchors):
        best = max(wanted, key=lambda n: (overlaps[a, n], -n), default=None)
        value = 0 if best is None else overlaps[a, best]
        match = best if value >= high and best is not None else -1 if value < low else -2
        if match < 0 and any(overlaps[a, n] >= low for n in crowd):
            match = -2
        matches.append(match)
    free = set(range(num_anchors))
    while force and wanted and free:
        pairs = [(-overlaps[a, n], n, a) for a in free for n in wanted if overlaps[a, n] > 0]
        if not pairs:
            break
        _, best, anchor = min(pairs)
        matches[anchor] = best
        free.remove(anchor)
        wanted.remove(best)
    return matches


tables = st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(
        hnp.arrays("float32", shape, elements=st.sampled_from([0, 0.125, 0.25, 0.5, 0.75, 1])),
        hnp.arrays(bool, (shape[0], shape[2])),
        hnp.arrays(bool, (shape[0], shape[2])),
    )
)


@settings(max_examples=60, deadline=None)
@given(tables, st.booleans(), st.sampled_from([(0.5, 0.5), (0.75, 0.25)]))
def test_match_follows_its_rule_with_ties_padding_and_crowds(table, force, thresholds):
    overlaps, valid, ignore = table
    high, low = thresholds
    found = np.array(ops.match(overlaps, valid, high, low, force, ignore))
    expected = [slow_match(*image, high, low, force, i) for *image, i in zip(*table, strict=True)]
    assert found.tolist() == expected
    without = np.array(ops.match(overlaps, valid, high, low, force))
    nothing = np.array(ops.match(overlaps, valid, high, low, force, np.zeros_like(ignore)))
    assert without.tolist() == nothing.tolist()


def test_two_objects_that_want_one_anchor_get_one_each():
    overlaps = np.array([[0.4, 0.3], [0.2, 0.1], [0.0, 0.0]], "float32")
    assert np.array(ops.match(overlaps, BOTH)).tolist() == [0, 1, -1]
    assert np.array(ops.match(overlaps, BOTH, force=False)).tolist() == [-1, -1, -1]


def test_an_object_is_served_even_from_another_ones_match():
    """All anchors like object 0 best; object 1 gets the one that is left, not one that is taken."""
    overlaps = np.array([[0.7, 0.6], [0.9, 0.0]], "float32")
    assert np.array(ops.match(overlaps, BOTH)).tolist() == [1, 0]
    overlaps = np.array([[0.9, 0.6], [0.7, 0.0]], "float32")
    assert np.array(ops.match(overlaps, BOTH)).tolist() == [0, 0]


def test_no_objects():
    for shape in ((2, 5, 0), (2, 5, 3)):
        overlaps = np.zeros(shape, "float32")
        found = np.array(ops.match(overlaps, np.zeros((2, shape[2]), bool)))
        assert found.tolist() == [[-1] * 5] * 2


def test_take_matched_fills_background_and_ignored():
    matches = np.array([[1, -1, -2, 0]], "int32")
    classes, boxes = np.array([[4, 7]], "int32"), np.arange(8, dtype="float32").reshape(1, 2, 4)
    assert np.array(ops.take_matched(classes, matches, -1, -2)).tolist() == [[7, -1, -2, 4]]
    assert np.array(ops.take_matched(classes, matches)).tolist() == [[7, 0, 0, 4]]
    rows = np.array(ops.take_matched(boxes, matches))
    assert rows.tolist() == [[[4, 5, 6, 7], [0] * 4, [0] * 4, [0, 1, 2, 3]]]


def test_wrong_thresholds_are_told():
    with pytest.raises(ValueError, match=r"low=0.6 and high=0.5"):
        ops.match(np.zeros((1, 1), "float32"), [True], high=0.5, low=0.6)


def test_keras_cv_matches_the_same_without_forcing():
    overlaps = np.random.default_rng(0).uniform(0, 1, (3, 40, 5)).astype("float32")
    index, kind = keras_cv.layers.BoxMatcher([0.3, 0.7], [-1, -2, 1])(overlaps)
    theirs = np.where(np.array(kind) == 1, np.array(index), np.array(kind))
    found = np.array(ops.match(overlaps, np.ones((3, 5), bool), high=0.7, low=0.3, force=False))
    assert found.tolist() == theirs.tolist()


def test_keras_cv_still_forces_a_match_with_an_object_that_does_not_exist():
    """keras-cv 0.9 appends a column of −1 and then forces a match for it, too."""
    matcher = keras_cv.layers.BoxMatcher([0.5], [-1, 1], force_match_for_each_col=True)
    overlaps = np.array([[0.0, 0.0], [0.6, 0.0], [0.0, 0.7]], "float32")
    index, kind = matcher(overlaps)
    assert (int(index[0]), int(kind[0])) == (2, 1)  # row 0 overlaps nothing, and 2 is out of range
    assert np.array(ops.match(overlaps, BOTH)).tolist() == [-1, 0, 1]
