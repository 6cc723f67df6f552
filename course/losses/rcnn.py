"""The losses of R-CNN's family: of proposals, of the regions made of them, and of masks.

Legend: B batch, A anchors, R regions, S samples of either, N objects (class −1: padding),
K classes, M regions with an object, P mask side.
"""

from keras import ops

from course.losses.boxes import smooth_l1
from course.losses.weighting import weighted_mean
from course.ops import encode_boxes, match, pairwise_iou, sample, take_matched
from course.ops.masks import crop_masks
from course.ops.matching import IGNORED

REGION_WEIGHTS = (10, 10, 5, 5)  # of a region's offsets, Fast R-CNN's code
BETA = 1 / 9  # where smooth L1 of the proposals turns, Faster R-CNN's code (σ = 3)


def rpn_loss(boxes, classes, anchors, deltas, logits, priority, count=64):
    """Match anchors, draw some, and learn "is there an object" and its offsets (lecture 12).

    Ren et al. 2015, equation 1. An anchor is an object from an IoU of .7 on, or if it is an
    object's best one, and background below .3. Both sums are divided by the number drawn.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N].
        anchors: float tensor [A, 4], xyxy pixels.
        deltas: float tensor [B, A, 4].
        logits: float tensor [B, A].
        priority: float tensor [B, A], random numbers in [0, 1), as for ``ops.sample``.
        count: S, anchors per image.

    Returns:
        dict of scalars ``rpn_class`` and ``rpn_box``.
    """
    matches = match(pairwise_iou(anchors, boxes), classes >= 0, 0.7, 0.3)  # [B, A]
    drawn, counted = sample(matches, priority, count)  # [B, S]
    matches = ops.take_along_axis(matches, drawn, axis=-1)
    logits = ops.take_along_axis(logits, drawn, axis=-1)
    deltas = ops.take_along_axis(deltas, drawn[..., None], axis=-2)
    anchors = ops.take(ops.convert_to_tensor(anchors), drawn, axis=0)  # [B, S, 4]
    positive = matches >= 0
    offsets = encode_boxes(take_matched(boxes, matches), anchors)
    doubt = ops.binary_crossentropy(ops.cast(positive, "float32"), logits, from_logits=True)
    total = ops.sum(ops.cast(counted, "float32"))
    return {
        "rpn_class": weighted_mean(doubt, counted, total),
        "rpn_box": weighted_mean(smooth_l1(offsets, deltas, BETA), positive, total),
    }


def sample_regions(regions, filled, boxes, classes, priority, count=32, share=0.5):
    """Draw the regions from which the second stage learns (lectures 11 and 12).

    The objects' own boxes are added, so that there is something to learn from at the beginning. A
    region belongs to an object from an IoU of .5 on; all others are background.

    Args:
        regions: float tensor [B, R, 4], xyxy pixels; no gradient flows into them.
        filled: bool tensor [B, R], False for padding.
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N].
        priority: float tensor [B, R + N], random numbers in [0, 1), as for ``ops.sample``.
        count: S.
        share: largest share of regions with an object (paper: ¼; here there are few regions).

    Returns:
        regions float [B, S, 4], those with an object first; their matches int32 [B, S]: index of
        the object, −1 background, −2 not to be counted.
    """
    regions = ops.concatenate([regions, ops.cast(boxes, regions.dtype)], axis=-2)
    filled = ops.concatenate([filled, classes >= 0], axis=-1)
    matches = match(pairwise_iou(regions, boxes), classes >= 0, 0.5, force=False)
    matches = ops.where(filled, matches, IGNORED)
    drawn, counted = sample(matches, priority, count, share)
    regions = ops.take_along_axis(regions, drawn[..., None], axis=-2)
    matches = ops.where(counted, ops.take_along_axis(matches, drawn, axis=-1), IGNORED)
    return ops.stop_gradient(regions), matches


def region_loss(boxes, classes, regions, matches, deltas, logits):
    """Fast R-CNN's multitask loss: which class, and offsets for that class (lectures 11 and 12).

    Girshick 2015, equation 1, with λ = 1: softmax over background and classes, and smooth L1 for
    regions with an object, both divided by the number of regions.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N].
        regions: float tensor [B, R, 4], xyxy pixels.
        matches: int tensor [B, R], as ``sample_regions`` gives them.
        deltas: float tensor [B, R, K, 4], offsets for each class, as ``REGION_WEIGHTS`` scale them.
        logits: float tensor [B, R, 1 + K], background first.

    Returns:
        dict of scalars ``class`` and ``box``.
    """
    positive, counted = matches >= 0, matches != IGNORED
    labels = take_matched(classes + 1, matches)  # 0: background
    offsets = encode_boxes(take_matched(boxes, matches), regions, REGION_WEIGHTS)
    offsets = ops.where(positive[..., None], offsets, 0.0)  # those of padding are not numbers
    own = take_own(deltas, labels - 1)
    doubt = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    total = ops.sum(ops.cast(counted, "float32"))
    return {
        "class": weighted_mean(doubt, counted, total),
        "box": weighted_mean(smooth_l1(offsets, own), positive, total),
    }


def mask_loss(masks, classes, regions, matches, logits):
    """Learn the mask of the region's class only; the others feel nothing (lecture 15).

    He et al. 2017, section 3: a sigmoid for each cell and class, so that classes do not compete
    for cells, and the mean of binary cross-entropies on the mask of the true class.

    Args:
        masks: tensor [B, N, H, W] of 0 and 1.
        classes: int tensor [B, N].
        regions: float tensor [B, M, 4], xyxy pixels.
        matches: int tensor [B, M], as ``sample_regions`` gives them.
        logits: float tensor [B, M, P, P, K].

    Returns:
        dict with the scalar ``mask``.
    """
    index = ops.maximum(matches, 0)[..., None, None]
    own_masks = ops.take_along_axis(ops.cast(masks, "float32"), index, axis=1)  # [B, M, H, W]
    targets = ops.cast(crop_masks(own_masks, regions, logits.shape[-2]) >= 0.5, "float32")
    labels = take_matched(classes, matches)
    own = take_own(ops.moveaxis(logits, -1, 2), labels)  # [B, M, P, P]
    doubt = ops.binary_crossentropy(targets, own, from_logits=True)
    return {"mask": weighted_mean(ops.mean(doubt, axis=(-2, -1)), matches >= 0)}


def take_own(values, labels):
    """Of what is predicted for every class, take that of one class (lectures 11, 12 and 15).

    Args:
        values: float tensor [B, R, K, …].
        labels: int tensor [B, R]; one below 0 takes that of class 0.

    Returns:
        float tensor [B, R, …].
    """
    chosen = ops.one_hot(ops.maximum(labels, 0), values.shape[2])  # [B, R, K]
    chosen = ops.reshape(chosen, (*ops.shape(chosen), *[1] * (len(values.shape) - 3)))
    return ops.sum(values * ops.cast(chosen, values.dtype), axis=2)
