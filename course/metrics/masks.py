"""Masks of detections against masks of objects, as COCO compares them.

Legend: I images, D detections, G objects of an image, H, W image size. Masks are those of the whole
image; padding has class −1.
"""

import numpy as np

from course.metrics.detection import coco_metrics


def mask_overlaps(found, wanted):
    """Return the IoU of every detection's mask with every object's (lecture 15).

    Pixels that two masks share are a product of two matrices, [D, H·W] by [H·W, G]. For crowds the
    overlap is intersection ÷ area of the detection.

    Args:
        found: dict of ``masks`` and ``classes``: for each of I images bool or 0/1 [D, H, W] and
            [D], or all images padded in one array.
        wanted: dict of the same for the objects, and perhaps ``ignore`` (crowds).

    Returns:
        list of I arrays [D, G], padding included (there 0): ``overlaps`` of ``coco_metrics``.

    Raises:
        ValueError: if masks are missing, or those of an image differ in size.
    """
    for entries in (found, wanted):
        if "masks" not in entries:
            raise ValueError(f"'masks' are missing; there are {sorted(entries)}.")
    crowds = wanted.get("ignore", [np.zeros(len(kinds), bool) for kinds in wanted["classes"]])
    images = zip(
        found["masks"], found["classes"], wanted["masks"], wanted["classes"], crowds, strict=True
    )
    return [_overlaps(*image) for image in images]


def _overlaps(found, found_classes, wanted, wanted_classes, crowds):
    """The same for one image."""
    table = np.zeros((len(found_classes), len(wanted_classes)))
    rows, columns = (np.flatnonzero(np.asarray(c) >= 0) for c in (found_classes, wanted_classes))
    if not (len(rows) and len(columns)):
        return table
    a, b = np.asarray(found)[rows], np.asarray(wanted)[columns]
    if a.shape[1:] != b.shape[1:] or a.ndim != 3:
        raise ValueError(
            f"mask_overlaps got masks of {a.shape[1:]} found and of {b.shape[1:]} wanted; give "
            "both in the pixels of the image (ops.paste_masks), [N, H, W]."
        )
    seen = (b > 0).any(axis=0)  # no other pixel can be shared
    common = (a[:, seen] > 0).astype("float32") @ (b[:, seen] > 0).astype("float32").T  # [D, G]
    area_a, area_b = _areas(a)[:, None], _areas(b)
    union = np.where(np.asarray(crowds)[columns], area_a, area_a + area_b - common)
    table[np.ix_(rows, columns)] = common / np.maximum(union, 1)
    return table


def _areas(masks):
    return np.count_nonzero(masks, axis=(1, 2)).astype(float)


def mask_areas(entries):
    """Count the pixels of every mask, what COCO calls small, medium and large (lecture 15).

    Args:
        entries: dict of ``masks``, as for ``mask_overlaps``.

    Returns:
        list of I arrays [N]: ``areas`` of ``coco_metrics``.
    """
    return [_areas(np.asarray(masks)) for masks in entries["masks"]]


def coco_mask_metrics(found, wanted):
    """Return the twelve numbers of COCO for masks in place of boxes (lecture 15).

    Args:
        found: dict of ``boxes``, ``classes``, ``scores`` and ``masks``, as for ``coco_metrics``
            and ``mask_overlaps``.
        wanted: dict of ``boxes``, ``classes``, ``masks`` and perhaps ``ignore``.

    Returns:
        dict of floats, as ``coco_metrics``.
    """
    overlaps = mask_overlaps(found, wanted)
    found, wanted = ({**entries, "areas": mask_areas(entries)} for entries in (found, wanted))
    return coco_metrics(found, wanted, overlaps)
