"""From one loss per anchor to the number that is minimised.

Legend: A anchors, ``…`` any batch axes.
"""

from keras import ops


def weighted_mean(losses, weights, normaliser=None):
    """Average the losses that count; padding and ignored anchors have weight 0 (lecture 09).

    Args:
        losses: float tensor [..., A]. Where the weight is 0, even NaN or infinity does no harm.
        weights: bool or float tensor [..., A].
        normaliser: what to divide by, by default the sum of the weights. SSD and RetinaNet divide
            the losses of all anchors by the number of matched ones.

    Returns:
        float scalar; a normaliser below 1 counts as 1, so that a batch without objects gives 0.
    """
    weights = ops.cast(weights, losses.dtype)
    total = ops.sum(ops.where(weights > 0, losses, 0.0) * weights)
    normaliser = ops.sum(weights) if normaliser is None else ops.cast(normaliser, losses.dtype)
    return total / ops.maximum(normaliser, 1.0)
