"""Cutting patches out of an image, and shrinking it: pure NumPy, the ground of face.py and pose.py.

Legend: H, W height and width in pixels; N patches of side S; boxes are xyxy, absolute pixels.
"""

import numpy as np


def bilinear(image, x, y):
    """Look an image up between its pixels (Lecture 12).

    Args:
        image: float [H, W, C]; the value of pixel (row 2, column 3) is met at x=3, y=2.
        x, y: floats of shapes that broadcast to one shape [...].

    Returns:
        float32 [..., C], weighted from the four pixels around; 0 outside the image.
    """
    height, width = image.shape[:2]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = x.astype(int), y.astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = (x - left)[..., None], (y - top)[..., None]
    above = image[top, left] * (1 - u) + image[top, right] * u
    below = image[bottom, left] * (1 - u) + image[bottom, right] * u
    return ((above * (1 - v) + below * v) * inside[..., None]).astype("float32")


def crop_boxes(image, boxes, side):
    """Cut boxes out and bring each to one size, as `tf.image.crop_and_resize` does (Lecture 12).

    Args:
        image: float [H, W, C].
        boxes: float [N, 4].
        side: int S.

    Returns:
        float32 [N, S, S, C].
    """
    size = np.array([image.shape[1], image.shape[0]])
    boxes = boxes * np.tile((size - 1) / size, 2)  # corner pixels meet corner pixels
    steps = np.linspace(0, 1, side)
    x = boxes[:, 0:1] + (boxes[:, 2:3] - boxes[:, 0:1]) * steps  # [N, S]
    y = boxes[:, 1:2] + (boxes[:, 3:4] - boxes[:, 1:2]) * steps
    return bilinear(image, x[:, None, :], y[:, :, None])


def resize_area(image, height, width):
    """Shrink an image so that each new pixel is the mean of the area it covers (Lecture 08).

    Args:
        image: float [H, W, C].
        height, width: int, the new size in pixels.

    Returns:
        float32 [height, width, C].
    """

    def overlap(new, old):  # [new, old]: the share of each old pixel in each new one
        edges = np.arange(new + 1) * old / new
        low, high = edges[:-1, None], edges[1:, None]
        pixel = np.arange(old)
        covered = np.minimum(high, pixel + 1) - np.maximum(low, pixel)
        return (np.maximum(covered, 0) / (high - low)).astype("float32")

    rows, columns = overlap(height, image.shape[0]), overlap(width, image.shape[1])
    return np.einsum("ih,hwc,jw->ijc", rows, image, columns, optimize=True).astype("float32")
