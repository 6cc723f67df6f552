"""U-Net (Ronneberger, Fischer & Brox 2015, figure 1), with the channel plan of the well-known code.

Legend: B batch; H, W size of the picture; C its channels; K classes; w₀ … w_D the widths, D how
often the map is halved; m_k the map of level k, [B, H/2ᵏ, W/2ᵏ, w_k].

A column of double convolutions and poolings goes down, another of upsamplings and double
convolutions goes up, and at every level the map of the way down is laid beside the one that comes
up: the first knows where, the second knows what.

Deviations from the paper, all of them today's habit and all of them arguments: zero padding, so
that the answer is as large as the picture (``padding="valid"`` for the paper's); batch
normalisation instead of biases (``batch_norm=False``); upsampling by ``bilinear`` interpolation.
That one takes the middle of pixels as their place, PyTorch's listing the corners of the map.
"""

import keras
from keras import layers


def unet(
    input_shape=(None, None, 3),
    num_classes=2,
    widths=(64, 128, 256, 512, 1024),
    bilinear=False,
    skips=True,
    padding="same",
    batch_norm=True,
):
    """Build a U-Net; with the defaults, 31,037,698 parameters (lecture 14).

    Args:
        input_shape: (H, W, C), None for any size, which then must be a multiple of 2^D.
        num_classes: K.
        widths: w₀ … w_D, maps per level from the finest to the coarsest.
        bilinear: interpolate instead of learning the upsampling. Interpolation cannot change the
            number of maps, so that each level hands up half as many.
        skips: lay the map of the way down beside the one that comes up. Without, the learned
            upsampling makes twice as many maps, and every convolution stays as large as it was.
        padding: ``"same"``, or ``"valid"`` as in the paper: the answer is smaller than the picture
            by ``unet_margin(D)`` on every side, and the skips are cropped.
        batch_norm: normalise after each convolution; without, convolutions have biases.

    Returns:
        ``keras.Model``: images [B, H, W, C] with intensities 0–255 → logits [B, H, W, K].

    Raises:
        ValueError: if a map cannot be halved, or there is nothing to halve.
    """
    depth = len(widths) - 1
    _check(input_shape, depth, padding)
    options = {"padding": padding, "batch_norm": batch_norm}
    image = keras.Input(input_shape, name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    kept = []
    for level, maps in enumerate(widths[:-1]):
        x = _two_convolutions(x, maps, maps, f"down{level}", **options)
        kept.append(x)  # m_level
        x = layers.MaxPooling2D(2, name=f"pool{level}")(x)
    maps = widths[-1] // 2 if bilinear else widths[-1]
    x = _two_convolutions(x, maps, maps, "bottom", **options)
    for level in reversed(range(depth)):
        middle = maps = widths[level]
        if bilinear:
            middle, maps = (maps + x.shape[-1]) // 2, maps // 2 if level else maps
            x = layers.UpSampling2D(2, interpolation="bilinear", name=f"double{level}")(x)
        else:
            rising = maps if skips else 2 * maps
            x = layers.Conv2DTranspose(rising, 2, 2, name=f"double{level}")(x)
        if skips:
            beside = _cropped(kept[level], x) if padding == "valid" else kept[level]
            x = layers.Concatenate(name=f"beside{level}")([beside, x])
        x = _two_convolutions(x, middle, maps, f"up{level}", **options)
    return keras.Model(image, layers.Conv2D(num_classes, 1, name="logits")(x), name="unet")


def unet_margin(depth=4):
    """Count the pixels that a U-Net without padding loses on every side (lecture 14).

    Two convolutions per level take two pixels of that level on every side, on the way down and
    on the way up; those of level k are 2ᵏ pixels of the picture wide. For D = 4 it is 92, and
    the paper's tile of 572 pixels gives 388.

    Args:
        depth: D, how often the map is halved.

    Returns:
        int: 2·2^D + 4·(2^D − 1), in pixels.
    """
    return 2 * 2**depth + 4 * (2**depth - 1)


def _two_convolutions(x, middle, maps, name, padding, batch_norm):
    """Two 3×3 convolutions with ReLUs: [B, h, w, c] → [B, h, w, maps], or 4 pixels smaller."""
    for index, filters in enumerate((middle, maps), 1):
        x = layers.Conv2D(filters, 3, padding=padding, use_bias=not batch_norm,
                          kernel_initializer="he_normal", name=f"{name}_conv{index}")(x)  # fmt: skip
        if batch_norm:  # Keras' momentum of 0.99 would need hundreds of steps to forget its start
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn{index}")(x)
        x = layers.ReLU(name=f"{name}_relu{index}")(x)
    return x


def _cropped(kept, x):
    """Cut the middle of a kept map, as large as x, out of it."""
    rims = [(a - b) // 2 for a, b in zip(kept.shape[1:3], x.shape[1:3], strict=True)]
    return layers.Cropping2D([(rim, a - b - rim) for rim, a, b in
                              zip(rims, kept.shape[1:3], x.shape[1:3], strict=True)])(kept)  # fmt: skip


def _check(input_shape, depth, padding):
    """Refuse pictures whose maps cannot be halved D times."""
    if depth < 1 or padding not in ("same", "valid"):
        raise ValueError(
            f"unet got {depth + 1} widths and padding={padding!r}; give at least two widths, and "
            "'same' or 'valid'."
        )
    for size in input_shape[:2]:
        if padding == "valid" and size is None:
            raise ValueError("unet needs a fixed H and W to crop its skips; padding='same' does not.")
        sizes = [size] if size else []
        for _ in range(depth) if size else ():
            sizes.append((sizes[-1] - (4 if padding == "valid" else 0)) / 2)
        if any(s != int(s) or s < 1 for s in sizes) or (padding == "valid" and sizes and sizes[-1] < 5):
            wanted = f"a multiple of {2**depth}" if padding == "same" else "such a size as 572"
            raise ValueError(
                f"unet got a side of {size} pixels, which cannot be halved {depth} times: {sizes}. "
                f"Give {wanted}, or pad the picture."
            )
