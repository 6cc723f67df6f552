"""Convolution in groups: filters that see only their own share of the maps.

Krizhevsky, Sutskever & Hinton 2012, section 3.2 and figure 2: one group per graphics card.
Legend: B batch, H, W map size, C maps in, F filters, g groups, k kernel side.
"""

from keras import layers, ops


class GroupedConvolution(layers.Conv2D):
    """Split the maps into groups, convolve each by itself, and put the results together.

    It computes what ``keras.layers.Conv2D`` with ``groups`` computes, with the same kernel
    [k, k, C/g, F], and exists for speed: TensorFlow has no fast grouped convolution for a CPU, and
    with Keras' layer a training step of a small AlexNet takes several times as long (lecture 03).

    Args:
        filters, kernel_size, groups and all others: as for ``keras.layers.Conv2D``; maps last.
            Input is float [B, H, W, C], output [B, H', W', F].
    """

    def convolution_op(self, inputs, kernel):
        """Convolve inputs [B, H, W, C] with kernel [k, k, C/g, F]."""
        maps = ops.split(inputs, self.groups, axis=-1)  # g × [B, H, W, C/g]
        kernels = ops.split(kernel, self.groups, axis=-1)  # g × [k, k, C/g, F/g]
        convolve = super().convolution_op
        parts = [convolve(x, w) for x, w in zip(maps, kernels, strict=True)]
        return ops.concatenate(parts, axis=-1)  # [B, H', W', F]
