"""Boxes, instance maps and images of known shapes: fit them to a size, and keep them in step.

Legend: B batch, H, W picture size, N objects. Coordinates are continuous: pixel i covers
[i, i + 1], so that a box (0, 0, W, H) is the whole picture. An instance map holds 0, or 1 + the
index of the object that is visible at the pixel. Objects that may overlap have ``masks`` of their
own, [N, H, W]; where a batch has both, the masks say where an object is.
"""

import tensorflow as tf

FILL = 127  # mid-grey: what lies outside a picture
EMPTY = {
    "boxes": 0.0, "classes": -1, "ignore": False, "kinds": -1, "keypoints": 0.0, "masks": 0,
}  # slots  # fmt: skip


def tight_boxes(instances, num_boxes):
    """Find the box and the size of every object of an instance map.

    Args:
        instances: integer [B, H, W], ids 0…N.
        num_boxes: N.

    Returns:
        boxes: float32 [B, N, 4], xyxy pixels; 0 where an object has no pixel.
        areas: int32 [B, N], its pixels.
    """
    height, width = instances.shape[1:]
    columns = _counts(instances, tf.range(width), width, num_boxes)
    rows = _counts(instances, tf.range(height)[:, None], height, num_boxes)
    boxes = _boxes(columns, rows)
    return tf.ensure_shape(boxes, [None, num_boxes, 4]), tf.reduce_sum(columns, axis=-1)


def mask_boxes(masks):
    """Find the box and the size of every object of masks [B, N, H, W]; as ``tight_boxes``."""
    counts = tf.cast(masks, tf.int32)
    columns = tf.reduce_sum(counts, axis=2)
    boxes = _boxes(columns, tf.reduce_max(counts, axis=3))
    return boxes, tf.reduce_sum(columns, axis=-1)


def _boxes(columns, rows):
    """Return the boxes around the places where there is something: float32 [B, N, 4]."""
    (x0, x1), (y0, y1) = _extent(columns), _extent(rows)
    there = tf.reduce_any(columns > 0, axis=-1, keepdims=True)
    return tf.cast(tf.where(there, tf.stack([x0, y0, x1, y1], axis=-1), 0), tf.float32)


def pixel_counts(instances, num_boxes):
    """Count the pixels of every object of an instance map [B, H, W]: int32 [B, N]."""
    return _counts(instances, 0, 1, num_boxes)[..., 0]


def _counts(instances, places, num_places, num_boxes):
    """Count the pixels of every object at every place (row or column): int32 [B, N, places].

    Two histograms are three times as fast as the minima and maxima of the coordinates.
    """
    size, slots = tf.shape(instances)[0], num_boxes + 1
    ids = tf.cast(instances, tf.int32) + slots * tf.range(size)[:, None, None]
    bins = tf.reshape(ids * num_places + places, [-1])
    counts = tf.math.unsorted_segment_sum(tf.ones_like(bins), bins, size * slots * num_places)
    return tf.reshape(counts, [size, num_boxes + 1, num_places])[:, 1:]


def _extent(counts):
    """Return the first place with pixels, and one past the last: two int32 [B, N]."""
    found = tf.cast(counts > 0, tf.int32)
    first = tf.argmax(found, axis=-1, output_type=tf.int32)
    last = tf.argmax(found[..., ::-1], axis=-1, output_type=tf.int32)
    return first, counts.shape[-1] - last


def clip(boxes, height, width):
    """Cut boxes [..., 4] (xyxy pixels) at the border of an H×W picture."""
    return tf.clip_by_value(boxes, 0.0, tf.cast(tf.stack([width, height] * 2), tf.float32))


def area(boxes):
    """Return the area [...] of boxes [..., 4] (xyxy pixels)."""
    return tf.reduce_prod(tf.maximum(boxes[..., 2:] - boxes[..., :2], 0.0), axis=-1)


def keep(batch, kept):
    """Empty the slots of objects that are not kept, and their pixels in the instance map.

    Slots stay where they are, so that instance ids go on meaning slot + 1.

    Args:
        batch: dict with fields of ``EMPTY`` [B, N, …] and perhaps ``instances`` [B, H, W].
        kept: bool [B, N].
    """
    result = dict(batch)
    for name in set(EMPTY) & set(batch):
        mask = tf.reshape(kept, [*tf.unstack(tf.shape(kept)), *[1] * (batch[name].shape.rank - 2)])
        result[name] = tf.where(mask, batch[name], tf.cast(EMPTY[name], batch[name].dtype))
    if "instances" in batch:
        ids = batch["instances"]
        alive = tf.pad(tf.cast(kept, ids.dtype), [[0, 0], [1, 0]])
        result["instances"] = ids * tf.gather(alive, tf.cast(ids, tf.int32), batch_dims=1)
    return result


