"""EfficientNet-Lite0 with ImageNet weights, in keras-cv's own backbone.

EfficientNet (Tan and Le 2019, https://arxiv.org/abs/1905.11946) scales depth, width and resolution
together; the Lite variants drop squeeze-and-excitation and use ReLU6, so that they run well on
phones. `keras_cv.models.EfficientNetLiteBackbone` is built from explicit arguments, because its
presets go to the network. Legend: B batch; H, W height and width; P1 … P5 the pyramid, where Pn has
stride 2ⁿ.
"""

import keras
import numpy as np
from keras import ops

from course.models.pretrained.weights import assign_weights, read_weights, weights_path

FILE = "efficientnet_lite0.npz"


def efficientnet_lite0(
    include_top=True,
    weights="imagenet",
    input_shape=(224, 224, 3),
    classifier_activation="softmax",
):
    """EfficientNet-Lite0, 4.69 M parameters with the classifier, 3.41 M without (Lecture 05).

    The scaling (x − 127) / 128 is part of the model. Make images of the right size with
    `course.models.pretrained.images.center_crop`. The backbone is the layer ``"backbone"``.

    Args:
        include_top: bool; if False the model ends at the last feature map, P5.
        weights: ``"imagenet"``, or None for random values.
        input_shape: (H, W, 3). H and W may be None where multiples of 32 are fed.
        classifier_activation: ``"softmax"``, or None for logits.

    Returns:
        `keras.Model` from RGB [B, H, W, 3] in 0–255 (float32 or uint8) to [B, 1000] float32, or
        to P5 [B, H/32, W/32, 1280] float32 without the top.

    Raises:
        ValueError: if ``weights`` is neither of the two, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """
    if weights not in ("imagenet", None):
        raise ValueError(f"weights={weights!r} was given, expected 'imagenet' or None.")
    backbone = _backbone(input_shape)
    image = keras.Input(input_shape, name="image")
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="scaling")(image)
    x = backbone(x)  # [B, H/32, W/32, 1280]
    if include_top:
        x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # [B, 1280]
        x = keras.layers.Dropout(0.2, name="dropout")(x)
        x = keras.layers.Dense(1000, activation=classifier_activation, name="classifier")(x)
    model = keras.Model(image, x, name="efficientnet_lite0")
    return assign_weights(model, read_weights(FILE)) if weights else model


def efficientnet_lite0_pyramid(
    levels=("P3", "P4", "P5"), weights="imagenet", input_shape=(224, 224, 3)
):
    """The feature maps that a detector builds on (Lectures 10, 12 and 15).

    Channels: P1 16, P2 24, P3 40, P4 112, P5 1280.

    Args:
        levels: names out of ``"P1"`` … ``"P5"``.
        weights: ``"imagenet"``, or None for random values.
        input_shape: (H, W, 3). H and W may be None where multiples of 32 are fed.

    Returns:
        `keras.Model` from RGB [B, H, W, 3] in 0–255 to a dict ``{"P3": [B, H/8, W/8, 40], …}``.

    Raises:
        ValueError: if a level is unknown; else as `efficientnet_lite0`.
        FileNotFoundError: if the weight file is missing.
    """
    model = efficientnet_lite0(include_top=False, weights=weights, input_shape=input_shape)
    backbone = model.get_layer("backbone")
    names = backbone.pyramid_level_inputs  # {"P1": layer name, …}
    if not levels or not set(levels) <= set(names):
        raise ValueError(f"levels={tuple(levels)} were given, expected some of {tuple(names)}.")
    maps = keras.Model(
        backbone.inputs, {p: backbone.get_layer(names[p]).output for p in levels}, name="pyramid"
    )
    image = keras.Input(input_shape, name="image")
    return keras.Model(image, maps(model.get_layer("scaling")(image)), name=f"{model.name}_pyramid")


def imagenet_classes():
    """The names of the 1000 ImageNet classes, in the order of the logits (Lecture 05).

    Returns:
        list of 1000 str, WordNet lemmas such as ``"tabby, tabby cat"``.
    """
    lines = weights_path("imagenet_classes.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[1] for line in lines]


def top_classes(probabilities, k=5):
    """The k likeliest classes of each image (Lecture 05).

    Args:
        probabilities: [B, 1000], what `efficientnet_lite0` returns; logits rank the same.
        k: int, 1 to 1000.

    Returns:
        list of B lists of k pairs (name, value), likeliest first.

    Raises:
        ValueError: if the shape is not [B, 1000] or k is out of range.
    """
    values = ops.convert_to_numpy(probabilities)
    names = imagenet_classes()
    if values.ndim != 2 or values.shape[1] != len(names) or not 1 <= k <= len(names):
        raise ValueError(
            f"probabilities of shape {values.shape} and k={k} were given, expected [B, 1000] and "
            "1 ≤ k ≤ 1000; add a batch axis to a single row with row[None]."
        )
    order = np.argsort(-values, axis=1)[:, :k]
    return [
        [(names[i], float(row[i])) for i in best] for row, best in zip(values, order, strict=True)
    ]


def _backbone(input_shape):
    import keras_cv  # needs TensorFlow beside any backend, so only who calls this pays for it

    return keras_cv.models.EfficientNetLiteBackbone(
        stackwise_kernel_sizes=[3, 3, 5, 3, 5, 5, 3],
        stackwise_num_repeats=[1, 2, 2, 3, 3, 4, 1],
        stackwise_input_filters=[32, 16, 24, 40, 80, 112, 192],
        stackwise_output_filters=[16, 24, 40, 80, 112, 192, 320],
        stackwise_expansion_ratios=[1, 6, 6, 6, 6, 6, 6],
        stackwise_strides=[1, 2, 2, 2, 1, 2, 1],
        width_coefficient=1.0,
        depth_coefficient=1.0,
        include_rescaling=False,
        input_shape=input_shape,
        name="backbone",
    )
