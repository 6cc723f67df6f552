"""The public data sets of TensorFlow Datasets, one switch away: nothing is downloaded unasked."""

import os

from course.data.embedded import EMBEDDED, data_dir
from course.errors import MissingData, UnknownName


def public_builder(name):
    """Return the TFDS builder of a public data set, downloaded or not.

    Raises:
        UnknownName: if TFDS has no such data set or config.
    """
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(name, data_dir=data_dir())
    except (tfds.core.registered.DatasetNotFoundError, ValueError):
        raise UnknownName(
            f"There is no data set {name!r}: the course embeds {list(EMBEDDED)}, and TensorFlow "
            "Datasets knows none of that name and config "
            "(https://www.tensorflow.org/datasets/catalog)."
        ) from None


def prepare_public(name, download=False):
    """Return the TFDS builder of a public data set whose files are on this computer.

    Args:
        name: name in TFDS, for example ``"voc/2007"``.
        download: fetch the set if it is missing; ``COURSE_DOWNLOAD=1`` says so for a whole run.

    Raises:
        UnknownName: if TFDS has no such data set.
        MissingData: if it is not here and was not asked for, or could not be fetched.
    """
    builder = public_builder(name)
    if (builder.data_path / "dataset_info.json").exists():
        return builder
    if not (download or os.environ.get("COURSE_DOWNLOAD") == "1"):
        raise MissingData(
            f"{name} is a public data set that is not on this computer, and the course downloads "
            f"nothing unasked. Use the embedded {alternative(builder)!r}, which gives the same "
            f"structure, or fetch it with `COURSE_DOWNLOAD=1 python -m course.data {name}`."
        )
    try:
        builder.download_and_prepare()
    except OSError as error:  # no network, a server that is gone, a full disk
        raise MissingData(
            f"{name} could not be downloaded ({type(error).__name__}: {error}). Use the "
            f"embedded {alternative(builder)!r}, which gives the same structure, or try again "
            "with a network."
        ) from error
    return builder


def alternative(builder):
    """Return the embedded data set that gives the same structure as a public one."""
    features = builder.info.features
    if {"objects", "panoptic_objects", "segmentation_mask"} & set(features):
        return "scenes/small"
    return "cutouts" if None in features["image"].shape else "fashion_mnist"
