"""A functional model as the list of its operations, for the methods that walk through it.

Legend: an operation is a layer or a ``keras.ops`` function; its inputs and output are the symbolic
tensors of the model, told apart by ``id``.
"""

import keras


def steps(model):
    """List what a functional model does, in order.

    Args:
        model: functional ``keras.Model`` without models inside it.

    Returns:
        list of (operation, list of its input tensors, its output tensor), inputs first.

    Raises:
        ValueError: if a model is nested in it, or an operation is used at several places.
    """
    found = []
    flat = keras.Model(model.inputs, model.outputs)  # a Sequential, too, becomes a graph
    for operation in flat.operations:
        if isinstance(operation, keras.Model):
            raise ValueError(
                f"Model {model.name!r} holds the model {operation.name!r}; pass that one by "
                f"itself: model.get_layer({operation.name!r})."
            )
        try:
            inputs, output = operation.input, operation.output
        except AttributeError:  # Keras: several nodes, so no single input
            raise ValueError(
                f"{operation.name!r} is used at several places; build the model with one layer "
                "for each place."
            ) from None
        found.append((operation, inputs if isinstance(inputs, list) else [inputs], output))
    return found


def alone(inputs, output):
    """Return one operation as a model of its own: concrete tensors in, a concrete tensor out."""
    return keras.Model(inputs[0] if len(inputs) == 1 else inputs, output)
