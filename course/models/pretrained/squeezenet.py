"""SqueezeNet 1.1 with ImageNet weights, as a feature extractor.

SqueezeNet (Iandola et al. 2016, https://arxiv.org/abs/1602.07360) builds on "fire" modules: a 1×1
convolution squeezes the channels, then 1×1 and 3×3 convolutions side by side expand them. It has no
batch normalisation, so its feature maps depend on the image alone: what style transfer wants, and
what VGG is used for in Gatys et al. 2016. Legend: B batch; H, W height and width in pixels.
"""

import keras
from keras import layers, ops

from course.models.pretrained.weights import assign_weights, read_weights

FIRES = {2: (16, 64), 3: (16, 64), 4: (32, 128), 5: (32, 128)}  # number: (squeeze, expand)
FIRES |= {6: (48, 192), 7: (48, 192), 8: (64, 256), 9: (64, 256)}
LAYERS = ("conv1", *(f"fire{n}" for n in FIRES))
MEAN_BGR = (103.939, 116.779, 123.68)


def squeezenet(outputs=("conv1", "fire2", "fire4", "fire6", "fire9"), weights="imagenet"):
    """SqueezeNet 1.1 without its classifier, 0.72 M parameters (Lecture 17).

    The turn from RGB to BGR and the mean subtraction are part of the model, so gradients reach the
    image that a style transfer optimises. Every output comes after its ReLU.

    Args:
        outputs: names out of ``"conv1"`` (64 channels, stride 2), ``"fire2"``, ``"fire3"`` (128,
            stride 4), ``"fire4"``, ``"fire5"`` (256, stride 8), ``"fire6"``, ``"fire7"`` (384,
            stride 16), ``"fire8"``, ``"fire9"`` (512, stride 16).
        weights: ``"imagenet"``, or None for random values.

    Returns:
        `keras.Model` from RGB [B, H, W, 3] in 0–255 (float32 or uint8), H and W at least 32, to a
        dict {name: float32 [B, h, w, C]}.

    Raises:
        ValueError: if an output or ``weights`` is unknown, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """
    if not outputs or not set(outputs) <= set(LAYERS):
        raise ValueError(f"outputs={tuple(outputs)} were given, expected some of {LAYERS}.")
    if weights not in ("imagenet", None):
        raise ValueError(f"weights={weights!r} was given, expected 'imagenet' or None.")
    image = keras.Input((None, None, 3), name="image")
    x = ops.flip(image, axis=-1) - ops.reshape(ops.array(MEAN_BGR), (1, 1, 1, 3))
    # The paper's conv1 has no padding; the source of the weights pads it, and so do we.
    x = layers.Conv2D(64, 3, 2, padding="same", activation="relu", name="conv1")(x)
    maps = {"conv1": x}
    for number, (squeeze, expand) in FIRES.items():
        if number in (2, 4, 6):
            x = layers.MaxPooling2D(3, 2, name=f"pool{number - 1}")(x)
        x = maps[f"fire{number}"] = fire(x, squeeze, expand, f"fire{number}")
    if weights:  # the whole net takes its weights, then only what the outputs need is kept
        assign_weights(keras.Model(image, x), read_weights("squeezenet.npz"))
    return keras.Model(image, {name: maps[name] for name in outputs}, name="squeezenet")


def fire(x, squeeze, expand, name):
    """One fire module (Lecture 17).

    Args:
        x: float32 [B, H, W, C].
        squeeze: int, channels after the squeezing 1×1 convolution.
        expand: int, channels of each of the two expanding convolutions.
        name: str, prefix of the layer names.

    Returns:
        float32 [B, H, W, 2·expand].
    """
    x = layers.Conv2D(squeeze, 1, activation="relu", name=f"{name}_squeeze1x1")(x)
    one = layers.Conv2D(expand, 1, activation="relu", name=f"{name}_expand1x1")(x)
    three = layers.Conv2D(expand, 3, padding="same", activation="relu", name=f"{name}_expand3x3")(x)
    return layers.Concatenate(name=name)([one, three])
