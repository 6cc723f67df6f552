"""Random brightness, contrast, saturation and hue: one affine map of the colours per picture.

By hand, because the colour functions of ``tf.image`` take one factor for a whole batch and make a
pass over the pixels each; as a matrix the four cost one.

Legend: B batch, H, W picture size, C channels; images are float32 with intensities 0–255.
"""

import math

import tensorflow as tf

LUMA = (0.299, 0.587, 0.114)
YIQ = (LUMA, (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))  # luminance, two colour axes (NTSC)


def jitter(images, seed, brightness=0.0, contrast=0.0, saturation=0.0, hue=0.0):
    """Change the colours of each picture at random (lecture 04).

    Args:
        images: float32 [B, H, W, C]; saturation and hue need C = 3 and are left out otherwise.
        seed: integer tensor [2].
        brightness: largest change, as a share of 255.
        contrast: largest change of the factor about the picture's mean luminance.
        saturation: largest change of the factor about grey.
        hue: largest turn of the colour circle, in degrees.

    Returns:
        float32 [B, H, W, C], not yet clipped to 0–255.
    """
    seeds, count = tf.random.split(seed, 4), tf.shape(images)[0]

    def uniform(index, reach):
        return tf.random.stateless_uniform([count, 1], seeds[index], -reach, reach)

    lift, gain = 255 * uniform(0, brightness), 1 + uniform(1, contrast)
    mean = tf.reduce_mean(images, axis=(1, 2))  # [B, C]
    if images.shape[-1] != 3:
        middle = tf.reduce_mean(mean, axis=1, keepdims=True)
        return images * gain[:, None, None] + (lift + (1 - gain) * middle)[:, None, None]
    middle = tf.linalg.matmul(mean, tf.constant(LUMA)[:, None])  # [B, 1]
    matrix = _saturation(1 + uniform(2, saturation)) @ _hue(uniform(3, hue) * math.pi / 180)
    offset = lift + (1 - gain) * middle
    changed = tf.einsum("bhwj,bij->bhwi", images, gain[..., None] * matrix)
    return changed + offset[:, None, None]


def _saturation(factor):
    """Mix colour and grey: factor [B, 1] → [B, 3, 3]; 0 is grey, 1 changes nothing."""
    grey = tf.tile(tf.constant([LUMA]), [3, 1])
    return factor[..., None] * (tf.eye(3) - grey) + grey


def _hue(angle):
    """Turn the two colour axes, luminance kept: angle [B, 1] in radians → [B, 3, 3]."""
    cos, sin = tf.cos(angle[:, 0]), tf.sin(angle[:, 0])
    one, zero = tf.ones_like(cos), tf.zeros_like(cos)
    turn = tf.reshape(
        tf.stack([one, zero, zero, zero, cos, -sin, zero, sin, cos], axis=1), [-1, 3, 3]
    )
    return tf.linalg.inv(tf.constant(YIQ)) @ turn @ tf.constant(YIQ)
