"""Elastic deformation: nothing moves without spread, and pictures move with their maps."""

import numpy as np
import pytest

from course import data


def checker(size=64):
    maps = (np.indices((size, size)) // 16).sum(axis=0)[None] % 2
    return (maps[..., None] * np.array([200, 100, 50])).astype("uint8"), maps.astype("uint8")


def test_without_spread_nothing_moves():
    images, maps = checker()
    for before, after in zip(
        (images, maps), data.elastic(images, maps, 0, spread=0.0), strict=True
    ):
        assert np.array_equal(before, after) and before.dtype == after.dtype


def test_pictures_and_maps_move_together():
    images, maps = (np.repeat(x, 4, axis=0) for x in checker())
    bent, labels = data.elastic(images, maps, seed=1, spread=0.05)
    assert ((bent[..., 0] > 100) == labels).mean() > 0.99  # only mixed pixels may differ
    assert (labels != maps).mean(axis=(1, 2)).min() > 0.02
    assert not np.array_equal(labels[0], labels[1])  # each in its own way
    again = data.elastic(images, maps, seed=1, spread=0.05)
    assert np.array_equal(bent, again[0]) and np.array_equal(labels, again[1])


def test_displacements_have_the_spread_that_was_asked_for():
    """A slope from left to right: the change of its value is the shift in x."""
    slope = np.broadcast_to(np.arange(101, dtype="uint8") * 2, (200, 101, 101))
    bent, _ = data.elastic(slope[..., None], slope, 0, spread=0.02)
    middle = bent[:, 50, 50, 0] / 2 - 50.0  # the node in the middle, in pixels
    assert middle.std() == pytest.approx(0.02 * 101, rel=0.15)
    assert abs(middle.mean()) < 0.5


def test_misfits_are_told_in_a_sentence():
    images, maps = checker()
    with pytest.raises(ValueError, match="at least 2 nodes"):
        data.elastic(images, maps, 0, grid=1)
    with pytest.raises(ValueError, match=r"maps \(1, 32, 64\)"):
        data.elastic(images, maps[:, :32], 0)
