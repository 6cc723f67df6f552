"""The deconvolutional network: an activation, walked back to the pixels that caused it.

Zeiler & Fergus 2014 (https://arxiv.org/abs/1311.2901), section 2.1. Every step of the way up has
its step down: convolution ↓ the same filters transposed; max pooling ↓ unpooling with the switches
of this very image; ReLU ↓ ReLU. Nothing is learned on the way down.

Legend: B batch; H, W, image size; h, w, C a layer's map; R what comes back from above.
"""

import numpy as np
from keras import layers, ops

from course.explain.graph import alone, steps
from course.explain.rectifiers import RECTIFIERS, backward, check_rule, refuse_other_rectifiers
from course.ops import gradient, max_pool_with_switches, max_unpool


def deconvnet(model, images, layer, unit, places, rule="deconvnet"):
    """Project one activation of each image back to the pixels (lecture 06).

    All other activations of the layer are set to zero first, as in the paper. Deviation: maps are
    not renormalised on the way, since contrast is lost only for display.

    Args:
        model: flat functional ``keras.Model`` with ReLU convolutions, max pooling ("valid") and
            linear operations, for example SqueezeNet.
        images: [B, H, W, 3].
        layer: name of the layer the activation is taken from.
        unit: channel.
        places: integers [B, 2], row and column in the layer's map, one for each image.
        rule: ``"deconvnet"``, or for comparison ``"gradient"`` or ``"guided"``.

    Returns:
        float32 NumPy array [B, H, W, 3].

    Raises:
        ValueError: if the model is not flat, has no such layer or the rule is unknown.
    """
    check_rule(rule)
    plan = steps(model)
    target = next((output for step, _, output in plan if step.name == layer), None)
    if target is None:
        raise ValueError(f"Model {model.name!r} has no layer {layer!r} to project from.")
    values = _way_up(plan, ops.convert_to_tensor(images, "float32"))
    start = np.zeros(values[id(target)].shape, "float32")
    rows, columns = np.asarray(places).T
    index = np.arange(len(start)), rows, columns, unit
    start[index] = ops.convert_to_numpy(values[id(target)])[index]
    back = {id(target): ops.convert_to_tensor(start)}
    for operation, inputs, output in reversed(plan):
        if id(output) in back and inputs:
            arriving = back.pop(id(output))
            for tensor, R in zip(inputs, _down(operation, inputs, output, values, arriving, rule),
                                 strict=True):  # fmt: skip
                back[id(tensor)] = back.get(id(tensor), 0.0) + R
    return ops.convert_to_numpy(back[id(model.inputs[0])])


def _way_up(plan, images):
    """Run the model and keep every tensor: dict id → value."""
    values = {}
    for _, inputs, output in plan:
        if not inputs:  # the input layer
            values[id(output)] = images
        else:
            concrete = [values[id(tensor)] for tensor in inputs]
            step = alone(inputs, output)
            values[id(output)] = step(concrete[0] if len(concrete) == 1 else concrete)
    return values


def _down(operation, inputs, output, values, R, rule):
    """One step down: what comes back at each input of one operation."""
    refuse_other_rectifiers(operation)
    x, y = [values[id(tensor)] for tensor in inputs], values[id(output)]
    activation = getattr(operation, "activation", None)
    if activation in RECTIFIERS:
        R = backward(rule, R, y, RECTIFIERS[activation])
        return [_transposed(_linear_part(operation), x[0], R)]
    if isinstance(operation, layers.MaxPooling2D):
        return [_unpool(operation, x[0], R)]
    if isinstance(operation, layers.Concatenate):
        edges = np.cumsum([v.shape[operation.axis] for v in x])[:-1].tolist()
        return ops.split(R, edges, axis=operation.axis)
    step = alone(inputs, output)
    if len(x) == 1:
        return [_transposed(step, x[0], R)]
    return [_transposed(lambda v, n=n: step([*x[:n], v, *x[n + 1 :]]), x[n], R)
            for n in range(len(x))]  # fmt: skip


def _linear_part(layer):
    """A layer with a ReLU, without the ReLU and the bias (which the way down leaves out)."""
    if isinstance(layer, layers.Conv2D):
        return lambda x: layer.convolution_op(x, layer.kernel)
    if isinstance(layer, layers.Dense):
        return lambda x: ops.matmul(x, layer.kernel)
    return lambda x: x  # layers.Activation


def _unpool(layer, x, R):
    if layer.padding != "valid" or len({*layer.pool_size, layer.pool_size[0]}) > 1:
        raise ValueError(f"{layer.name!r}: only square max pooling without padding is undone here.")
    _, switches = max_pool_with_switches(x, layer.pool_size[0], layer.strides[0])
    return max_unpool(R, switches, x.shape[1:3])


def _transposed(step, x, R):
    """Apply the transpose of a linear step, which is its gradient: ∂ ⟨R, step(x)⟩ / ∂ x."""
    return ops.convert_to_tensor(gradient(lambda value: R * step(value), x))
