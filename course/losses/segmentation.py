"""Losses of pixels: overlap instead of counting, and more weight where objects nearly touch.

Legend: B batch; H, W size; K classes; N objects; d₁, d₂ distances of a background pixel to the
nearest and to the second nearest object.
"""

import numpy as np
from keras import ops


def dice_loss(targets, probabilities, epsilon=1.0):
    """One minus the overlap of what is and what is said, for each class (lecture 14).

    Milletari, Navab & Ahmadi 2016 (V-Net), section 3: D = 2 Σ p·g / (Σ p² + Σ g²). It does not
    grow with the background that is called background, however much of it there is. Deviation:
    the sums run over all pictures of the batch, since in a single one most classes are absent,
    and for those the fraction only asks for silence.

    Args:
        targets: tensor [B, H, W, K], g of 0 and 1.
        probabilities: float tensor [B, H, W, K], p in [0, 1].
        epsilon: added to both sides of the fraction: a class that neither is there nor is said to
            be costs nothing. The paper has 0.

    Returns:
        float tensor [K], in [0, 1].
    """
    targets = ops.cast(targets, probabilities.dtype)
    both = ops.sum(targets * probabilities, axis=(0, 1, 2))
    sizes = ops.sum(targets**2, axis=(0, 1, 2)) + ops.sum(probabilities**2, axis=(0, 1, 2))
    return 1 - (2 * both + epsilon) / (sizes + epsilon)


def border_weights(instances, w0=10.0, sigma=5.0, class_weights=(1.0, 1.0)):
    """Weigh the pixels of one picture: most in the gaps between two objects (lecture 14).

    Ronneberger et al. 2015, equation 2: w = w_c + w₀ · exp(−(d₁ + d₂)² / 2σ²). The second term is
    for background only, since only a gap can separate.

    Args:
        instances: integer array [H, W], 0 for background, any number for an object; objects that
            touch have no gap: see ``separated``.
        w0: w₀, the weight that the narrowest gap approaches.
        sigma: σ in pixels.
        class_weights: w_c of background and of objects, to make up for their shares.

    Returns:
        float32 array [H, W]; with fewer than two objects only w_c.
    """
    from scipy import ndimage

    instances = np.asarray(instances)
    balance = np.where(instances > 0, class_weights[1], class_weights[0])
    numbers = np.unique(instances[instances > 0])
    if len(numbers) < 2:
        return balance.astype("float32")
    away = np.stack([ndimage.distance_transform_edt(instances != n) for n in numbers])  # [N, H, W]
    d1, d2 = np.partition(away, 1, axis=0)[:2]
    gap = w0 * np.exp(-((d1 + d2) ** 2) / (2 * sigma**2))
    return (balance + gap * (instances == 0)).astype("float32")


def separated(instances, gap=1):
    """Cut a gap of background between objects that touch (lecture 14).

    Args:
        instances: integer array [H, W], 0 for background.
        gap: pixels that each of the two objects gives away.

    Returns:
        array like ``instances``: pixels with another object within ``gap`` pixels (in rows and
        columns) are 0.
    """
    from scipy import ndimage

    instances = np.asarray(instances)
    size = 2 * gap + 1
    largest = ndimage.maximum_filter(instances, size)
    filled = np.where(instances == 0, np.iinfo(instances.dtype).max, instances)
    smallest = ndimage.minimum_filter(filled, size)  # of the objects, not of the background
    return np.where(largest > smallest, 0, instances).astype(instances.dtype)
