"""Three ways back through a ReLU, and a network that takes one of them.

Legend: x what goes into the ReLU, y = max(x, 0) what comes out, R what comes back from above.

=============  ===============  ==========================================================
rule           what goes down   paper
=============  ===============  ==========================================================
``gradient``   R · [y > 0]      back-propagation; saliency (Simonyan et al. 2014)
``deconvnet``  max(R, 0)        the ReLU of the way up, used again (Zeiler & Fergus 2014)
``guided``     max(R, 0)·[y>0]  both at once (Springenberg et al. 2015)
=============  ===============  ==========================================================
"""

import keras
from keras import layers, ops

RULES = {
    "gradient": lambda R, passed: R * passed,
    "deconvnet": lambda R, passed: ops.relu(R),
    "guided": lambda R, passed: ops.relu(R) * passed,
}
RECTIFIERS = {keras.activations.relu: float("inf"), keras.activations.relu6: 6.0}


def backward(rule, R, y, ceiling=float("inf")):
    """Send R down through a rectifier whose output was y; all shapes equal."""
    passed = ops.cast(ops.logical_and(y > 0, y < ceiling), "float32")
    return RULES[check_rule(rule)](R, passed)


def check_rule(rule):
    """Return ``rule`` if there is one of that name, else raise a ValueError."""
    if rule not in RULES:
        raise ValueError(f"rule={rule!r} is unknown; choose from {tuple(RULES)}.")
    return rule


def refuse_other_rectifiers(operation):
    """Raise a ValueError for a ReLU in a form whose way back these modules do not change."""
    activation = getattr(operation, "activation", None)
    known = (layers.Conv2D, layers.Dense, layers.Activation)
    other = type(operation).__name__ in ("ReLU", "LeakyReLU", "PReLU", "Relu", "Relu6")
    if other or (activation in RECTIFIERS and not isinstance(operation, known)):
        raise ValueError(
            f"{operation.name!r} is a {type(operation).__name__} that rectifies; write it as "
            "Activation('relu'), or as activation='relu' of a Conv2D or a Dense layer."
        )


def with_backward_rule(model, rule="guided"):
    """Copy a model so that gradients pass its ReLUs by another rule (lecture 06).

    What goes up does not change; ``ops.gradient`` of the copy is then the deconvnet's projection
    or guided back-propagation, for any architecture.

    Args:
        model: functional ``keras.Model``; layers with ``activation`` relu or relu6 are changed,
            in nested models, too.
        rule: ``"gradient"``, ``"deconvnet"`` or ``"guided"``.

    Returns:
        ``keras.Model`` with weights of its own, equal to the model's.

    Raises:
        ValueError: if the rule is unknown, or the model has no ReLU or one in another form.
    """
    check_rule(rule)
    changed = []

    def copy(layer):
        refuse_other_rectifiers(layer)
        twin = type(layer).from_config(layer.get_config())
        if (activation := getattr(layer, "activation", None)) in RECTIFIERS:
            twin.activation = _rectifier(activation, rule)
            changed.append(layer.name)
        return twin

    twin = keras.models.clone_model(model, clone_function=copy, recursive=True)
    if not changed:
        raise ValueError(f"Model {model.name!r} has no ReLU, so the rule {rule!r} has no place.")
    twin.set_weights(model.get_weights())
    return twin


def _rectifier(activation, rule):
    """The activation itself, with ``rule`` for its way back."""

    @ops.custom_gradient
    def rectifier(x):
        y = activation(x)

        def grad(*args, upstream=None):
            R = args[0] if upstream is None else upstream
            return backward(rule, R, y, RECTIFIERS[activation])

        return y, grad

    return rectifier
