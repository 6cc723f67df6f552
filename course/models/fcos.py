"""FCOS: a detector without anchors (Tian et al. 2019, https://arxiv.org/abs/1904.01355).

Every cell of every level is a place; it says what is there, and how far the four sides of the box
are. Legend: B images, H, W image size, s stride, A places of all levels, K classes, F width.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from course.layers import conv_bn, fpn
from course.losses import assign_places, fcos_loss
from course.models.detector import Detector, image_size

PRIOR = 0.01  # of an object at a place, before anything is learnt (RetinaNet, section 4.1)


class FCOS(Detector):
    """Fully convolutional one-stage detector (lecture 10).

    Deviations from the paper: one score, with the IoU as its target (VarifocalNet), instead of
    class and centre-ness; softplus, not exp, for the distances; batch normalisation; small widths.

    Args:
        backbone: ``keras.Model`` from images [B, H, W, 3] to a dict of maps: ``"P3"`` of stride 8,
            ``"P4"`` of 16, ``"P5"`` of 32, as ``small_pyramid`` or ``efficientnet_lite0_pyramid``.
        num_classes: K.
        split: longer sides of boxes, in pixels, from which on the next level takes them; () for
            one level of stride 8, (48,) for two.
        width: F, channels of the head.
        options: as for ``keras.Model``.
    """

    TERMS = ("class", "box")

    def __init__(self, backbone, num_classes, split=(), width=64, **options):
        super().__init__(**options)
        self.backbone, self.num_classes = backbone, num_classes
        strides = [8 * 2**level for level in range(len(split) + 1)]
        self.places, self.strides, self.ranges = lay_places(
            *image_size(backbone.output), strides, split
        )
        self.head = fcos_head(backbone.output, num_classes, len(strides), width)

    def call(self, images, training=False):
        """Return [B, A, K + 4]: logits, and distances to the four sides in strides."""
        return self.head(self.backbone(images, training=training), training=training)

    def boxes(self, outputs):
        """Turn distances (left, top, right, bottom) into boxes [B, A, 4], xyxy pixels."""
        places, strides = map(ops.convert_to_tensor, (self.places, self.strides))  # [A, 2], [A]
        distances = ops.softplus(outputs[..., self.num_classes :]) * strides[:, None]
        return ops.concatenate([places - distances[..., :2], places + distances[..., 2:]], axis=-1)

    def terms(self, outputs, boxes, classes):
        """Return the terms ``class`` and ``box``."""
        matches = assign_places(self.places, self.strides, self.ranges, boxes, classes)
        logits = outputs[..., : self.num_classes]
        return fcos_loss(logits, self.boxes(outputs), matches, boxes, classes)

    def candidates(self, outputs):
        """Return boxes [B, A, 4] and scores [B, A, K]."""
        return self.boxes(outputs), ops.sigmoid(outputs[..., : self.num_classes])


def lay_places(height, width, strides, split):
    """Lay a place into the middle of every cell of every level (lecture 10).

    Args:
        height, width: image size in pixels.
        strides: of the levels, in pixels.
        split: longer sides of boxes at which one level hands over to the next.

    Returns:
        float32 arrays ``places`` [A, 2] (x, y), ``strides`` [A], ``ranges`` [A, 2], in pixels.
    """
    bounds = np.array([0, *split, np.inf], "float32")
    places, each, ranges = [], [], []
    for level, stride in enumerate(strides):
        rows, columns = np.indices((height // stride, width // stride))
        places.append((np.stack([columns, rows], axis=-1).reshape(-1, 2) + 0.5) * stride)
        each.append(np.full(len(places[-1]), stride))
        ranges.append(np.tile(bounds[level : level + 2], (len(places[-1]), 1)))
    return tuple(np.concatenate(parts).astype("float32") for parts in (places, each, ranges))


def fcos_head(maps, num_classes, num_levels, width):
    """Fuse the maps from the top down and predict on the finest levels (lecture 10).

    Args:
        maps: dict of symbolic maps ``"P3"``, ``"P4"``, ….
        num_classes: K.
        num_levels: how many levels predict, from P3 on.
        width: F.

    Returns:
        ``keras.Model`` from a dict of maps to [B, A, K + 4].
    """
    inputs = {name: keras.Input(value.shape[1:], name=name) for name, value in maps.items()}
    fused = list(fpn(inputs, width).values())[:num_levels]
    predict = _predictor(width, num_classes)
    outputs = [layers.Reshape((-1, num_classes + 4))(predict(x)) for x in fused]
    return keras.Model(inputs, ops.concatenate(outputs, axis=1), name="head")


def _predictor(width, num_classes):
    """The part that all levels share: a tower of one convolution each for classes and boxes."""
    x = image = keras.Input((None, None, width))
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    parts = []
    for name, filters, bias in (
        ("class", num_classes, math.log(PRIOR / (1 - PRIOR))),
        ("box", 4, 1.0),  # at first boxes of 2.6 strides
    ):
        tower = conv_bn(x, width, name=name)
        parts.append(
            layers.Conv2D(
                filters,
                3,
                padding="same",
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
                bias_initializer=keras.initializers.Constant(bias),
                name=f"{name}_output",
            )(tower)
        )
    return keras.Model(image, ops.concatenate(parts, axis=-1), name="predictor")
