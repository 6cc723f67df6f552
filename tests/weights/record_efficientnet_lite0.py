"""Record ``golden/efficientnet_lite0.npz`` with torch, straight from the source's ``.pth`` file.

The source package ships weights and no network, so the network is written out here a second time,
with torch's own loader, convolutions and batch normalisation and nothing of the course's model.

$ python tests/weights/record_efficientnet_lite0.py efficientnet-lite0-57934424.pth
"""

import sys
from pathlib import Path

import numpy as np
import torch
from photos import golden_inputs
from torch.nn import functional as F

STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]


def conv(x, w, stride=1, groups=1):
    """Convolution with TensorFlow's "same" padding: what is odd goes right and below."""
    v, h = (
        max((-(-n // stride) - 1) * stride + k - n, 0)
        for n, k in zip(x.shape[2:], w.shape[2:], strict=True)
    )
    x = F.pad(x, (h // 2, h - h // 2, v // 2, v - v // 2))
    return F.conv2d(x, w, None, stride, 0, 1, groups)


def logits(state, x):
    """Torch logits [B, 1000] of RGB [B, H, W, 3] in 0–255."""

    def norm(x, name):
        p = [state[f"{name}.{s}"] for s in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *p, eps=1e-3)

    x = (torch.from_numpy(x).permute(0, 3, 1, 2) - 127) / 128
    x = F.relu6(norm(conv(x, state["_conv_stem.weight"], 2), "_bn0"))
    for i, stride in enumerate(STRIDES):
        skip, block = x, f"_blocks.{i}"
        if f"{block}._expand_conv.weight" in state:
            x = F.relu6(norm(conv(x, state[f"{block}._expand_conv.weight"]), f"{block}._bn0"))
        w = state[f"{block}._depthwise_conv.weight"]
        x = F.relu6(norm(conv(x, w, stride, len(w)), f"{block}._bn1"))
        x = norm(conv(x, state[f"{block}._project_conv.weight"]), f"{block}._bn2")
        x = x + skip if x.shape == skip.shape else x
    x = F.relu6(norm(conv(x, state["_conv_head.weight"]), "_bn1")).mean((2, 3))
    return F.linear(x, state["_fc.weight"], state["_fc.bias"])


if __name__ == "__main__":
    state = torch.load(sys.argv[1], weights_only=True)
    with torch.no_grad():
        out = logits(state, golden_inputs(224)).numpy()
    np.savez_compressed(Path(__file__).parent / "golden/efficientnet_lite0.npz", logits=out)
