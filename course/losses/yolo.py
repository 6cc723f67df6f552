"""YOLO's targets, its responsible box and its loss (Redmon, Divvala, Girshick & Farhadi 2016).

Legend: B images, N objects (padding has class −1), S×S cells, J boxes of a cell (the paper's B),
C classes, K anchors. The cell that contains the centre of an object answers for it.

One cell of YOLO holds 5J + C numbers: J times (x, y, w, h, c), then C class probabilities p. The
place x, y is relative to the cell, the size w, h to the image, all in [0, 1]; c is the confidence.
With anchors (YOLO v2) a cell holds K blocks of 5 + C numbers, (p_c, b_x, b_y, b_h, b_w, c_1 … c_C),
with the same units. Targets and outputs have the same layout; everything has a static shape.
"""

import numpy as np
from keras import ops

from course.ops import centre_and_size, from_centre_and_size, iou, pairwise_iou

TINY = 1e-6  # keeps the slopes of roots and logarithms finite


def yolo_targets(boxes, classes, image_size, grid=7, boxes_per_cell=2, num_classes=20):
    """Encode the objects of images as the output of a perfect YOLO (lecture 09).

    Section 2 of the paper. All boxes of an object's cell are told the object, with confidence 1. Of
    several objects in one cell the first is kept and the others are lost, as in the authors' code.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N], −1 for padding.
        image_size: side of the square image in pixels.
        grid: S.
        boxes_per_cell: J.
        num_classes: C.

    Returns:
        float tensor [B, S, S, 5J + C]; 0 in cells without an object.
    """
    place, size, cell = _to_cells(boxes, image_size, grid)
    box = ops.concatenate([place, size, ops.ones_like(place[..., :1])], axis=-1)  # [B, N, 5]
    kind = ops.one_hot(ops.maximum(classes, 0), num_classes, dtype=box.dtype)
    rows = ops.concatenate([box] * boxes_per_cell + [kind], axis=-1)  # [B, N, 5J + C]
    return ops.reshape(
        _put(rows, cell, classes >= 0, grid * grid), (-1, grid, grid, rows.shape[-1])
    )


def yolo_split(values, boxes_per_cell=2):
    """Name the numbers of every cell (lecture 09).

    Args:
        values: float tensor [B, S, S, 5J + C], targets or outputs.
        boxes_per_cell: J.

    Returns:
        boxes [B, S, S, J, 4], (x, y, w, h); confidences [B, S, S, J]; classes [B, S, S, C].
    """
    grid, end = values.shape[1], 5 * boxes_per_cell
    slots = ops.reshape(values[..., :end], (-1, grid, grid, boxes_per_cell, 5))
    return slots[..., :4], slots[..., 4], values[..., end:]


def yolo_boxes(boxes, image_size):
    """Turn boxes of cells back into boxes of the image (lecture 09).

    Args:
        boxes: float tensor [B, S, S, J, 4], (x, y, w, h).
        image_size: side of the square image in pixels.

    Returns:
        float tensor [B, S, S, J, 4], xyxy pixels, not clipped.
    """
    grid = boxes.shape[1]
    corner = np.stack(np.meshgrid(np.arange(grid), np.arange(grid)), axis=-1)  # [S, S, 2], x and y
    corner = ops.convert_to_tensor(corner[:, :, None], boxes.dtype)
    centre = (boxes[..., :2] + corner) / grid
    return from_centre_and_size(centre * image_size, boxes[..., 2:] * image_size)


def responsible(targets, outputs, boxes_per_cell=2):
    """Say which box of a cell learns the object: the one that fits it best already (lecture 09).

    Args:
        targets, outputs: float tensors [B, S, S, 5J + C].
        boxes_per_cell: J.

    Returns:
        float tensor [B, S, S, J] of 0 and 1, the paper's 1_ij^obj, of equal boxes the first; and
        float tensor [B, S, S, J], the IoU of every box with the object of its cell.
    """
    wanted, present, _ = yolo_split(targets, boxes_per_cell)
    boxes = yolo_split(outputs, boxes_per_cell)[0]
    overlaps = ops.stop_gradient(iou(yolo_boxes(wanted, 1), yolo_boxes(boxes, 1)))
    best = ops.one_hot(ops.argmax(overlaps, axis=-1), boxes_per_cell, dtype=overlaps.dtype)
    return best * present, overlaps * present


def yolo_loss(
    targets, outputs, boxes_per_cell=2, coord=5.0, obj=1.0, noobj=0.5, classes=1.0, root=True
):
    """The five terms of YOLO's loss, summed over cells, averaged over images (lecture 09).

    Equation 3 of the paper, in the form with a factor for every term. The third term compares the
    confidence with the IoU that the box has at this moment; no gradient flows through it. The
    fourth runs over *all* boxes that are not responsible, those in cells with an object included,
    as in the authors' code.

    Args:
        targets: float tensor [B, S, S, 5J + C], as ``yolo_targets`` gives it.
        outputs: float tensor of the same shape; w and h not negative.
        boxes_per_cell: J.
        coord, obj, noobj, classes: the four λ; the paper's are 5, 1, 0.5 and 1.
        root: compare the square roots of the sizes; False compares the sizes.

    Returns:
        dict of float scalars ``position``, ``size``, ``object``, ``no_object``, ``classes``.
    """
    wanted, present, labels = yolo_split(targets, boxes_per_cell)
    boxes, confidences, probabilities = yolo_split(outputs, boxes_per_cell)
    mine, overlaps = responsible(targets, outputs, boxes_per_cell)
    sizes, wanted_sizes = boxes[..., 2:], wanted[..., 2:]
    if root:
        sizes, wanted_sizes = (ops.sqrt(ops.maximum(s, TINY)) for s in (sizes, wanted_sizes))
    return {
        "position": coord * _total(mine[..., None] * (wanted[..., :2] - boxes[..., :2]) ** 2),
        "size": coord * _total(mine[..., None] * (wanted_sizes - sizes) ** 2),
        "object": obj * _total(mine * (overlaps - confidences) ** 2),
        "no_object": noobj * _total((1 - mine) * confidences**2),
        "classes": classes * _total(present[..., :1] * (labels - probabilities) ** 2),
    }


