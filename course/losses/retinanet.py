"""The loss of RetinaNet (Lin et al. 2017b, sections 3 and 4): every anchor counts, faintly.

Legend: B batch, A anchors, N objects (class −1: padding), K classes, n matched anchors.

What the paper leaves open is as in the authors' code (Detectron): offsets are not weighted, smooth
L1 changes over at β = 1/9, and every object gets its best anchor, even below an IoU of .5.
"""

from keras import ops

from course.losses.boxes import smooth_l1
from course.losses.classes import focal_loss
from course.losses.weighting import weighted_mean
from course.ops import encode_boxes, match, pairwise_iou, take_matched
from course.ops.matching import IGNORED

BETA = 1 / 9


def retinanet_loss(boxes, classes, anchors, deltas, logits, alpha=0.25, gamma=2.0, force=True):
    """Match, encode, and add up smooth L1 and the focal loss of all anchors (lecture 10).

    IoU from .5 on is a match, below .4 background; what is between takes no part. Both sums are
    divided by n, not by A: the easy background adds almost nothing to them.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N].
        anchors: float tensor [A, 4], xyxy pixels.
        deltas: float tensor [B, A, 4], the predicted offsets.
        logits: float tensor [B, A, K]; background is "no" to every class.
        alpha, gamma: as for ``focal_loss``.
        force: give every object an anchor.

    Returns:
        dict of scalars: ``box_loss``, ``class_loss``.
    """
    matches = match(pairwise_iou(anchors, boxes), classes >= 0, 0.5, 0.4, force)  # [B, A]
    positive = matches >= 0
    offsets = encode_boxes(take_matched(boxes, matches), anchors)
    labels = take_matched(classes, matches, background=-1)[..., None]
    targets = labels == ops.arange(logits.shape[-1])  # [B, A, K]
    num_matched = ops.sum(ops.cast(positive, "float32"))
    focal = focal_loss(targets, logits, alpha, gamma)
    return {
        "box_loss": weighted_mean(smooth_l1(offsets, deltas, BETA), positive, num_matched),
        "class_loss": weighted_mean(focal, matches != IGNORED, num_matched),
    }
