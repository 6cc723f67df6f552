"""GoogLeNet against table 1 of the paper, line by line: where it agrees and where it cannot."""

import numpy as np
import pytest

from course import models

MAPS = {  # table 1: output size
    "conv1": (112, 112, 64),
    "pool1": (56, 56, 64),
    "conv2": (56, 56, 192),
    "pool2": (28, 28, 192),
    "3a": (28, 28, 256),
    "3b": (28, 28, 480),
    "4a": (14, 14, 512),
    "4b": (14, 14, 512),
    "4c": (14, 14, 512),
    "4d": (14, 14, 528),
    "4e": (14, 14, 832),
    "5a": (7, 7, 832),
    "5b": (7, 7, 1024),
    "average": (1024,),
}
PRINTED = {  # table 1: params, in K = 1024
    "3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463, "4d": 580, "4e": 840, "5a": 1072,
    "5b": 1388, "logits": 1000,
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return models.googlenet(auxiliary=True)


def weights(model, prefix):
    """Count weights without biases, in units of 1024, as the table does."""
    chosen = [layer for layer in model.layers if layer.name.startswith(prefix) and layer.weights]
    return sum(layer.count_params() - layer.bias.shape[0] for layer in chosen) / 1024


def test_maps_have_the_sizes_of_the_table(model):
    assert {name: model.get_layer(name).output.shape[1:] for name in MAPS} == MAPS


def test_weights_agree_with_the_table_to_eight_percent(model):
    for name, printed in PRINTED.items():
        assert weights(model, name) == pytest.approx(printed, rel=0.08), name
    assert weights(model, "conv2") == 112  # exactly as printed
    assert weights(model, "conv1") == 7 * 7 * 3 * 64 / 1024  # 9.2; the table prints 2.7


def test_parameters_with_and_without_the_auxiliary_heads(model):
    assert models.googlenet().count_params() == 6_998_552
    heads = [
        (channels + 1) * 128 + (16 * 128 + 1) * 1024 + (1024 + 1) * 1000 for channels in (512, 528)
    ]
    assert model.count_params() == 6_998_552 + sum(heads) == 13_378_280


def test_sibling_takes_the_modules_it_is_asked_for():
    sibling = models.googlenet((48, 48, 1), 10, 0.125, (1, 2, 1), small=True, auxiliary=True)
    names = {layer.name for layer in sibling.layers}
    assert {"3a", "4a", "4b", "5a", "auxiliary_4a"} <= names
    assert not {"3b", "4c", "5b", "auxiliary_4d"} & names
    images = np.random.default_rng(0).integers(0, 256, (4, 48, 48, 1), dtype=np.uint8)
    for logits in map(np.array, sibling(images)):
        assert logits.shape == (4, 10) and np.ptp(logits, axis=0).min() > 0
