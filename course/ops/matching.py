"""Matching: which anchor (or default box, or proposal) learns which object.

Legend: A anchors, N objects, ``…`` any batch axes; a match is the index of an object, or
−1 (BACKGROUND), or −2 (IGNORED: the anchor takes no part in the loss).

The rule, in order; the later one wins:

1. An anchor takes the object that it overlaps most, the first one of several.
2. From ``high`` on it keeps it; below ``low`` it is background; between, it is ignored.
3. Background that overlaps an ignored object (crowd, difficult) by ``low`` or more is ignored.
4. With ``force``, objects are served greedily: of all pairs of an object not yet served and an
   anchor not yet given away, that with the greatest overlap above 0 is matched (of equal ones, the
   first object's first anchor), and so on. So every object gets an anchor of its own, as long as
   one is left that overlaps it at all.

Rule 4 is SSD's (Liu et al. 2016, section 2.2, and its code). Faster R-CNN's (Ren et al. 2015,
section 3.1.2) lets two objects claim the same anchor, and then one of them goes without.
"""

from keras import ops

from course.ops.ranking import top_k

BACKGROUND, IGNORED = -1, -2


def match(overlaps, valid, high=0.5, low=None, force=True, ignore=None):
    """Match anchors to objects (lectures 10, 11 and 12).

    Args:
        overlaps: float tensor [..., A, N], as ``pairwise_iou(anchors, boxes)`` gives it.
        valid: bool tensor [..., N], False for padding: ``classes >= 0``.
        high: least overlap of a match.
        low: greatest overlap of background (exclusive); by default ``high``.
        force: give every object an anchor (rule 4 above). False for proposals.
        ignore: optional bool tensor [..., N]: objects that nobody learns.

    Returns:
        int32 tensor [..., A]: index of the object, −1 background, −2 ignored.

    Raises:
        ValueError: if the thresholds are not 0 < low ≤ high ≤ 1.
    """
    low = high if low is None else low
    if not 0 < low <= high <= 1:
        raise ValueError(f"match needs 0 < low ≤ high ≤ 1; got low={low} and high={high}.")
    if overlaps.shape[-1] == 0:
        return ops.full_like(ops.sum(overlaps, axis=-1), BACKGROUND, dtype="int32")
    wanted = valid if ignore is None else ops.logical_and(valid, ops.logical_not(ignore))
    candidates = ops.where(wanted[..., None, :], overlaps, 0.0)  # [..., A, N]
    best, index = ops.max(candidates, axis=-1), ops.cast(ops.argmax(candidates, axis=-1), "int32")
    matches = ops.where(best >= high, index, ops.where(best < low, BACKGROUND, IGNORED))
    if ignore is not None:
        crowd = ops.logical_and(valid, ignore)[..., None, :]
        near_crowd = ops.any(ops.logical_and(crowd, overlaps >= low), axis=-1)
        matches = ops.where(ops.logical_and(matches < 0, near_crowd), IGNORED, matches)
    return _serve_every_object(candidates, matches) if force else matches


def _serve_every_object(overlaps, matches):
    """Rule 4: N times, give away the best pair that is left.

    Others can take N − 1 anchors from an object, so its N best are all that need be looked at.
    """
    num_anchors, num_objects = overlaps.shape[-2:]
    depth = min(num_anchors, num_objects)
    best, anchors = top_k(ops.swapaxes(overlaps, -1, -2), depth)  # [..., N, depth]
    flat = (*ops.shape(best)[:-2], num_objects * depth)
    rows = ops.arange(num_objects)[:, None]

    def serve(_, state):
        left, matches = state
        pairs = ops.reshape(left, flat)
        pair = ops.cast(ops.argmax(pairs, axis=-1, keepdims=True), "int32")  # [..., 1]
        anchor = ops.take_along_axis(ops.reshape(anchors, flat), pair, axis=-1)
        found = ops.max(pairs, axis=-1, keepdims=True) > 0
        given = ops.logical_and(ops.arange(num_anchors) == anchor, found)  # [..., A]
        matches = ops.where(given, pair // depth, matches)
        gone = ops.logical_or(anchors == anchor[..., None], rows == (pair // depth)[..., None])
        return ops.where(gone, 0.0, left), matches

    return ops.fori_loop(0, num_objects, serve, (best, matches))[1]


def take_matched(values, matches, background=0, ignored=None):
    """Give every anchor the box, class or mask of its object (lectures 10, 11 and 12).

    Args:
        values: tensor [..., N] or [..., N, D]: one value or row per object.
        matches: int32 tensor [..., A], as ``match`` gives it.
        background: value for anchors without an object.
        ignored: value for ignored anchors; by default that of background.

    Returns:
        tensor [..., A] or [..., A, D], of the dtype of ``values``.
    """
    rows = len(values.shape) > len(matches.shape)
    matches = matches[..., None] if rows else matches
    axis = -2 if rows else -1
    taken = ops.take_along_axis(values, ops.maximum(matches, 0), axis=axis)
    other = ops.where(matches == IGNORED, background if ignored is None else ignored, background)
    return ops.where(matches >= 0, taken, ops.cast(other, taken.dtype))
