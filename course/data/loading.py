"""From a data set's name to arrays in memory, or to batches as they are needed.

Legend: B batch, H, W picture size, C channels, N objects (``max_boxes``), M examples of a split.
"""

import math

import numpy as np

from course.data import embedded
from course.data.public import prepare_public, public_builder
from course.errors import CorruptData, UnknownName

MEMORY = 2**30  # bytes of decoded pictures that a pipeline may keep


def load(
    name,
    split,
    batch_size=32,
    *,
    image_size=None,
    max_boxes=16,
    masks=False,
    augment=None,
    shuffle=None,
    seed=0,
    cache=None,
    drop_remainder=None,
    download=False,
):
    """Load one split of any data set as batches of static shapes (lecture 04 and later).

    Classification sets give (images, labels), as ``fit`` wants them. The others give dicts, of

    =========  ====================  ==========================================================
    images     uint8 [B, H, W, 3]    RGB, 0–255
    boxes      float32 [B, N, 4]     xyxy in absolute pixels, padded with 0
    classes    int32 [B, N]          padded with −1
    ignore     bool [B, N]           crowds and difficult objects, to be left out of scores
    keypoints  float32 [B, N, K, 3]  (x, y, v) in pixels; v = 0 (and x = y = 0) where not there
    kinds      int32 [B, N]          what has these keypoints (person, hand)
    instances  uint8 [B, H, W]       0, or 1 + the slot in ``boxes`` of the visible object
    semantic   uint8 [B, H, W]       0, or 1 + the class; 255 is not to be counted
    masks      uint8 [B, N, H, W]    0/1, the instances one by one; with ``masks=True``
    labels     int32 [B]             of the whole picture
    captions   string [B]            one sentence
    =========  ====================  ==========================================================

    what the set has. A dropped object leaves an empty slot (class −1), not always at the end.

    Args:
        name: an embedded set (``"scenes/small"``) or one of TFDS (``"voc/2007"``).
        split: ``"train"``, ``"test"``, …, or a slice of one, ``"train[:100]"``.
        batch_size: B.
        image_size: (H, W) to letterbox to; by default the set's own, 256×256 where it varies.
        max_boxes: N ≤ 254. Of a picture with more objects, the first N are given.
        masks: add ``masks`` (the set must have ``instances``).
        augment: ``Augmentation``, or any function (batch, seed) → batch in TensorFlow.
        shuffle: by default, for splits of ``train``.
        seed: of the order and of the augmentation: the same seed gives the same epochs, each of
            them different (TensorFlow's global seed, where set, counts as well).
        cache: keep decoded pictures in memory; by default, where they fit into 1 GiB.
        drop_remainder: leave an incomplete last batch out, so that B is static, too; by
            default, when shuffling.
        download: fetch a public set that is not here (see also ``COURSE_DOWNLOAD``).

    Returns:
        ``tf.data.Dataset`` of batches.

    Raises:
        UnknownName: if there is no such data set or split.
        MissingData, CorruptData: if files are missing or damaged.
        ValueError: if ``max_boxes`` is out of range, or the set has no masks.
    """
    import tensorflow as tf

    from course.data.adapters import adapter
    from course.data.geometry import stack_masks

    check_max_boxes(max_boxes)
    builder = _prepared(name, download)
    shuffle = split.startswith("train") if shuffle is None else shuffle
    adapt = adapter(builder, image_size, max_boxes)
    examples = _read(builder, name, split, seed if shuffle else None)
    count = int(examples.cardinality())  # negative where unknown
    examples = examples.map(adapt, num_parallel_calls=tf.data.AUTOTUNE)
    if masks and "instances" not in examples.element_spec:
        raise ValueError(f"{name} has no instance masks; load it with masks=False.")
    drop_remainder = shuffle if drop_remainder is None else drop_remainder
    batches = batch_up(examples, count, batch_size, augment, shuffle, seed, cache, drop_remainder)
    if masks:
        batches = batches.map(stack_masks, tf.data.AUTOTUNE)
    return batches.prefetch(tf.data.AUTOTUNE)


