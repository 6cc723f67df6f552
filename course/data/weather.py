"""Rain, fog and snow over a batch of pictures.

Toy weather, drawn in the picture's plane without depth: it breaks a network's trust in clean
pictures, it does not pretend to be a photograph of a storm.

Legend: B batch, H, W picture size, C channels; images are float32 with intensities 0–255.
"""

import tensorflow as tf


def rain(images, seed):
    """Draw slanted streaks over dimmed pictures (lecture 04).

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].

    Returns:
        float32 [B, H, W, C].
    """
    seeds, (height, width) = tf.random.split(seed, 2), images.shape[1:3]
    length = max(2, height // 12)  # a drop falls so many pixels while the shutter is open
    size = [tf.shape(images)[0], height, width, 1]
    drops = tf.cast(tf.random.stateless_uniform(size, seeds[0]) > 0.995, tf.float32)
    streaks = tf.nn.max_pool2d(drops, [length, 1], 1, "SAME")
    slant = tf.random.stateless_uniform([size[0]], seeds[1], -0.4, 0.4)
    return 0.85 * images + 110 * _sheared(streaks, slant, height, width)


def _sheared(maps, slant, height, width):
    """Look row y up `slant`·y pixels to the side, round the picture: [B, H, W, 1]."""
    zero, one = tf.zeros_like(slant), tf.ones_like(slant)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=maps,
        transforms=tf.stack([one, slant, zero, zero, one, zero, zero, zero], axis=1),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="WRAP",
    )


def fog(images, seed):
    """Blend pictures with drifting white, thickness by thickness (lecture 04).

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].

    Returns:
        float32 [B, H, W, C].
    """
    banks = tf.random.stateless_uniform([tf.shape(images)[0], 4, 4, 1], seed, 0.25, 0.85)
    thickness = tf.image.resize(banks, images.shape[1:3], method="bicubic")
    return images + (225 - images) * tf.clip_by_value(thickness, 0.0, 0.9)


def snow(images, seed):
    """Let flakes of two sizes fall over brightened pictures (lecture 04).

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].

    Returns:
        float32 [B, H, W, C].
    """
    seeds, (height, width) = tf.random.split(seed, 2), images.shape[1:3]
    white = 0.15  # the light that snow throws into the shadows
    for index, flake in enumerate((max(1, height // 64), max(2, height // 32))):
        size = [tf.shape(images)[0], -(-height // flake), -(-width // flake), 1]
        flakes = tf.cast(tf.random.stateless_uniform(size, seeds[index]) > 0.97, tf.float32)
        flakes = tf.image.resize(flakes, [size[1] * flake, size[2] * flake])
        white = tf.maximum(white, 0.9 * flakes[:, :height, :width])
    return images + (250 - images) * white


def sometimes(images, seed, **shares):
    """Give every picture at most one kind of weather.

    Args:
        images: float32 [B, H, W, C].
        seed: integer tensor [2].
        shares: probability of ``rain``, ``fog`` and ``snow``; their sum is at most 1.

    Returns:
        float32 [B, H, W, C].
    """
    kinds = {"rain": rain, "fog": fog, "snow": snow}
    seeds = tf.random.split(seed, 1 + len(shares))
    draw = tf.random.stateless_uniform([tf.shape(images)[0]], seeds[0])
    result, low = images, 0.0
    for index, (kind, share) in enumerate(shares.items(), start=1):
        if share > 0:
            chosen = tf.where((draw >= low) & (draw < low + share))
            changed = kinds[kind](tf.gather_nd(images, chosen), seeds[index])
            result = tf.tensor_scatter_nd_update(result, chosen, changed)
        low += share
    return result
