"""Segmentations of COCO's JSON: checked, and turned into compressed run lengths.

Legend: H, W picture size. A segmentation is a list of polygons [x0, y0, x1, y1, …], which are
painted together, or run lengths (RLE): how many pixels are 0, then 1, then 0, …, column by column,
as a list or written as text.
"""

import math

import numpy as np
from pycocotools import mask as coco_mask

SLACK = 1  # pixels that an annotation may reach over the border, as rounding makes them


def are_numbers(values):
    """Tell whether all values are finite numbers."""
    return all(isinstance(v, int | float) and math.isfinite(v) for v in values)


def compress(segmentation, height, width):
    """Check polygons or run lengths and turn them into a compressed RLE.

    Args:
        segmentation: list of polygons, or dict of ``size`` (H, W) and ``counts``.
        height, width: of the picture.

    Raises:
        ValueError: with what is wrong, and what was expected.
    """
    if not segmentation:
        raise ValueError("it has no segmentation; draw one, or load with masks=False")
    if isinstance(segmentation, dict):
        sizes = {"size": [height, width], "counts": _runs(segmentation, height, width)}
        rle = coco_mask.frPyObjects(sizes, height, width)
    else:
        _check_polygons(segmentation, height, width)
        rle = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
    if not coco_mask.area(rle):
        raise ValueError("its segmentation covers no pixel; draw it larger, or remove it")
    return rle


def _check_polygons(parts, height, width):
    if not isinstance(parts, list) or not all(isinstance(part, list) for part in parts):
        raise ValueError("its segmentation must be a list of polygons, [[x0, y0, x1, y1, …], …]")
    for part in parts:
        if len(part) < 6 or len(part) % 2 or not are_numbers(part):
            raise ValueError(
                f"a polygon has {len(part)} values; it needs x and y, finite, of three or more "
                "points, so an even number from 6 on"
            )
        x, y = part[::2], part[1::2]
        if min(*x, *y) < -SLACK or max(x) > width + SLACK or max(y) > height + SLACK:
            raise ValueError(
                f"a polygon reaches from ({min(x):g}, {min(y):g}) to ({max(x):g}, {max(y):g}), out "
                f"of the picture of {width}×{height}; was the picture resized after drawing?"
            )


def _runs(rle, height, width):
    """Check an RLE and return its run lengths."""
    size, counts = rle.get("size"), rle.get("counts")
    if size != [height, width]:
        raise ValueError(f"its RLE has size {size}; [height, width] is {[height, width]}")
    runs = run_lengths(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(isinstance(n, int) and n >= 0 for n in runs):
        raise ValueError("the counts of its RLE must be a list of integers ≥ 0, or COCO's string")
    if sum(runs) != height * width:
        raise ValueError(
            f"the counts of its RLE add up to {sum(runs)} pixels, not to {height}·{width} = "
            f"{height * width}; write it with pycocotools.mask.encode"
        )
    return runs


def run_lengths(text):
    """Decode COCO's compressed counts, which pycocotools reads past their end if cut short.

    A number is written in groups of five bits, lowest first, as characters from ``0`` (48) on; bit
    5 says that another group follows, bit 4 of the last is the sign. From the fourth on, a number
    is what its run has more than the last run but one.

    Args:
        text: counts of an RLE.

    Returns:
        list of integers.

    Raises:
        ValueError: if a character is none of ``0`` to ``o``, or the text ends within a number.
    """
    runs, number, shift = [], 0, 0
    for place, letter in enumerate(text):
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise ValueError(f"the counts of its RLE have {letter!r} at place {place}")
        number |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            number -= (bits >> 4 & 1) << shift
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number = shift = 0
    if shift:
        raise ValueError("the counts of its RLE end within a number; was the text cut?")
    return runs


def expand(rles, height, width):
    """Turn n compressed RLEs into masks: uint8 [n, H, W]."""
    masks = [coco_mask.decode(rle) for rle in rles]
    return np.array(masks, np.uint8).reshape(-1, height, width)


def check_together(box, rle, least=0.3):
    """Refuse a mask elsewhere than its box: pictures resized, boxes in another format.

    Args:
        box: x0, y0, x1, y1 in pixels.
        rle: compressed mask.
        least: IoU of the box, rounded to whole pixels, with that of the mask.
    """
    low, high = np.floor(box[:2]), np.ceil(box[2:])
    own, other = np.concatenate([low, high - low]), coco_mask.toBbox(rle)
    if coco_mask.iou(own[None], other[None], [0])[0, 0] < least:
        raise ValueError(
            f"bbox lies at {own.tolist()} and the segmentation at {other.tolist()}; both are "
            "[x, y, width, height] in pixels of the annotated picture"
        )
