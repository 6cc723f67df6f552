"""AlexNet (Krizhevsky, Sutskever & Hinton 2012, section 3.5, figure 2).

Legend: B batch, K classes; a shape stands beside every layer, for the default arguments.

Deviations from the paper: input 227×227 (the printed 224 does not fit a kernel of 11 and a stride
of 4 without padding); intensities are scaled to −1 … 1 instead of subtracting a mean image; He's
initialisation and zero biases instead of N(0, 0.01) and ones.
"""

import keras
from keras import layers

from course.layers import GroupedConvolution, LocalResponseNormalisation


def alexnet(
    input_shape=(227, 227, 3),
    num_classes=1000,
    width=1.0,
    hidden=4096,
    stem=(11, 4),
    groups=2,
    dropout=0.5,
):
    """Build AlexNet: five convolutions in two groups, three dense layers, 60,965,224 parameters.

    ``groups=2`` are the paper's two GPUs: in C2, C4 and C5 each half of the filters sees the maps
    of its own half only; C3 sees all. Lecture 03 builds and counts it.

    Args:
        input_shape: (H, W, channels).
        num_classes: number of logits K.
        width: multiplies the number of filters.
        hidden: units of the two hidden dense layers.
        stem: (kernel, stride) of C1; (5, 1) suits images of 28 pixels.
        groups: groups of C2, C4 and C5.
        dropout: rate before F6 and F7, in [0, 1).

    Returns:
        ``keras.Model``: images [B, H, W, channels] with intensities 0–255 → logits [B, K].

    Raises:
        ValueError: if the filters cannot be split into the groups, or the image is too small.
    """
    filters = [round(width * n) for n in (96, 256, 384, 384, 256)]
    if any(n % groups for n in filters):
        raise ValueError(f"width={width} gives {filters} filters; groups={groups} must divide all.")
    kernel, stride = stem
    if (min(input_shape[:2]) - kernel) // stride + 1 < 15:
        raise ValueError(f"input_shape={input_shape} leaves less than 15×15 after the stem={stem}.")
    relu = {"activation": "relu", "kernel_initializer": "he_normal"}
    same = {"padding": "same", **relu}
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(filters[0], kernel, stride, **relu, name="C1"),  # 55×55×96
            LocalResponseNormalisation(name="N1"),
            layers.MaxPooling2D(3, 2, name="P1"),  # 27×27×96, windows overlap (section 3.4)
            GroupedConvolution(filters[1], 5, groups=groups, **same, name="C2"),  # 27×27×256
            LocalResponseNormalisation(name="N2"),
            layers.MaxPooling2D(3, 2, name="P2"),  # 13×13×256
            layers.Conv2D(filters[2], 3, **same, name="C3"),  # 13×13×384
            GroupedConvolution(filters[3], 3, groups=groups, **same, name="C4"),  # 13×13×384
            GroupedConvolution(filters[4], 3, groups=groups, **same, name="C5"),  # 13×13×256
            layers.MaxPooling2D(3, 2, name="P5"),  # 6×6×256
            layers.Flatten(name="flatten"),  # 9216
            layers.Dropout(dropout, name="D6"),
            layers.Dense(hidden, **relu, name="F6"),
            layers.Dropout(dropout, name="D7"),
            layers.Dense(hidden, **relu, name="F7"),
            layers.Dense(num_classes, name="logits"),
        ],
        name="alexnet",
    )
