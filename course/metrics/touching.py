"""Which objects touch, and which of these a prediction takes for one.

Legend: H, W picture size; an instance map holds 0 or the number of an object.
"""

import numpy as np


def touching_pairs(instances):
    """List the objects that share at least one edge of a pixel (lecture 14).

    Args:
        instances: integer array [H, W], 0 for background.

    Returns:
        sorted list of pairs (a, b) with a < b.
    """
    instances = np.asarray(instances, "int64")
    beside = [(instances[:, :-1], instances[:, 1:]), (instances[:-1], instances[1:])]
    pairs = np.concatenate([np.stack([a.ravel(), b.ravel()], 1) for a, b in beside])  # [·, 2]
    pairs = np.sort(pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs > 0).all(axis=1)], axis=1)
    return [(int(a), int(b)) for a, b in np.unique(pairs, axis=0)]


def merged_pairs(instances, predicted, pairs=None):
    """Count the touching objects that were found, and those that were found as one (lecture 14).

    An object is found by the predicted object that covers most of it, if that covers at least half
    of it. A pair counts if both are found, and is merged if the same one found both.

    Args:
        instances: integer array [H, W], the truth.
        predicted: integer array [H, W].
        pairs: pairs of true objects; by default ``touching_pairs(instances)``.

    Returns:
        (number of merged pairs, number of pairs of which both are found).
    """
    instances, predicted = np.asarray(instances), np.asarray(predicted)
    pairs = touching_pairs(instances) if pairs is None else pairs

    def finder(number):
        inside = predicted[instances == number]
        covers = np.bincount(inside[inside > 0], minlength=1)
        return int(covers.argmax()) if 2 * covers.max() >= len(inside) > 0 else None

    found = [(finder(a), finder(b)) for a, b in pairs]
    found = [pair for pair in found if None not in pair]
    return sum(a == b for a, b in found), len(found)
