"""Data sets by name, through TensorFlow Datasets; the only floor where TensorFlow appears."""

from course.data.augmentation import Augmentation
from course.data.coco_folder import load_coco
from course.data.elastic import elastic
from course.data.embedded import EMBEDDED, prepare, verify
from course.data.kept_proposals import proposals
from course.data.loading import class_names, load, load_arrays
from course.data.pca import colour_axes

__all__ = [
    "EMBEDDED",
    "Augmentation",
    "class_names",
    "colour_axes",
    "elastic",
    "load",
    "load_arrays",
    "load_coco",
    "prepare",
    "proposals",
    "verify",
]
