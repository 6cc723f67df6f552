"""Losses of boxes, regressed as numbers (smooth L1) or compared as areas (IoU and its kin).

Legend: N boxes, ``…`` any batch axes. On padding (0, 0, 0, 0) losses and gradients are finite.
"""

from keras import ops

from course.ops import ciou, giou, iou


def smooth_l1(targets, predictions, beta=1.0):
    """Squared error near the target, absolute error away from it (lectures 10, 11 and 12).

    Girshick 2015 (Fast R-CNN), equation 3, where β = 1: x²/2β if |x| < β, else |x| − β/2.

    Args:
        targets: float tensor [..., N, D], D = 4 for boxes as ``ops.encode_boxes`` gives them.
        predictions: float tensor of the same shape.
        beta: where the two parts meet, smoothly, in the unit of the targets; positive.

    Returns:
        float tensor [..., N], summed over the D numbers.

    Raises:
        ValueError: if ``beta`` is not positive.
    """
    if not beta > 0:
        raise ValueError(f"beta={beta}; give a positive number, or use the absolute error itself.")
    error = ops.abs(predictions - targets)
    loss = ops.where(error < beta, error**2 / (2 * beta), error - beta / 2)
    return ops.sum(loss, axis=-1)


def iou_loss(targets, predictions):
    """1 − IoU: the measure itself, but without a gradient where boxes do not overlap (lecture 07).

    Yu et al. 2016 (UnitBox) take −log IoU, which is infinite there.

    Args:
        targets, predictions: float tensors [..., N, 4], xyxy pixels.

    Returns:
        float tensor [..., N], in [0, 1].
    """
    return 1 - iou(predictions, targets)


def giou_loss(targets, predictions):
    """1 − GIoU, which also pulls boxes together that do not overlap (lecture 07).

    Rezatofighi et al. 2019, algorithm 1.

    Args:
        targets, predictions: float tensors [..., N, 4], xyxy pixels.

    Returns:
        float tensor [..., N], in [0, 2].
    """
    return 1 - giou(predictions, targets)


def ciou_loss(targets, predictions):
    """1 − CIoU: overlap, centres and aspect ratio (lectures 07 and 09).

    Zheng et al. 2020, equation 10.

    Args:
        targets, predictions: float tensors [..., N, 4], xyxy pixels.

    Returns:
        float tensor [..., N], in [0, 3).
    """
    return 1 - ciou(predictions, targets)
