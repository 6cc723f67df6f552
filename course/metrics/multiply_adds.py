"""How much arithmetic a network does for one image.

Legend: k kernel side, C maps in, F maps out, g groups, H', W' size of the output map.
"""

import math

import keras
from keras import layers

COUNTED = (layers.Conv2D, layers.Conv2DTranspose, layers.Dense, layers.DepthwiseConv2D)
COUNTED = (*COUNTED, layers.SeparableConv2D)


def multiply_adds(model):
    """Count multiplications (each with its addition) of convolutions and dense layers.

    Every weight of a convolution is used once per pixel of the output map, so a layer costs
    H'·W'·k²·(C/g)·F; a dense layer uses each weight once, a transposed convolution once per pixel
    of its *input*. Biases, normalisation, pooling and
    activations are left out, as in the papers. “FLOPs” often means twice this number, sometimes
    this number: read the small print. Lecture 03 compares networks by it.

    Args:
        model: ``keras.Model`` with a fixed input size, built; models inside it are counted too.

    Returns:
        int, for a batch of one.

    Raises:
        ValueError: if a layer has a kernel but is of a kind not counted here, is shared, or its
            map has no fixed size.
    """
    return sum(map(_of_layer, model.layers))


def _of_layer(layer):
    if isinstance(layer, keras.Model):
        return multiply_adds(layer)
    kernels = [w for w in layer.weights if "kernel" in w.name]
    if not kernels:
        return 0
    if not isinstance(layer, COUNTED):
        raise ValueError(
            f"multiply_adds cannot count {layer.name}, a {type(layer).__name__}; add its formula."
        )
    if isinstance(layer, layers.Dense):
        places = _size(layer, layer.output.shape[1:-1])
    else:
        axes = slice(1, 3) if layer.data_format == "channels_last" else slice(2, 4)
        small = layer.input if isinstance(layer, layers.Conv2DTranspose) else layer.output
        places = _size(layer, small.shape[axes])  # H'·W'
    return places * sum(math.prod(kernel.shape) for kernel in kernels)


def _size(layer, shape):
    if None in shape:
        raise ValueError(
            f"The map of {layer.name} has no fixed size: {tuple(shape)}; give an input_shape."
        )
    return math.prod(shape)
