"""Non-maximum suppression: of detections that overlap, keep the one with the greatest score.

Legend: N boxes, C candidates (the best N that are looked at), K results, ``…`` any batch axes.

Greedy suppression is sequential, but its result is the only fixpoint of one parallel step. Sorted
by score, with S[i, j] = 1 where i < j and IoU > threshold, a box is kept exactly if no kept box
suppresses it:  keep[j] = ¬ max_i keep[i]·S[i, j].  After t steps from "all kept", the first t boxes
are right, so at most C steps are needed; in practice as many as the longest chain "suppresses the
suppressor of …" is long, a handful. On a CPU without XLA this is faster than a loop over the K
results up to about 400 candidates (benchmarks/README.md).

Classes are compared, not separated by an offset added to the coordinates, which costs digits.
"""

import numpy as np
from keras import ops

from course.ops.boxes import pairwise_iou
from course.ops.ranking import top_k

NEVER = float("-inf")


def nms(
    boxes, scores, classes=None, threshold=0.5, min_score=NEVER, max_outputs=100, candidates=400
):
    """Suppress greedily, within each class if classes are given (lecture 08).

    Args:
        boxes: float tensor [..., N, 4], xyxy pixels.
        scores: float tensor [..., N].
        classes: optional int tensor [..., N]; padding has class −1 and is never kept.
        threshold: a box goes if its IoU with a kept box is greater.
        min_score: a box is looked at only if its score is greater; set it where padding is marked
            by its score instead of its class.
        max_outputs: K.
        candidates: C, how many boxes are looked at, best first; work and memory grow with C².

    Returns:
        int32 tensor [..., K]: indices of the kept boxes, by falling score (the first of equal
        ones first), filled up with −1.
    """
    scores = _masked(scores, classes, min_score)
    num = min(candidates, scores.shape[-1])
    best, order = top_k(scores, num)  # [..., C]
    chosen = ops.take_along_axis(boxes, order[..., None], axis=-2)
    suppresses = ops.logical_and(pairwise_iou(chosen, chosen) > threshold, _before(num))
    if classes is not None:
        kinds = ops.take_along_axis(classes, order, axis=-1)
        suppresses = ops.logical_and(suppresses, kinds[..., :, None] == kinds[..., None, :])
    keep = _fixpoint(ops.cast(suppresses, best.dtype), ops.cast(best > NEVER, best.dtype))
    rank, place = top_k(keep * ops.arange(num, 0, -1, dtype=keep.dtype), min(max_outputs, num))
    indices = ops.where(rank > 0, ops.take_along_axis(order, place, axis=-1), -1)
    padding = [(0, 0)] * (len(indices.shape) - 1) + [(0, max_outputs - indices.shape[-1])]
    return ops.cast(ops.pad(indices, padding, constant_values=-1), "int32")


def soft_nms(boxes, scores, classes=None, sigma=0.5, min_score=0.001, max_outputs=100):
    """Lower the scores of overlapping boxes instead of dropping them (lecture 08).

    Bodla et al. 2017, equation 3: s ← s · exp(−IoU² / σ), for every box taken. What a box loses
    depends on those taken before, so this is a loop over the K results.

    Args:
        boxes: float tensor [..., N, 4], xyxy pixels.
        scores: float tensor [..., N], not negative.
        classes: optional int tensor [..., N]; only boxes of one class weaken each other, and
            padding of class −1 is never taken.
        sigma: σ, the larger the milder.
        min_score: the loop takes boxes while their lowered score is greater.
        max_outputs: K.

    Returns:
        int32 tensor [..., K]: indices by falling lowered score, filled up with −1; and
        float tensor [..., K]: the lowered scores, filled up with 0.
    """
    slots = ops.arange(max_outputs)

    def take(k, state):
        left, indices, lowered = state
        best, index = (
            ops.max(left, axis=-1, keepdims=True),
            ops.argmax(left, axis=-1, keepdims=True),
        )
        index = ops.cast(index, "int32")  # [..., 1]
        box = ops.take_along_axis(boxes, index[..., None], axis=-2)  # [..., 1, 4]
        overlap = pairwise_iou(box, boxes)[..., 0, :]  # [..., N]
        if classes is not None:
            same = classes == ops.take_along_axis(classes, index, axis=-1)
            overlap = ops.where(same, overlap, 0.0)
        now = ops.logical_and(slots == k, best > min_score)  # [..., K]
        indices, lowered = ops.where(now, index, indices), ops.where(now, best, lowered)
        left = ops.where(left > NEVER, left * ops.exp(-(overlap**2) / sigma), NEVER)
        return ops.where(ops.arange(left.shape[-1]) == index, NEVER, left), indices, lowered

    left = _masked(scores, classes, min_score)
    blank = ops.zeros_like(left[..., :1]) * ops.zeros(max_outputs)  # [..., K]
    state = left, ops.cast(blank, "int32") - 1, blank
    return ops.fori_loop(0, max_outputs, take, state)[1:]


def detections(boxes, scores, threshold=0.5, min_score=0.05, max_outputs=100, candidates=400):
    """Turn the outputs of a detector into detections (lectures 09, 10, 12 and 15).

    Every pair of a box and a class is a candidate, so a box can be reported for several classes.

    Args:
        boxes: float tensor [..., A, 4], or [..., A, C, 4] if each class has a box of its own.
        scores: float tensor [..., A, C]: a score for each class, background left out.
        threshold, min_score, max_outputs, candidates: as for ``nms``.

    Returns:
        dict of ``boxes`` [..., K, 4], ``scores`` [..., K] and ``classes`` int32 [..., K], by
        falling score; empty slots have class −1, box 0 and score 0.
    """
    num_boxes, num_classes = scores.shape[-2:]
    batch = ops.shape(scores)[:-2]
    flat = ops.reshape(scores, (*batch, num_boxes * num_classes))
    best, pair = top_k(flat, min(candidates, num_boxes * num_classes))
    classes = pair % num_classes
    if len(boxes.shape) > len(scores.shape):
        boxes, index = ops.reshape(boxes, (*batch, num_boxes * num_classes, 4)), pair
    else:
        index = pair // num_classes
    boxes = ops.take_along_axis(boxes, index[..., None], axis=-2)
    found = nms(boxes, best, classes, threshold, min_score, max_outputs, candidates)
    filled, slot = found >= 0, ops.maximum(found, 0)
    taken = ops.take_along_axis(boxes, slot[..., None], axis=-2)
    return {
        "boxes": ops.where(filled[..., None], taken, 0.0),
        "scores": ops.where(filled, ops.take_along_axis(best, slot, axis=-1), 0.0),
        "classes": ops.cast(
            ops.where(filled, ops.take_along_axis(classes, slot, axis=-1), -1), "int32"
        ),
    }


def _masked(scores, classes, min_score):
    """Scores, −∞ where a box is padding or not good enough."""
    good = scores > min_score
    good = good if classes is None else ops.logical_and(good, classes >= 0)
    return ops.where(good, scores, NEVER)


def _before(num):
    """Constant bool array [num, num]: row i comes before column j."""
    return np.triu(np.ones((num, num), bool), 1)


def _fixpoint(suppresses, alive):
    """Solve keep = alive · ¬(some kept box suppresses it); all are 0 or 1."""

    def step(keep, _):
        hits = ops.matmul(keep[..., None, :], suppresses)[..., 0, :]  # [..., C]
        new = alive * ops.cast(hits < 0.5, alive.dtype)
        return new, ops.any(new != keep)

    return ops.while_loop(lambda _, changed: changed, step, (alive, ops.any(alive > 0)))[0]
