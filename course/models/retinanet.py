"""RetinaNet (Lin et al. 2017b, section 4): FPN, shared heads, focal loss.

Legend: B batch, K classes, A anchors, S shapes at a position, the same number on every map.

Deviations from the paper: batch normalisation and ReLU behind the pyramid, without which a short
training on frozen maps goes nowhere; hidden layers begin with He's initialisation, not σ = .01,
which suits 256 channels; heads as deep and wide as you like; P6 and P7 only where asked for.
"""

import math
from functools import reduce

import keras
from keras import layers, ops

from course.layers import fpn
from course.losses import retinanet_loss
from course.models.detector import Detector
from course.models.ssd import image_size, strides
from course.ops import anchors, clip_boxes, decode_boxes


class RetinaNet(Detector):
    """One small head slides over all maps of a feature pyramid (lecture 10).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P3": [B, H/8, W/8, C], …}``.
        shapes: dict ``{"P3": [S, 2], …}``: widths and heights in pixels of the anchors on each
            map; maps beyond the backbone's coarsest are added.
        num_classes: K.
        width: channels of the pyramid and the heads (paper: 256).
        depth: layers of a head before its prediction (paper: 4).
        prior: π, the probability of an object that every anchor begins with.
        alpha, gamma: as for ``losses.focal_loss``.
        top_down: as for ``layers.fpn``.
        batch_norm: normalise the maps of the pyramid, and rectify them.

    Raises:
        ValueError: if the maps have different numbers of shapes; the heads are shared.
    """

    TERMS = ("box_loss", "class_loss")

    def __init__(self, backbone, shapes, num_classes, width=64, depth=1, prior=0.01, alpha=0.25,
                 gamma=2.0, top_down=True, batch_norm=True, **options):  # fmt: skip
        super().__init__(**options)
        counts = {len(level) for level in shapes.values()}
        if len(counts) != 1:
            raise ValueError(f"The maps have {counts} shapes; shared heads need the same on each.")
        (num_shapes,) = counts
        maps = {name: backbone.output[name] for name in sorted(backbone.output)}
        pyramid = _pyramid(maps, max(shapes), width, top_down, batch_norm)
        self.height, self.width = image_size(maps)
        self.anchors = anchors(self.height, self.width, strides(shapes), list(shapes.values()))
        bias = -math.log((1 - prior) / prior)  # sigmoid(bias) = π
        outputs = {}
        for kind, (size, start) in {"deltas": (4, 0.0), "logits": (num_classes, bias)}.items():
            head = _shared(width, depth, num_shapes * size, start, kind)
            parts = [layers.Reshape((-1, size))(head(pyramid[name])) for name in shapes]
            outputs[kind] = layers.Concatenate(axis=1)(parts)
        self.network = keras.Model(backbone.input, outputs)
        self.alpha, self.gamma = alpha, gamma

    def call(self, images, training=None):
        """Images [B, H, W, 3] → dict of ``deltas`` [B, A, 4] and ``logits`` [B, A, K]."""
        return self.network(images, training=training)

    def terms(self, outputs, boxes, classes):
        """The two parts of the loss, each a scalar."""
        options = {"alpha": self.alpha, "gamma": self.gamma}
        return retinanet_loss(boxes, classes, self.anchors, **outputs, **options)

    def candidates(self, outputs):
        """Boxes [B, A, 4] in xyxy pixels, inside the image, and probabilities [B, A, K]."""
        boxes = decode_boxes(outputs["deltas"], self.anchors)
        return clip_boxes(boxes, self.height, self.width), ops.sigmoid(outputs["logits"])


def _pyramid(maps, coarsest, width, top_down, batch_norm):
    """The feature pyramid up to the coarsest map that is asked for."""
    pyramid = fpn(maps, width, int(coarsest[1:]) - int(max(maps)[1:]), top_down)
    if not batch_norm:
        return pyramid
    normalised = {
        name: layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
        for name, x in pyramid.items()
    }
    return {name: layers.ReLU()(x) for name, x in normalised.items()}


def _shared(width, depth, filters, bias, name):
    """A stack of 3×3 convolutions and the prediction, N(0, .01) at first: a function of a map."""
    hidden = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    stack = [layers.Conv2D(width, 3, name=f"{name}_{k}", **hidden) for k in range(depth)]
    start = {
        "kernel_initializer": keras.initializers.RandomNormal(0, 0.01),
        "bias_initializer": keras.initializers.Constant(bias),
    }
    stack += [layers.Conv2D(filters, 3, padding="same", name=name, **start)]
    return lambda x: reduce(lambda y, layer: layer(y), stack, x)
