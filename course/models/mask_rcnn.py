"""Mask R-CNN: Faster R-CNN with a third answer for each region, its mask (He et al. 2017).

Legend: B images, R regions, M regions to learn masks from, D detections, K classes, C channels,
P mask side.

Deviations from the paper: those of ``faster_rcnn``, batch normalisation in the heads, without which
a short training learns much less, and two convolutions in place of four.
"""

import keras
import numpy as np
from keras import layers, ops

from course.errors import UnknownName
from course.losses.rcnn import mask_loss, take_own
from course.models.faster_rcnn import FasterRCNN, is_training, norm, on_regions
from course.models.pretrained.efficientnet_lite import efficientnet_lite0_pyramid
from course.models.pretrained.weights import assign_weights, read_weights
from course.ops import paste_masks

CHECKPOINTS = {"scenes": "mask_rcnn_scenes.npz"}
GREY = 127.0


@keras.saving.register_keras_serializable("course")
class MaskRCNN(FasterRCNN):
    """Find objects, name them, and say which pixels are theirs (lecture 15).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``{"P3": [B, H/8, W/8, C3], …}``.
        num_classes: K.
        num_masks: M, the most regions of an image that masks are learnt from.
        mask_width: channels of the mask head (paper: 256).
        mask_depth: its 3×3 convolutions (paper: 4).
        normalise: whether batch normalisation follows the layers of all heads on regions.
        options: as for ``FasterRCNN``.
    """

    TERMS = (*FasterRCNN.TERMS, "mask")
    TRUTH = (*FasterRCNN.TRUTH, "masks")

    def __init__(
        self,
        backbone,
        num_classes,
        num_masks=8,
        mask_width=64,
        mask_depth=2,
        width=96,
        normalise=True,
        **options,
    ):
        super().__init__(backbone, num_classes, width=width, normalise=normalise, **options)
        self.settings |= {
            "num_masks": num_masks, "mask_width": mask_width, "mask_depth": mask_depth
        }  # fmt: skip
        self.num_masks = num_masks
        self.mask_head = mask_head(width, num_classes, mask_width, mask_depth, normalise=normalise)

    def terms(self, outputs, boxes, classes, masks):
        """Faster R-CNN's four terms and ``mask``."""
        regions, matches = self.draw(outputs, boxes, classes)
        terms = self.terms_of(outputs, boxes, classes, regions, matches)
        regions, matches = regions[:, : self.num_masks], matches[:, : self.num_masks]
        logits = self.mask_logits(outputs["maps"], regions, is_training(outputs))
        return terms | mask_loss(masks, classes, regions, matches, logits)

    def detect(self, images, min_score=0.05, threshold=0.5, max_outputs=16, batch_size=32):
        """As ``Detector.detect``, with fewer slots, for each of them costs a run of the mask head.

        Args:
            images, min_score, threshold, max_outputs, batch_size: as there.

        Returns:
            the dict of there, and ``masks`` float32 [B, D, P, P]: in each box the probability of
            the object; ``ops.paste_masks`` lays them over the image.
        """
        return super().detect(images, min_score, threshold, max_outputs, batch_size)

    def mask_logits(self, maps, regions, training=False):
        """A mask for each region and class: [B, R, P, P, K]."""
        return on_regions(self.mask_head, self.regions(maps, regions, 14), training)

    def predict(self, image, min_score=0.5, threshold=0.5, max_outputs=16):
        """Find the objects of one photograph of any size.

        The picture is scaled to the detector's size, its longer side filling it, the rest grey.

        Args:
            image: array [H, W, 3], RGB 0–255.
            min_score, threshold, max_outputs: as for ``detect``.

        Returns:
            dict of NumPy arrays, one row per object by falling score: ``boxes`` [D, 4] xyxy pixels
            of the image, ``scores`` [D], ``classes`` [D], ``masks`` bool [D, H, W].

        Raises:
            ValueError: if it is not one colour picture.
        """
        image = np.asarray(image)
        if image.ndim != 3 or image.shape[-1] != 3 or 0 in image.shape:
            raise ValueError(
                f"predict got an array of shape {image.shape}; give it one RGB picture [H, W, 3], "
                "and a batch to detect()."
            )
        height, width, _ = image.shape
        scale = min(self.height / height, self.width / width)
        inner = max(round(height * scale), 1), max(round(width * scale), 1)
        small = ops.image.resize(ops.cast(image, "float32"), inner, antialias=True)
        borders = [(0, self.height - inner[0]), (0, self.width - inner[1]), (0, 0)]
        small = np.pad(ops.convert_to_numpy(small), borders, constant_values=GREY)
        found = self.detect(small[None], min_score, threshold, max_outputs)
        found = {name: values[0][found["classes"][0] >= 0] for name, values in found.items()}
        sides = np.array([width / inner[1], height / inner[0]] * 2, "float32")
        corner = np.array([width, height] * 2, "float32")
        found["boxes"] = np.clip(found["boxes"] * sides, 0, corner)
        masks = paste_masks(found["masks"][None], found["boxes"][None], height, width)[0]
        return found | {"masks": ops.convert_to_numpy(masks) > 0.5}

    @classmethod
    def for_scenes(cls, weights="imagenet", side=128):
        """Build the untrained detector of the checkpoint (128×128), or one for larger scenes.

        Args:
            weights: of EfficientNet-Lite0: ``"imagenet"``, or None for random ones.
            side: of the pictures, in pixels: a multiple of 32. Anchors grow with it.

        Returns:
            ``MaskRCNN`` for seven classes, which proposes on P3 and P4 and cuts from P2.

        Raises:
            ValueError: if the side is no positive multiple of 32.
        """
        if side <= 0 or side % 32:
            raise ValueError(f"side={side}, expected a positive multiple of 32, such as 256.")
        levels = ("P2", "P3", "P4", "P5")
        backbone = efficientnet_lite0_pyramid(levels, weights, input_shape=(side, side, 3))
        sizes = {"P3": 28 * side / 128, "P4": 56 * side / 128}
        return cls(backbone, 7, sizes=sizes, region_levels=("P2",), width=64)

    @classmethod
    def from_checkpoint(cls, name="scenes"):
        """Build a detector and give it the weights that ship with the course.

        Args:
            name: ``"scenes"``: the seven superclasses of the composited scenes, 128×128 pixels,
                on EfficientNet-Lite0 (datasets/weights/make_mask_rcnn.py trained it).

        Returns:
            ``MaskRCNN``.

        Raises:
            course.errors.UnknownName: if there is no such checkpoint.
            course.errors.MissingData, CorruptData: if its file is missing or damaged.
        """
        if name not in CHECKPOINTS:
            raise UnknownName(f"There is no checkpoint {name!r}; choose from {list(CHECKPOINTS)}.")
        return assign_weights(cls.for_scenes(weights=None), read_weights(CHECKPOINTS[name]))

    def choose_detections(self, outputs, threshold, min_score, max_outputs):
        """Detections with ``masks`` [B, D, P, P]: those of the final boxes, of the class found."""
        found = super().choose_detections(outputs, threshold, min_score, max_outputs)
        maps = keras.tree.map_structure(ops.convert_to_tensor, outputs["maps"])
        logits = self.mask_logits(maps, found["boxes"])
        own = take_own(ops.moveaxis(logits, -1, 2), found["classes"])
        return found | {"masks": ops.sigmoid(own)}


def mask_head(width, num_classes, channels=64, depth=2, size=14, normalise=True):
    """A small fully convolutional network on each region (lecture 15).

    He et al. 2017, figure 4, right: 3×3 convolutions, one transposed convolution that doubles the
    sides, and one mask for each class.

    Args:
        width: C.
        num_classes: K.
        channels: of the convolutions.
        depth: number of 3×3 convolutions.
        size: side of a region's map; P is twice that.
        normalise: whether batch normalisation follows the convolutions.

    Returns:
        ``keras.Model`` from regions [R, P/2, P/2, C] to logits [R, P, P, K].
    """
    he = {"kernel_initializer": "he_normal"}
    convolutions = [layers.Conv2D(channels, 3, padding="same", name=f"mask_conv_{k + 1}", **he)
                    for k in range(depth)]  # fmt: skip
    upsampling = layers.Conv2DTranspose(channels, 2, 2, name="mask_up", **he)
    region = x = keras.Input((size, size, width))
    for layer in (*convolutions, upsampling):
        x = layer(x)
        x = layers.ReLU()(norm(f"{layer.name}_norm")(x) if normalise else x)
    x = layers.Conv2D(num_classes, 1, name="mask_logits")(x)
    return keras.Model(region, x, name="mask_head")
