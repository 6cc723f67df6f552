"""Masks of objects: cut to a box for learning, pasted back into the image, compared.

Legend: B batch, R regions, N objects, H, W image size in pixels, P mask side.
A mask in its box has P×P cells; that of row i stands at y0 + (i + ½)(y1 − y0)/P.
"""

from keras import ops

from course.ops.roi import interpolation_matrix, linear_weights


def crop_masks(masks, boxes, size):
    """Cut each object's mask to its region and scale it to P×P (lecture 15).

    He et al. 2017, section 3: what the mask branch learns is the part of the object's mask that
    lies in the region, at the resolution of the branch. This is RoIAlign of a mask.

    Args:
        masks: tensor [B, R, H, W] of 0 and 1, for each region the mask of its object.
        boxes: float tensor [B, R, 4], xyxy pixels.
        size: P.

    Returns:
        float tensor [B, R, P, P], the share of the object, in [0, 1].
    """
    height, width = masks.shape[-2:]
    x0, y0, x1, y1 = ops.unstack(ops.stop_gradient(boxes) - 0.5, 4, axis=-1)
    rows = interpolation_matrix(y0, y1, size, height)  # [B, R, P, H]
    columns = interpolation_matrix(x0, x1, size, width)
    bands = ops.matmul(rows, ops.cast(masks, "float32"))  # [B, R, P, W]
    return ops.matmul(bands, ops.swapaxes(columns, -1, -2))


def paste_masks(masks, boxes, height, width):
    """Lay masks over the image, each into its box, interpolated (lecture 15).

    The inverse of ``crop_masks``. Outside of its box a mask is 0.

    Args:
        masks: float tensor [B, R, P, P], in [0, 1].
        boxes: float tensor [B, R, 4], xyxy pixels.
        height, width: H, W.

    Returns:
        float tensor [B, R, H, W], in [0, 1]; above .5 is the object.
    """
    masks, boxes = (ops.convert_to_tensor(x, "float32") for x in (masks, boxes))
    x0, y0, x1, y1 = ops.unstack(boxes, 4, axis=-1)
    rows = _pixels_from_cells(y0, y1, masks.shape[-2], height)  # [B, R, H, P]
    columns = _pixels_from_cells(x0, x1, masks.shape[-1], width)
    bands = ops.matmul(rows, masks)  # [B, R, H, P]
    return ops.matmul(bands, ops.swapaxes(columns, -1, -2))


def mask_iou(masks, others):
    """Intersection over union of every mask with every other, pixel by pixel (lecture 15).

    Args:
        masks: bool or 0/1 tensor [..., N, H, W].
        others: bool or 0/1 tensor [..., M, H, W].

    Returns:
        float tensor [..., N, M], in [0, 1]; 0 where a mask is empty.
    """
    a, b = (
        ops.cast(ops.reshape(x, (*ops.shape(x)[:-2], x.shape[-2] * x.shape[-1])), "float32")
        for x in (masks, others)
    )
    common = ops.matmul(a, ops.swapaxes(b, -1, -2))
    union = ops.sum(a, axis=-1)[..., :, None] + ops.sum(b, axis=-1)[..., None, :] - common
    return common / ops.maximum(union, 1.0)


def _pixels_from_cells(start, end, size, length):
    """Weights with which the cells of a mask enter the pixels along one axis: [..., length, P]."""
    pixels = ops.arange(length, dtype="float32") + 0.5
    share = (pixels - start[..., None]) / ops.maximum(end - start, 1e-6)[..., None]
    inside = ops.logical_and(share >= 0.0, share <= 1.0)
    where = ops.clip(share * size - 0.5, 0.0, size - 1.0)  # [..., length]
    return linear_weights(where, size) * ops.cast(inside, "float32")[..., None]
