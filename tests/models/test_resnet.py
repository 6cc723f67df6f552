"""ResNets: published sizes, plain twins, and equal logits to keras.applications."""

import math

import keras
import numpy as np
import pytest

from course import models

PUBLISHED = {  # trainable parameters; table 1's feature maps are tested below
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
}


def trainable(model):
    return sum(math.prod(w.shape) for w in model.trainable_weights)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_parameters(name):
    assert trainable(getattr(models, name)()) == PUBLISHED[name]


def test_shapes_of_resnet50():
    model = models.resnet50()
    ends = {"conv1": 112, "conv2_3": 56, "conv3_4": 28, "conv4_6": 14, "conv5_3": 7}
    maps = {name: model.get_layer(f"{name}_relu").output.shape[1:] for name in ends}
    assert [shape[0] for shape in maps.values()] == list(ends.values())
    assert [shape[2] for shape in maps.values()] == [64, 256, 512, 1024, 2048]
    assert len([x for x in model.layers if x.name.endswith("_conv")]) + 1 == 50 + 4  # projections


@pytest.mark.parametrize("depth", [20, 56])
def test_cifar_network_has_its_depth_and_its_plain_twin_the_same_parameters(depth):
    n = (depth - 2) // 6
    options = {"block": "basic", "input_shape": (32, 32, 3), "num_classes": 10, "small": True}
    residual = models.resnet((n, n, n), width=16, shortcut="padding", **options)
    plain = models.resnet((n, n, n), width=16, shortcut=None, **options)
    convolutions = [x for x in residual.layers if isinstance(x, keras.layers.Conv2D)]
    assert len(convolutions) + 1 == depth
    assert trainable(residual) == trainable(plain)
    millions = {20: 0.27, 56: 0.85}[depth]  # table 6
    assert round(trainable(residual) / 1e6, 2) == millions


@pytest.mark.slow
def test_same_logits_as_keras_applications():
    theirs = keras.applications.ResNet50(weights=None, classifier_activation=None)
    ours = models.resnet50()
    rng = np.random.default_rng(0)
    source = {layer.name: layer for layer in theirs.layers}
    for layer in ours.layers:
        if layer.weights:
            twin = source[name_in_keras(layer.name)]
            values = twin.get_weights()
            if layer.name.endswith("_bn"):  # statistics as after a training; small γ keeps order
                size = values[0].shape
                values = [rng.uniform(0.3, 0.7, size), *rng.normal(0, 0.1, (2, *size)),
                          rng.uniform(0.5, 1.5, size)]  # fmt: skip
                twin.set_weights(values)
            layer.set_weights(values[:1] if layer.name.endswith("_conv") else values)
    biases = sum(x.bias.shape[0] for x in theirs.layers if isinstance(x, keras.layers.Conv2D))
    assert biases == 26_560 and theirs.count_params() == trainable(ours) + 3 * biases == 25_636_712
    images = rng.integers(0, 256, (2, 224, 224, 3)).astype("float32")
    expected = np.array(theirs(images / 127.5 - 1))
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(ours(images), expected, atol=1e-3 * np.ptp(expected))


def name_in_keras(name):
    """Translate conv4_2_shortcut_bn into conv4_block2_0_bn, conv1_conv into conv1_conv."""
    if name == "logits":
        return "predictions"
    parts = name.replace("shortcut", "0").split("_")
    return "_".join(parts) if len(parts) == 2 else "{}_block{}_{}_{}".format(*parts)


def test_bad_names_are_told():
    with pytest.raises(ValueError, match=r"'bottle'.*basic.*bottleneck"):
        models.resnet(block="bottle")
    with pytest.raises(ValueError, match=r"'B'.*projection"):
        models.resnet((1, 1), "basic", (8, 8, 1), 10, 4, small=True, shortcut="B")
