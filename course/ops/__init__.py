"""Pure tensor functions on ``keras.ops``. This floor imports nothing of ours."""

from course.ops import kernels
from course.ops.convolution import cross_correlate, output_size
from course.ops.gradient import gradient
from course.ops.hog import hog
from course.ops.receptive_field import receptive_field

__all__ = ["cross_correlate", "gradient", "hog", "kernels", "output_size", "receptive_field"]
