"""Residual blocks: learn what to add (He, Zhang, Ren & Sun 2016, section 3, figures 2 and 5).

Legend: B batch, H, W map size, C maps in, F filters, s stride.
A block computes ReLU(F(x) + x); where size or width change, the shortcut must change them too.
"""

from keras import layers, ops

from course.layers.convolution import conv_bn

SHORTCUTS = ("projection", "padding", None)


def basic_block(x, filters, strides=1, shortcut="projection", batch_norm=True, name="block"):
    """Two 3×3 convolutions and a shortcut, the block of ResNet-18 and ResNet-34 (lecture 03).

    Args:
        x: float tensor [B, H, W, C].
        filters: F.
        strides: s of the first convolution.
        shortcut: where shapes differ, ``"projection"`` (1×1 convolution, the paper's option B) or
            ``"padding"`` (zeros for the new maps, option A, no parameters); None leaves the
            shortcut out: a plain network.
        batch_norm: normalise after every convolution.
        name: prefix of the layers' names.

    Returns:
        float tensor [B, ⌈H/s⌉, ⌈W/s⌉, F].

    Raises:
        ValueError: if ``shortcut`` is unknown.
    """
    y = conv_bn(x, filters, 3, strides, batch_norm=batch_norm, name=f"{name}_1")
    y = conv_bn(y, filters, 3, relu=False, batch_norm=batch_norm, name=f"{name}_2")
    return _add_shortcut(x, y, strides, shortcut, batch_norm, name)


def bottleneck_block(
    x, filters, strides=1, shortcut="projection", batch_norm=True, expansion=4, name="block"
):
    """1×1 down, 3×3, 1×1 up, and a shortcut: the block of ResNet-50 and deeper (lecture 03).

    The stride stands in the first 1×1 convolution, as in the paper; torchvision moves it into the
    3×3, which costs a fifth more arithmetic and no parameter.

    Args:
        x: float tensor [B, H, W, C].
        filters: F, the width of the bottleneck.
        strides: s of the first convolution.
        shortcut, batch_norm, name: as for ``basic_block``.
        expansion: maps out per filter.

    Returns:
        float tensor [B, ⌈H/s⌉, ⌈W/s⌉, F·expansion].

    Raises:
        ValueError: if ``shortcut`` is unknown.
    """
    y = conv_bn(x, filters, 1, strides, batch_norm=batch_norm, name=f"{name}_1")
    y = conv_bn(y, filters, 3, batch_norm=batch_norm, name=f"{name}_2")
    y = conv_bn(y, filters * expansion, 1, relu=False, batch_norm=batch_norm, name=f"{name}_3")
    return _add_shortcut(x, y, strides, shortcut, batch_norm, name)


def _add_shortcut(x, y, strides, shortcut, batch_norm, name):
    """Return ReLU(y + x), with x brought to the shape of y; ReLU(y) without a shortcut."""
    if shortcut not in SHORTCUTS:
        raise ValueError(f"shortcut={shortcut!r} is unknown; choose from {SHORTCUTS}.")
    if shortcut is not None:
        if x.shape != y.shape:
            x = SHORTCUT[shortcut](x, y.shape[-1], strides, batch_norm, f"{name}_shortcut")
        y = layers.Add(name=f"{name}_add")([x, y])
    return layers.ReLU(name=f"{name}_relu")(y)


def _project(x, filters, strides, batch_norm, name):
    return conv_bn(x, filters, 1, strides, relu=False, batch_norm=batch_norm, name=name)


def _pad(x, filters, strides, batch_norm, name):
    """Keep every s-th pixel; the new maps are zero."""
    new = filters - x.shape[-1]
    return ops.pad(x[:, ::strides, ::strides], ((0, 0), (0, 0), (0, 0), (0, new)))


SHORTCUT = {"projection": _project, "padding": _pad}