def check_max_boxes(max_boxes):
    """Refuse numbers of slots that an instance map cannot tell apart."""
    if not 1 <= max_boxes <= 254:
        raise ValueError(f"max_boxes={max_boxes}; instance maps of uint8 allow 1 to 254.")


def batch_up(examples, count, batch_size, augment, shuffle, seed, cache, drop_remainder):
    """Turn examples into batches: keep them in memory, shuffle, batch, augment.

    Args:
        examples: ``tf.data.Dataset`` of dicts of static shapes.
        count: how many there are; negative where unknown.
        batch_size, augment, shuffle, seed, cache, drop_remainder: as for ``load``.
    """
    import tensorflow as tf

    room = MEMORY // _num_bytes(examples.element_spec)
    if cache if cache is not None else 0 <= count <= room:
        examples = examples.cache()
    if shuffle:
        examples = examples.shuffle(count if 0 < count <= room else room, seed=seed)
    batches = examples.batch(batch_size, drop_remainder)
    if set(examples.element_spec) == {"images", "labels"}:
        batches = batches.map(lambda batch: (batch["images"], batch["labels"]))
    if augment is not None:
        seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)
        batches = tf.data.Dataset.zip(batches, seeds).map(augment, tf.data.AUTOTUNE)
    return batches


def _prepared(name, download=False):
    if name.partition("/")[0] in embedded.EMBEDDED:
        return embedded.prepare(name)
    return prepare_public(name, download)


def _read(builder, name, split, shuffle_seed=None, **options):
    """Read a split in the order of its files or, with a seed, in an order of files drawn by it."""
    import tensorflow_datasets as tfds

    known = sorted(builder.info.splits)
    for part in split.split("+"):
        if known and part.partition("[")[0] not in known:
            raise UnknownName(f"{name} has no split {part!r}; choose from {known}.")
    config = tfds.ReadConfig(
        shuffle_seed=shuffle_seed, interleave_cycle_length=1, try_autocache=False
    )
    shuffle_files = shuffle_seed is not None and not builder.info.disable_shuffling
    return builder.as_dataset(
        split=split, shuffle_files=shuffle_files, read_config=config, **options
    )


def _num_bytes(spec):
    return sum(math.prod(s.shape) * s.dtype.size for s in spec.values() if s.dtype.size) or 1


def load_arrays(name, split):
    """Load one split of a classification data set into memory.

    The examples come in the order of the published files. Lecture 02 uses it first.

    Args:
        name: an embedded data set, for example ``"fashion_mnist"``.
        split: ``"train"`` or ``"test"``.

    Returns:
        images: uint8 array [M, H, W, C], intensities 0–255.
        labels: int32 array [M].

    Raises:
        UnknownName: if there is no such data set or split.
        MissingData, CorruptData: if an embedded or a prepared file is missing or damaged.
    """
    import tensorflow as tf
    import tensorflow_datasets as tfds

    builder = embedded.prepare(name)
    try:
        examples = tfds.as_numpy(_read(builder, name, split, batch_size=-1))
    except (tf.errors.DataLossError, tf.errors.NotFoundError, tf.errors.InvalidArgumentError):
        raise CorruptData(
            f"The prepared copy of {name} in {builder.data_dir} is damaged. "
            "Delete that folder; the next load makes it again."
        ) from None
    return examples["image"], examples["label"].astype(np.int32)


def class_names(name):
    """Return the class names of a data set, in label order (lecture 02 and later).

    Args:
        name: an embedded data set, or a public one (downloaded or not; COCO's names come with
            its files).

    Returns:
        tuple of strings; empty where a set has no classes.
    """
    from course.data.adapters import label_names

    if name.partition("/")[0] in embedded.EMBEDDED:
        return label_names(embedded.prepare(name))
    return label_names(public_builder(name))
