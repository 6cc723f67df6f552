"""Touching objects, and what becomes of them when what hangs together is one object."""

import numpy as np
import pytest

from course import metrics, models

INSTANCES = np.array(
    [
        [1, 1, 2, 2, 0, 4],
        [1, 1, 2, 2, 0, 4],
        [0, 0, 0, 0, 3, 0],
        [5, 5, 0, 3, 3, 0],
    ]
)


def test_touching_means_sharing_an_edge():
    assert metrics.touching_pairs(INSTANCES) == [(1, 2)]  # 2 and 3, 4 and 3 meet at corners only
    assert metrics.touching_pairs(np.zeros((3, 3), int)) == []


def test_touching_pairs_against_a_loop():
    rng = np.random.default_rng(0)
    for _ in range(20):
        instances = rng.integers(0, 5, (7, 6)).astype("uint8")
        expected = set()
        for y, x in np.ndindex(7, 6):
            for j, i in ((y + 1, x), (y, x + 1)):
                if j < 7 and i < 6 and 0 != instances[y, x] != instances[j, i] != 0:
                    expected.add(tuple(sorted((int(instances[y, x]), int(instances[j, i])))))
        assert metrics.touching_pairs(instances) == sorted(expected)


def test_components_of_one_class_merge_what_touches():
    found, classes = models.instances_from_semantic(INSTANCES > 0)
    assert found.max() == 4 and classes.tolist() == [1] * 4
    assert metrics.merged_pairs(INSTANCES, found) == (1, 1)


def test_components_of_two_classes_do_not():
    kinds = np.array([0, 1, 2, 1, 1, 2])
    found, classes = models.instances_from_semantic(kinds[INSTANCES])
    assert classes.tolist() == [1, 1, 1, 2, 2]
    assert metrics.merged_pairs(INSTANCES, found) == (0, 1)
    pixels = [
        {tuple(np.flatnonzero(x.ravel() == n)) for n in range(1, 6)} for x in (found, INSTANCES)
    ]
    assert pixels[0] == pixels[1]


def test_small_patches_are_left_out_and_what_is_not_found_does_not_count():
    _, classes = models.instances_from_semantic(INSTANCES > 0, min_area=3)
    assert classes.tolist() == [1, 1]
    nothing = np.zeros_like(INSTANCES)
    assert metrics.merged_pairs(INSTANCES, nothing) == (0, 0)
    assert metrics.merged_pairs(INSTANCES, INSTANCES) == (0, 1)
    assert metrics.merged_pairs(INSTANCES, INSTANCES, pairs=[(1, 2), (4, 5)]) == (0, 2)


def test_components_want_one_picture():
    with pytest.raises(ValueError, match=r"one picture, \[H, W\]"):
        models.instances_from_semantic(np.zeros((1, 4, 4), int))
