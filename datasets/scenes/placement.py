"""Places for the layers of a composited photo, and the map of what covers what.

Legend: S side of the picture; a map of pastes is (S, S) uint8, 0 or the number of the topmost
layer whose alpha exceeds 0.5.
"""

import numpy as np

MIN_VISIBLE = 0.6  # of the object's own mask; the rest is covered or outside
MIN_AREA = 64  # pixels
TRIES = 30  # positions tried before a layer is given up
TOUCH = 0.3  # share of tries that place a layer against another one


def find_place(rng, alpha, pastes, areas):
    """Find a place for the last layer of `areas` that leaves all layers visible.

    Returns:
        (x, y, new map of pastes), or None where `TRIES` random places did not do.
    """
    (h, w), size, (*others, number) = alpha.shape, len(pastes), areas
    for _ in range(TRIES):
        x, y = (int(rng.integers(-n // 5, size - n + n // 5 + 1)) for n in (w, h))
        if others and rng.random() < TOUCH:
            x, y = slide(rng, alpha, pastes == others[rng.integers(len(others))])
        new = stamp(alpha, pastes, x, y, number)
        seen = np.bincount(new.ravel(), minlength=256)
        if all(seen[n] >= max(MIN_AREA, MIN_VISIBLE * area) for n, area in areas.items()):
            return x, y, new
    return None


def slide(rng, alpha, target):
    """Slide a layer outwards from a (S, S) mask until the two only touch: (x, y)."""
    ys, xs = np.nonzero(target)
    angle, (h, w) = rng.uniform(0, 2 * np.pi), alpha.shape
    for step in range(0, len(target), 2):
        x = round(xs.mean() + step * np.cos(angle) - w / 2)
        y = round(ys.mean() + step * np.sin(angle) - h / 2)
        inside, outside = overlap(alpha, len(target), x, y)
        if (target[outside] & (alpha[inside] > 0.5)).sum() <= 0.02 * target.sum():
            break
    return x, y


def overlap(layer, size, x, y):
    """Clip a layer placed at (x, y): (slices of the layer, slices of the picture)."""
    h, w = layer.shape[:2]
    top, bottom, left, right = max(0, -y), min(h, size - y), max(0, -x), min(w, size - x)
    bottom, right = max(top, bottom), max(left, right)
    inside = slice(top, bottom), slice(left, right)
    return inside, (slice(top + y, bottom + y), slice(left + x, right + x))


def stamp(alpha, pastes, x, y, number):
    """Write `number` where alpha > 0.5: new (S, S) uint8 map."""
    inside, outside = overlap(alpha, len(pastes), x, y)
    new = pastes.copy()
    new[outside][alpha[inside] > 0.5] = number
    return new
