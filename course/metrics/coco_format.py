"""Boxes and masks in the JSON of the COCO benchmark, for pycocotools and all tools that read it.

Legend: I images, N objects or detections of an image, H, W image size.
"""

import numpy as np


def as_coco(entries, num_classes):
    """Write objects or detections as a COCO data set (lectures 08 and 15).

    Args:
        entries: dict as for ``match_detections``: ``boxes`` [N, 4] xyxy pixels, ``classes`` [N] and
            perhaps ``scores``, ``ignore`` (crowds), ``areas`` and ``masks`` [N, H, W], for each of
            I images; class −1 is padding.
        num_classes: number of categories; their ids count from 0, as the classes do.

    Returns:
        dict of ``images``, ``categories`` and ``annotations``, of plain numbers: ``json.dump``
        writes it, and ``COCO().dataset`` takes it. The ids of annotations begin at 1, because
        pycocotools takes id 0 for “not matched”. Masks are run lengths written as text, and areas
        are theirs.
    """
    images = [{"id": image} for image in range(len(entries["classes"]))]
    annotations = []
    for image, classes in enumerate(entries["classes"]):
        if "masks" in entries:
            _, height, width = np.shape(entries["masks"][image])
            images[image] |= {"height": height, "width": width}
        for slot in np.flatnonzero(np.asarray(classes) >= 0):
            x0, y0, x1, y1 = map(float, entries["boxes"][image][slot])
            row = {"id": len(annotations) + 1, "image_id": image, "category_id": int(classes[slot])}
            row |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "iscrowd": 0}
            if "masks" in entries:
                row |= _segmentation(entries["masks"][image][slot])
            for field, name, kind in (
                ("scores", "score", float), ("ignore", "iscrowd", int), ("areas", "area", float)
            ):  # fmt: skip
                if field in entries:
                    row[name] = kind(entries[field][image][slot])
            annotations.append(row)
    return {
        "images": images,
        "categories": [{"id": kind} for kind in range(num_classes)],
        "annotations": annotations,
    }


def _segmentation(mask):
    """Compress a mask [H, W] with pycocotools; its counts as text, because JSON has no bytes."""
    from pycocotools import mask as coco_mask

    rle = coco_mask.encode(np.asfortranarray(np.asarray(mask) > 0, np.uint8))
    area = float(coco_mask.area(rle))
    return {"segmentation": {**rle, "counts": rle["counts"].decode()}, "area": area}
