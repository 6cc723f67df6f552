"""Crops of a picture, warped to one size: how R-CNN (Girshick et al. 2014) looks at a region.

Legend: H, W image size, C channels, R boxes, s side of a crop; pixel i covers [i, i + 1], so its
middle is at i + ½.
"""

from keras import ops

from course.ops.roi import linear_weights


def warped_crops(image, boxes, size, context=0, fill=127.0):
    """Stretch what is inside each box to a square, whatever its shape (lecture 11).

    Bilinear interpolation is a matrix along each axis: entry (i, h) is how much of row h is in row
    i of the crop, max(0, 1 − distance). What lies outside the picture is filled, as in appendix A
    of the paper. Boxes smaller than the crop are what this is for: larger ones are not smoothed
    before they shrink.

    Args:
        image: tensor [H, W, C], intensities.
        boxes: float tensor [R, 4], xyxy pixels, not degenerate.
        size: s, in pixels.
        context: how many pixels of the *crop* show the surroundings on each side of the box; in
            the paper 16 of 227.
        fill: intensity outside the picture, the one that the network takes for zero.

    Returns:
        float32 tensor [R, s, s, C].

    Raises:
        ValueError: if the context leaves no room for the box.
    """
    if not 0 <= 2 * context < size:
        raise ValueError(f"context={context} on both sides does not fit into size={size} pixels.")
    image = ops.cast(image, "float32") - fill
    boxes = ops.convert_to_tensor(boxes, "float32")
    low, high = boxes[:, :2], boxes[:, 2:]
    margin = (high - low) * (context / (size - 2 * context))  # in pixels of the picture
    start, step = low - margin, (high - low + 2 * margin) / size  # [R, 2]
    columns = _interpolation(start[:, 0], step[:, 0], size, image.shape[1])  # [R, s, W]
    rows = _interpolation(start[:, 1], step[:, 1], size, image.shape[0])  # [R, s, H]
    stretched = ops.einsum("rih,hwc->riwc", rows, image)
    return ops.einsum("rjw,riwc->rijc", columns, stretched) + fill


def _interpolation(start, step, size, length):
    """Matrices [R, s, length] that take ``size`` samples, ``step`` apart, out of a line."""
    places = start[:, None] + (ops.arange(size, dtype="float32") + 0.5) * step[:, None]  # [R, s]
    return linear_weights(places - 0.5, length)
