"""Which detection found which object: COCO's greedy matching, for all images at once.

Legend: I images, D detections, G objects (without padding), K classes, T IoU thresholds,
R ranges of area, E edges: pairs of a detection and an object of one image and class.

Within an image and class, detections are served by falling score. Each takes, of the objects that
are left and overlap it by the threshold or more, that with the greatest overlap (of equal ones the
last). An object counts as ignored if it is a crowd or its area is outside the range: a detection
takes one only if no other object is left for it, and is then neither right nor wrong. A crowd can
be taken many times, and its overlap is intersection ÷ area of the detection. A detection that found
nothing is ignored if its own area is outside the range. All this is pycocotools' rule. VOC's
differs: there a detection only asks for the object that it overlaps most, taken or not.

Serving is sequential only within an image and class. So one step serves the best detections of all
of them, the next step the second best, … and what overlaps nothing is left out beforehand.
"""

from dataclasses import dataclass

import numpy as np

COCO_THRESHOLDS = np.linspace(0.5, 0.95, 10)
COCO_AREAS = {
    "all": (0, 1e10),
    "small": (0, 32**2),
    "medium": (32**2, 96**2),
    "large": (96**2, 1e10),
}


@dataclass(frozen=True)
class Matches:
    """Detections of all images, by class, image and falling score, and what each is worth."""

    scores: np.ndarray  # float64 [D]
    classes: np.ndarray  # int [D]
    ranks: np.ndarray  # int [D], 0 for the best detection of its image and class
    correct: np.ndarray  # bool [T, R, D]
    ignored: np.ndarray  # bool [T, R, D]
    num_objects: np.ndarray  # int [R, K], not ignored


def match_detections(
    detections, objects, thresholds=(0.5,), areas=((0, 1e10),), max_detections=100, overlaps=None
):
    """Decide for every detection whether it is right, wrong or ignored (lecture 08).

    Args:
        detections: dict of ``boxes``, ``scores`` and ``classes``, and perhaps ``areas``: for each
            image an array [D_i, 4] xyxy pixels or [D_i], or all images padded in one array with
            class −1.
        objects: dict of ``boxes`` and ``classes``, and perhaps ``ignore`` (bool: crowds) and
            ``areas`` (pixels², by default of the boxes; COCO gives those of the masks).
        thresholds: T least overlaps.
        areas: R pairs of least and greatest area in pixels².
        max_detections: how many detections count in one image and class.
        overlaps: optional list of I arrays [D_i, G_i], padding included, for example of masks
            (lecture 15); by default the IoU of the boxes.

    Returns:
        ``Matches``.

    Raises:
        ValueError: if the numbers of images or of entries do not fit together, or a box or score
            is not finite.
    """
    found, wanted = _flat(detections, "scores"), _flat(objects)
    num_images = len(detections["classes"])
    if num_images != len(objects["classes"]):
        raise ValueError(
            f"There are detections for {num_images} images and objects for "
            f"{len(objects['classes'])}; give both for every image, empty ones included."
        )
    for entries in (found, wanted):  # by class, image, and falling score
        entries["group"] = entries["classes"] * num_images + entries["image"]
        order = np.lexsort((-entries["scores"], entries["group"]))
        entries |= {name: values[order] for name, values in entries.items()}
    found["rank"] = _rank(found["group"])
    found = {name: values[found["rank"] < max_detections] for name, values in found.items()}
    inside = {"found": _inside(found, areas), "wanted": _inside(wanted, areas)}  # [R, D], [R, G]
    counted = inside["wanted"] & ~wanted["ignore"]
    edges = _edges(found, wanted, overlaps, min(thresholds))
    matched, ignored = _serve(edges, found, wanted, counted, np.asarray(thresholds))
    ignored |= ~matched & ~inside["found"]
    num_classes = max(e["classes"].max(initial=-1) for e in (found, wanted)) + 1
    counts = [np.bincount(wanted["classes"][row], minlength=num_classes) for row in counted]
    return Matches(
        found["scores"], found["classes"], found["rank"], matched & ~ignored, ignored,
        np.array(counts),
    )  # fmt: skip


