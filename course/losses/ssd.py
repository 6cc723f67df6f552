"""The MultiBox loss of SSD (Liu et al. 2016, section 2.2, equations 1–3).

Legend: B batch, A default boxes, N objects (class −1: padding), K classes, n matched boxes.
"""

from keras import ops

from course.losses.boxes import smooth_l1
from course.losses.classes import hard_negatives
from course.losses.weighting import weighted_mean
from course.ops import encode_boxes, match, pairwise_iou, take_matched

BOX_WEIGHTS = (10, 10, 5, 5)  # the inverse of the "variances" in the authors' code


def ssd_loss(boxes, classes, defaults, deltas, logits, choose=hard_negatives):
    """Match, encode, and add up smooth L1 and softmax cross-entropy (lecture 10).

    L = (L_conf + L_loc) / n over all images of the batch; L_loc counts matched boxes only, L_conf
    those and the chosen negatives. A batch without objects gives 0.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N].
        defaults: float tensor [A, 4], xyxy pixels.
        deltas: float tensor [B, A, 4], the predicted offsets, encoded with ``BOX_WEIGHTS``.
        logits: float tensor [B, A, 1 + K], background first.
        choose: which negatives count: a function (losses, positive, negative) → bool [B, A].

    Returns:
        dict of scalars: ``box_loss``, ``class_loss``.
    """
    matches = match(pairwise_iou(defaults, boxes), classes >= 0)  # [B, A]
    positive, negative = matches >= 0, matches < 0
    offsets = encode_boxes(take_matched(boxes, matches), defaults, BOX_WEIGHTS)
    labels = take_matched(classes + 1, matches)  # 0: background
    doubt = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    counted = ops.logical_or(positive, choose(doubt, positive, negative))
    num_matched = ops.sum(ops.cast(positive, "float32"))
    return {
        "box_loss": weighted_mean(smooth_l1(offsets, deltas), positive, num_matched),
        "class_loss": weighted_mean(doubt, counted, num_matched),
    }
