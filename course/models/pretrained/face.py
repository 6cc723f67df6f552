"""MTCNN: faces and five keypoints by a cascade of three small networks.

Zhang et al. 2016 (https://arxiv.org/abs/1604.02878). P-Net, fully convolutional with a 12-pixel
window and stride 2, sweeps an image pyramid and proposes; R-Net looks again at each proposal, at
24×24; O-Net, at 48×48, decides and places the keypoints. It is a sliding-window
detector (Lecture 08) and a landmark regressor (Lecture 07) in one.

Legend: H, W height and width in pixels; N boxes, xyxy, absolute pixels; K = 5 keypoints (x, y), in
the order left eye, right eye, nose, left and right corner of the mouth, left being the viewer's.
Between the networks everything is NumPy.
"""

import keras
import numpy as np
from keras import layers, ops

from course.models.pretrained.images import check_image
from course.models.pretrained.sampling import crop_boxes, resize_area
from course.models.pretrained.weights import assign_weights, read_weights

# name: (input side, convolutions (filters, size, pool size, pool padding), dense units, heads)
NETS = {
    "pnet": (None, [(10, 3, 2, "same"), (16, 3, 0, ""), (32, 3, 0, "")], 0, (4, 2)),
    "rnet": (24, [(28, 3, 3, "same"), (48, 3, 3, "valid"), (64, 2, 0, "")], 128, (4, 2)),
    "onet": (
        48,
        [(32, 3, 3, "same"), (64, 3, 3, "valid"), (64, 3, 2, "same"), (128, 2, 0, "")],
        256,
        (4, 10, 2),
    ),
}


def mtcnn_net(name, weights="mtcnn"):
    """One of the three networks (Lecture 08).

    Args:
        name: ``"pnet"`` (6,632 parameters), ``"rnet"`` (100,178) or ``"onet"`` (389,040).
        weights: ``"mtcnn"``, or None for random values.

    Returns:
        `keras.Model` from RGB scaled to (x − 127.5) / 128, float32 [B, side, side, 3] (any side of
        at least 12 for P-Net, 24, 48), to a list: box offsets [B, …, 4], for O-Net keypoints
        [B, 10] (five x, then five y), and probabilities (no face, face) [B, …, 2].

    Raises:
        ValueError: if ``name`` or ``weights`` is unknown, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """
    if name not in NETS or weights not in ("mtcnn", None):
        raise ValueError(
            f"name={name!r} and weights={weights!r} were given, expected a name out of "
            f"{tuple(NETS)} and weights 'mtcnn' or None."
        )
    side, convolutions, units, heads = NETS[name]
    x = image = keras.Input((side, side, 3), name="image")
    for i, (filters, size, pool, padding) in enumerate(convolutions, 1):
        x = layers.Conv2D(filters, size, name=f"{name}_conv{i}")(x)
        x = layers.PReLU(shared_axes=[1, 2], name=f"{name}_conv{i}_prelu")(x)
        if pool:
            x = layers.MaxPooling2D(pool, 2, padding=padding)(x)
    last = len(convolutions) + 1
    if units:  # the dense weights come from a column-major framework: turn rows into columns
        x = layers.Flatten()(layers.Permute((2, 1, 3))(x))
        x = layers.Dense(units, name=f"{name}_fc{last}")(x)
        x = layers.PReLU(name=f"{name}_fc{last}_prelu")(x)
    outputs = []
    for i, size in enumerate(heads, 1):
        activation = "softmax" if i == len(heads) else None
        if units:
            head = layers.Dense(size, activation=activation, name=f"{name}_fc{last + 1}_{i}")
        else:
            head = layers.Conv2D(size, 1, activation=activation, name=f"{name}_conv{last}_{i}")
        outputs.append(head(x))
    model = keras.Model(image, outputs, name=name)
    return assign_weights(model, read_weights("mtcnn.npz")) if weights else model


