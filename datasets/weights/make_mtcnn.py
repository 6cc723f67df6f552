"""Make ``mtcnn.npz``, once; users never run this.

$ pip download --no-deps mtcnn==1.0.0; pip install lz4
$ python datasets/weights/make_mtcnn.py mtcnn-1.0.0-py3-none-any.whl

The source is a joblib pickle (lz4) of a list of arrays per net. The unpickler knows three names;
joblib itself is not used. In joblib's format the bytes of an array follow the object that describes
it: one byte saying how much padding comes, the padding, the values.
"""

import io
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np

HEADS = {"pnet": ("conv4_1", "conv4_2"), "rnet": ("fc5_1", "fc5_2")}
HEADS["onet"] = ("fc6_1", "fc6_2", "fc6_3")
BODIES = {"pnet": ("conv1", "conv2", "conv3"), "rnet": ("conv1", "conv2", "conv3", "fc4")}
BODIES["onet"] = ("conv1", "conv2", "conv3", "conv4", "fc5")


class Unbuffered:
    """A stream without ``peek``, so that the unpickler never reads ahead into the values."""

    def __init__(self, data):
        stream = io.BytesIO(data)
        self.read, self.readline = stream.read, stream.readline


def read_joblib(data):
    """The arrays of one net, in the order of its layers."""
    stream, arrays = Unbuffered(data), []

    class Array:
        def __setstate__(self, state):
            stream.read(stream.read(1)[0])
            size = int(np.prod(state["shape"])) * state["dtype"].itemsize
            values = np.frombuffer(stream.read(size), state["dtype"])
            arrays.append(values.reshape(state["shape"], order=state["order"]))

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            allowed = {
                ("joblib.numpy_pickle", "NumpyArrayWrapper"): Array,
                ("numpy", "ndarray"): None,
                ("numpy", "dtype"): np.dtype,
            }
            if (module, name) not in allowed:
                raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a weight file.")
            return allowed[module, name]

    Unpickler(stream).load()
    return arrays


def main(wheel):
    """Write the file beside this script."""
    import lz4.frame  # wanted here alone

    named = {}
    for net in HEADS:
        data = zipfile.ZipFile(wheel).read(f"mtcnn/assets/weights/{net}.lz4")
        arrays = iter(read_joblib(lz4.frame.decompress(data)))
        for layer in BODIES[net]:
            named[f"{net}_{layer}/kernel"] = next(arrays)
            named[f"{net}_{layer}/bias"] = next(arrays)
            named[f"{net}_{layer}_prelu/alpha"] = next(arrays)
        for layer in HEADS[net]:
            named[f"{net}_{layer}/kernel"] = next(arrays)
            named[f"{net}_{layer}/bias"] = next(arrays)
    for name in named:  # P-Net keeps float32: rounded, it tips a few suppressions the other way
        if not name.startswith("pnet"):
            named[name] = named[name].astype("float16")
    np.savez_compressed(Path(__file__).parent / "mtcnn.npz", **named)


if __name__ == "__main__":
    main(*sys.argv[1:])
