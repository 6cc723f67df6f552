"""Random affine maps of a batch: mirror, scale, translate, rotate and crop, in one resampling.

Legend: B batch, H, W picture size, N objects. A map takes a point p of the old picture to
L·(p − a) + b in the new one; L [B, 2, 2], a and b [B, 2], all in (x, y) pixels.
"""

import math

import tensorflow as tf

from course.data.geometry import (
    FILL,
    area,
    clip,
    keep,
    mask_boxes,
    move_keypoints,
    pixel_counts,
    tight_boxes,
)

COCO_SIDES = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)  # left ↔ right
PERSON = 0  # the kind whose keypoints have a left and a right side


def draw(seed, num_images, height, width, flip, scale, translate, rotate, crop):
    """Draw one random map for each picture; the settings are those of ``Augmentation``.

    Args:
        seed: integer tensor [2].

    Returns:
        L [B, 2, 2], a [B, 2], b [B, 2], float32.
    """
    seeds = iter(tf.unstack(tf.random.split(seed, 7)))

    def uniform(low, high):
        return tf.random.stateless_uniform([num_images], next(seeds), low, high)

    mirror = tf.where(uniform(0.0, 1.0) < flip, -1.0, 1.0)
    zoom = tf.exp(uniform(math.log(scale[0]), math.log(scale[1])))  # ½ is as likely as 2
    angle = uniform(-rotate, rotate) * (math.pi / 180)
    shift = tf.stack([uniform(-translate, translate), uniform(-translate, translate)], 1)
    window = tf.random.stateless_uniform([num_images], next(seeds), crop, 1.0)
    corner = tf.random.stateless_uniform([num_images, 2], next(seeds), -1.0, 1.0)

    size = tf.constant([width, height], tf.float32)
    zoom /= window  # a crop is a zoom on a window whose centre lies off the middle
    cos, sin = zoom * tf.cos(angle), zoom * tf.sin(angle)
    linear = tf.stack([tf.stack([cos * mirror, -sin], 1), tf.stack([sin * mirror, cos], 1)], 1)
    source = size * (0.5 + corner * (1 - window)[:, None] / 2)
    return linear, source, size * (0.5 + shift)


def warp(batch, linear, source, target, min_visible=0.1):
    """Move pictures, maps and boxes of a batch by one affine map for each picture.

    Boxes are the tight boxes of the moved masks or instance map where there are any, otherwise of
    the moved corners, cut at the border (which is looser after a rotation). An object of which less
    than ``min_visible`` is left in the picture is dropped: class −1, box 0, no pixels.

    Args:
        batch: dict with ``images`` [B, H, W, C] and perhaps ``instances``, ``semantic``
            [B, H, W], ``masks`` [B, N, H, W], ``boxes`` [B, N, 4], ``classes`` and ``ignore``
            [B, N], ``keypoints`` [B, N, K, 3] with ``kinds`` [B, N].
        linear, source, target: L, a and b of ``draw``.
        min_visible: share of an object, in (0, 1].

    Returns:
        dict of the same shapes and dtypes.
    """
    result = dict(batch)
    result["images"] = _sample(batch["images"], linear, source, target, "BILINEAR")
    for name in {"instances", "semantic"} & set(batch):
        maps = batch[name][..., None]
        result[name] = _sample(maps, linear, source, target, "NEAREST", 0)[..., 0]
    if "masks" in batch:
        channels = tf.transpose(batch["masks"], [0, 2, 3, 1])
        moved = _sample(channels, linear, source, target, "NEAREST", 0)
        result["masks"] = tf.transpose(moved, [0, 3, 1, 2])
    if "boxes" not in batch:
        return result
    result["boxes"], share = _boxes(batch, result, linear, source, target)
    if "keypoints" in batch:
        result["keypoints"] = _keypoints(batch, linear, source, target)
    return keep(result, (batch["classes"] >= 0) & (share >= min_visible))


def _boxes(before, after, linear, source, target):
    """Find the boxes after the move, and the share of each object that is left."""
    height, width = before["images"].shape[1:3]
    if not {"masks", "instances"} & set(before):
        moved = _move_boxes(before["boxes"], linear, source, target)
        boxes = clip(moved, height, width)
        return boxes, tf.math.divide_no_nan(area(boxes), area(moved))
    num_boxes = before["classes"].shape[1]
    if "masks" in before:
        boxes, left = mask_boxes(after["masks"])
        whole = tf.reduce_sum(tf.cast(before["masks"], tf.int32), axis=(2, 3))
    else:
        boxes, left = tight_boxes(after["instances"], num_boxes)
        whole = pixel_counts(before["instances"], num_boxes)
    whole = tf.cast(whole, tf.float32) * tf.abs(tf.linalg.det(linear))[:, None]
    return boxes, tf.math.divide_no_nan(tf.cast(left, tf.float32), whole)


def _keypoints(batch, linear, source, target):
    """Move keypoints; in a mirrored picture a person's left hand is the right one."""

    def move(points):
        moved = tf.einsum("bij,bmj->bmi", linear, points - source[:, None])
        return moved + target[:, None]

    moved = move_keypoints(batch["keypoints"], move, *batch["images"].shape[1:3])
    rows = [*COCO_SIDES, *range(len(COCO_SIDES), moved.shape[2])]
    mirrored = (tf.linalg.det(linear) < 0)[:, None] & (batch["kinds"] == PERSON)
    return tf.where(mirrored[..., None, None], tf.gather(moved, rows, axis=2), moved)


def _sample(images, linear, source, target, interpolation, fill=FILL):
    """Look every new pixel up in the old picture.

    The raw op, because ``keras.ops.image.affine_transform`` follows the Keras backend, and this
    runs in tf.data on any. It counts from pixel centres: hence the halves.
    """
    inverse = tf.linalg.inv(linear)
    offset = source - 0.5 - tf.linalg.matvec(inverse, target - 0.5)
    rows = tf.concat([inverse, offset[..., None]], axis=-1)  # [B, 2, 3]
    transforms = tf.pad(tf.reshape(rows, [-1, 6]), [[0, 0], [0, 2]])
    sampled = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=images.shape[1:3],
        fill_value=float(fill),
        interpolation=interpolation,
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(sampled, images.shape)


def _move_boxes(boxes, linear, source, target):
    x0, y0, x1, y1 = tf.unstack(boxes, axis=-1)
    corners = tf.stack([tf.stack([x, y], -1) for x in (x0, x1) for y in (y0, y1)], axis=-2)
    moved = tf.einsum("bij,bncj->bnci", linear, corners - source[:, None, None])
    moved += target[:, None, None]
    return tf.concat([tf.reduce_min(moved, axis=2), tf.reduce_max(moved, axis=2)], axis=-1)
