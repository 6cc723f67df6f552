"""YOLO: one network, one look, all boxes (Redmon, Divvala, Girshick & Farhadi 2016), and its
successor with anchors (Redmon & Farhadi 2017).

Legend: B images, S×S cells, J boxes of a cell (the paper's B), K anchors, C classes. What the
numbers of a cell mean, and the loss, stand in ``course.losses.yolo``.

Leaky ReLU, the fully connected layer with dropout, and an output without activation are the
paper's. Deviations: the backbone comes from outside, so it can be small or pretrained; the head may
use several of its maps and has batch normalisation (as in YOLO v2); the fully connected layer is as
wide as asked for (4096 there), or left out, and then the output is a convolution.
"""

import keras
import numpy as np
from keras import layers, ops

from course.losses import (
    yolo_anchor_loss,
    yolo_anchor_targets,
    yolo_boxes,
    yolo_loss,
    yolo_split,
    yolo_targets,
)
from course.models.detector import Detector

TERMS = ("position", "size", "object", "no_object", "classes")


class YOLO(Detector):
    """YOLO v1: an image becomes S×S×(5J + C) numbers, and these become boxes (lecture 09).

    Args:
        backbone: ``keras.Model`` → dict of maps, all of which the head uses.
        num_classes: C.
        image_size: side of the square images in pixels.
        grid: S.
        boxes_per_cell: J.
        width: channels of the head's convolutions.
        hidden: units of the fully connected layer, through which every cell sees the whole image;
            0 for a purely convolutional head, where the sides of the maps and S must be multiples
            of each other.
        dropout: rate behind the fully connected layer.
        root: the network predicts √w and √h, and the loss compares these; False: w and h.
        lambdas: dict of the factors of ``losses.yolo_loss`` that shall differ from the paper's.
        options: as for ``keras.Model``.
    """

    TERMS = TERMS

    def __init__(
        self, backbone, num_classes, image_size=448, grid=7, boxes_per_cell=2, width=128,
        hidden=0, dropout=0.5, root=True, lambdas=None, **options,
    ):  # fmt: skip
        super().__init__(**options)
        self.image_size, self.grid, self.root = image_size, grid, root
        self.num_boxes, self.num_classes = boxes_per_cell, num_classes
        self.lambdas = dict(lambdas or {})
        depth = 5 * boxes_per_cell + num_classes
        maps = list(backbone.output.values())
        if hidden:
            numbers = _fully_connected(maps, width, hidden, dropout, (grid, grid, depth))
        else:
            numbers = _convolutional(maps, width, grid, depth)
        self.network = keras.Model(backbone.input, numbers)

    def call(self, images, training=False):
        """Return the numbers of all cells, [B, S, S, 5J + C]."""
        numbers = self.network(images, training=training)
        boxes, confidences, classes = yolo_split(numbers, self.num_boxes)
        # Never negative; a new network begins with boxes a quarter as wide and high as the image.
        sizes = (boxes[..., 2:] + 0.5) ** 2 if self.root else ops.abs(boxes[..., 2:] + 0.25)
        slots = ops.concatenate([boxes[..., :2], sizes, confidences[..., None]], axis=-1)
        slots = ops.reshape(slots, (-1, self.grid, self.grid, 5 * self.num_boxes))
        return ops.concatenate([slots, classes], axis=-1)

    def terms(self, outputs, boxes, classes):
        """Return the five terms of the loss."""
        targets = yolo_targets(
            boxes, classes, self.image_size, self.grid, self.num_boxes, self.num_classes
        )
        return yolo_loss(targets, outputs, self.num_boxes, root=self.root, **self.lambdas)

    def candidates(self, outputs):
        """Return all S·S·J boxes; a score is confidence times class probability (equation 1)."""
        boxes, confidences, classes = yolo_split(outputs, self.num_boxes)
        scores = ops.clip(confidences, 0, 1)[..., None] * ops.clip(classes, 0, 1)[..., None, :]
        return _flat(yolo_boxes(boxes, self.image_size)), _flat(scores)


