"""Ways up: bilinear interpolation as a kernel, and pooling that can be undone.

Legend: B batch; h, w small map, H, W large map; C channels; k kernel side, s stride.
"""

import keras
import numpy as np
from keras import layers, ops

from course.ops import max_pool_with_switches


@keras.saving.register_keras_serializable("course")
class Bilinear(keras.initializers.Initializer):
    """Start a transposed convolution as bilinear interpolation (lecture 13).

    Long et al. 2015, section 3.3. With k = 2s the stamps are tents that reach the neighbours'
    centres, and they add up to one everywhere but at the border. Channels do not mix.

    Args:
        none; the kernel's shape [k, k, D, C] says it all.
    """

    def __call__(self, shape, dtype=None):
        """Return the kernel [k, k, D, C]."""
        size, _, out, into = shape
        factor = (size + 1) // 2
        centre = factor - 1 if size % 2 else factor - 0.5
        tent = 1 - np.abs(np.arange(size) - centre) / factor  # [k]
        kernel = np.outer(tent, tent)[:, :, None, None] * np.eye(out, into)
        return ops.convert_to_tensor(kernel, dtype or "float32")


def upsample(x, stride, kernel="bilinear", size=None, name=None):
    """Enlarge a map by a transposed convolution (Long et al. 2015, section 3.3; lecture 13).

    Args:
        x: float tensor [B, h, w, C].
        stride: s, the factor.
        kernel: initialiser, ``"bilinear"`` or Keras's name of one.
        size: k, by default 2s.
        name: of the layer.

    Returns:
        float tensor [B, s·h, s·w, C].
    """
    return layers.Conv2DTranspose(
        x.shape[-1],
        size or 2 * stride,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer=Bilinear() if kernel == "bilinear" else kernel,
        name=name,
    )(x)


def pixel_scores(x, num_classes, background=3.0, name="score"):
    """Score every class at every place by a 1×1 convolution that knows nothing yet (lecture 13).

    Kernels start at zero (Long et al. 2015, section 4.3). So does the paper's bias; ours starts
    with “probably background”, as most pixels are, which saves the first hundred steps.

    Args:
        x: float tensor [B, h, w, C].
        num_classes: K, background (class 0) included.
        background: the first score of background; 3 is a probability of .74 among eight classes.
        name: of the layer.

    Returns:
        float tensor [B, h, w, K].
    """
    start = np.zeros(num_classes, "float32")
    start[0] = background
    return layers.Conv2D(
        num_classes,
        1,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(start),
        name=name,
    )(x)


@keras.saving.register_keras_serializable("course")
class MaxPoolingWithSwitches(layers.Layer):
    """Halve a map and remember where each maximum was (lecture 13).

    Args:
        options: as for ``keras.layers.Layer``.
    """

    def call(self, x):
        """Return maxima [B, H/2, W/2, C] and switches, row·W + column."""
        return max_pool_with_switches(x)


@keras.saving.register_keras_serializable("course")
class MaxUnpooling(layers.Layer):
    """Undo ``MaxPoolingWithSwitches``: values back to their places, zeros elsewhere (lecture 13).

    As ``ops.max_unpool`` for windows that do not overlap, without its slow scattering: repeat each
    value over its window and keep the place that the switch names.

    Args:
        options: as for ``keras.layers.Layer``.
    """

    def call(self, y, switches):
        """Take values and switches [B, h, w, C], return a map [B, 2h, 2w, C]."""
        rows, columns = 2 * y.shape[1], 2 * y.shape[2]
        place = ops.reshape(ops.arange(rows * columns, dtype="int32"), (rows, columns, 1))
        y, switches = (ops.repeat(ops.repeat(t, 2, axis=1), 2, axis=2) for t in (y, switches))
        return ops.where(switches == place, y, 0.0)
