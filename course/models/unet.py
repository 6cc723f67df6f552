"""U-Net (Ronneberger, Fischer & Brox 2015, figure 1), with the channel plan of the well-known code.

Legend: B batch; H, W size of the picture; C its channels; K classes; w₀ … w_D the widths, D how
often the map is halved; m_k the map of level k, [B, H/2ᵏ, W/2ᵏ, w_k].

A column of double convolutions and poolings goes down, another of upsamplings and double
convolutions goes up, and at every level the map of the way down is laid beside the one that comes
up: the first knows where, the second knows what.

Deviations from the paper, all of them today's habit and all of them arguments: zero padding, so
that the answer is as large as the picture (``padding="valid"`` for the paper's); batch
normalisation instead of biases (``batch_norm=False``); upsampling by ``bilinear`` interpolation.
That one takes the middle of pixels as their place, PyTorch's listing the corners of the map. And
there is no dropout at the bottom.
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
    """Build a U-Net; with the defaults, 31,037,698 trainable parameters (lecture 14).

    Args:
        input_shape: (H, W, C), None for any size, which then must be a multiple of 2^D.
        num_classes: K.
        widths: w₀ … w_D, maps per level from the finest to the coarsest.
        bilinear: interpolate instead of learning the upsampling. Interpolation cannot change the
            number of maps, so that each level hands up half as many.
        skips: lay the maps of the way down beside those that come up: True, False, or the levels
            0 … D−1 at which to do so. Where not, the learned upsampling makes as many maps more,
            so that the convolutions stay as large as they were.
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
    x = _way_up(x, kept, widths, bilinear, skips, options)
    return keras.Model(image, layers.Conv2D(num_classes, 1, name="logits")(x), name="unet")


def unet_on(shapes, num_classes=2, widths=(16, 24, 32, 48, 64), bilinear=False, skips=True):
    """Build the way up of a U-Net on the maps of a pretrained network (lecture 14).

    A classifier without its head is a way down. Iglovikov & Shvets 2018 (TernausNet) were early
    to use one. Here it may be frozen, so that its maps need to be computed only once.

    Args:
        shapes: dict ``name → (h, w, c)`` from the finest map to the coarsest, each half as large
            as the one before.
        num_classes: K.
        widths: as many as there are maps, from the finest to the coarsest.
        bilinear, skips: as for ``unet``.

    Returns:
        ``keras.Model``: dict of maps [B, h, w, c] → logits [B, h, w, K], as fine as the finest.

    Raises:
        ValueError: if there is not one width for each map.
    """
    if len(shapes) != len(widths) or len(shapes) < 2:
        raise ValueError(f"unet_on got {len(shapes)} maps and {len(widths)} widths; give as many.")
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    *kept, x = inputs.values()
    x = _way_up(x, kept, widths, bilinear, skips, {"padding": "same", "batch_norm": True})
    return keras.Model(inputs, layers.Conv2D(num_classes, 1, name="logits")(x), name="unet_on")


def _way_up(x, kept, widths, bilinear, skips, options):
    """From the coarsest map and those kept on the way down to the finest, [B, h, w, w₀]."""
    maps = widths[-1] // 2 if bilinear else widths[-1]
    x = _two_convolutions(x, maps, maps, "bottom", **options)
    for level in reversed(range(len(kept))):
        beside, middle, maps = kept[level], widths[level], widths[level]
        linked = skips if isinstance(skips, bool) else level in skips
        if bilinear:
            middle, maps = (maps + x.shape[-1]) // 2, maps // 2 if level else maps
            x = layers.UpSampling2D(2, interpolation="bilinear", name=f"double{level}")(x)
        else:
            rising = maps if linked else maps + beside.shape[-1]
            x = layers.Conv2DTranspose(rising, 2, 2, name=f"double{level}")(x)
        if linked:
            beside = _cropped(beside, x) if options["padding"] == "valid" else beside
            x = layers.Concatenate(name=f"beside{level}")([beside, x])
        x = _two_convolutions(x, middle, maps, f"up{level}", **options)
    return x


def unet_margin(depth=4):
    """Count the pixels that a U-Net without padding loses on every side (lecture 14).

    Two convolutions per level take two pixels of that level on every side, on the way down and
    on the way up; those of level k are 2ᵏ pixels of the picture wide. For D = 4 it is 92, and
    the paper's tile of 572 pixels gives 388. Single answers reach a little further, up to
    7·2^D − 5 pixels: it depends on where in its block of pooling a pixel lies.

    Args:
        depth: D, how often the map is halved.

    Returns:
        int: 2·2^D + 4·(2^D − 1) = 6·2^D − 4, in pixels.
    """
    return 6 * 2**depth - 4


def _two_convolutions(x, middle, maps, name, padding, batch_norm):
    """Two 3×3 convolutions with ReLUs: [B, h, w, c] → [B, h, w, maps], or 4 pixels smaller."""
    for index, filters in enumerate((middle, maps), 1):
        x = layers.Conv2D(
            filters,
            3,
            padding=padding,
            use_bias=not batch_norm,
            kernel_initializer="he_normal",
            name=f"{name}_conv{index}",
        )(x)
        if batch_norm:  # Keras' momentum of 0.99 would need hundreds of steps to forget its start
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn{index}")(x)
        x = layers.ReLU(name=f"{name}_relu{index}")(x)
    return x


def _cropped(kept, x):
    """Cut the middle of a kept map, as large as x, out of it."""
    spare = [a - b for a, b in zip(kept.shape[1:3], x.shape[1:3], strict=True)]
    return layers.Cropping2D([(n // 2, n - n // 2) for n in spare])(kept)


def _check(input_shape, depth, padding):
    """Refuse pictures whose maps cannot be halved D times."""
    if depth < 1 or padding not in ("same", "valid"):
        raise ValueError(
            f"unet got {depth + 1} widths and padding={padding!r}; give at least two widths, and "
            "'same' or 'valid'."
        )
    valid = padding == "valid"
    lost, rest, least = (4, 2**depth - 4, 2 * unet_margin(depth)) if valid else (0, 0, 0)
    for size in input_shape[:2]:
        if valid and size is None:
            raise ValueError("unet needs a fixed H and W to crop its skips; padding='same' not.")
        halves = [size or 0]
        for _ in range(depth if size else 0):
            halves.append((halves[-1] - lost) / 2)
        if size is not None and (size <= least or any(half != int(half) for half in halves)):
            raise ValueError(
                f"unet got a side of {size} pixels and padding={padding!r}; its maps would have "
                f"sides of {halves}. Give a multiple of {2**depth} plus {rest}, above {least}."
            )
