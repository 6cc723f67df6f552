"""Boxes: area, overlap, clipping, and the four numbers that a box head regresses.

Legend: N, M boxes, ``…`` any batch axes; a box is (x0, y0, x1, y1), xyxy in absolute pixels, where
pixel i covers [i, i + 1]. Padding is the box (0, 0, 0, 0) with class −1: it has area 0, overlaps
nothing, and gives finite numbers everywhere. So does a degenerate box (x1 ≤ x0 or y1 ≤ y0).
"""

import math

import numpy as np
from keras import ops

TINY = 1e-7  # pixels, or pixels²: keeps quotients and logarithms of empty boxes finite
LIMIT = math.log(1000 / 16)  # of log scales: an anchor grows 62.5 times at most


def area(boxes):
    """Return the area of boxes (lecture 07).

    Args:
        boxes: float tensor [..., N, 4], xyxy pixels.

    Returns:
        float tensor [..., N], pixels²; 0 for degenerate boxes.
    """
    return _common(boxes, boxes, 0) * _common(boxes, boxes, 1)


def iou(boxes, others):
    """Intersection over union of boxes one by one (lecture 07).

    Args:
        boxes, others: float tensors [..., 4], xyxy pixels, of shapes that broadcast.

    Returns:
        float tensor [...], in [0, 1]; 0 where a box is degenerate.
    """
    intersection, union = _intersection_and_union(boxes, others)
    return intersection / ops.maximum(union, TINY)


def pairwise_iou(boxes, others):
    """Intersection over union of every box with every other (lecture 08 and later).

    Args:
        boxes: float tensor [..., N, 4], xyxy pixels.
        others: float tensor [..., M, 4], xyxy pixels.

    Returns:
        float tensor [..., N, M], in [0, 1].
    """
    return iou(boxes[..., :, None, :], others[..., None, :, :])


def giou(boxes, others):
    """Generalised IoU: negative and growing with the gap where boxes do not overlap (lecture 07).

    Rezatofighi et al. 2019, algorithm 1: IoU − (|C| − |A ∪ B|) / |C|, C the smallest box around
    both.

    Args:
        boxes, others: float tensors [..., 4], xyxy pixels, of shapes that broadcast.

    Returns:
        float tensor [...], in [−1, 1].
    """
    intersection, union = _intersection_and_union(boxes, others)
    hull = _span(boxes, others, 0) * _span(boxes, others, 1)
    return intersection / ops.maximum(union, TINY) - (hull - union) / ops.maximum(hull, TINY)


def ciou(boxes, others):
    """Complete IoU: overlap, distance of the centres and aspect ratio (lecture 07).

    Zheng et al. 2020, equations 8–11: IoU − ρ²/c² − αv, with ρ the distance of the centres, c the
    diagonal of the smallest box around both, v = 4/π² (Δ arctan w/h)² and α = v / (1 − IoU + v).
    As in the authors' code, no gradient flows through α.

    Args:
        boxes, others: float tensors [..., 4], xyxy pixels, of shapes that broadcast.

    Returns:
        float tensor [...], in (−2, 1].
    """
    boxes, others = ops.convert_to_tensor(boxes), ops.convert_to_tensor(others)
    overlap = iou(boxes, others)
    (centre, size), (centre_o, size_o) = centre_and_size(boxes), centre_and_size(others)
    distance = ops.sum((centre - centre_o) ** 2, -1)  # ρ²
    diagonal = _span(boxes, others, 0) ** 2 + _span(boxes, others, 1) ** 2  # c²
    size, size_o = ops.maximum(size, TINY), ops.maximum(size_o, TINY)
    angle = ops.arctan(size[..., 0] / size[..., 1]) - ops.arctan(size_o[..., 0] / size_o[..., 1])
    v = (2 / math.pi * angle) ** 2
    alpha = ops.stop_gradient(v / ops.maximum(1 - overlap + v, TINY))
    return overlap - distance / ops.maximum(diagonal, TINY) - alpha * v


def centre_and_size(boxes):
    """Split boxes into centre and size, as YOLO and Faster R-CNN regress them (lecture 09).

    Args:
        boxes: float tensor [..., 4], xyxy.

    Returns:
        float tensors [..., 2] (x, y of the centre) and [..., 2] (width, height).
    """
    low, high = boxes[..., :2], boxes[..., 2:]
    return (low + high) / 2, high - low


def from_centre_and_size(centre, size):
    """Put boxes together again, the inverse of ``centre_and_size`` (lecture 09).

    Args:
        centre: float tensor [..., 2], x and y.
        size: float tensor [..., 2], width and height.

    Returns:
        float tensor [..., 4], xyxy.
    """
    return ops.concatenate([centre - size / 2, centre + size / 2], axis=-1)


