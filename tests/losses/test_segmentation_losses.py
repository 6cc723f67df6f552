"""Dice, the weights of gaps and the cutting of gaps, against slow loops and by hand."""

import math

import numpy as np
import pytest

from course import losses


def slow_dice(g, p, epsilon):
    both = sum(a * b for a, b in zip(g, p, strict=True))
    return 1 - (2 * both + epsilon) / (sum(a * a for a in g) + sum(b * b for b in p) + epsilon)


def test_dice_loss_against_a_loop():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, (3, 4, 5, 2))
    p = rng.random((3, 4, 5, 2)).astype("float32")
    loss = np.array(losses.dice_loss(targets, p))
    for k in range(2):
        expected = slow_dice(targets[..., k].ravel(), p[..., k].ravel(), 1.0)
        assert loss[k] == pytest.approx(expected, abs=1e-6)


def test_dice_loss_at_its_ends():
    object_ = np.zeros((1, 4, 4, 1), "float32")
    object_[0, :2] = 1
    assert float(losses.dice_loss(object_, object_)[0]) == pytest.approx(0)
    wrong = losses.dice_loss(object_, 1 - object_, epsilon=0.0)
    assert float(wrong[0]) == pytest.approx(1)
    empty = np.zeros_like(object_)
    assert float(losses.dice_loss(empty, empty)[0]) == pytest.approx(0)


def test_more_background_does_not_dilute_dice():
    """Cross-entropy of the same mistake is averaged away by a larger picture; dice is not."""
    small, large = np.zeros((1, 4, 4, 1), "float32"), np.zeros((1, 40, 40, 1), "float32")
    small[0, 1, 1] = large[0, 1, 1] = 1
    ends = [float(losses.dice_loss(g, 0 * g, epsilon=1e-6)[0]) for g in (small, large)]
    assert ends == pytest.approx([1, 1], abs=1e-4)


def slow_weights(instances, w0, sigma, class_weights):
    height, width = instances.shape
    result = np.zeros(instances.shape)
    for y, x in np.ndindex(height, width):
        result[y, x] = class_weights[int(instances[y, x] > 0)]
        if instances[y, x] == 0:
            nearest = sorted(
                min(
                    math.dist((y, x), place)
                    for place in zip(*np.where(instances == n), strict=True)
                )
                for n in set(instances.ravel()) - {0}
            )
            result[y, x] += w0 * math.exp(-((nearest[0] + nearest[1]) ** 2) / (2 * sigma**2))
    return result


def test_border_weights_against_a_loop():
    instances = np.zeros((12, 14), "uint8")
    instances[2:6, 1:5], instances[3:9, 7:10], instances[8:11, 2:6] = 1, 5, 9
    for settings in ((10.0, 5.0, (1.0, 1.0)), (3.0, 2.0, (0.6, 3.0))):
        expected = slow_weights(instances, *settings)
        assert np.abs(losses.border_weights(instances, *settings) - expected).max() < 1e-5
    gap = losses.border_weights(instances)[4, 5:7]  # two pixels wide: d₁ + d₂ = 3
    assert gap == pytest.approx([1 + 10 * math.exp(-9 / 50)] * 2)


def test_one_object_alone_has_no_gap():
    instances = np.zeros((6, 6), int)
    instances[:2] = 4
    expected = np.where(instances > 0, 3.0, 0.75)
    assert np.array_equal(losses.border_weights(instances, class_weights=(0.75, 3.0)), expected)


def test_separated_cuts_a_gap_between_objects_only():
    instances = np.zeros((5, 8), "uint8")
    instances[1:4, 1:4], instances[1:4, 4:7] = 1, 2
    cut = losses.separated(instances)
    assert cut[2].tolist() == [0, 1, 1, 0, 0, 2, 2, 0]
    far = instances.copy()
    far[:, 3:5] = 0
    assert np.array_equal(losses.separated(far), far)


def test_separated_leaves_no_two_objects_beside_each_other():
    rng = np.random.default_rng(0)
    for _ in range(20):
        instances = np.kron(rng.integers(0, 4, (4, 4)), np.ones((6, 6), int))
        cut = losses.separated(instances)
        for a, b in ((cut[1:], cut[:-1]), (cut[:, 1:], cut[:, :-1])):
            assert not ((a != b) & (a > 0) & (b > 0)).any()
        assert ((cut == instances) | (cut == 0)).all() and cut.dtype == instances.dtype
