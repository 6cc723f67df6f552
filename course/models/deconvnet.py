"""DeconvNet: down by pooling and back up the same way (Noh, Hong & Han 2015).

Legend: B pictures of H×W; K classes with background (0); n poolings.

Deviations from the paper: a few narrow stages instead of VGG-16 with its two dense layers in the
middle, and whole pictures instead of proposals. The paper's stages are two or three convolutions
wide; ours have one on either side.
"""

import keras
from keras import layers, ops

from course.layers import MaxPoolingWithSwitches, MaxUnpooling, conv_bn, pixel_scores
from course.ops import unpool_nearest

UNPOOLING = ("switches", "nails", "nearest", "transposed")


def deconvnet(input_shape, num_classes, widths=(16, 32, 64), unpooling="switches"):
    """Build an encoder–decoder whose way up mirrors its way down (lecture 13).

    Args:
        input_shape: (H, W, C), multiples of 2ⁿ.
        num_classes: K.
        widths: channels of the n stages.
        unpooling: ``"switches"`` as in the paper; ``"nails"``, ``"nearest"``, or ``"transposed"``,
            a learned convolution of kernel 4 and stride 2.

    Returns:
        ``keras.Model``: images [B, H, W, C] in 0–255 → logits [B, H, W, K].

    Raises:
        ValueError: if H or W is no multiple of 2ⁿ, or ``unpooling`` is unknown.
    """
    factor = 2 ** len(widths)
    if any(side % factor for side in input_shape[:2]) or unpooling not in UNPOOLING:
        raise ValueError(
            f"deconvnet got input_shape={input_shape} and unpooling={unpooling!r}; it needs sides "
            f"that are multiples of {factor} and one of {UNPOOLING}."
        )
    image = keras.Input(input_shape, name="image")
    x, remembered = layers.Rescaling(1 / 64, offset=-2)(image), []
    for k, width in enumerate(widths, start=1):
        x = conv_bn(x, width, name=f"down{k}")
        x, switches = MaxPoolingWithSwitches(name=f"pool{k}")(x)
        remembered.append(switches)
    x = conv_bn(x, widths[-1], 3, name="middle")
    for k in range(len(widths), 0, -1):
        x = _unpool(x, remembered.pop(), unpooling, name=f"unpool{k}")
        x = conv_bn(x, widths[max(k - 2, 0)], name=f"up{k}")
    logits = pixel_scores(x, num_classes)
    return keras.Model(image, logits, name=f"deconvnet_{unpooling}")


def _unpool(x, switches, way, name):
    """Double a map in one of the four ways."""
    if way == "switches":
        return MaxUnpooling(name=name)(x, switches)
    if way == "transposed":
        return layers.Conv2DTranspose(x.shape[-1], 4, 2, padding="same", name=name)(x)
    if way == "nearest":
        return unpool_nearest(x)
    place = ops.zeros_like(switches) + _corners(2 * x.shape[1], 2 * x.shape[2])
    return MaxUnpooling(name=name)(x, place)


def _corners(height, width):
    """Number the upper left pixel of every 2×2 window: switches of a bed of nails."""
    rows, columns = (ops.arange(0, n, 2, dtype="int32") for n in (height, width))
    return (rows[:, None] * width + columns)[:, :, None]
