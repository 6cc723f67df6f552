"""GoogLeNet, the first Inception network (Szegedy et al. 2015, table 1, figure 3).

Legend: B batch, K classes; a shape stands beside every step, for the default arguments.

Deviations from the paper: intensities are scaled to −1 … 1 instead of subtracting the mean colour;
He's initialisation (the paper names none).
"""

import keras
from keras import layers

from course.layers import LocalResponseNormalisation, auxiliary_head, inception

STAGES = {  # table 1: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj
    "3": {
        "a": (64, 96, 128, 16, 32, 32),
        "b": (128, 128, 192, 32, 96, 64),
    },
    "4": {
        "a": (192, 96, 208, 16, 48, 64),
        "b": (160, 112, 224, 24, 64, 64),
        "c": (128, 128, 256, 24, 64, 64),
        "d": (112, 144, 288, 32, 64, 64),
        "e": (256, 160, 320, 32, 128, 128),
    },
    "5": {
        "a": (256, 160, 320, 32, 128, 128),
        "b": (384, 192, 384, 48, 128, 128),
    },
}
AUXILIARY = ("4a", "4d")


def googlenet(
    input_shape=(224, 224, 3),
    num_classes=1000,
    width=1.0,
    modules=(2, 5, 2),
    small=False,
    auxiliary=False,
    dropout=0.4,
):
    """Build GoogLeNet: nine Inception modules, no hidden dense layer, 6,998,552 parameters.

    With the two auxiliary classifiers, used in training only, it has 13,378,280. Lecture 03 builds
    it and compares it with the paper's table line by line.

    Args:
        input_shape: (H, W, channels).
        num_classes: number of logits K.
        width: multiplies the number of filters.
        modules: how many modules of stages 3, 4 and 5 to take, in the order of the table.
        small: one 3×3 convolution and one pooling as stem, for small images.
        auxiliary: also return the logits behind modules 4a and 4d, as far as they exist.
        dropout: rate before the logits, in [0, 1).

    Returns:
        ``keras.Model``: images [B, H, W, channels] with intensities 0–255 → logits [B, K], or with
        ``auxiliary`` the list [logits, logits of 4a, logits of 4d].

    Raises:
        ValueError: if an auxiliary head finds less than a 5×5 map.
    """
    image = keras.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = _small_stem(x, round(192 * width)) if small else _stem(x, width)  # 28×28×192
    heads = []
    for count, (stage, columns) in zip(modules, STAGES.items(), strict=True):
        if stage != "3":
            x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool_{stage}")(x)  # 14, 7
        for letter, filters in list(columns.items())[:count]:
            module = stage + letter
            x = inception(x, *(round(width * n) for n in filters), name=module)
            if auxiliary and module in AUXILIARY:
                sizes = {"filters": round(128 * width), "hidden": round(1024 * width)}
                heads.append(auxiliary_head(x, num_classes, **sizes, name=f"auxiliary_{module}"))
    x = layers.GlobalAveragePooling2D(name="average")(x)  # 1024
    logits = layers.Dense(num_classes, name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(image, [logits, *heads] if auxiliary else logits, name="googlenet")


def _stem(x, width):
    """Shrink 224×224×3 to 28×28×192 before the first module."""
    x = _conv(x, round(64 * width), 7, 2, "conv1")  # 112×112×64
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool1")(x)  # 56×56×64
    x = LocalResponseNormalisation(name="norm1")(x)
    x = _conv(x, round(64 * width), 1, 1, "conv2_reduce")  # 56×56×64
    x = _conv(x, round(192 * width), 3, 1, "conv2")  # 56×56×192
    x = LocalResponseNormalisation(name="norm2")(x)
    return layers.MaxPooling2D(3, 2, padding="same", name="pool2")(x)  # 28×28×192


def _small_stem(x, filters):
    x = _conv(x, filters, 3, 1, "conv1")
    return layers.MaxPooling2D(3, 2, padding="same", name="pool1")(x)


def _conv(x, filters, kernel, strides, name):
    options = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    return layers.Conv2D(filters, kernel, strides, name=name, **options)(x)
