"""ResNet (He, Zhang, Ren & Sun 2016, table 1 and section 4.2), and its plain counterparts.

Legend: B batch, K classes; a shape stands beside every step, for ResNet-50.

Deviations from the paper: intensities are scaled to −1 … 1 instead of subtracting the mean image.
"""

import keras
from keras import layers

from course.layers import basic_block, bottleneck_block, conv_bn

BLOCKS = {"basic": basic_block, "bottleneck": bottleneck_block}


def resnet(
    stages=(3, 4, 6, 3),
    block="bottleneck",
    input_shape=(224, 224, 3),
    num_classes=1000,
    width=64,
    small=False,
    shortcut="projection",
    batch_norm=True,
):
    """Build a residual network, or a plain one of the same depth. The defaults are ResNet-50.

    Stage i has ``width``·2^i filters; every stage but the first halves the map. With
    ``stages=(n, n, n), block="basic", width=16, small=True, shortcut="padding"`` it is the paper's
    network of depth 6n + 2 for CIFAR-10. Lecture 03 teaches it; lecture 10 and later stand on it.

    Args:
        stages: number of blocks per stage.
        block: ``"basic"`` (ResNet-18, 34) or ``"bottleneck"`` (50 and deeper).
        input_shape: (H, W, channels).
        num_classes: number of logits K.
        width: filters of the first stage.
        small: one 3×3 convolution as stem, for small images, in place of 7×7/2 and pooling.
        shortcut: ``"projection"``, ``"padding"``, or None for a plain network.
        batch_norm: normalise after every convolution.

    Returns:
        ``keras.Model``: images [B, H, W, channels] with intensities 0–255 → logits [B, K]. The
        output of a block is layer ``conv{stage}_{number}_relu``, numbered as in the table.

    Raises:
        ValueError: if ``block`` or ``shortcut`` is unknown.
    """
    if block not in BLOCKS:
        raise ValueError(f"block={block!r} is unknown; choose from {sorted(BLOCKS)}.")
    image = keras.Input(input_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    if small:
        x = conv_bn(x, width, 3, batch_norm=batch_norm, name="conv1")
    else:
        x = conv_bn(x, width, 7, 2, batch_norm=batch_norm, name="conv1")  # 112×112×64
        x = layers.ZeroPadding2D(1, name="pool1_pad")(x)  # zeros never win: ReLU came before
        x = layers.MaxPooling2D(3, 2, name="pool1")(x)  # 56×56×64
    for stage, count in enumerate(stages, start=2):  # 56, 28, 14, 7 pixels; 256 … 2048 maps
        for number in range(1, count + 1):
            strides = 2 if number == 1 and stage > 2 else 1
            filters, name = width * 2 ** (stage - 2), f"conv{stage}_{number}"
            x = BLOCKS[block](x, filters, strides, shortcut, batch_norm, name=name)
    x = layers.GlobalAveragePooling2D(name="average")(x)  # 2048
    return keras.Model(image, layers.Dense(num_classes, name="logits")(x), name="resnet")


def resnet18(**options):
    """Build ResNet-18: 11,689,512 trainable parameters (lecture 03).

    Args:
        options: as for ``resnet``.
    """
    return resnet((2, 2, 2, 2), "basic", **options)


def resnet34(**options):
    """Build ResNet-34: 21,797,672 trainable parameters (lecture 03).

    Args:
        options: as for ``resnet``.
    """
    return resnet((3, 4, 6, 3), "basic", **options)


def resnet50(**options):
    """Build ResNet-50: 25,557,032 trainable parameters (lecture 03).

    Args:
        options: as for ``resnet``.
    """
    return resnet((3, 4, 6, 3), "bottleneck", **options)
