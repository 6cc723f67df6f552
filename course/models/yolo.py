"""YOLO: one network, one look, all boxes (Redmon, Divvala, Girshick & Farhadi 2016), and its
successor with anchors (Redmon & Farhadi 2017).

Legend: B images, S×S cells, J boxes of a cell (the paper's B), K anchors, C classes. What the
numbers of a cell mean, and the loss, stand in ``course.losses.yolo``.

Deviations from the paper: the backbone comes from outside, so it can be small or pretrained, and
its map is not 7×7×1024 but what it is; batch normalisation in the head (as in YOLO v2); the fully
connected layer is as wide as asked for (4096 there). Leaky ReLU, dropout, and an output without
activation are the paper's.
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


class YOLO(Detector):
    """YOLO v1: a map of features to S×S×(5J + C) numbers (lecture 09).

    Args:
        backbone: ``keras.Model`` → dict of maps; the map called ``level`` is used.
        num_classes: C.
        image_size: side of the square images in pixels.
        grid: S; without a fully connected layer it must be the side of the map.
        boxes_per_cell: J.
        level: name of the map.
        width: channels of the head's convolutions.
        hidden: units of the fully connected layer, which sees the whole image; 0 for a purely
            convolutional output.
        dropout: rate behind the fully connected layer.
        root: the network predicts √w and √h, and the loss compares these; False: w and h.
        lambdas: dict of the loss's factors that differ from ``yolo_loss``'s.
        options: as for ``keras.Model``.
    """

    def __init__(
        self, backbone, num_classes, image_size=448, grid=7, boxes_per_cell=2, level="P4",
        width=128, hidden=512, dropout=0.5, root=True, lambdas=None, **options,
    ):  # fmt: skip
        super().__init__(**options)
        self.backbone, self.level, self.image_size, self.root = backbone, level, image_size, root
        self.grid, self.num_boxes, self.num_classes = grid, boxes_per_cell, num_classes
        self.lambdas = lambdas or {}
        last = head_output((5 * boxes_per_cell + num_classes), grid, hidden, dropout)
        self.head = keras.Sequential([*conv_leaky(width), *conv_leaky(width), *last])

    def call(self, images, training=None):
        """Images → float tensor [B, S, S, 5J + C]."""
        features = self.backbone(images)
        x = merge([features[k] for k in self.level.split("+")])
        values = self.head(x, training=training)
        return keep_sizes_positive(values, self.num_boxes, self.root)

    def terms(self, outputs, boxes, classes):
        """The five terms of the loss."""
        targets = yolo_targets(
            boxes, classes, self.image_size, self.grid, self.num_boxes, self.num_classes
        )
        return yolo_loss(targets, outputs, self.num_boxes, root=self.root, **self.lambdas)

    def candidates(self, outputs):
        """All S·S·J boxes; a score is class probability times confidence (equation 1)."""
        boxes, confidences, classes = yolo_split(outputs, self.num_boxes)
        scores = ops.clip(confidences[..., None] * classes[..., None, :], 0, 1)  # [B, S, S, J, C]
        boxes = ops.reshape(
            yolo_boxes(boxes, self.image_size), (-1, self.grid**2 * self.num_boxes, 4)
        )
        return boxes, ops.reshape(scores, (-1, boxes.shape[1], self.num_classes))


def merge(maps):
    if len(maps) == 1:
        return maps[0]
    side = maps[0].shape[1]
    return ops.concatenate(
        [ops.repeat(ops.repeat(m, side // m.shape[1], 1), side // m.shape[1], 2) for m in maps], -1
    )


def conv_leaky(width, kernel=3):
    return [
        layers.Conv2D(width, kernel, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.LeakyReLU(0.1),
    ]


def head_output(depth, grid, hidden, dropout):
    if not hidden:
        return [layers.Conv2D(depth, 1)]
    return [
        layers.Flatten(),
        layers.Dense(hidden),
        layers.LeakyReLU(0.1),
        layers.Dropout(dropout),
        layers.Dense(grid * grid * depth),
        layers.Reshape((grid, grid, depth)),
    ]


def keep_sizes_positive(values, boxes_per_cell, root):
    boxes, confidences, classes = yolo_split(values, boxes_per_cell)
    sizes = boxes[..., 2:] ** 2 if root else ops.abs(boxes[..., 2:])
    slots = ops.concatenate([boxes[..., :2], sizes, confidences[..., None]], axis=-1)
    slots = ops.reshape(slots, (-1, *values.shape[1:3], 5 * boxes_per_cell))
    return ops.concatenate([slots, classes], axis=-1)


class YOLOAnchors(Detector):
    def __init__(
        self,
        backbone,
        num_classes,
        anchors,
        image_size=416,
        level="P4",
        width=128,
        lambdas=None,
        **options,
    ):
        super().__init__(**options)
        self.backbone, self.level, self.image_size = backbone, level, image_size
        self.anchors, self.num_classes, self.lambdas = (
            np.asarray(anchors, "float32"),
            num_classes,
            lambdas or {},
        )
        self.head = keras.Sequential(
            [
                *conv_leaky(width),
                *conv_leaky(width),
                layers.Conv2D(len(anchors) * (5 + num_classes), 1),
            ]
        )

    def call(self, images, training=None):
        features = self.backbone(images)
        x = merge([features[k] for k in self.level.split("+")])
        values = self.head(x, training=training)
        s = values.shape[1]
        t = ops.reshape(values, (-1, s, s, len(self.anchors), 5 + self.num_classes))
        shapes = ops.convert_to_tensor(self.anchors[:, ::-1] / self.image_size, t.dtype)
        return ops.concatenate(
            [
                ops.sigmoid(t[..., :3]),
                shapes * ops.exp(ops.minimum(t[..., 3:5], 4)),
                ops.softmax(t[..., 5:]),
            ],
            -1,
        )

    def terms(self, outputs, boxes, classes):
        targets = yolo_anchor_targets(
            boxes, classes, self.image_size, self.anchors, outputs.shape[1], self.num_classes
        )
        return yolo_anchor_loss(targets, outputs, **self.lambdas)

    def candidates(self, outputs):
        from course.losses.yolo import _xywh

        boxes = yolo_boxes(_xywh(outputs), self.image_size)
        scores = outputs[..., :1] * outputs[..., 5:]
        boxes = ops.reshape(boxes, (-1, boxes.shape[1] ** 2 * len(self.anchors), 4))
        return boxes, ops.reshape(scores, (-1, boxes.shape[1], self.num_classes))
