"""PCA colour against an eigen-decomposition by hand, and against its own distribution."""

import numpy as np
import pytest
import tensorflow as tf

from course import data
from course.data import pca

RNG = np.random.default_rng(0)
MIX = np.array([[40.0, 5, 1], [38, -2, -3], [36, -4, 2]])  # mostly brightness
IMAGES = np.clip(128 + RNG.normal(size=(6, 16, 20, 3)) @ MIX.T, 0, 255).astype("uint8")


def covariance_by_a_loop(images):
    mean, total, count = images.reshape(-1, 3).mean(axis=0), np.zeros((3, 3)), 0
    for picture in images:
        for row in picture:
            for pixel in row:
                total += np.outer(pixel - mean, pixel - mean)
                count += 1
    return total / (count - 1)


def test_axes_are_eigenvectors_times_standard_deviations():
    axes, covariance = data.colour_axes(IMAGES).astype(float), covariance_by_a_loop(IMAGES)
    deviations = np.linalg.norm(axes, axis=0)
    assert np.all(np.diff(deviations) < 0) and np.all(axes.sum(axis=0) > 0)
    for deviation, axis in zip(deviations, axes.T, strict=True):
        assert np.allclose(covariance @ axis, deviation**2 * axis, rtol=1e-4)
    assert np.allclose(axes @ axes.T, covariance, rtol=1e-4)  # they hold the whole covariance


def test_shifts_have_the_covariance_of_the_data_times_the_strength_squared():
    axes = data.colour_axes(IMAGES)
    before = tf.zeros([20000, 1, 2, 3])
    moved = pca.shift(before, [1, 2], 0.1, axes).numpy()
    assert np.array_equal(moved[:, :, 0], moved[:, :, 1])  # one colour for the whole picture
    drawn = np.cov(moved[:, 0, 0], rowvar=False)
    assert np.allclose(drawn, 0.01 * axes @ axes.T, atol=0.03 * drawn.max())


def test_augmentation_option_changes_whole_pictures_only_and_repeats_with_its_seed():
    augment = data.Augmentation(pca=0.1, pca_axes=data.colour_axes(IMAGES))
    grey = np.full((4, 8, 8, 3), 128, "uint8")
    (first,), (second,), (other,) = (augment((grey,), [0, k]) for k in (1, 1, 2))
    assert np.array_equal(first, second) and not np.array_equal(first, other)
    first = first.numpy()
    assert np.array_equal(first, np.broadcast_to(first[:, :1, :1], first.shape))
    assert len({tuple(colour) for colour in first[:, 0, 0]}) == 4  # each picture its own


def test_grey_pictures_are_refused_or_left_alone():
    with pytest.raises(ValueError, match=r"\(2, 4, 4, 1\).*grey"):
        data.colour_axes(np.zeros((2, 4, 4, 1)))
    grey = tf.ones([2, 4, 4, 1])
    assert np.array_equal(pca.shift(grey, [0, 0], 1.0, np.eye(3)), grey)


def test_strength_without_axes_is_told():
    with pytest.raises(ValueError, match=r"pca=0\.1 without pca_axes"):
        data.Augmentation(pca=0.1)
