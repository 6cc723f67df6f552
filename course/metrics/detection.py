"""Average precision of detectors, per class and over thresholds, sizes and numbers of detections.

Legend: K classes, T IoU thresholds, R ranges of area, M limits on the number of detections.
The numbers equal those of pycocotools. A class without objects has no average precision: NaN here,
−1 there, and left out of every mean.
"""

import warnings

import numpy as np

from course.metrics.average_precision import average_precision, precision_recall
from course.metrics.matching import COCO_AREAS, COCO_THRESHOLDS, match_detections

COCO_LIMITS = (1, 10, 100)


def average_precisions(matches, points="all"):
    """Return the average precision of every class (lecture 08); their ``np.nanmean`` is the mAP.

    Args:
        matches: what ``match_detections`` returns.
        points: as for ``average_precision``: 11 (VOC 2007), ``"all"`` (VOC 2010) or 101 (COCO).

    Returns:
        float64 [T, R, K]; NaN where a class has no objects.
    """
    result = np.full((len(matches.correct), *matches.num_objects.shape), np.nan)
    for area, k in np.argwhere(matches.num_objects):
        own = slice(*np.searchsorted(matches.classes, [k, k + 1]))
        curve = precision_recall(
            matches.scores[own],
            matches.correct[:, area, own],
            matches.num_objects[area, k],
            matches.ignored[:, area, own],
        )
        result[:, area, k] = average_precision(*curve[:2], points)
    return result


def average_recalls(matches, limits=COCO_LIMITS):
    """Return the recall of every class with few and with many detections (lectures 08 and 11).

    Args:
        matches: what ``match_detections`` returns.
        limits: M greatest numbers of detections in one image and class.

    Returns:
        float64 [T, R, K, M]; NaN where a class has no objects.
    """
    shape = len(matches.correct), *matches.num_objects.shape
    t, area, d = np.nonzero(matches.correct)
    place = np.ravel_multi_index((t, area, matches.classes[d]), shape)
    found = [
        np.bincount(place[matches.ranks[d] < limit], minlength=np.prod(shape)).reshape(shape)
        for limit in limits
    ]
    num_objects = np.where(matches.num_objects > 0, matches.num_objects, np.nan)  # [R, K]
    return np.stack(found, axis=-1) / num_objects[..., None]


def coco_metrics(detections, objects, overlaps=None):
    """Return the twelve numbers of the COCO challenge (lectures 08, 12 and 15).

    Args:
        detections, objects: dicts as for ``match_detections``.
        overlaps: optional list of overlaps as there; of masks, these are the mask metrics.

    Returns:
        dict of floats: ``AP`` (mean over IoU .50, .55, … .95 and classes), ``AP50``, ``AP75``,
        ``AP_small``, ``AP_medium``, ``AP_large``, ``AR_1``, ``AR_10``, ``AR_100`` (recall with so
        many detections), ``AR_small``, ``AR_medium``, ``AR_large``; NaN where there is nothing
        to find.
    """
    matches = match_detections(
        detections, objects, COCO_THRESHOLDS, COCO_AREAS.values(), COCO_LIMITS[-1], overlaps
    )
    ap, ar = average_precisions(matches, points=101), average_recalls(matches)
    values = {"AP": ap[:, 0], "AP50": ap[0, 0], "AP75": ap[5, 0]}
    values |= {f"AP_{name}": ap[:, r] for r, name in enumerate(COCO_AREAS) if r}
    values |= {f"AR_{limit}": ar[:, 0, :, m] for m, limit in enumerate(COCO_LIMITS)}
    values |= {f"AR_{name}": ar[:, r, :, -1] for r, name in enumerate(COCO_AREAS) if r}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN, as promised
        return {name: float(np.nanmean(table)) for name, table in values.items()}
