"""Training a network that labels every pixel with the course's recipe, and its measure.

Legend: B batch, N pictures, H, W size, K classes with background (0).
"""

import keras
import numpy as np

from course import metrics
from course.losses import pixel_cross_entropy
from course.training.recipe import cosine_adamw, fit_steps


def train_segmenter(
    model,
    batches,
    steps,
    learning_rate=2e-3,
    loss=pixel_cross_entropy,
    weight_decay=1e-4,
    epochs=1,
    callbacks=(),
):
    """Train a network that labels pixels, with the recipe of ``train_detector`` (lecture 13).

    Args:
        model: ``keras.Model`` from images to logits [B, H, W, K], trained in place.
        batches: what ``data.load`` gives: dicts with ``images`` and ``semantic`` [B, H, W] or
            [B, H, W, 1], and perhaps ``weights`` [B, H, W] by which the loss is multiplied;
            repeated as often as needed. Where a backbone was run before, ``images`` is a dict of
            its maps.
        steps: number of batches in all.
        learning_rate: AdamW's largest step size.
        loss: function of targets [B, H, W] and logits; its mean is minimised.
        weight_decay: AdamW's.
        epochs: into how many parts the history divides the steps.
        callbacks: Keras callbacks, for example ``plots.LearningCurve("loss")``.

    Returns:
        dict of lists, one value per epoch: ``loss``.

    Raises:
        ValueError: if ``steps`` is not a multiple of ``epochs``, or both are not positive.
    """
    return fit_steps(
        model,
        batches,
        as_pixels,
        steps,
        cosine_adamw(learning_rate, steps, weight_decay),
        loss,
        epochs,
        callbacks,
    )


def as_pixels(batch):
    """Split a batch into what goes in and what is to come out, as ``fit`` wants it (lecture 13).

    Args:
        batch: dict with ``images``, ``semantic`` and perhaps ``weights``.

    Returns:
        images, class maps [B, H, W] and, if there are any, weights.
    """
    pair = batch["images"], _flat(batch["semantic"])
    return (*pair, batch["weights"]) if "weights" in batch else pair


def evaluate_segmenter(model, batches, ignore=255):
    """Label every pixel of a split and measure it (lecture 13).

    Args:
        model: ``keras.Model`` from images to logits [B, H, W, K].
        batches: what ``data.load`` gives, not shuffled, for example of ``"test"``.
        ignore: true class of pixels that are not counted.

    Returns:
        dict of ``mean_iou``, ``foreground_iou``, ``frequency_weighted_iou``, ``pixel_accuracy``
        and ``boundary_iou``; the predicted classes, uint8 [N, H, W]; and the true ones.
    """
    predicted, truth = [], []
    for batch in batches:
        logits = model.predict_on_batch(keras.tree.map_structure(np.asarray, batch["images"]))
        num_classes = logits.shape[-1]
        predicted.append(logits.argmax(axis=-1).astype("uint8"))
        truth.append(_flat(np.asarray(batch["semantic"])))
    predicted, truth = np.concatenate(predicted), np.concatenate(truth)
    matrix = metrics.confusion_matrix(truth, predicted, num_classes, ignore)
    names = "mean_iou", "foreground_iou", "frequency_weighted_iou", "pixel_accuracy"
    measured = {name: getattr(metrics, name)(matrix) for name in names}
    measured["boundary_iou"] = metrics.boundary_iou(truth, predicted, num_classes, ignore=ignore)
    return measured, predicted, truth


def _flat(semantic):
    """Drop the channel axis of class maps, if they have one."""
    return semantic[..., 0] if len(semantic.shape) == 4 else semantic
