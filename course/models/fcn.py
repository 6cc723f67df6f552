"""Fully convolutional networks for segmentation (Long, Shelhamer & Darrell 2015).

Legend: B pictures of H×W; Pn a map of stride 2ⁿ; C channels; K classes with background (0).

Deviations from the paper: the backbone is whatever gives P3, P4 and P5, not VGG-16; a 1×1
convolution with batch normalisation on each map stands for fine-tuning the backbone, and on P5 for
the paper's two layers of 4096; the three nets are trained at once, not one from the other (as in
the paper's second version, Shelhamer et al. 2017). The last step is fixed, so it is done as the
interpolation that it is: many times faster, and without zeros coming in from outside.
"""

import keras
from keras import layers

from course.layers import conv_bn, pixel_scores, upsample

LEVELS = {32: ("P5",), 16: ("P5", "P4"), 8: ("P5", "P4", "P3")}


def fcn(backbone, num_classes, stride=8, width=64, kernel="bilinear", last_size=None):
    """Build FCN-32s, FCN-16s or FCN-8s on a backbone (lecture 13).

    Every map is scored class by class (1×1 convolution, starting at zero). From coarse to fine,
    the scores are doubled in size by a transposed convolution that starts as bilinear
    interpolation and is learned, and the scores of the next map are added. The last step, from
    the finest map to pixels, is bilinear for good (sections 3.3 and 4.2).

    Args:
        backbone: ``keras.Model`` to a dict of maps ``"P3"``, ``"P4"``, ``"P5"``; for maps that were
            computed before, a model that passes them on.
        num_classes: K.
        stride: 32, 16 or 8, of the finest map that is used.
        width: channels between a map and its scores.
        kernel: how transposed convolutions start. Anything but ``"bilinear"`` makes the last one
            learned, too.
        last_size: kernel side of the last step, by default twice its stride.

    Returns:
        ``keras.Model``: what the backbone takes → logits [B, H, W, K].

    Raises:
        ValueError: if ``stride`` is none of the three or the backbone lacks a map.
    """
    maps = backbone.output
    if stride not in LEVELS or set(LEVELS[stride]) - set(maps):
        raise ValueError(
            f"fcn got stride={stride} and maps {sorted(maps)}; give 32 and P5, or 16 and P4 too, "
            "or 8 and P3 too."
        )
    scores = None
    for level in LEVELS[stride]:
        x = conv_bn(maps[level], width, 1, name=f"{level}_features")
        own = pixel_scores(x, num_classes, 3.0 if scores is None else 0.0, f"{level}_score")
        if scores is not None:
            own = layers.add([own, upsample(scores, 2, kernel, name=f"{level}_from_above")])
        scores = own  # [B, H/2ⁿ, W/2ⁿ, K]
    if kernel == "bilinear":
        logits = layers.UpSampling2D(stride, interpolation="bilinear", name="to_pixels")(scores)
    else:
        logits = upsample(scores, stride, kernel, last_size, name="to_pixels")
    return keras.Model(backbone.input, logits, name=f"fcn{stride}s")


def full_resolution(input_shape, num_classes, widths=(16, 16, 16, 16)):
    """Build a network that never makes the map smaller (lecture 13).

    Args:
        input_shape: (H, W, C).
        num_classes: K.
        widths: channels of the 3×3 convolutions.

    Returns:
        ``keras.Model``: images [B, H, W, C] in 0–255 → logits [B, H, W, K].
    """
    image = keras.Input(input_shape, name="image")
    x = layers.Rescaling(1 / 64, offset=-2)(image)
    for k, width in enumerate(widths, start=1):
        x = conv_bn(x, width, name=f"block{k}")
    logits = pixel_scores(x, num_classes)
    return keras.Model(image, logits, name="full_resolution")
