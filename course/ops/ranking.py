"""The greatest values, best first, with one rule for equal ones on every backend."""

import keras
from keras import ops


def top_k(values, k):
    """Return the k greatest values along the last axis; of equal ones, the first come first.

    Matching, suppression and hard-negative mining depend on that rule (lectures 08 to 12).
    ``torch.topk`` promises nothing about equal values, so there everything is sorted, stably.

    Args:
        values: float tensor [..., N].
        k: how many, at most N.

    Returns:
        float tensor [..., k] by falling value, and int32 tensor [..., k], their indices.
    """
    if keras.config.backend() != "torch":
        return ops.top_k(values, k)
    order = ops.argsort(-values, axis=-1)[..., :k]
    return ops.take_along_axis(values, order, axis=-1), ops.cast(order, "int32")
