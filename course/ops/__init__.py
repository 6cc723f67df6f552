"""Pure tensor functions on ``keras.ops``. This floor imports nothing of ours."""

from course.ops.gradient import gradient
from course.ops.hog import hog
from course.ops.unpooling import (
    max_pool_with_switches,
    max_unpool,
    unpool_bed_of_nails,
    unpool_nearest,
)

__all__ = [
    "gradient",
    "hog",
    "max_pool_with_switches",
    "max_unpool",
    "unpool_bed_of_nails",
    "unpool_nearest",
]
