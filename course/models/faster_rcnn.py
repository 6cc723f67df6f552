"""Faster R-CNN: a network that proposes regions, and one that looks at them (Ren et al. 2015).

Legend: B images, A anchors of all levels, R regions, K classes, C channels of the pyramid, P side
of a region's map; "Pn" is a map of stride 2ⁿ.

Deviations from the paper: a feature pyramid (Lin et al. 2017a) with batch normalisation, RoIAlign
in place of RoIPool, and few, small anchors and regions, because our pictures are small.
"""

import keras
from keras import layers, ops

from course.layers import fpn
from course.losses.rcnn import REGION_WEIGHTS, region_loss, rpn_loss, sample_regions
from course.models.detector import Detector, image_size, strides
from course.ops import anchor_shapes, anchors, clip_boxes, decode_boxes, proposals
from course.ops.roi import pyramid_cut, roi_align, roi_pool, roi_warp

CUTS = {"align": roi_align, "warp": roi_warp, "pool": roi_pool}


@keras.saving.register_keras_serializable("course")
class FasterRCNN(Detector):
    """Two stages with four losses, trained together (lecture 12).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P3": [B, H/8, W/8, C3], …}``.
        num_classes: K.
        sizes: dict of the sides in pixels of the anchors on each level that proposes.
        ratios: aspect ratios of the anchors, width ÷ height.
        region_levels: names of the maps that regions are cut from.
        width: C.
        hidden: units of the two layers that look at a region (paper: 4096, FPN: 1024).
        num_proposals: R.
        num_samples: regions per image that the second stage learns from.
        cut: how regions are cut: ``"align"``, ``"warp"`` or ``"pool"``.
        normalise: whether the layers that look at a region are followed by batch normalisation.
        options: as for ``keras.Model``.
    """

    TERMS = ("rpn_class", "rpn_box", "class", "box")

    def __init__(
        self,
        backbone,
        num_classes,
        sizes=None,
        ratios=(0.5, 1, 2),
        region_levels=("P3",),
        width=96,
        hidden=256,
        num_proposals=48,
        num_samples=32,
        cut="align",
        normalise=False,
        **options,
    ):
        super().__init__(**options)
        if cut not in CUTS:
            raise ValueError(f"cut={cut!r} is unknown; choose from {list(CUTS)}.")
        sizes = dict(sizes or {"P3": 32, "P4": 64})
        self.settings = {
            "num_classes": num_classes, "sizes": sizes, "ratios": ratios,
            "region_levels": region_levels, "width": width, "hidden": hidden,
            "num_proposals": num_proposals, "num_samples": num_samples, "cut": cut,
            "normalise": normalise,
        }  # fmt: skip
        self.backbone, self.sizes, self.region_levels = backbone, sizes, region_levels
        self.num_proposals, self.num_samples = num_proposals, num_samples
        shapes = [anchor_shapes(size, ratios) for size in self.sizes.values()]
        self.height, self.width = image_size(backbone.output)
        self.anchors = anchors(self.height, self.width, strides(self.sizes), shapes)
        self.fpn = pyramid(backbone.output, width, {*self.sizes, *region_levels})
        self.rpn = rpn_head(width, len(ratios))
        self.box_head = box_head(width, num_classes, hidden, normalise=normalise)
        self.seed = keras.random.SeedGenerator()

    def call(self, images, training=False):
        """Images to maps, maps to regions, and regions to classes and boxes."""
        maps = self.fpn(self.backbone(images, training=training), training=training)
        rpn_deltas, rpn_logits = self.propose(maps)
        regions, filled = proposals(
            rpn_deltas,
            rpn_logits,
            self.anchors,
            self.height,
            self.width,
            before=4 * self.num_proposals,
            after=self.num_proposals,
        )
        outputs = {"maps": {name: maps[name] for name in self.region_levels},
                   "rpn_deltas": rpn_deltas, "rpn_logits": rpn_logits,
                   "regions": regions, "filled": filled}  # fmt: skip
        return outputs if training else outputs | self.look_at(outputs["maps"], regions)

    def regions(self, maps, boxes, size):
        """Cut boxes [B, R, 4] out of the maps: [B, R, P, P, C]."""
        return pyramid_cut(maps, boxes, size, CUTS[self.settings["cut"]])

    def propose(self, maps):
        """Slide the proposal network over all levels: deltas [B, A, 4] and logits [B, A]."""
        parts = [self.rpn(maps[name]) for name in self.sizes]
        return (ops.concatenate(part, axis=1) for part in zip(*parts, strict=True))

    def look_at(self, maps, regions, training=False):
        """Move the regions and classify them: ``deltas`` [B, R, K, 4], ``logits`` [B, R, 1 + K]."""
        deltas, logits = on_regions(self.box_head, self.regions(maps, regions, 7), training)
        return {"deltas": deltas, "logits": logits}

    def terms(self, outputs, boxes, classes):
        """The four terms of the loss: ``rpn_class``, ``rpn_box``, ``class``, ``box``."""
        regions, matches = self.draw(outputs, boxes, classes)
        return self.terms_of(outputs, boxes, classes, regions, matches)

    def terms_of(self, outputs, boxes, classes, regions, matches):
        """The same for regions that are drawn already."""
        deltas, logits = outputs["rpn_deltas"], outputs["rpn_logits"]
        first = rpn_loss(boxes, classes, self.anchors, deltas, logits, self.dice(logits))
        second = self.look_at(outputs["maps"], regions, is_training(outputs))
        return first | region_loss(boxes, classes, regions, matches, **second)

    def draw(self, outputs, boxes, classes):
        """Draw regions to learn from: boxes [B, S, 4] and matches [B, S]."""
        regions, filled = outputs["regions"], outputs["filled"]
        priority = self.dice(ops.concatenate([filled, classes >= 0], axis=-1))
        return sample_regions(
            regions, filled, boxes, classes, priority, min(self.num_samples, priority.shape[-1])
        )

    def dice(self, like):
        """Random numbers in [0, 1) of the shape of a tensor."""
        return keras.random.uniform(ops.shape(like), seed=self.seed)

    def candidates(self, outputs):
        """Boxes [B, R, K, 4], a box for each class, and probabilities [B, R, K]."""
        boxes = decode_boxes(outputs["deltas"], outputs["regions"][..., None, :], REGION_WEIGHTS)
        scores = ops.softmax(outputs["logits"], axis=-1)[..., 1:]
        scores = ops.where(outputs["filled"][..., None], scores, 0.0)
        return clip_boxes(boxes, self.height, self.width), scores

    def get_config(self):
        """What ``.keras`` files keep beside the weights."""
        backbone = keras.saving.serialize_keras_object(self.backbone)
        return {"name": self.name, "backbone": backbone, **self.settings}

    @classmethod
    def from_config(cls, config):
        """Build the detector again."""
        return cls(keras.saving.deserialize_keras_object(config.pop("backbone")), **config)


