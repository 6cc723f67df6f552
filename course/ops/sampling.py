"""Choosing a few boxes to learn from, a fair mixture of objects and background.

Legend: B batch, A anchors or proposals, S samples.
"""

import math

from keras import ops

from course.ops.matching import BACKGROUND
from course.ops.ranking import top_k


def sample(matches, priority, count, share=0.5):
    """Draw S boxes, at most a share of them matched, the others background (lectures 11 and 12).

    Ren et al. 2015, section 3.1.3 (256 anchors, half of them matched), and Girshick 2015,
    section 2.3 (64 proposals, a quarter). Where matched boxes are few, background fills up.

    Args:
        matches: int tensor [B, A]: index of the object, −1 background, −2 ignored (never drawn).
        priority: float tensor [B, A] in [0, 1); greater ones are drawn first. Random numbers
            draw at random, scores draw the hardest.
        count: S ≤ A.
        share: largest share of matched boxes.

    Returns:
        int32 tensor [B, S]: indices, matched boxes first; and bool tensor [B, S]: False where
        there was no box left to draw.

    Raises:
        ValueError: if ``count`` or ``share`` is out of range.
    """
    if not (1 <= count <= matches.shape[-1] and 0 < share <= 1):
        raise ValueError(
            f"sample got count={count} and share={share}; draw 1 to {matches.shape[-1]} boxes, a "
            "share above 0 and up to 1 of them matched."
        )
    positive, positives = top_k(ops.where(matches >= 0, priority, -1.0), math.ceil(share * count))
    negative, negatives = top_k(ops.where(matches == BACKGROUND, priority, -1.0), count)
    rank = ops.concatenate([ops.where(positive >= 0, positive + 1, positive), negative], axis=-1)
    rank, place = top_k(rank, count)
    indices = ops.concatenate([positives, negatives], axis=-1)
    return ops.take_along_axis(ops.cast(indices, "int32"), place, axis=-1), rank >= 0
