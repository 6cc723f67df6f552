"""How much of the input one output of a stack of layers can see (Araujo, Norris & Sim 2019).

Legend, per layer: k kernel size, s stride, p padding, d dilation. Of the stack so far: r size of
the receptive field, j stride of the outputs on the input, o centre of the first output's field; all
in input pixels, along one axis.
"""

from typing import NamedTuple


class ReceptiveField(NamedTuple):
    """Receptive fields of a layer's outputs: output i sees ``size`` pixels around o + i·j.

    Attributes:
        size: r, pixels that reach an output.
        stride: j, pixels from one field to the next.
        offset: o, centre of the first field; pixel 0 has its centre at 0.
    """

    size: int
    stride: int
    offset: float


def receptive_field(layers):
    """Walk through a stack of convolutions and poolings and sum up what an output sees.

    Each layer widens the field by its kernel's reach, measured in steps of the layers below
    (Araujo et al. 2019, equations 2 and 4): r ← r + d(k−1)·j, o ← o + (d(k−1)/2 − p)·j, j ← s·j.
    Lecture 01 takes the recursion apart and measures the same number with gradients.

    Args:
        layers: sequence of tuples (k, s, p, d) from input to output; s, p and d may be left out
            and are then 1, 0 and 1.

    Returns:
        ReceptiveField(size, stride, offset) in input pixels.

    Raises:
        ValueError: if a layer is not such a tuple, or one of its numbers is out of range.
    """
    size, stride, offset = 1, 1, 0.0
    for layer in layers:
        kernel, step, padding, dilation = _complete(layer)
        reach = dilation * (kernel - 1)
        size += reach * stride
        offset += (reach / 2 - padding) * stride
        stride *= step
    return ReceptiveField(size, stride, offset)


def _complete(layer):
    """Fill in the stride 1, padding 0 and dilation 1 that a layer leaves out."""
    k, s, p, d = (*layer, *(None, 1, 0, 1)[len(layer) :]) if 1 <= len(layer) <= 4 else [0] * 4
    if min(k, s, d) < 1 or p < 0:
        raise ValueError(
            f"receptive_field got the layer {layer}; it needs (kernel, stride, padding, dilation) "
            "with padding ≥ 0 and the others ≥ 1, for example (3, 2, 1)."
        )
    return k, s, p, d