def yolo_anchor_targets(boxes, classes, image_size, anchors, grid=8, num_classes=20):
    """Encode objects with one block per anchor, so that a cell can hold several (lecture 09).

    Redmon & Farhadi 2017 (YOLO v2), section 2. An object belongs to the anchor of its cell whose
    shape overlaps its own most; of several for one anchor, the first is kept.

    Args:
        boxes: float tensor [B, N, 4], xyxy pixels.
        classes: int tensor [B, N], −1 for padding.
        image_size: side of the square image in pixels.
        anchors: array [K, 2], width and height in pixels, as ``ops.cluster_shapes`` finds them.
        grid: S.
        num_classes: C.

    Returns:
        float tensor [B, S, S, K, 5 + C]: (p_c, b_x, b_y, b_h, b_w, c_1 … c_C), 0 where no object.
    """
    place, size, cell = _to_cells(boxes, image_size, grid)
    shapes = ops.convert_to_tensor(np.asarray(anchors) / image_size, size.dtype)  # [K, 2]
    fit = iou(
        from_centre_and_size(0.0 * size, size)[:, :, None],
        from_centre_and_size(0.0 * shapes, shapes),
    )
    index = cell * len(anchors) + ops.cast(ops.argmax(fit, axis=-1), "int32")
    kind = ops.one_hot(ops.maximum(classes, 0), num_classes, dtype=size.dtype)
    parts = [ops.ones_like(place[..., :1]), place, ops.flip(size, axis=-1), kind]
    rows = ops.concatenate(parts, axis=-1)  # [B, N, 5 + C]
    slots = _put(rows, index, classes >= 0, grid * grid * len(anchors))
    return ops.reshape(slots, (-1, grid, grid, len(anchors), rows.shape[-1]))


def yolo_anchor_loss(targets, outputs, coord=5.0, obj=1.0, noobj=0.5, classes=1.0, ignore=0.6):
    """The same five terms with anchors: every block has its own object (lecture 09).

    No box needs to be chosen: the shape of the anchor has decided. YOLO v2 compares logarithms of
    sizes instead of roots, and classes by cross-entropy. A box that overlaps an object of its cell
    by more than ``ignore`` is no background, even if another anchor has the object (in the
    authors' code: an object of any cell).

    Args:
        targets: float tensor [B, S, S, K, 5 + C], as ``yolo_anchor_targets`` gives it.
        outputs: float tensor of the same shape, classes as probabilities.
        coord, obj, noobj, classes: the four λ.
        ignore: IoU; 1 for no exceptions.

    Returns:
        dict of float scalars, as ``yolo_loss``.
    """
    mine, confidences = targets[..., 0], outputs[..., 0]
    wanted, boxes = (yolo_boxes(_xywh(values), 1) for values in (targets, outputs))
    overlaps = ops.stop_gradient(pairwise_iou(boxes, wanted)) * mine[..., None, :]  # [.., K, K]
    background = ops.cast(ops.max(overlaps, axis=-1) <= ignore, mine.dtype) * (1 - mine)
    overlaps = ops.stop_gradient(iou(boxes, wanted))
    place = (targets[..., 1:3] - outputs[..., 1:3]) ** 2
    logs = [ops.log(ops.maximum(values[..., 3:5], TINY)) for values in (targets, outputs)]
    surprise = -targets[..., 5:] * ops.log(ops.maximum(outputs[..., 5:], TINY))
    return {
        "position": coord * _total(mine[..., None] * place),
        "size": coord * _total(mine[..., None] * (logs[0] - logs[1]) ** 2),
        "object": obj * _total(mine * (overlaps - confidences) ** 2),
        "no_object": noobj * _total(background * confidences**2),
        "classes": classes * _total(surprise),
    }


def _xywh(blocks):
    """The box of every block, height and width in the order of ``yolo_boxes``."""
    return ops.take(blocks, np.array([1, 2, 4, 3]), axis=-1)


def _to_cells(boxes, image_size, grid):
    """Place in the cell [B, N, 2], size in the image [B, N, 2], number of the cell [B, N]."""
    centre, size = centre_and_size(ops.convert_to_tensor(boxes, "float32"))
    centre = centre * (grid / image_size)
    corner = ops.clip(ops.floor(centre), 0, grid - 1)
    index = ops.cast(corner[..., 1] * grid + corner[..., 0], "int32")  # row by row
    return centre - corner, size / image_size, index


def _put(rows, index, valid, num_slots):
    """Put row n [B, N, D] into slot index[n] of [B, num_slots, D], the first comer wins."""
    same = ops.logical_and(index[:, :, None] == index[:, None, :], valid[:, None, :])
    earlier = np.tri(rows.shape[1], k=-1, dtype=bool)
    taken = ops.any(ops.logical_and(same, earlier), axis=-1)
    first = ops.cast(ops.logical_and(valid, ops.logical_not(taken)), rows.dtype)  # [B, N]
    owner = ops.one_hot(index, num_slots, dtype=rows.dtype) * first[..., None]  # [B, N, slots]
    return ops.einsum("bns,bnd->bsd", owner, rows)


def _total(errors):
    """Sum over everything but the images, mean over the images."""
    return ops.mean(ops.sum(errors, axis=tuple(range(1, len(errors.shape)))))