class FaceDetector:
    """Finds faces and their keypoints in a photograph (Lectures 07, 08 and 16).

    Args:
        min_face: int, side of the smallest face sought, in pixels, at least 12; larger is faster.
        scale_factor: float in (0, 1), step of the image pyramid.
        thresholds: three floats in (0, 1), the score that passes P-Net, R-Net and O-Net.

    Raises:
        ValueError: if a setting is out of range, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """

    def __init__(self, min_face=20, scale_factor=0.709, thresholds=(0.6, 0.7, 0.8)):
        if min_face < 12 or not 0 < scale_factor < 1:
            raise ValueError(
                f"min_face={min_face} and scale_factor={scale_factor} were given, expected "
                "min_face ≥ 12 and 0 < scale_factor < 1; the usual values are 20 and 0.709."
            )
        if len(thresholds) != 3 or not all(0 < t < 1 for t in thresholds):
            raise ValueError(f"thresholds={thresholds} were given, expected three in (0, 1).")
        self.min_face, self.scale_factor, self.thresholds = min_face, scale_factor, thresholds
        self.pnet, self.rnet, self.onet = (mtcnn_net(name) for name in NETS)

    def predict(self, image):
        """Detect.

        Args:
            image: [H, W, 3] RGB, 0–255.

        Returns:
            dict with ``"boxes"`` float32 [N, 4], xyxy in absolute pixels, inside the image;
            ``"scores"`` float32 [N], descending; ``"keypoints"`` float32 [N, 5, 2]. N may be 0.

        Raises:
            ValueError: if the image is not as above.
        """
        image = check_image(image)
        scaled = (image - 127.5) / 128
        boxes, scores = self._propose(scaled)
        boxes, scores = self._refine(scaled, boxes)
        boxes, scores, keypoints = self._decide(scaled, boxes)
        height, width = image.shape[:2]
        return {
            "boxes": boxes.clip(0, [width, height, width, height]).astype("float32"),
            "scores": scores.astype("float32"),
            "keypoints": keypoints.astype("float32"),
        }

    def _propose(self, image):
        """P-Net on every scale of the pyramid → square boxes [N, 4], scores [N]."""
        found, scale = [(np.zeros((0, 4)), np.zeros(0))], 12 / self.min_face
        while min(image.shape[:2]) * scale >= 12:
            smaller = resize_area(image, *(int(n * scale) for n in image.shape[:2]))
            offsets, scores = _run(self.pnet, smaller[None])
            y, x = np.nonzero(scores[0, ..., 1] > self.thresholds[0])
            window = 2 * np.stack([x, y, x, y], 1) + [1, 1, 12, 12]  # stride 2, counting from 1
            boxes = window + 11 * offsets[0, y, x]
            found.append(suppress(boxes / scale, scores[0, y, x, 1], 0.5))
            scale *= self.scale_factor
        boxes, scores = suppress(*map(np.concatenate, zip(*found, strict=True)), 0.7)
        return square(boxes), scores

    def _refine(self, image, boxes):
        """R-Net on each proposal → square boxes [N, 4], scores [N]."""
        if not len(boxes):
            return boxes, np.zeros(0)
        offsets, scores = _run(self.rnet, crop_boxes(image, boxes, 24))
        keep = scores[:, 1] > self.thresholds[1]
        boxes, scores = suppress(shift(boxes, offsets)[keep], scores[keep, 1], 0.7)
        return square(boxes), scores

    def _decide(self, image, boxes):
        """O-Net on each refined box → boxes [N, 4], scores [N], keypoints [N, 5, 2]."""
        if not len(boxes):
            return boxes, np.zeros(0), np.zeros((0, 5, 2))
        offsets, points, scores = _run(self.onet, crop_boxes(image, boxes, 48))
        size = boxes[:, None, 2:] - boxes[:, None, :2] + 1
        points = np.stack([points[:, :5], points[:, 5:]], -1) * size + boxes[:, None, :2] - 1
        keep = scores[:, 1] > self.thresholds[2]
        boxes = shift(boxes, offsets)[keep]
        return suppress(boxes, scores[keep, 1], 0.7, points[keep], of_smaller=True)


def suppress(boxes, scores, threshold, *more, of_smaller=False):
    """Non-maximum suppression as the source of the weights does it (Lecture 08).

    All at once: a box goes if *any* better box overlaps it, even one that goes itself. The greedy
    form that Lecture 08 writes keeps a few more.

    Args:
        boxes: [N, 4] xyxy.
        scores: [N].
        threshold: float, overlap above which the lower score goes.
        *more: arrays [N, …] that follow their boxes.
        of_smaller: bool; measure the overlap against the smaller box instead of the union.

    Returns:
        boxes, scores and ``more``, those that stay, by descending score.
    """
    order = np.argsort(-scores, kind="stable")
    b = boxes[order]
    low, high = np.maximum(b[:, None, :2], b[:, :2]), np.minimum(b[:, None, 2:], b[:, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=-1)  # [N, N] intersections
    area = np.prod(b[:, 2:] - b[:, :2], axis=-1)
    other = np.minimum(area[:, None], area) if of_smaller else area[:, None] + area - both
    keep = order[~np.triu(both > threshold * other, k=1).any(axis=0)]
    return tuple(array[keep] for array in (boxes, scores, *more))


def square(boxes):
    """The squares of the longer side around the same centres (Lecture 08).

    Args:
        boxes: [N, 4] xyxy.

    Returns:
        [N, 4] xyxy.
    """
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True, initial=0) / 2
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def shift(boxes, offsets):
    """Move the corners of boxes by what a network says (Lecture 08).

    Args:
        boxes: [N, 4] xyxy.
        offsets: [N, 4], in units of the width and height of each box.

    Returns:
        [N, 4] xyxy.
    """
    return boxes + offsets * np.tile(boxes[:, 2:] - boxes[:, :2] + 1, 2)


def _run(net, batch):
    return [ops.convert_to_numpy(out) for out in net(batch.astype("float32"))]