class YOLOAnchors(Detector):
    """YOLO with anchors: each of the K blocks of a cell has its own shape and class (lecture 09).

    With s the shape of the anchor and t what the network says (YOLO v2, section 2):
    b_x, b_y = σ(t_x), σ(t_y), relative to the cell; b_w = s_w exp(t_w); p_c = σ(t_c).

    Args:
        backbone: ``keras.Model`` → dict of maps.
        num_classes: C.
        anchors: array [K, 2], width and height in pixels, as ``ops.cluster_shapes`` finds them.
        image_size: side of the square images in pixels.
        grid: S; the sides of the maps and S must be multiples of each other.
        width: channels of the head's convolutions.
        lambdas: dict of the factors of ``losses.yolo_anchor_loss`` that shall differ.
        options: as for ``keras.Model``.
    """

    TERMS = TERMS

    def __init__(
        self, backbone, num_classes, anchors, image_size=416, grid=13, width=128, lambdas=None,
        **options,
    ):  # fmt: skip
        super().__init__(**options)
        self.image_size, self.grid, self.num_classes = image_size, grid, num_classes
        self.anchors, self.lambdas = np.asarray(anchors, "float32"), dict(lambdas or {})
        maps = list(backbone.output.values())
        numbers = _convolutional(maps, width, grid, len(anchors) * (5 + num_classes))
        blocks = layers.Reshape((grid, grid, len(anchors), 5 + num_classes))(numbers)
        self.network = keras.Model(backbone.input, blocks)

    def call(self, images, training=False):
        """Return (p_c, b_x, b_y, b_h, b_w, c_1 … c_C) of all blocks, [B, S, S, K, 5 + C]."""
        t = self.network(images, training=training)
        shapes = ops.convert_to_tensor(self.anchors[:, ::-1] / self.image_size, t.dtype)  # h, w
        sizes = shapes * ops.exp(ops.minimum(t[..., 3:5], 3.0))
        return ops.concatenate([ops.sigmoid(t[..., :3]), sizes, ops.softmax(t[..., 5:])], axis=-1)

    def terms(self, outputs, boxes, classes):
        """Return the five terms of the loss."""
        targets = yolo_anchor_targets(
            boxes, classes, self.image_size, self.anchors, self.grid, self.num_classes
        )
        return yolo_anchor_loss(targets, outputs, **self.lambdas)

    def candidates(self, outputs):
        """Return all S·S·K boxes; a score is p_c times class probability."""
        boxes = ops.take(outputs, np.array([1, 2, 4, 3]), axis=-1)  # x, y, w, h
        scores = outputs[..., :1] * outputs[..., 5:]
        return _flat(yolo_boxes(boxes, self.image_size)), _flat(scores)


def _convolutional(maps, width, grid, depth):
    """Bring all maps to S×S and predict from the 3×3 cells around each: [B, S, S, depth]."""
    x = [_to_grid(x, width, grid) for x in maps]
    x = layers.concatenate(x) if len(x) > 1 else x[0]
    return layers.Conv2D(depth, 1, name="output")(_conv(x, width, 3))


def _fully_connected(maps, width, hidden, dropout, shape):
    """Predict every number of every cell from all places of all maps: [B, *shape]."""
    x = [layers.Flatten()(_conv(x, width, 1)) for x in maps]
    x = layers.concatenate(x) if len(x) > 1 else x[0]
    x = layers.Dropout(dropout)(layers.LeakyReLU(0.1)(layers.Dense(hidden)(x)))
    return layers.Reshape(shape, name="output")(layers.Dense(int(np.prod(shape)))(x))


def _to_grid(x, width, grid):
    """Thin a map out, or repeat it, until it has S×S places."""
    side = x.shape[1]
    if max(side, grid) % min(side, grid):
        raise ValueError(
            f"A map of {side}×{side} places does not fit a grid of {grid}×{grid} cells; choose a "
            "grid that divides it or is a multiple, or give the head hidden units."
        )
    x = _conv(x, width, 3, side // grid) if side > grid else _conv(x, width, 1)
    return layers.UpSampling2D(grid // side)(x) if side < grid else x


def _conv(x, width, kernel, strides=1):
    x = layers.Conv2D(width, kernel, strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)  # short trainings
    return layers.LeakyReLU(0.1)(x)


def _flat(values):
    """[B, S, S, J, D] → [B, S·S·J, D]."""
    return ops.reshape(values, (-1, int(np.prod(values.shape[1:4])), values.shape[4]))