def pyramid(maps, width, levels):
    """The feature pyramid with normalised and rectified maps (lecture 12).

    Args:
        maps: dict of symbolic maps ``"P3"``, ``"P4"``, …, the backbone's output.
        width: C.
        levels: names of the maps that are wanted.

    Returns:
        ``keras.Model`` from a dict of maps to a dict of those, with C channels.

    Raises:
        ValueError: if the backbone lacks one of the levels.
    """
    if missing := sorted({*levels} - {*maps}):
        raise ValueError(f"The backbone gives {sorted(maps)}, not {missing}; choose among these.")
    inputs = {name: keras.Input(x.shape[1:], name=name) for name, x in sorted(maps.items())}
    outputs = {
        name: layers.ReLU()(norm(f"{name}_norm")(x))
        for name, x in fpn(inputs, width).items()
        if name in levels
    }
    return keras.Model(inputs, outputs, name="fpn")


def rpn_head(width, num_shapes):
    """A 3×3 convolution, and for each anchor four offsets and one logit (lecture 12).

    Ren et al. 2015, figure 3; one logit "object" in place of two.

    Args:
        width: C.
        num_shapes: anchors at each position.

    Returns:
        ``keras.Model`` from a map [B, h, w, C] of any size to deltas [B, A, 4], logits [B, A].
    """
    small = keras.initializers.RandomNormal(stddev=0.01)
    image = keras.Input((None, None, width))
    x = layers.Conv2D(width, 3, padding="same", activation="relu",
                      kernel_initializer="he_normal", name="rpn_hidden")(image)  # fmt: skip
    deltas = layers.Conv2D(4 * num_shapes, 1, kernel_initializer=small, name="rpn_deltas")(x)
    logits = layers.Conv2D(num_shapes, 1, kernel_initializer=small, name="rpn_logits")(x)
    outputs = layers.Reshape((-1, 4))(deltas), layers.Reshape((-1,))(logits)
    return keras.Model(image, outputs, name="rpn")


