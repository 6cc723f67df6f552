"""From a data set's name to arrays in memory."""

import numpy as np

from course.data.embedded import prepare
from course.errors import CorruptData, UnknownName


def load_arrays(name, split):
    """Load one split of a classification data set into memory.

    The examples come in the order of the published files. Lecture 02 uses it first.

    Args:
        name: an embedded data set, for example ``"fashion_mnist"``.
        split: ``"train"`` or ``"test"``.

    Returns:
        images: uint8 array [N, H, W, C], intensities 0–255.
        labels: int32 array [N].

    Raises:
        UnknownName: if there is no such data set or split.
        MissingData, CorruptData: if an embedded or a prepared file is missing or damaged.
    """
    import tensorflow as tf
    import tensorflow_datasets as tfds

    builder = prepare(name)
    if split not in builder.info.splits:
        raise UnknownName(
            f"{name} has no split {split!r}; choose from {sorted(builder.info.splits)}."
        )
    order = tfds.ReadConfig(shuffle_seed=None, interleave_cycle_length=1)
    try:
        whole = builder.as_dataset(split=split, batch_size=-1, read_config=order)
        examples = tfds.as_numpy(whole)
    except (tf.errors.DataLossError, tf.errors.NotFoundError, tf.errors.InvalidArgumentError):
        raise CorruptData(
            f"The prepared copy of {name} in {builder.data_dir} is damaged. "
            "Delete that folder; the next load makes it again."
        ) from None
    return examples["image"], examples["label"].astype(np.int32)


def class_names(name):
    """Return the class names of a data set, in label order (lecture 02 and later).

    Args:
        name: an embedded data set.

    Returns:
        tuple of strings.
    """
    return tuple(prepare(name).info.features["label"].names)
