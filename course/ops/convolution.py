"""Cross-correlation with padding, stride and dilation: the sum over a kernel's taps, written out.

Legend: B batch, H, W image size, C channels in, D channels out, h, w kernel size, u, v a tap of the
kernel, p padding, s stride, d dilation; H', W' size of the result.
"""

from keras import ops


def output_size(size, kernel, padding=0, stride=1, dilation=1):
    """Say how long an axis is after a convolution or a pooling: ⌊(n + 2p − d(k−1) − 1)/s⌋ + 1.

    A dilated kernel reaches over d(k−1) + 1 pixels; it fits ``padding`` pixels beyond either end
    and moves ``stride`` pixels at a time (Dumoulin & Visin 2016, relationship 15). Lecture 01.

    Args:
        size: pixels n of the input along the axis.
        kernel: taps k of the kernel along the axis.
        padding: zeros p added at either end.
        stride: pixels s from one position to the next.
        dilation: pixels d from one tap to the next.

    Returns:
        int, the number of positions.

    Raises:
        ValueError: if an argument is out of range or the kernel does not fit even once.
    """
    if min(size, kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            f"output_size got size={size}, kernel={kernel}, padding={padding}, stride={stride}, "
            f"dilation={dilation}; padding must be ≥ 0 and everything else ≥ 1."
        )
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0:
        raise ValueError(
            f"A kernel of {kernel} taps with dilation {dilation} reaches over "
            f"{dilation * (kernel - 1) + 1} pixels, but there are {size} + 2 · {padding}: "
            "use more padding, less dilation or a smaller kernel."
        )
    return room // stride + 1


def cross_correlate(images, kernel, padding=0, stride=1, dilation=1):
    """Slide a kernel over images and take the weighted sum at every position.

    ``y[i, j] = Σ_{u,v} kernel[u, v] · x[s·i + d·u − p, s·j + d·v − p]``, x being 0 outside the
    image. Deep learning calls this convolution; the convolution of mathematics flips the kernel
    first. Every tap adds one shifted copy of the image, so the loop is as short as the kernel is
    small. Unlike Keras' layer it takes stride and dilation together. Lecture 01.

    Args:
        images: tensor [B, H, W, C], any intensity unit.
        kernel: [h, w], applied to every channel by itself, or [h, w, C, D], as Keras keeps the
            weights of a layer.
        padding: rows and columns of zeros p on all four sides.
        stride: s, the same along both axes.
        dilation: d, the same along both axes.

    Returns:
        float32 tensor [B, H', W', C], or [B, H', W', D] for a kernel of four axes.

    Raises:
        ValueError: if the shapes do not belong together, or as in ``output_size``.
    """
    kernel = ops.convert_to_tensor(kernel, "float32")
    images = ops.convert_to_tensor(images, "float32")
    if len(images.shape) != 4 or len(kernel.shape) not in (2, 4):
        raise ValueError(
            f"cross_correlate got images {tuple(images.shape)} and a kernel {tuple(kernel.shape)}; "
            "it needs [B, H, W, C] and [h, w] or [h, w, C, D]. For one grey image: image[None, "
            "..., None]."
        )
    if len(kernel.shape) == 4 and kernel.shape[2] != images.shape[3]:
        raise ValueError(
            f"The kernel {tuple(kernel.shape)} wants {kernel.shape[2]} channels, but the images "
            f"have {images.shape[3]}; the kernel's third axis must be C."
        )
    rows, columns = (
        output_size(images.shape[axis + 1], kernel.shape[axis], padding, stride, dilation)
        for axis in (0, 1)
    )
    images = ops.pad(images, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    weigh = ops.multiply if len(kernel.shape) == 2 else ops.matmul
    total = 0.0
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            down = slice(u * dilation, u * dilation + (rows - 1) * stride + 1, stride)
            right = slice(v * dilation, v * dilation + (columns - 1) * stride + 1, stride)
            total = total + weigh(images[:, down, right], kernel[u, v])  # [B, H', W', C or D]
    return total
