"""PCA colour: change pictures along the colours in which the training set varies.

Krizhevsky, Sutskever & Hinton 2012, section 4.1: a picture gets P·(α₁λ₁, α₂λ₂, α₃λ₃)ᵀ added to
every pixel, where P holds the eigenvectors of the covariance of the training set's RGB values,
λ its eigenvalues, and the α are drawn anew for every picture from N(0, 0.1²).

Deviation from the paper: we take the standard deviations √λ for λ. An eigenvalue has the unit of
squared intensities, so the printed formula means one thing for intensities 0–1 and another for
0–255; with √λ it means the same, and α is "so many standard deviations of the data".

Legend: B batch, H, W picture size, N pictures; intensities 0–255.
"""

import numpy as np


def colour_axes(images):
    """Find the principal axes of the colours of a training set (lecture 04).

    Args:
        images: uint8 or float array [N, H, W, 3].

    Returns:
        float32 array [3, 3]: column k is the unit eigenvector pₖ of the covariance of RGB times
        the standard deviation √λₖ along it, in intensities; the longest column comes first. The
        sign of a column is chosen so that its sum is positive.

    Raises:
        ValueError: if the images are not [N, H, W, 3].
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != 3 or images.size == 0:
        raise ValueError(
            f"colour_axes got images of shape {images.shape}; it needs [N, H, W, 3]: "
            "grey pictures have no colour axes."
        )
    variances, vectors = np.linalg.eigh(np.cov(images.reshape(-1, 3), rowvar=False))  # ascending
    axes = vectors * np.sqrt(np.maximum(variances, 0))
    return (axes * np.where(axes.sum(axis=0) < 0, -1, 1))[:, ::-1].astype("float32")


def shift(images, seed, strength, axes):
    """Add to each picture a random mixture of the colour axes (lecture 04).

    Args:
        images: float32 [B, H, W, 3]; other numbers of channels are left as they are.
        seed: integer tensor [2].
        strength: standard deviation of the α; 0.1 in the paper.
        axes: [3, 3], from ``colour_axes``.

    Returns:
        float32 [B, H, W, 3], not yet clipped to 0–255.
    """
    import tensorflow as tf

    if images.shape[-1] != 3:
        return images
    alpha = tf.random.stateless_normal([tf.shape(images)[0], 3], seed, stddev=strength)
    colour = tf.linalg.matmul(alpha, tf.constant(axes, tf.float32), transpose_b=True)  # [B, 3]
    return images + colour[:, None, None]
