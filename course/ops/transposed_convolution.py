"""Transposed convolution, twice: as stamping with the kernel, and as the transpose of a matrix.

Legend: B batch; h, w size of the small map, H, W of the large one; C channels of the small map, D
of the large one; k kernel side, u, v a tap of it, s stride, p padding; U the matrix of the forward
convolution, one row for each of its outputs.
"""

import numpy as np
from keras import ops

from course.ops.convolution import output_size
from course.ops.unpooling import unpool_bed_of_nails


def transposed_convolution(x, kernel, stride=1, padding=0):
    """Stamp the kernel once for every pixel, s apart, and add up where stamps overlap.

    ``y[s·i + u − p, s·j + v − p] += kernel[u, v] · x[i, j]``: exactly the numbers of
    ``cross_correlate``, with input and output exchanged. It is therefore the gradient of that
    convolution with respect to its input, and its size formula solved for the input (Dumoulin &
    Visin 2016, section 4). It does *not* undo a convolution. Lecture 13.

    Args:
        x: float tensor [B, h, w, C].
        kernel: [k, k], applied to every channel by itself, or [k, k, D, C], as Keras keeps the
            weights of ``Conv2DTranspose``.
        stride: s, pixels of the result from one stamp to the next.
        padding: p, rows and columns cut off on all four sides.

    Returns:
        float32 tensor [B, H, W, C or D], H = s(h − 1) + k − 2p.

    Raises:
        ValueError: if the shapes do not belong together or nothing is left.
    """
    x, kernel = (ops.convert_to_tensor(t, "float32") for t in (x, kernel))
    _check(x, kernel)
    size, shared = kernel.shape[0], len(kernel.shape) == 2
    rows, columns = (_large(n, size, stride, padding) for n in x.shape[1:3])
    total = 0.0
    for u in range(size):
        for v in range(size):
            tap = x * kernel[u, v] if shared else ops.matmul(x, ops.transpose(kernel[u, v]))
            tap = unpool_bed_of_nails(tap, stride)  # [B, s·h, s·w, D]
            total = total + ops.pad(tap, ((0, 0), (u, size - 1 - u), (v, size - 1 - v), (0, 0)))
    return total[:, padding : padding + rows, padding : padding + columns]


def convolution_matrix(kernel, height, width, stride=1, padding=0):
    """Write a convolution of one channel as a matrix, so that it can be transposed (lecture 13).

    ``cross_correlate`` is y = U x and ``transposed_convolution`` is x' = Uᵀ y, with all maps read
    row by row into vectors.

    Args:
        kernel: array [k, k].
        height, width: H, W of the large map, the convolution's input.
        stride: s.
        padding: p.

    Returns:
        NumPy float32 [h·w, H·W], mostly zeros.

    Raises:
        ValueError: if the kernel does not fit.
    """
    kernel = np.asarray(kernel, "float32")
    size = len(kernel)
    h, w = (output_size(n, size, padding, stride) for n in (height, width))
    matrix = np.zeros((h, w, height + 2 * padding, width + 2 * padding), "float32")
    for i in range(h):
        for j in range(w):
            matrix[i, j, i * stride : i * stride + size, j * stride : j * stride + size] = kernel
    inside = matrix[:, :, padding : padding + height, padding : padding + width]
    return inside.reshape(h * w, height * width)


def _large(size, kernel, stride, padding):
    large = stride * (size - 1) + kernel - 2 * padding
    if large < 1:
        raise ValueError(
            f"padding={padding} cuts everything off: a map of {size} pixels, stride {stride} and "
            f"a kernel of {kernel} make {large + 2 * padding} pixels; use less padding."
        )
    return large


def _check(x, kernel):
    good = len(x.shape) == 4 and len(kernel.shape) in (2, 4) and kernel.shape[0] == kernel.shape[1]
    if not good or (len(kernel.shape) == 4 and kernel.shape[3] != x.shape[3]):
        raise ValueError(
            f"transposed_convolution got x {tuple(x.shape)} and a kernel {tuple(kernel.shape)}; "
            "it needs [B, h, w, C] and [k, k] or [k, k, D, C]. The last axis of the kernel is that "
            "of the input: the other way round than for a convolution."
        )
