"""The gradient of any function of one tensor, on whichever backend Keras runs.

Keras 3 has no public call for it, so this is the one file of ``course`` that tells the backends
apart; what it teaches is nothing, what it serves is lectures 01, 06, 17 and 18.
"""

import importlib

import keras
from keras import ops


def gradient(function, x):
    """Differentiate a function of one tensor (lectures 01, 06 and 17).

    Layers inside ``function`` run as they are called; call models with ``training=False`` unless
    dropout and batch statistics are wanted.

    Args:
        function: from a float tensor to a tensor; of several values, the sum is differentiated.
        x: array or tensor of any shape.

    Returns:
        float32 NumPy array of the shape of ``x``: ∂ Σ function(x) / ∂ x.

    Raises:
        ValueError: if the function does not depend on ``x`` by differentiable operations.
    """
    x = ops.convert_to_tensor(x, "float32")
    found = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](
        lambda value: ops.sum(function(value)), x
    )
    if found is None:
        raise ValueError(
            "The function's result does not depend on x by differentiable operations, so it has "
            "no gradient; look for NumPy calls, argmax or rounding on the way."
        )
    return ops.convert_to_numpy(found)


def _tensorflow(function, x):
    with importlib.import_module("tensorflow").GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


def _jax(function, x):
    return importlib.import_module("jax").grad(function)(x)


def _torch(function, x):
    x = x.detach().clone().requires_grad_(True)
    y = function(x)
    if not y.requires_grad:
        return None
    return importlib.import_module("torch").autograd.grad(y, x, allow_unused=True)[0]
