"""The cross-entropy of pixels: against a slow loop and Keras, with weights and ignored pixels."""

import keras
import numpy as np
import pytest
from keras import ops

from course import losses


def sample():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 3, (2, 4, 5)).astype("uint8")
    targets[0, 0, :2] = 255
    return targets, rng.normal(size=(2, 4, 5, 3)).astype("float32")


def test_is_a_slow_loops():
    targets, logits = sample()
    weights = (0.5, 1.0, 2.0)
    found = np.array(losses.pixel_cross_entropy(targets, logits, weights))
    for place in np.ndindex(targets.shape):
        k, z = targets[place], logits[place].astype("float64")
        slow = 0 if k == 255 else -weights[k] * np.log(np.exp(z[k]) / np.exp(z).sum())
        assert found[place] == pytest.approx(slow, abs=1e-5)


def test_mean_over_known_pixels_is_kerass():
    targets, logits = sample()
    library = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
    ours = losses.pixel_cross_entropy(targets, logits)
    mean = losses.weighted_mean(ours, targets != 255)
    assert float(mean) == pytest.approx(float(library(targets, logits)), abs=1e-5)
    assert float(ops.sum(ours)) > 0


def test_what_does_not_fit_is_told():
    targets, logits = sample()
    with pytest.raises(ValueError, match=r"targets \(2, 4, 5, 1\) and logits"):
        losses.pixel_cross_entropy(targets[..., None], logits)
    with pytest.raises(ValueError, match="2 class_weights for 3 classes"):
        losses.pixel_cross_entropy(targets, logits, (1, 2))
