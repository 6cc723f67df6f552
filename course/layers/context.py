"""Dilated convolutions, each seeing about twice as far as the one before.

Legend: B batch; H, W map size; C channels; d dilation.
"""

import keras
import numpy as np
from keras import layers, ops

DILATIONS = (1, 1, 2, 4, 8, 16, 1)


@keras.saving.register_keras_serializable("course")
class IdentityKernel(keras.initializers.Initializer):
    """Start a convolution as the identity (lecture 13).

    Yu & Koltun 2016, equation 4: one in the middle of the kernel, from each channel to itself.

    Args:
        none; the kernel's shape [k, k, C, D] says it all.
    """

    def __call__(self, shape, dtype=None):
        """Return the kernel [k, k, C, D]."""
        kernel = np.zeros(shape)
        kernel[shape[0] // 2, shape[1] // 2] = np.eye(*shape[2:])
        return ops.convert_to_tensor(kernel, dtype or "float32")


def context_module(x, dilations=DILATIONS, name="context"):
    """Let every pixel look far around without any pooling (lecture 13).

    The basic module of Yu & Koltun 2016, table 1: 3×3 convolutions of C channels with ReLU and
    dilations 1, 1, 2, 4, 8, 16, 1, which see 67 pixels; then a 1×1 convolution. All start as the
    identity, so the module begins by passing on the positive part of what it gets. Deviation: maps
    are padded with zeros; the paper pads its input once.

    Args:
        x: float tensor [B, H, W, C].
        dilations: d of each 3×3 convolution.
        name: prefix of the layers' names.

    Returns:
        float tensor [B, H, W, C].
    """
    options = {"padding": "same", "kernel_initializer": IdentityKernel()}
    channels = x.shape[-1]
    for k, dilation in enumerate(dilations, start=1):
        x = layers.Conv2D(
            channels, 3, dilation_rate=dilation, activation="relu", name=f"{name}_{k}", **options
        )(x)
    return layers.Conv2D(channels, 1, name=f"{name}_{len(dilations) + 1}", **options)(x)
