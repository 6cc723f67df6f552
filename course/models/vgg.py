"""VGG (Simonyan & Zisserman 2015, table 1): nothing but 3×3 convolutions, and more of them.

Legend: B batch, K classes; shapes are those of VGG-16.

Deviations from the paper: intensities are scaled to −1 … 1 instead of subtracting the mean colour;
He's initialisation instead of starting from the weights of a shallower net.
"""

import keras
from keras import layers


def vgg(
    blocks=(2, 2, 3, 3, 3),
    input_shape=(224, 224, 3),
    num_classes=1000,
    width=64,
    hidden=4096,
    dropout=0.5,
    initializer="he_normal",
):
    """Build a VGG network: blocks of 3×3 convolutions, each followed by 2×2 max pooling.

    The defaults are VGG-16, configuration D, with 138,357,544 parameters; (1, 1, 2, 2, 2) is
    VGG-11 (A), (2, 2, 4, 4, 4) is VGG-19 (E). Lecture 03 builds and counts it.

    Args:
        blocks: number of convolutions per block; each block halves the map.
        input_shape: (H, W, channels).
        num_classes: number of logits K.
        width: filters of the first block; they double from block to block up to 8·width.
        hidden: units of the two hidden dense layers.
        dropout: rate after each hidden dense layer, in [0, 1).
        initializer: of every hidden layer, a name or a Keras initializer.

    Returns:
        ``keras.Model``: images [B, H, W, channels] with intensities 0–255 → logits [B, K].

    Raises:
        ValueError: if the image is too small for the number of blocks.
    """
    if min(input_shape[:2]) < 2 ** len(blocks):
        raise ValueError(
            f"input_shape={input_shape} cannot be halved {len(blocks)} times; give larger images "
            f"or fewer blocks than {tuple(blocks)}."
        )
    relu = {"activation": "relu", "kernel_initializer": initializer}
    model = keras.Sequential(
        [keras.Input(input_shape), layers.Rescaling(1 / 127.5, offset=-1)], name="vgg"
    )
    for block, depth in enumerate(blocks, start=1):
        filters = width * min(2 ** (block - 1), 8)  # 64, 128, 256, 512, 512
        for number in range(1, depth + 1):
            model.add(layers.Conv2D(filters, 3, padding="same", **relu, name=f"C{block}_{number}"))
        model.add(layers.MaxPooling2D(2, name=f"P{block}"))  # 112, 56, 28, 14, 7
    model.add(layers.Flatten(name="flatten"))  # 25088
    for name in ("F6", "F7"):
        model.add(layers.Dense(hidden, **relu, name=name))
        model.add(layers.Dropout(dropout, name=f"D{name[1]}"))
    model.add(layers.Dense(num_classes, name="logits"))
    return model
