"""The training recipe learns, anneals its rate and refuses what it cannot use."""

import keras
import numpy as np
import pytest

from course import models
from course.training import train_classifier


def test_learns_two_separable_classes():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 256)
    images = (labels[:, None, None, None] * 200 + rng.integers(0, 50, (256, 4, 4, 1))).astype(
        "uint8"
    )
    model = models.mlp(hidden=(), input_shape=(4, 4, 1), num_classes=2)
    history = train_classifier(
        model, images, labels, epochs=6, batch_size=32, learning_rate=0.05,
        validation=(images, labels),
    )  # fmt: skip
    assert history["val_accuracy"][-1] == 1 and history["loss"][-1] < history["loss"][0]
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("counts", [(0, 0), (3, 2)])
def test_refuses_missing_labels(counts):
    images, labels = np.zeros((counts[0], 28, 28, 1)), np.zeros(counts[1], int)
    with pytest.raises(ValueError, match=f"{counts[0]} images and {counts[1]} labels"):
        train_classifier(models.mlp(), images, labels, epochs=1)
