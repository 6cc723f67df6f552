"""Noise and occlusion: what a poor camera and a badly placed pole do to a batch of pictures.

Legend: B batch, H, W picture size, C channels; images are float32 with intensities 0–255.
"""

import tensorflow as tf

from course.data.geometry import FILL


def noise(images, seed, strength):
    """Add Gaussian noise; each picture draws its own standard deviation (lecture 04).

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].
        strength: largest standard deviation, in intensities.

    Returns:
        float32 [B, H, W, C], not yet clipped to 0–255.
    """
    seeds = tf.random.split(seed, 2)
    deviation = tf.random.stateless_uniform([tf.shape(images)[0], 1, 1, 1], seeds[0], 0.0, strength)
    return images + deviation * tf.random.stateless_normal(tf.shape(images), seeds[1])


def cutout(images, seed, side):
    """Cover one grey square in each picture, perhaps partly outside (lecture 04).

    Boxes and masks stay as they are: a covered object is still there.

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].
        side: side of the square as a share of the picture's shorter side.

    Returns:
        float32 [B, H, W, C].
    """
    height, width = images.shape[1:3]
    centre = tf.random.stateless_uniform([tf.shape(images)[0], 2, 1], seed)
    reach = side * min(height, width) / 2
    rows = tf.abs(tf.range(height, dtype=tf.float32) + 0.5 - centre[:, 0] * height) <= reach
    columns = tf.abs(tf.range(width, dtype=tf.float32) + 0.5 - centre[:, 1] * width) <= reach
    covered = rows[:, :, None, None] & columns[:, None, :, None]
    return tf.where(covered, float(FILL), images)
