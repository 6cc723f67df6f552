"""A small residual network that ends in several maps, to train detectors from scratch.

Legend: B images, H, W image size; Pn is a map of stride 2ⁿ.
"""

import keras
from keras import layers

from course.layers import basic_block, conv_bn


def small_pyramid(input_shape=(128, 128, 3), widths=(24, 48, 96, 144), blocks=(1, 1, 2, 2)):
    """A narrow ResNet whose last three stages are given out (lectures 10, 12 and 15).

    Basic blocks (He et al. 2016, section 3.4) after one convolution of stride 2. In place of the
    paper's pooling the first stage halves the map.

    Args:
        input_shape: (H, W, 3), multiples of 32.
        widths: channels of the stages with stride 4, 8, 16 and 32.
        blocks: how many blocks each has.

    Returns:
        ``keras.Model`` from RGB [B, H, W, 3], 0–255, to a dict of ``"P3"`` [B, H/8, W/8, C3],
        ``"P4"`` and ``"P5"``.

    Raises:
        ValueError: if H or W is not a multiple of 32, or the two lists differ in length.
    """
    if any(side % 32 for side in input_shape[:2]) or len(widths) != len(blocks):
        raise ValueError(
            f"small_pyramid got input_shape={input_shape}, widths={widths}, blocks={blocks}; it "
            "needs sides that are multiples of 32, and one number of blocks for each width."
        )
    image = keras.Input(input_shape, name="image")
    x = layers.Rescaling(1 / 64, offset=-2, name="scaling")(image)  # [−2, 2]
    x, maps = conv_bn(x, widths[0], 3, 2, name="stem"), {}
    for level, (width, repeats) in enumerate(zip(widths, blocks, strict=True), start=2):
        for k in range(repeats):
            x = basic_block(x, width, strides=1 if k else 2, name=f"P{level}_{k}")
        maps[f"P{level}"] = x
    return keras.Model(image, {name: maps[name] for name in ("P3", "P4", "P5")}, name="pyramid")
