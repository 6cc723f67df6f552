"""The course's one recipe for training a classifier: Adam, one cosine, cross-entropy on logits."""

import math

import keras

from course.training.recipe import steps_together


def train_classifier(
    model,
    images,
    labels,
    epochs,
    validation=None,
    batch_size=128,
    learning_rate=3e-3,
    callbacks=(),
):
    """Train a classifier and return its history. Lecture 02 writes these lines out first.

    Args:
        model: ``keras.Model`` from images to logits [B, K]; trained in place.
        images: array [N, H, W, C].
        labels: integer array [N], values 0 … K−1.
        epochs: passes over the data.
        validation: optional pair (images, labels) evaluated after every epoch.
        batch_size: images per step.
        learning_rate: Adam's first step size; it falls to 0 along half a cosine.
        callbacks: Keras callbacks, for example ``plots.LearningCurve``.

    Returns:
        dict of lists, one value per epoch: ``loss``, ``accuracy`` and, with ``validation``,
        ``val_loss``, ``val_accuracy``.

    Raises:
        ValueError: if there are no images, or not one label per image.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(
            f"train_classifier got {len(images)} images and {len(labels)} labels; "
            "give it one label for every image, and at least one image."
        )
    steps = epochs * math.ceil(len(images) / batch_size)
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_together(32),  # back to Python now and then: a sixth faster
    )
    history = model.fit(
        images,
        labels,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=validation,
        validation_batch_size=1000,
        callbacks=list(callbacks),
        verbose=0,
    )
    return history.history
