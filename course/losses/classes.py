"""Three answers to one problem: of thousands of anchors, almost all are background.

Legend: A anchors, K classes, ``…`` any batch axes. Weigh positives and negatives alike, keep only
the hardest negatives, or let easy examples fade out.
"""

from keras import ops

from course.ops import top_k


def balanced_cross_entropy(targets, logits, weights=None):
    """Give positives and negatives half of the loss each, however many there are (lecture 12).

    Binary cross-entropy, each example divided by twice the number of its kind (Xie & Tu 2015,
    equation 2, as a mean). Where there is only one kind, it makes up half of the loss still.

    Args:
        targets: tensor [...] of 0 and 1.
        logits: float tensor [...].
        weights: optional tensor [...], 0 or False for padding and ignored anchors.

    Returns:
        float tensor [...], to be summed, not averaged.
    """
    targets = ops.cast(targets, logits.dtype)
    weights = ops.ones_like(logits) if weights is None else ops.cast(weights, logits.dtype)
    positive, negative = weights * targets, weights * (1 - targets)
    share = sum(kind / ops.maximum(ops.sum(kind), 1.0) for kind in (positive, negative))
    return 0.5 * share * ops.binary_crossentropy(targets, logits, from_logits=True)


def focal_loss(targets, logits, alpha=0.25, gamma=2.0):
    """Let examples fade out that are already classified well (lecture 10).

    Lin et al. 2017, equation 5: −α_t (1 − p_t)^γ log p_t, with sigmoids: every class says yes or no
    for itself, and background is "no" everywhere. γ = 0 leaves the α-balanced cross-entropy.

    Args:
        targets: tensor [..., A, K] of 0 and 1.
        logits: float tensor [..., A, K].
        alpha: weight of the ones, 1 − α that of the zeros; ``None`` for no weights.
        gamma: γ ≥ 0, how fast the easy ones fade.

    Returns:
        float tensor [..., A], summed over the classes.
    """
    targets = ops.cast(targets, logits.dtype)
    cross_entropy = ops.binary_crossentropy(targets, logits, from_logits=True)  # −log p_t
    log_wrong = ops.log_sigmoid(ops.where(targets > 0, -logits, logits))  # log(1 − p_t)
    weight = 1.0 if alpha is None else ops.where(targets > 0, alpha, 1 - alpha)
    return ops.sum(weight * ops.exp(gamma * log_wrong) * cross_entropy, axis=-1)


def hard_negatives(losses, positive, negative, ratio=3, least=0):
    """Choose the background that is most easily taken for an object (lecture 10).

    Liu et al. 2016 (SSD), section 2.2: per image, the negatives of greatest loss, at most three for
    each positive. The loss is then ``weighted_mean(losses, positive | chosen, num_positives)``.

    Args:
        losses: float tensor [..., A], of classification; no gradient flows through the choice.
        positive: bool tensor [..., A].
        negative: bool tensor [..., A]; neither of both: ignored.
        ratio: negatives for each positive.
        least: how many negatives to choose at least; the paper's 0 learns nothing from an image
            without objects.

    Returns:
        bool tensor [..., A]: the negatives that count; of equal ones, the first.
    """
    num_anchors = losses.shape[-1]
    losses = ops.where(negative, ops.stop_gradient(losses), float("-inf"))
    _, order = top_k(losses, num_anchors)
    rank = ops.argsort(order, axis=-1)  # 0 for the hardest
    wanted = ops.sum(ops.cast(positive, "int32"), axis=-1, keepdims=True) * ratio
    wanted = ops.maximum(wanted, least)
    return ops.logical_and(negative, ops.cast(rank, "int32") < wanted)
