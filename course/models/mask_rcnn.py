"""Mask R-CNN: Faster R-CNN with a third answer for each region, its mask (He et al. 2017).

Legend: B images, R regions, M regions to learn masks from, D detections, K classes, C channels,
P mask side.

Deviations from the paper: those of ``faster_rcnn``, and two convolutions in place of four.
"""

import keras
from keras import layers, ops

from course.losses.rcnn import mask_loss, take_own
from course.models.faster_rcnn import FasterRCNN, on_regions


class MaskRCNN(FasterRCNN):
    """Find objects, name them, and say which pixels are theirs (lecture 15).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P3": [B, H/8, W/8, C3], …}``.
        num_classes: K.
        num_masks: M, the most regions of an image that masks are learnt from.
        mask_width: channels of the mask head (paper: 256).
        mask_depth: its 3×3 convolutions (paper: 4).
        options: as for ``FasterRCNN``.
    """

    TERMS = (*FasterRCNN.TERMS, "mask")
    TRUTH = (*FasterRCNN.TRUTH, "masks")

    def __init__(
        self, backbone, num_classes, num_masks=8, mask_width=64, mask_depth=2, width=96, **options
    ):
        super().__init__(backbone, num_classes, width=width, **options)
        self.num_masks = num_masks
        self.mask_head = mask_head(width, num_classes, mask_width, mask_depth)

    def terms(self, outputs, boxes, classes, masks):
        """Faster R-CNN's four terms and ``mask``."""
        regions, matches = self.draw(outputs, boxes, classes)
        terms = self.terms_of(outputs, boxes, classes, regions, matches)
        regions, matches = regions[:, : self.num_masks], matches[:, : self.num_masks]
        logits = self.mask_logits(outputs["maps"], regions)
        return terms | mask_loss(masks, classes, regions, matches, logits)

    def mask_logits(self, maps, regions):
        """A mask for each region and class: [B, R, P, P, K]."""
        return on_regions(self.mask_head, self.cut(maps, regions, 14))

    def choose_detections(self, outputs, threshold, min_score, max_outputs):
        """Detections with ``masks`` [B, D, P, P]: those of the final boxes, of the class found."""
        found = super().choose_detections(outputs, threshold, min_score, max_outputs)
        maps = keras.tree.map_structure(ops.convert_to_tensor, outputs["maps"])
        logits = self.mask_logits(maps, found["boxes"])
        own = take_own(ops.moveaxis(logits, -1, 2), found["classes"])
        return found | {"masks": ops.sigmoid(own)}


def mask_head(width, num_classes, channels=64, depth=2, size=14):
    """A small fully convolutional network on each region (lecture 15).

    He et al. 2017, figure 4, right: 3×3 convolutions, one transposed convolution that doubles the
    sides, and one mask for each class.

    Args:
        width: C.
        num_classes: K.
        channels: of the convolutions.
        depth: number of 3×3 convolutions.
        size: side of a region's map; P is twice that.

    Returns:
        ``keras.Model`` from regions [R, P/2, P/2, C] to logits [R, P, P, K].
    """
    he = {"activation": "relu", "kernel_initializer": "he_normal"}
    region = x = keras.Input((size, size, width))
    for _ in range(depth):
        x = layers.Conv2D(channels, 3, padding="same", **he)(x)
    x = layers.Conv2DTranspose(channels, 2, 2, **he)(x)
    x = layers.Conv2D(num_classes, 1, name="masks")(x)
    return keras.Model(region, x, name="mask_head")
