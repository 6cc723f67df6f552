"""From the features of a TFDS builder to the course's one structure, example by example.

An adapter looks at what a builder declares, not at its name, so that embedded and public sets
take the same way. This is the only place where box formats are converted.

Legend: H, W picture size, N objects (``max_boxes``), n objects of one picture.
"""

import functools

import tensorflow as tf

from course.data.geometry import EMPTY, FILL, clip, letterbox
from course.errors import UnknownName

DEFAULT_SIZE = (256, 256)  # of sets whose pictures differ in size
NOT_COUNTED = 255  # in semantic maps
COCO_THINGS = 80  # COCO's panoptic labels: first the things, then the stuff
OBJECTS = ("objects", "panoptic_objects", "figures")  # what sets call them
FLAGS = ("is_crowd", "is_difficult")


def label_feature(builder):
    """Return the TFDS feature of a set's labels, or None where it has none."""
    features = builder.info.features
    for name in OBJECTS:
        if name in features:
            return features[name]["label"]
    name = label_key(builder)
    return features[name] if name in set(features) else None


def label_key(builder):
    """Return the name of the feature that a whole picture is labelled with."""
    return (builder.info.supervised_keys or ("image", "label"))[1]


@functools.cache
def _words(folder):
    """Collect the labels of a set that spells them out (``photos``), in alphabetical order."""
    import tensorflow_datasets as tfds

    builder = tfds.builder_from_directory(folder)
    examples = (e for split in builder.info.splits for e in builder.as_dataset(split=split))
    return tuple(sorted({w.decode() for e in examples for w in e["objects"]["label"].numpy()}))


def label_names(builder):
    """Return the class names of a set, in label order: tuple of strings."""
    feature = label_feature(builder)
    if feature is None:
        return ()
    if not hasattr(feature, "num_classes"):
        return _words(str(builder.data_dir))
    return tuple(feature.names or map(str, range(feature.num_classes)))


def adapter(builder, image_size=None, max_boxes=16):
    """Return the function that turns one example of a builder into the course's structure.

    Args:
        builder: TFDS builder with an ``image``.
        image_size: (height, width); by default the set's own, or 256×256 where it varies.
        max_boxes: N, at most 254.

    Returns:
        function example → dict, of what the set has: ``images`` uint8 [H, W, C], ``labels``
        int32 [], ``boxes`` float32 [N, 4], ``classes`` int32 [N], ``ignore`` bool [N],
        ``keypoints`` float32 [N, K, 3], ``kinds`` int32 [N], ``instances`` uint8 [H, W],
        ``semantic`` uint8 [H, W], ``captions`` string [].
    """
    features = builder.info.features
    if "image" not in features:
        raise UnknownName(f"{builder.name} has no pictures: its features are {list(features)}.")
    own = features["image"].shape[:2]
    size = tuple(image_size or (DEFAULT_SIZE if None in own else own))
    names = label_names(builder)
    label = label_key(builder)

    def adapt(example):
        result = {"images": _rgb(example["image"]), **_maps(example, max_boxes)}
        if objects := _countable(example):
            result |= _objects(objects, tf.shape(example["image"]), max_boxes, names)
        if label in example and "boxes" not in result:
            result["labels"] = tf.cast(example[label], tf.int32)
        if "caption" in example:
            result["captions"] = example["caption"]
        return result if size == own else letterbox(result, size)

    return adapt


def _rgb(image):
    """Put a picture with an alpha matte on mid-grey; leave others as they are."""
    if image.shape[-1] != 4:
        return image
    colour, alpha = tf.cast(image[..., :3], tf.float32), tf.cast(image[..., 3:], tf.float32) / 255
    return tf.cast(tf.round(colour * alpha + FILL * (1 - alpha)), tf.uint8)


def _countable(example):
    """Return the objects of an example; of panoptic segments, the things."""
    objects = next((example[name] for name in OBJECTS if name in example), None)
    if "panoptic_objects" not in example:
        return objects
    return {k: tf.boolean_mask(v, _is_thing(objects)) for k, v in objects.items()}


