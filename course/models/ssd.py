"""SSD, the single-shot MultiBox detector (Liu et al. 2016).

Legend: B batch, K classes, A default boxes, S_n shapes at a position of map Pn (stride 2ⁿ).

Deviations from the paper: any backbone in place of VGG-16; each of its maps first passes a 1×1 and
a 3×3 convolution with batch normalisation, which stand for training the backbone (it may be frozen)
and for the L2 normalisation of conv4_3; the extra maps have batch normalisation, too.
"""

import keras
from keras import layers, ops

from course.layers import conv_bn
from course.losses import hard_negatives, ssd_loss
from course.losses.ssd import BOX_WEIGHTS
from course.models.detector import Detector, image_size, strides
from course.ops import anchors, clip_boxes, decode_boxes


class SSD(Detector):
    """Predict offsets and classes for default boxes on several maps at once (lecture 10).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P3": [B, H/8, W/8, C], …}``.
        shapes: dict ``{"P3": [S, 2], …}``: widths and heights in pixels of the default boxes on
            each map that is to be used, as ``ops.default_box_shapes`` makes them. Maps beyond the
            backbone's coarsest are added.
        num_classes: K.
        width: channels of the convolutions before the predictions.
        choose: which negatives count, as for ``losses.ssd_loss``.
    """

    TERMS = ("box_loss", "class_loss")

    def __init__(self, backbone, shapes, num_classes, width=64, choose=hard_negatives, **options):
        super().__init__(**options)
        maps = _extended(backbone.output, max(shapes), width)
        self.height, self.width = image_size(maps)
        self.anchors = anchors(self.height, self.width, strides(shapes), list(shapes.values()))
        outputs = [_predict(maps[n], len(shapes[n]), num_classes, width, n) for n in shapes]
        deltas, logits = (layers.Concatenate(axis=1)(parts) for parts in zip(*outputs, strict=True))
        self.network = keras.Model(backbone.input, {"deltas": deltas, "logits": logits})
        self.choose = choose

    def call(self, images, training=None):
        """Images [B, H, W, 3] → dict of ``deltas`` [B, A, 4] and ``logits`` [B, A, 1 + K]."""
        return self.network(images, training=training)

    def terms(self, outputs, boxes, classes):
        """The two parts of the loss, each a scalar."""
        return ssd_loss(boxes, classes, self.anchors, **outputs, choose=self.choose)

    def candidates(self, outputs):
        """Boxes [B, A, 4] in xyxy pixels, inside the image, and probabilities [B, A, K]."""
        boxes = decode_boxes(outputs["deltas"], self.anchors, BOX_WEIGHTS)
        scores = ops.softmax(outputs["logits"], axis=-1)[..., 1:]
        return clip_boxes(boxes, self.height, self.width), scores


def _extended(maps, coarsest, width):
    """Add maps P6, P7, … as the paper's conv8 to conv11: 1×1 to fewer channels, 3×3 by stride 2."""
    maps, name = dict(maps), max(maps)
    while name < coarsest:
        x, name = maps[name], f"P{int(name[1:]) + 1}"
        x = conv_bn(x, width // 2, kernel=1, name=f"{name}_before")
        maps[name] = conv_bn(x, width, strides=2, name=f"{name}_extra")
    return maps


def _predict(x, num_shapes, num_classes, width, name):
    """One map's predictions: offsets [B, h·w·S, 4] and logits [B, h·w·S, 1 + K]."""
    x = conv_bn(x, width, kernel=1, name=f"{name}_narrow")
    x = conv_bn(x, width, name=f"{name}_neck")
    parts = []
    for kind, numbers in {"deltas": 4, "logits": 1 + num_classes}.items():
        part = layers.Conv2D(num_shapes * numbers, 3, padding="same", name=f"{name}_{kind}")(x)
        parts.append(layers.Reshape((-1, numbers))(part))
    return parts
