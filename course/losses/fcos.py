"""FCOS without its third head: which place learns which object, and how good it says it is.

Legend: B images, A places (one for each cell of each level), K classes, N objects.
"""

from keras import ops

from course.losses.boxes import giou_loss
from course.losses.weighting import weighted_mean
from course.ops import area, iou

FAR = 1e9  # pixels²: more than any box


def assign_places(places, strides, ranges, boxes, classes, radius=1.5):
    """Give every place the object that it is to report, if any (lecture 10).

    Tian et al. 2019, section 3.2 (FCOS), with the centre sampling of its second version: a place
    learns an object if it lies inside the box, within ``radius`` strides of its centre, and if
    the longer side of the box belongs to its level. Of several objects the smallest wins. (The
    paper looks at the longest of the four distances; the side of the box does not change from
    place to place.)

    Args:
        places: float array [A, 2], x and y in pixels.
        strides: float array [A], pixels.
        ranges: float array [A, 2]: least and greatest longer side of a box, in pixels.
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N]; padding has −1.
        radius: half the side of the square around the centre, in strides.

    Returns:
        int32 tensor [B, A]: index of the object, or −1.
    """
    places, strides, ranges, boxes = map(ops.convert_to_tensor, (places, strides, ranges, boxes))
    low, high = boxes[:, None, :, :2], boxes[:, None, :, 2:]  # [B, 1, N, 2]
    point, side = places[:, None], ops.max(high - low, axis=-1)  # [A, 1, 2], [B, 1, N]
    reach = ops.minimum(point - low, high - point)  # to the nearer edge, along x and y
    from_centre = ops.max(ops.abs(point - (low + high) / 2), axis=-1)  # [B, A, N]
    fits = ops.logical_and(ops.min(reach, axis=-1) > 0, from_centre < radius * strides[:, None])
    fits = ops.logical_and(fits, ops.logical_and(side >= ranges[:, :1], side < ranges[:, 1:]))
    fits = ops.logical_and(fits, classes[:, None] >= 0)
    size = ops.where(fits, area(boxes)[:, None], FAR)
    return ops.cast(ops.where(ops.any(fits, axis=-1), ops.argmin(size, axis=-1), -1), "int32")


def varifocal_loss(targets, logits, alpha=0.75, gamma=2.0):
    """Let the score of a class say how well the box fits (lecture 10).

    Zhang et al. 2021 (VarifocalNet), equation 2: where an object is, cross-entropy against
    q = IoU, weighed by q; elsewhere α p^γ times the cross-entropy against 0, as in the focal loss.
    So one number does the work of FCOS's class and centre-ness, and good boxes survive NMS.

    Args:
        targets: float tensor [..., A, K]: q > 0 in the class of the object, else 0.
        logits: float tensor [..., A, K].
        alpha, gamma: α and γ.

    Returns:
        float tensor [..., A], summed over the classes.
    """
    p = ops.stop_gradient(ops.sigmoid(logits))
    weights = ops.where(targets > 0, targets, alpha * p**gamma)
    loss = weights * ops.binary_crossentropy(targets, logits, from_logits=True)
    return ops.sum(loss, axis=-1)


def fcos_loss(logits, predicted, matches, boxes, classes, least=0.05):
    """Return the two terms of the loss (lecture 10).

    Args:
        logits: float tensor [B, A, K].
        predicted: float tensor [B, A, 4], xyxy pixels.
        matches: int tensor [B, A], as ``assign_places`` gives it.
        boxes, classes: float tensor [B, N, 4] and int tensor [B, N].
        least: lower bound of q: while boxes are still wrong, classes learn nevertheless.

    Returns:
        dict of float scalars ``class`` (varifocal) and ``box`` (1 − GIoU), both divided by the
        number of places that have an object.
    """
    positive, index = matches >= 0, ops.maximum(matches, 0)
    wanted = ops.take_along_axis(boxes, index[..., None], axis=1)  # [B, A, 4]
    kinds = ops.where(positive, ops.take_along_axis(classes, index, axis=1), -1)
    quality = ops.maximum(ops.stop_gradient(iou(predicted, wanted)), least)
    targets = ops.one_hot(kinds, logits.shape[-1]) * quality[..., None]  # all 0 for −1
    num = ops.sum(ops.cast(positive, logits.dtype))
    return {
        "class": weighted_mean(varifocal_loss(targets, logits), ops.ones_like(quality), num),
        "box": weighted_mean(giou_loss(wanted, predicted), positive, num),
    }
