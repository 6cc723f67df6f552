"""Boxes in the JSON of the COCO benchmark, for pycocotools and for every tool that reads it.

Legend: I images, N objects or detections of an image.
"""

import numpy as np


def as_coco(entries, num_classes):
    """Write objects or detections as a COCO data set (lecture 08).

    Args:
        entries: dict as for ``match_detections``: ``boxes`` [N, 4] xyxy pixels, ``classes`` [N] and
            perhaps ``scores``, ``ignore`` (crowds) and ``areas``, for each of I images; class −1
            is padding.
        num_classes: number of categories; their ids count from 0, as the classes do.

    Returns:
        dict of ``images``, ``categories`` and ``annotations``, of plain numbers: ``json.dump``
        writes it, and ``COCO().dataset`` takes it. The ids of annotations begin at 1, because
        pycocotools takes id 0 for “not matched”.
    """
    annotations = []
    for image, classes in enumerate(entries["classes"]):
        for slot in np.flatnonzero(np.asarray(classes) >= 0):
            x0, y0, x1, y1 = map(float, entries["boxes"][image][slot])
            row = {"id": len(annotations) + 1, "image_id": image, "category_id": int(classes[slot])}
            row |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "iscrowd": 0}
            for field, name, kind in (
                ("scores", "score", float), ("ignore", "iscrowd", int), ("areas", "area", float)
            ):  # fmt: skip
                if field in entries:
                    row[name] = kind(entries[field][image][slot])
            annotations.append(row)
    return {
        "images": [{"id": image} for image in range(len(entries["classes"]))],
        "categories": [{"id": kind} for kind in range(num_classes)],
        "annotations": annotations,
    }