def _flat(entries, *required):
    """Join the images of a dict and drop padding: arrays over all detections or objects."""
    sizes = [len(classes) for classes in entries["classes"]]
    flat = {}
    for name in ("boxes", "classes", "scores", "ignore", "areas"):
        if name in entries:
            wide = (-1, 4) if name == "boxes" else (-1,)
            rows = [np.reshape(values, wide) for values in entries[name]]
            if [len(row) for row in rows] != sizes:
                raise ValueError(f"Give every image as many {name} as classes, padding included.")
            flat[name] = np.concatenate([np.zeros((0, *wide[1:])), *rows])
        elif name in ("boxes", *required):
            raise ValueError(f"{name!r} are missing; there are {sorted(entries)}.")
    flat["image"] = np.repeat(np.arange(len(sizes)), sizes)
    flat["slot"] = np.concatenate([np.arange(0), *map(np.arange, sizes)])
    boxes = flat["boxes"]
    flat.setdefault("scores", np.zeros(len(boxes)))
    flat.setdefault("areas", (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
    flat["ignore"] = np.asarray(flat.get("ignore", np.zeros(len(boxes))), bool)
    flat["classes"] = flat["classes"].astype(int)
    flat = {name: values[flat["classes"] >= 0] for name, values in flat.items()}
    for name in ("boxes", "scores"):
        if not np.isfinite(flat[name]).all():
            raise ValueError(f"Some {name} are not finite; look where they were made.")
    return flat


def _rank(groups):
    """Number the members of each run of equal values: 0, 1, …"""
    return np.arange(len(groups)) - np.searchsorted(groups, groups)


def _inside(entries, areas):
    return np.array([(low <= entries["areas"]) & (entries["areas"] <= high) for low, high in areas])


def _edges(found, wanted, overlaps, least):
    """Return pairs of one group that overlap enough: detection [E], object [E], overlap [E]."""
    first, last = (np.searchsorted(wanted["group"], found["group"], s) for s in ("left", "right"))
    detection = np.repeat(np.arange(len(first)), last - first)
    object_ = np.repeat(first, last - first) + _rank(detection)
    if overlaps is None:
        overlap = _iou(found, wanted, detection, object_)
    else:
        width = np.array([np.shape(table)[1] for table in overlaps])
        start = np.cumsum([0, *map(np.size, overlaps)])
        image, row = found["image"][detection], found["slot"][detection]
        flat = np.concatenate([np.zeros(0), *map(np.ravel, overlaps)])
        overlap = flat[start[image] + row * width[image] + wanted["slot"][object_]]
    near = overlap >= min(least, 1 - 1e-10)
    return detection[near], object_[near], overlap[near]


def _iou(found, wanted, detection, object_):
    a, b = found["boxes"][detection], wanted["boxes"][object_]
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    common = np.maximum(sides, 0).prod(axis=1)
    area_a, area_b = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b))
    union = np.where(wanted["ignore"][object_], area_a, area_a + area_b - common)
    return common / np.where(union > 0, union, 1)


def _serve(edges, found, wanted, counted, thresholds):
    """Match greedily, all images and classes side by side: matched and ignored [T, R, D]."""
    detection, object_, overlap = edges
    contenders, position = np.unique(detection, return_inverse=True)
    step = _rank(found["group"][contenders])[position]
    order = np.lexsort((object_, overlap, detection, step))  # the best edge of a detection is last
    detection, object_, overlap, step = (x[order] for x in (detection, object_, overlap, step))
    shape = len(thresholds), len(counted)
    matched = np.zeros((*shape, len(found["group"])), bool)
    ignored, taken = np.zeros_like(matched), np.zeros((*shape, len(wanted["group"])), bool)
    num_edges = len(order)
    borders = np.searchsorted(step, np.arange(step.max(initial=-1) + 2))
    for now in map(slice, borders[:-1], borders[1:]):
        o = object_[now]
        free = ~taken[..., o] | wanted["ignore"][o]
        free &= (overlap[now] >= np.minimum(thresholds, 1 - 1e-10)[:, None])[:, None]
        preference = np.arange(now.start, now.stop) + 1 + num_edges * counted[:, o]  # [R, e]
        runs = np.flatnonzero(np.diff(detection[now], prepend=-1))
        best = np.maximum.reduceat(np.where(free, preference, 0), runs, axis=-1)  # [T, R, d]
        t, r, d = np.nonzero(best)
        edge = (best[t, r, d] - 1) % num_edges
        matched[t, r, detection[edge]] = taken[t, r, object_[edge]] = True
        ignored[t, r, detection[edge]] = best[t, r, d] <= num_edges
    return matched, ignored
