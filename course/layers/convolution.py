"""Convolution, batch normalisation, ReLU: the brick that ResNets are built of.

Legend: B batch, H, W map size, C maps, s stride, k kernel side.
"""

from keras import layers


def conv_bn(x, filters, kernel=3, strides=1, relu=True, batch_norm=True, name=None):
    """Convolve, normalise the batch and rectify (He et al. 2016, section 3.4; lecture 03).

    The convolution has no bias, because batch normalisation has its own; without batch
    normalisation it gets one. Padding is k // 2 on *every* side, as in the paper's code. (Keras'
    ``"same"`` pads an even map with stride 2 on the right and below only.)

    Args:
        x: float tensor [B, H, W, C].
        filters: number of maps out.
        kernel: side k, odd.
        strides: s.
        relu: end with a ReLU.
        batch_norm: normalise after the convolution.
        name: prefix of the layers' names.

    Returns:
        float tensor [B, ⌈H/s⌉, ⌈W/s⌉, filters].
    """
    if strides > 1 and kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(
        filters,
        kernel,
        strides,
        padding="valid" if strides > 1 else "same",
        use_bias=not batch_norm,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    if batch_norm:  # Keras' momentum of 0.99 would need hundreds of steps to forget its start
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x
