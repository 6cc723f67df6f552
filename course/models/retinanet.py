"""RetinaNet (Lin et al. 2017b, section 4): FPN, shared heads, focal loss.

Legend: B batch, K classes, A anchors, S shapes at a position, the same number on every map.

Deviations from the paper: batch normalisation behind the pyramid and in the heads, without which a
short training on frozen maps goes nowhere; hidden layers begin with He's initialisation, not
σ = .01, which suits 256 channels; heads as deep and wide as you like; P6 and P7 only on demand.
"""

import math

import keras
from keras import layers, ops

from course.layers import fpn
from course.losses import retinanet_loss
from course.models.detector import Detector, image_size, strides
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
        batch_norm: normalise (and rectify) the maps of the pyramid and of the heads.

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
        coarser = int(max(shapes)[1:]) - int(max(maps)[1:])
        pyramid = fpn(maps, width, coarser, top_down)
        pyramid = {name: _active(pyramid[name]) if batch_norm else pyramid[name] for name in shapes}
        self.height, self.width = image_size(maps)
        self.anchors = anchors(self.height, self.width, strides(shapes), list(shapes.values()))
        prior_bias = -math.log((1 - prior) / prior)  # sigmoid(bias) = π
        outputs = {}
        for kind, (size, bias) in {"deltas": (4, 0), "logits": (num_classes, prior_bias)}.items():
            numbers = num_shapes, size
            outputs[kind] = _predict(pyramid, numbers, width, depth, bias, batch_norm, kind)
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


def _active(x):
    """Normalise and rectify."""
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def _predict(pyramid, numbers, width, depth, bias, batch_norm, name):
    """Slide one head over all maps: a stack of 3×3 convolutions and the prediction, N(0, .01).

    The convolutions are shared, the normalisation is not: what is usual differs from map to map.
    """
    start = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.01),
        "bias_initializer": keras.initializers.Constant(bias),
    }
    hidden = {"padding": "same", "kernel_initializer": "he_normal"}
    stack = [layers.Conv2D(width, 3, name=f"{name}_{k}", **hidden) for k in range(depth)]
    last = layers.Conv2D(numbers[0] * numbers[1], 3, padding="same", name=name, **start)
    parts = []
    for level, x in pyramid.items():
        for convolution in stack:
            x = convolution(x)
            x = _active(x) if batch_norm else layers.ReLU()(x)
        parts.append(layers.Reshape((-1, numbers[1]), name=f"{level}_{name}")(last(x)))
    return layers.Concatenate(axis=1)(parts)