def clip_boxes(boxes, height, width):
    """Cut boxes off at the border of the image (lecture 08 and later).

    Args:
        boxes: float tensor [..., 4], xyxy pixels.
        height, width: size of the image in pixels.

    Returns:
        float tensor [..., 4]; a box wholly outside becomes degenerate.
    """
    limit = ops.convert_to_tensor([width, height, width, height], boxes.dtype)
    return ops.minimum(ops.maximum(boxes, 0), limit)


def encode_boxes(boxes, anchors, weights=(1, 1, 1, 1)):
    """Express boxes relative to anchors, as a box head regresses them (lectures 10, 11 and 12).

    Ren et al. 2015, equation 2: t = ((x − x_a)/w_a, (y − y_a)/h_a, log(w/w_a), log(h/h_a)).
    Fast R-CNN's weights are (10, 10, 5, 5); SSD's "variances" (.1, .1, .2, .2) are their inverse.

    Args:
        boxes: float tensor [..., N, 4], xyxy pixels: for each anchor its object.
        anchors: float tensor [..., N, 4] or [N, 4], xyxy pixels, not degenerate.
        weights: factors of the four numbers.

    Returns:
        float tensor [..., N, 4]; finite also for degenerate boxes, but without meaning there.
    """
    boxes, anchors = ops.convert_to_tensor(boxes), ops.convert_to_tensor(anchors)
    (centre, size), (centre_a, size_a) = centre_and_size(boxes), centre_and_size(anchors)
    shift, scale = (centre - centre_a) / size_a, ops.log(ops.maximum(size, TINY) / size_a)
    return ops.concatenate([shift, scale], axis=-1) * ops.convert_to_tensor(weights, shift.dtype)


def decode_boxes(deltas, anchors, weights=(1, 1, 1, 1), limit=LIMIT):
    """Turn regressed numbers back into boxes, the inverse of ``encode_boxes`` (lectures 10–12).

    Args:
        deltas: float tensor [..., N, 4].
        anchors: float tensor [..., N, 4] or [N, 4], xyxy pixels.
        weights: the factors used for encoding.
        limit: largest log scale. Not in the paper but in its successors: without it the
            exponential overflows early in training.

    Returns:
        float tensor [..., N, 4], xyxy pixels, not clipped to the image.
    """
    deltas = deltas / ops.convert_to_tensor(weights, deltas.dtype)
    centre, size = centre_and_size(ops.convert_to_tensor(anchors))
    scale = ops.exp(ops.minimum(deltas[..., 2:], limit))
    return from_centre_and_size(centre + deltas[..., :2] * size, size * scale)


def check_boxes(boxes, classes=None):
    """Tell wrong boxes before they enter a graph, where nothing can complain (lecture 07).

    Args:
        boxes: array [..., N, 4], xyxy pixels.
        classes: optional integer array [..., N]; boxes of class −1 are only checked for being
            finite.

    Raises:
        ValueError: if a box is not finite, or its corners are swapped.
    """
    boxes = np.asarray(boxes)
    if boxes.ndim < 2 or boxes.shape[-1] != 4:
        raise ValueError(f"boxes have shape {boxes.shape}; they need [..., N, 4], xyxy.")
    finite = np.isfinite(boxes).all(-1)
    ordered = (boxes[..., 2:] >= boxes[..., :2]).all(-1)
    if classes is not None:
        ordered |= np.asarray(classes) < 0
    for fine, problem in (
        (finite, "not finite; look at the learning rate, or at 0/0 where it was made"),
        (ordered, "not xyxy with x0 ≤ x1 and y0 ≤ y1; convert it from xywh or cxcywh"),
    ):
        if not fine.all():
            index = tuple(int(i) for i in np.argwhere(~fine)[0])
            raise ValueError(f"Box {index} is {boxes[index].tolist()}: {problem}.")


def _common(boxes, others, axis):
    """Length of what two boxes share along x (axis 0) or y (axis 1)."""
    low = ops.maximum(boxes[..., axis], others[..., axis])
    high = ops.minimum(boxes[..., axis + 2], others[..., axis + 2])
    return ops.maximum(high - low, 0)


def _span(boxes, others, axis):
    """Length along x or y of the smallest box around both."""
    low = ops.minimum(boxes[..., axis], others[..., axis])
    high = ops.maximum(boxes[..., axis + 2], others[..., axis + 2])
    return ops.maximum(high - low, 0)


def _intersection_and_union(boxes, others):
    intersection = _common(boxes, others, 0) * _common(boxes, others, 1)
    return intersection, area(boxes) + area(others) - intersection
