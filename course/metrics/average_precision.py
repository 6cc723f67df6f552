"""Precision, recall, the curve of both, and the area below it.

Legend: D detections, ``…`` any further axes (IoU thresholds, for example).
"""

import numpy as np


def precision(true_positives, false_positives):
    """Return which part of the detections is right (lecture 08).

    Args:
        true_positives, false_positives: numbers or arrays of counts.

    Returns:
        float64 of their shape; 0 where nothing was detected.
    """
    return _ratio(true_positives, np.add(true_positives, false_positives))


def recall(true_positives, num_objects):
    """Return which part of the objects was found (lecture 08).

    Args:
        true_positives: number or array of counts.
        num_objects: number or array, how many there are to find.

    Returns:
        float64 of their shape; 0 where there is nothing to find.
    """
    return _ratio(true_positives, num_objects)


def f1(precision, recall):
    """Return the harmonic mean of precision and recall (lecture 08).

    Args:
        precision, recall: numbers or arrays.

    Returns:
        float64 of their shape; 0 where both are 0.
    """
    return _ratio(2 * np.multiply(precision, recall), np.add(precision, recall))


def precision_recall(scores, correct, num_objects, ignored=None):
    """Lower the score threshold step by step: the precision–recall curve (lecture 08).

    All images come in one list. The mean of one curve per image is a different number, and wrong.

    Args:
        scores: array [D].
        correct: bool array [..., D]: the detection found an object.
        num_objects: how many objects there are in all images together.
        ignored: optional bool array [..., D]: neither right nor wrong.

    Returns:
        float64 [..., D] precision and [..., D] recall of the best 1, 2, … D detections, and their
        scores [D]; of equal scores, the first ones come first.
    """
    scores, correct = np.asarray(scores), np.asarray(correct, bool)
    order = np.argsort(-scores, kind="stable")
    wrong = ~correct if ignored is None else ~correct & ~np.asarray(ignored, bool)
    true, false = (np.cumsum(flags[..., order], axis=-1) for flags in (correct, wrong))
    return precision(true, false), recall(true, num_objects), scores[order]


def average_precision(precision, recall, points="all"):
    """Return the area below the precision–recall curve (lecture 08).

    First each precision is raised to the best at any greater recall; then

    - ``"all"``: the area below these steps (VOC from 2010 on),
    - ``11``: the mean height at recall 0, .1, … 1 (VOC 2007: Everingham et al. 2010, equation 1),
    - ``101``: the mean height at recall 0, .01, … 1 (COCO).

    As in pycocotools, a point is reached if the recall is not smaller in floating point; .3 is
    smaller than the fourth of eleven points, which is .30000000000000004.

    Args:
        precision, recall: float arrays [..., D], as ``precision_recall`` gives them.
        points: ``"all"`` or the number of points.

    Returns:
        float64 [...]; 0 without detections.

    Raises:
        ValueError: if ``points`` is neither ``"all"`` nor at least 2.
    """
    if points != "all" and not (isinstance(points, int) and points >= 2):
        raise ValueError(f"points={points!r}; give 'all', 11 (VOC 2007) or 101 (COCO).")
    precision, recall = np.asarray(precision, "float64"), np.asarray(recall, "float64")
    height = np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
    if points == "all":
        return (height * np.diff(recall, axis=-1, prepend=0)).sum(axis=-1)
    beyond = np.ones((*recall.shape[:-1], 1))  # a recall that is never reached has height 0
    recall = np.concatenate([recall, np.inf * beyond], axis=-1).reshape(-1, recall.shape[-1] + 1)
    height = np.concatenate([height, 0 * beyond], axis=-1).reshape(recall.shape)
    places = np.linspace(0, 1, points)
    means = [h[np.searchsorted(r, places)].mean() for r, h in zip(recall, height, strict=True)]
    return np.reshape(means, precision.shape[:-1])


def _ratio(part, whole):
    """Quotient, 0 where both are 0."""
    part, whole = np.asarray(part, "float64"), np.asarray(whole, "float64")
    return part / np.where(whole > 0, whole, 1)