def move_keypoints(keypoints, move, height, width):
    """Move keypoints [B, N, K, 3] of (x, y, v); those outside H×W or with v = 0 become 0.

    Args:
        keypoints: float32 [B, N, K, 3].
        move: function of points [B, M, 2] → [B, M, 2].
        height, width: size of the new picture.
    """
    xy = keypoints[..., :2]
    points = move(tf.reshape(xy, [tf.shape(xy)[0], xy.shape[1] * xy.shape[2], 2]))
    points = tf.reshape(points, tf.shape(xy))
    inside = tf.reduce_all((points >= 0) & (points <= [width, height]), axis=-1, keepdims=True)
    moved = tf.concat([points, keypoints[..., 2:]], axis=-1)
    return tf.where(inside & (keypoints[..., 2:] > 0), moved, 0.0)


def stack_masks(batch):
    """Add ``masks`` uint8 [B, N, H, W] to a batch with ``instances``: one 0/1 mask per object."""
    ids = tf.range(1, batch["classes"].shape[1] + 1)[:, None, None]
    masks = tf.cast(batch["instances"], tf.int32)[:, None] == ids
    return {**batch, "masks": tf.cast(masks, tf.uint8)}


def flatten_masks(example):
    """Add ``instances`` and ``semantic`` [H, W] to an example with masks [N, H, W].

    Of objects that overlap, the smallest is on top: the larger one is rarely hidden by it.
    """
    masks = example["masks"] > 0
    areas = tf.reduce_sum(tf.cast(masks, tf.int32), axis=(1, 2), keepdims=True)
    top = tf.argmin(tf.where(masks, areas, tf.int32.max), axis=0)  # [H, W]
    ground = ~tf.reduce_any(masks, axis=0)
    ids, labels = top + 1, tf.gather(example["classes"] + 1, top)
    maps = {"instances": tf.cast(ids, tf.uint8), "semantic": tf.cast(labels, tf.uint8)}
    return {**example, **{k: tf.where(ground, tf.zeros_like(v), v) for k, v in maps.items()}}


def letterbox(example, size):
    """Resize one example to ``size`` without distortion, centred on a grey ground.

    Boxes follow; where there is an instance map, they are its tight boxes afterwards. Objects too
    small to keep a pixel of their mask are dropped. By hand, because
    ``tf.image.resize_with_pad`` leaves boxes behind and Keras's ``RandomCrop`` and kin swap their
    x and y.

    Args:
        example: dict of one picture [H, W, C] with its maps [H, W], or ``masks`` [N, H, W], and
            boxes [N, 4].
        size: (height, width) in pixels.

    Returns:
        dict with pictures [height, width, C] and maps [height, width].
    """
    old = tf.shape(example["images"])[:2]
    scale = tf.reduce_min(tf.cast(size, tf.float32) / tf.cast(old, tf.float32))
    new = tf.clip_by_value(tf.cast(tf.round(tf.cast(old, tf.float32) * scale), tf.int32), 1, size)
    before = (size - new) // 2
    padding = tf.stack([before, size - new - before], axis=1)
    result = dict(example)

    image = tf.image.resize(example["images"], new, antialias=True)
    image = tf.pad(image, tf.pad(padding, [[0, 1], [0, 0]]), constant_values=FILL)
    image = tf.saturate_cast(tf.round(image), tf.uint8)
    result["images"] = tf.ensure_shape(image, [*size, example["images"].shape[-1]])
    for name in {"instances", "semantic"} & set(example):
        sampled = tf.image.resize(example[name][..., None], new, method="nearest")[..., 0]
        result[name] = tf.ensure_shape(tf.pad(sampled, padding), size)
    if "masks" in example:  # the same nearest pixels, for all objects at once
        sampled = tf.image.resize(example["masks"][..., None], new, method="nearest")[..., 0]
        masks = tf.pad(sampled, tf.pad(padding, [[1, 0], [0, 0]]))
        result["masks"] = tf.ensure_shape(masks, [example["masks"].shape[0], *size])
    if "boxes" in example:
        stretch = tf.cast(new, tf.float32) / tf.cast(old, tf.float32)
        result = _objects_follow(result, stretch[::-1], tf.cast(before[::-1], tf.float32))
    return result


def _objects_follow(example, stretch, offset):
    batch = {k: v[None] for k, v in example.items() if k in EMPTY or k == "instances"}
    batch["boxes"] = batch["boxes"] * tf.tile(stretch, [2]) + tf.tile(offset, [2])
    if "keypoints" in batch:
        batch["keypoints"] = move_keypoints(
            batch["keypoints"], lambda xy: xy * stretch + offset, *example["images"].shape[:2]
        )
    kept = batch["classes"] >= 0
    if "instances" in batch:
        batch["boxes"], areas = tight_boxes(batch["instances"], kept.shape[1])
        kept &= areas > 0
    elif "masks" in batch:
        kept &= tf.reduce_any(batch["masks"] > 0, axis=(2, 3))
    return {**example, **{name: value[0] for name, value in keep(batch, kept).items()}}
