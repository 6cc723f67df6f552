"""Fast R-CNN: one map, one network, one loss (Girshick 2015).

Legend: B images, P proposals of an image (padding: boxes of area 0), N objects, S samples,
K classes, C channels, s side of what is pooled; "Pn" is a map of stride 2ⁿ.

Deviations from the paper: any backbone in place of VGG-16, here often frozen; few samples of many
pictures in place of 64 from each of two, because frozen maps cost nothing; a head that is not
pretrained; AdamW.
"""

import keras
import numpy as np
from keras import ops

from course.losses.rcnn import REGION_WEIGHTS, region_loss, sample_regions
from course.models.detector import Detector, image_size, strides
from course.models.faster_rcnn import CUTS, box_head, on_regions
from course.ops import clip_boxes, decode_boxes, pairwise_iou

HARD_ABOVE = 0.1  # background overlaps an object at least so much (section 2.3)


class FastRCNN(Detector):
    """Classify and move proposals that come from elsewhere (lecture 11).

    Its "images" are dicts of ``images`` [B, H, W, 3], or what the backbone takes, and
    ``proposals`` [B, P, 4] in xyxy pixels, padded with zeros.

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P4": [B, H/16, W/16, C], …}``.
        num_classes: K.
        level: name of the map that proposals are cut from.
        hidden: units of the two layers that look at a proposal (paper: 4096).
        size: s (paper: 7).
        num_samples: S, proposals per image that a training step draws.
        least: IoU with an object below which background is not drawn.
        cut: how regions are cut: ``"pool"``, ``"warp"`` or ``"align"``.
        spread: how small the last layers begin, as in ``box_head``; None for Glorot's rule.
        options: as for ``keras.Model``.
    """

    TERMS = ("class", "box")

    def __init__(
        self,
        backbone,
        num_classes,
        level="P4",
        hidden=256,
        size=7,
        num_samples=16,
        least=HARD_ABOVE,
        cut="pool",
        spread=0.01,
        **options,
    ):
        super().__init__(**options)
        self.backbone, self.level, self.cut, self.size = backbone, level, CUTS[cut], size
        self.num_samples, self.least = num_samples, least
        self.height, self.width = image_size({level: backbone.output[level]})
        channels = backbone.output[level].shape[-1]
        self.box_head = box_head(channels, num_classes, hidden, size, spread)
        self.seed = keras.random.SeedGenerator()

    def call(self, inputs, training=False):
        """Images to a map; at test, proposals to classes and boxes."""
        features = self.backbone(inputs["images"], training=training)[self.level]
        outputs = {"map": features, "regions": inputs["proposals"]}
        return outputs if training else outputs | self.look_at(features, inputs["proposals"])

    def check_images(self, inputs):
        """As ``Detector.check_images``, for both entries."""
        super().check_images(inputs["images"])
        if np.ndim(inputs["proposals"]) != 3 or np.shape(inputs["proposals"])[-1] != 4:
            raise ValueError(
                f"proposals have shape {np.shape(inputs['proposals'])}; give [B, P, 4], xyxy "
                "pixels, for every image the same number, padded with boxes (0, 0, 0, 0)."
            )

    def look_at(self, features, regions):
        """``deltas`` [B, P, K, 4] and ``logits`` [B, P, 1 + K] of regions of a map."""
        cut = self.cut(features, regions, self.size, strides([self.level])[0])
        deltas, logits = on_regions(self.box_head, cut)
        return {"deltas": deltas, "logits": logits}

    def terms(self, outputs, boxes, classes):
        """Draw proposals, a quarter of them objects, and compute both terms (equation 1)."""
        regions, matches = self.draw(outputs["regions"], boxes, classes)
        seen = self.look_at(outputs["map"], regions)
        return region_loss(boxes, classes, regions, matches, **seen)

    def draw(self, proposals, boxes, classes):
        """Draw proposals to learn from: boxes [B, S, 4] and matches [B, S]."""
        overlap = ops.max(pairwise_iou(proposals, boxes), axis=-1)  # [B, P]
        filled = ops.logical_and(is_filled(proposals), overlap >= self.least)
        like = ops.concatenate([overlap, boxes[..., 0]], axis=-1)  # the objects are drawn, too
        priority = keras.random.uniform(ops.shape(like), seed=self.seed)
        return sample_regions(
            proposals, filled, boxes, classes, priority, self.num_samples, share=0.25
        )

    def candidates(self, outputs):
        """Boxes [B, P, K, 4], a box for each class, and probabilities [B, P, K]."""
        boxes = decode_boxes(outputs["deltas"], outputs["regions"][..., None, :], REGION_WEIGHTS)
        scores = ops.softmax(outputs["logits"], axis=-1)[..., 1:]
        scores = ops.where(is_filled(outputs["regions"])[..., None], scores, 0.0)
        return clip_boxes(boxes, self.height, self.width), scores


def is_filled(regions):
    """Tell regions from padding, which has no area (lecture 11).

    Args:
        regions: float tensor [..., 4], xyxy pixels.
    """
    return regions[..., 2] > regions[..., 0]
