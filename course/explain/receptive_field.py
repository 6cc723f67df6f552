"""Which pixels can a unit see? The recursion from layer to layer.

Legend: the unit at row i of a map sees rows jump·i + low … jump·i + high of the image, and columns
alike.
A window of k cells, stride s, with p cells of padding before it, makes of (jump, low, high)

    (jump·s,  low − jump·p,  high + jump·(k − 1 − p)).
"""

from keras import layers

from course.explain.graph import steps

WINDOWS = (layers.Conv2D, layers.DepthwiseConv2D, layers.MaxPooling2D, layers.AveragePooling2D)


def receptive_field(model, layer, size):
    """Follow the receptive field from the image up to a layer (lecture 06; lecture 13 again).

    Branches are united: the field is the smallest square that holds what any path can see.

    Args:
        model: flat functional ``keras.Model`` of convolutions, pooling and steps pixel by pixel.
        layer: name of a layer with a map.
        size: side of the square image in pixels; "same" padding depends on it.

    Returns:
        (jump, low, high), integers: the unit at row i sees rows jump·i + low … jump·i + high.
        Rows outside the image are padding.

    Raises:
        ValueError: if there is no such layer, or the map has no place (after flattening).
    """
    fields = {}  # id of a tensor → (jump, low, high, side)
    for operation, inputs, output in steps(model):
        if not inputs:
            fields[id(output)] = (1, 0, 0, size)
        elif len(output.shape) != 4:
            break
        else:
            jumps, lows, highs, sides = zip(*(fields[id(t)] for t in inputs), strict=True)
            below = (max(jumps), min(lows), max(highs), sides[0])
            fields[id(output)] = _through(operation, *below)
        if operation.name == layer:
            return fields[id(output)][:3]
    raise ValueError(f"Model {model.name!r} has no map of the name {layer!r}.")


def _through(operation, jump, low, high, side):
    """One step of the recursion; operations that are no window leave the field as it is."""
    if isinstance(operation, layers.ZeroPadding2D):
        (before, after), _ = operation.padding
        return jump, low - jump * before, high - jump * before, side + before + after
    if not isinstance(operation, WINDOWS):
        return jump, low, high, side
    pooling = hasattr(operation, "pool_size")
    kernel = (operation.pool_size if pooling else operation.kernel_size)[0]
    kernel = 1 + (kernel - 1) * (1 if pooling else operation.dilation_rate[0])
    stride = operation.strides[0]
    before, new = 0, (side - kernel) // stride + 1
    if operation.padding == "same":
        new = -(-side // stride)
        before = max((new - 1) * stride + kernel - side, 0) // 2
    return jump * stride, low - jump * before, high + jump * (kernel - 1 - before), new