def box_head(width, num_classes, hidden=256, size=7, spread=None, normalise=False):
    """Two dense layers, then the classes and a box for each (lectures 11 and 12).

    Girshick 2015, section 2.1. Deviation: the last layers begin with Glorot's initialisation, not
    with σ = .01 and .001, for our trainings are short.

    Args:
        width: C.
        num_classes: K.
        hidden: units of either layer.
        size: P.
        spread: σ of the normal distribution from which the classes' weights are drawn, those of
            the offsets with a tenth of it (paper: .01); by default Glorot's initialisation.
        normalise: whether batch normalisation follows the two layers.

    Returns:
        ``keras.Model`` from regions [R, P, P, C] to deltas [R, K, 4] and logits [R, 1 + K].
    """
    region = keras.Input((size, size, width))
    x = layers.Flatten()(region)
    for k in (1, 2):
        x = layers.Dense(hidden, kernel_initializer="he_normal", name=f"box_hidden_{k}")(x)
        x = layers.ReLU()(norm(f"box_norm_{k}")(x) if normalise else x)
    starts = ["glorot_uniform"] * 2
    if spread:
        starts = [keras.initializers.RandomNormal(stddev=sigma) for sigma in (spread / 10, spread)]
    deltas = layers.Dense(4 * num_classes, kernel_initializer=starts[0], name="box_deltas")(x)
    logits = layers.Dense(1 + num_classes, kernel_initializer=starts[1], name="box_logits")(x)
    return keras.Model(region, (layers.Reshape((num_classes, 4))(deltas), logits), name="box_head")


def norm(name):
    """Batch normalisation that forgets its start within a short training (lectures 12 and 15).

    Args:
        name: of the layer.

    Returns:
        ``keras.layers.BatchNormalization``.
    """
    return layers.BatchNormalization(momentum=0.9, name=name)


def is_training(outputs):
    """Whether a detector of two stages was called to be trained (lectures 12 and 15).

    Args:
        outputs: what its ``call`` gave; only then does it leave the second stage to the loss.

    Returns:
        bool.
    """
    return "logits" not in outputs


def on_regions(head, regions, training=False):
    """Apply a head to the regions of all images at once (lectures 11, 12 and 15).

    Args:
        head: ``keras.Model`` from [R, P, P, C] to a tensor or several.
        regions: float tensor [B, R, P, P, C].
        training: whether it is trained, for its normalisation.

    Returns:
        what the head gives, each tensor [B, R, …].
    """
    batch, num_regions = ops.shape(regions)[0], regions.shape[1]
    outputs = head(ops.reshape(regions, (-1, *regions.shape[2:])), training=training)
    return keras.tree.map_structure(
        lambda x: ops.reshape(x, (batch, num_regions, *x.shape[1:])), outputs
    )
