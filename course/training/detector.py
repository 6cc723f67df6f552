"""Training a detector with the course's recipe, and its measure.

Legend: B images, N objects (padding has class −1).
"""

import keras
import numpy as np

from course.metrics import coco_mask_metrics, coco_metrics
from course.models import Detector
from course.ops import paste_masks
from course.training.recipe import cosine_adamw, fit_steps

OBJECTS = ("boxes", "classes", "ignore", "masks")


def train_detector(
    detector,
    batches,
    steps,
    learning_rate=2e-3,
    optimizer=None,
    weight_decay=1e-4,
    epochs=1,
    callbacks=(),
):
    """Train a detector: AdamW, a short warm-up, one cosine (lecture 09).

    Args:
        detector: ``models.Detector``, trained in place.
        batches: what ``data.load`` gives: dicts with ``images``, ``boxes``, ``classes``; repeated
            as often as needed.
        steps: number of batches in all.
        learning_rate: AdamW's largest step size; it rises over the first twentieth of the steps
            and falls to 0 along half a cosine.
        optimizer: another Keras optimizer in place of AdamW; then the rate is its own.
        weight_decay: AdamW's.
        epochs: into how many parts the history divides the steps.
        callbacks: Keras callbacks, for example ``plots.LearningCurve("loss")``.

    Returns:
        dict of lists, one value per epoch: ``loss`` and each of its terms.

    Raises:
        ValueError: if ``steps`` is not a multiple of ``epochs``, or both are not positive.
    """
    return fit_steps(
        detector,
        batches,
        lambda batch: as_pair(batch, detector.TRUTH),
        steps,
        optimizer or cosine_adamw(learning_rate, steps, weight_decay),
        epochs=epochs,
        callbacks=callbacks,
    )


def as_pair(batch, truth=Detector.TRUTH):
    """Split a batch into what goes in and what is to come out, as ``fit`` wants it (lecture 09).

    Args:
        batch: dict with ``images``, ``boxes`` [B, N, 4], ``classes`` [B, N] and others.
        truth: names of what the loss compares with, a detector's ``TRUTH``.

    Returns:
        images, and a dict of what is in ``truth``.
    """
    return batch["images"], {name: batch[name] for name in truth}


def evaluate_detector(detector, batches, **settings):
    """Run a detector over a split and measure it as COCO does (lecture 09 and later).

    Args:
        detector: ``models.Detector``.
        batches: what ``data.load`` gives, not shuffled, for example of ``"test"``.
        settings: as for ``Detector.detect``; its defaults suit metrics.

    Returns:
        dict of ``metrics.coco_metrics`` (``AP``, ``AP50``, …; where the detector finds masks and
        the batches have them, also ``mask_AP``, ``mask_AP50``, …), the detections as one dict of
        arrays, with masks in the pixels of the image, and the objects as another.
    """
    found, wanted = [], []
    for batch in batches:
        batch = keras.tree.map_structure(np.asarray, batch)
        seen = detector.detect(batch["images"], batch_size=len(batch["classes"]), **settings)
        if "masks" in seen:
            masks = paste_masks(seen["masks"], seen["boxes"], *batch["images"].shape[1:3])
            seen["masks"] = keras.ops.convert_to_numpy(masks) > 0.5
        found.append(seen)
        wanted.append({name: batch[name] for name in OBJECTS if name in batch})
    found, wanted = _together(found), _together(wanted)
    metrics = coco_metrics(found, wanted)
    if "masks" in found and "masks" in wanted:
        masks = coco_mask_metrics(found, wanted)
        metrics |= {f"mask_{name}": value for name, value in masks.items()}
    return metrics, found, wanted


def _together(batches):
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
