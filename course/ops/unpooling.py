"""Max pooling that remembers where its maxima were, and three ways back up.

Legend: B batch; H, W size before pooling, h, w after it; C channels; k window size, s stride.
"""

from keras import ops


def max_pool_with_switches(x, size=2, strides=None):
    """Max pooling that also says where each maximum was (lectures 06 and 13).

    Windows may overlap (``strides`` < ``size``). Where a window holds its maximum more than once,
    the switch points to the first one in reading order.

    Args:
        x: float tensor [B, H, W, C], H and W known and at least ``size``.
        size: window side k.
        strides: s; by default k. Windows that do not fit are left out ("valid").

    Returns:
        float32 tensor [B, h, w, C], the maxima, and the *switches*, int32 [B, h, w, C]: row·W +
        column of each maximum in its plane (Zeiler & Fergus 2014, section 2.1).

    Raises:
        ValueError: if the windows do not fit into ``x``.
    """
    strides = strides or size
    x = ops.convert_to_tensor(x, "float32")
    if len(x.shape) != 4 or min(x.shape[1:3]) < size:
        raise ValueError(
            f"max_pool_with_switches got shape {tuple(x.shape)}; it needs [B, H, W, C] with H and "
            f"W at least size={size}. Add the missing axes, or pool with a smaller window."
        )
    height, width = x.shape[1:3]
    rows, columns = ((n - size) // strides + 1 for n in (height, width))  # h, w
    corners = [(i, j) for i in range(size) for j in range(size)]  # reading order
    ends = (rows - 1) * strides + 1, (columns - 1) * strides + 1
    views = ops.stack([x[:, i : i + ends[0] : strides, j : j + ends[1] : strides]
                       for i, j in corners])  # fmt: skip  # [k·k, B, h, w, C]
    offset = ops.convert_to_tensor([i * width + j for i, j in corners], "int32")
    row = ops.arange(rows, dtype="int32")[:, None, None] * (strides * width)
    column = ops.arange(columns, dtype="int32")[:, None] * strides
    switches = row + column + ops.take(offset, ops.argmax(views, axis=0), axis=0)
    return ops.max(views, axis=0), ops.cast(switches, "int32")


def max_unpool(y, switches, output_size):
    """Put each value back where its maximum was, zeros elsewhere (lectures 06 and 13).

    Where overlapping windows share a maximum, their values are added: then this is exactly the
    transpose of max pooling, that is, its gradient.

    Args:
        y: float tensor [B, h, w, C].
        switches: int tensor [B, h, w, C], from ``max_pool_with_switches``.
        output_size: (H, W) of the plane that was pooled.

    Returns:
        float32 tensor [B, H, W, C].

    Raises:
        ValueError: if values and switches differ in shape.
    """
    if tuple(y.shape) != tuple(switches.shape):
        raise ValueError(
            f"max_unpool got values of shape {tuple(y.shape)} and switches of shape "
            f"{tuple(switches.shape)}; use the switches of the pooling that is undone."
        )
    batch, channels, area = y.shape[0], y.shape[3], output_size[0] * output_size[1]
    plane = ops.arange(batch, dtype="int32")[:, None, None, None] * area
    index = (plane + switches) * channels + ops.arange(channels, dtype="int32")
    values = ops.reshape(ops.convert_to_tensor(y, "float32"), (-1,))
    flat = ops.segment_sum(values, ops.reshape(index, (-1,)), batch * area * channels)
    return ops.reshape(flat, (batch, *output_size, channels))


def unpool_bed_of_nails(y, size=2):
    """Put each value into the upper left corner of its k×k block (lecture 13).

    Args:
        y: float tensor [B, h, w, C].
        size: block side k.

    Returns:
        tensor [B, k·h, k·w, C], zero but for the corners.
    """
    batch, rows, columns, channels = y.shape
    gap = (0, size - 1)
    nails = ops.pad(
        ops.reshape(y, (batch, rows, 1, columns, 1, channels)),
        ((0, 0), (0, 0), gap, (0, 0), gap, (0, 0)),
    )
    return ops.reshape(nails, (batch, rows * size, columns * size, channels))


def unpool_nearest(y, size=2):
    """Repeat each value over its k×k block (lecture 13).

    Args:
        y: float tensor [B, h, w, C].
        size: block side k.

    Returns:
        tensor [B, k·h, k·w, C].
    """
    return ops.repeat(ops.repeat(y, size, axis=1), size, axis=2)