def _objects(objects, shape, max_boxes, names):
    """Pad the objects of one picture to N slots."""
    height, width = tf.cast(shape[0], tf.float32), tf.cast(shape[1], tf.float32)
    if "xyxy" in objects:  # exact pixels, where a set has them
        boxes = tf.cast(objects["xyxy"], tf.float32)
    else:  # TFDS: (ymin, xmin, ymax, xmax) as shares of the sides
        boxes = tf.gather(objects["bbox"], [1, 0, 3, 2], axis=1)
        boxes = clip(boxes * tf.stack([width, height] * 2), height, width)
    classes = objects["label"]
    if classes.dtype == tf.string:
        classes = tf.argmax(tf.cast(classes[:, None] == tf.constant(names), tf.int32), axis=1)
    ignore = tf.zeros_like(classes, tf.bool)
    for flag in set(FLAGS) & set(objects):
        ignore |= objects[flag]
    slots = {"boxes": boxes, "classes": tf.cast(classes, tf.int32), "ignore": ignore}
    if "keypoints" in objects:
        slots["keypoints"] = objects["keypoints"]
        slots["kinds"] = tf.cast(objects["kind"], tf.int32)
    return pad_slots(slots, max_boxes)


def pad_slots(slots, max_boxes):
    """Pad what the objects of one picture have (fields of ``EMPTY`` [n, …]) to N slots."""
    return {name: _pad(values, max_boxes, EMPTY[name]) for name, values in slots.items()}


def _pad(values, length, value):
    values = values[:length]
    padding = [[0, length - tf.shape(values)[0]]] + [[0, 0]] * (values.shape.rank - 1)
    padded = tf.pad(values, padding, constant_values=value)
    return tf.ensure_shape(padded, [length, *values.shape[1:]])


def _maps(example, max_boxes):
    """Find the instance and the semantic map of one example, whatever they are called."""
    maps = {}
    if "instances" in example:
        ids = example["instances"][..., 0]
        maps["instances"] = tf.where(ids > max_boxes, tf.zeros_like(ids), ids)
    if "semantic" in example:
        maps["semantic"] = example["semantic"][..., 0]
    if "panoptic_image" in example:
        maps = _panoptic(example["panoptic_image"], example["panoptic_objects"], max_boxes)
    if "segmentation_mask" in example:  # Oxford-IIIT Pet: 1 pet, 2 ground, 3 border
        trimap, pet = example["segmentation_mask"][..., 0], tf.cast(example["label"] + 1, tf.uint8)
        maps["semantic"] = tf.where(trimap == 1, pet, tf.cast(0, tf.uint8))
        maps["semantic"] = tf.where(trimap == 3, tf.cast(NOT_COUNTED, tf.uint8), maps["semantic"])
    return maps


def _panoptic(image, objects, max_boxes):
    """Decode COCO's panoptic picture, where R + 256·G + 256²·B is the id of a pixel's segment."""
    pixels = tf.tensordot(tf.cast(image, tf.int64), tf.constant([1, 256, 65536], tf.int64), 1)
    order = tf.argsort(objects["id"])
    ids = tf.concat([tf.gather(objects["id"], order), [tf.int64.max]], axis=0)
    places = tf.searchsorted(ids, tf.reshape(pixels, [-1]))
    found = tf.gather(ids, places) == tf.reshape(pixels, [-1])
    segments = tf.gather(tf.pad(order, [[0, 1]]), places)

    def paint(values):
        colours = tf.gather(tf.pad(values, [[0, 1]]), segments)
        return tf.cast(tf.reshape(tf.where(found, colours, 0), tf.shape(pixels)), tf.uint8)

    thing = tf.cast(_is_thing(objects), tf.int32)
    slots = tf.cumsum(thing) * thing
    return {
        "instances": paint(tf.where(slots > max_boxes, 0, slots)),
        "semantic": paint(tf.cast(objects["label"], tf.int32) + 1),
    }


def _is_thing(objects):
    return objects["label"] < COCO_THINGS
