"""A feed-forward style net: one network, 26 painting styles.

Johnson et al. 2016 (https://arxiv.org/abs/1603.08155) train a network to do in one pass what Gatys
et al. reach by optimising the image. Dumoulin et al. 2017 (https://arxiv.org/abs/1610.07629) found
that a style fits into the scale and shift of its normalisation layers: all 26 styles here share
every convolution, and a weighted mean of styles is a style. Legend: B batch; H, W height and width
in pixels; C channels; S = 26 styles.
"""

from functools import cache

import keras
import numpy as np
from keras import layers, ops

from course.models.pretrained.images import check_image
from course.models.pretrained.weights import assign_weights, read_weights

NUM_STYLES = 26


class ConditionalInstanceNormalization(layers.Layer):
    """Instance normalisation with a scale and a shift per style (Lecture 17).

    Dumoulin et al. 2017, eq. 5: z = γ_s (x − μ) / σ + β_s, with μ, σ over H and W of each image
    and channel. A row of style weights mixes the γ_s and the β_s.

    Args:
        num_styles: int S.
        epsilon: float added to the variance.
    """

    def __init__(self, num_styles=NUM_STYLES, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.num_styles, self.epsilon = num_styles, epsilon

    def build(self, image_shape, style_shape=None):
        """Create γ and β, [S, C]."""
        shape = (self.num_styles, image_shape[-1])
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")

    def call(self, image, style):
        """Normalise.

        Args:
            image: float32 [B, H, W, C].
            style: float32 [B, S], each row a mixture that sums to 1.

        Returns:
            float32 [B, H, W, C].
        """
        mean, variance = ops.moments(image, axes=(1, 2), keepdims=True)  # [B, 1, 1, C]
        gamma = ops.matmul(style, self.gamma)[:, None, None]  # [B, 1, 1, C]
        beta = ops.matmul(style, self.beta)[:, None, None]
        return gamma * (image - mean) * ops.rsqrt(variance + self.epsilon) + beta

    def compute_output_shape(self, image_shape, style_shape=None):
        """The shape of the image."""
        return image_shape


def style_net(weights="26"):
    """The network as a Keras model, 166,104 parameters (Lecture 17).

    Args:
        weights: ``"26"`` for the 26 trained styles, or None for random values.

    Returns:
        `keras.Model` from a list of two, RGB [B, H, W, 3] in 0–255 with H and W multiples of 4 and
        at least 16, and style weights float32 [B, 26] whose rows sum to 1, to the stylised RGB,
        float32 [B, H, W, 3] in 0–255.

    Raises:
        ValueError: if ``weights`` is neither of the two, or the weight file is corrupt.
        FileNotFoundError: if the weight file is missing.
    """
    if weights not in ("26", None):
        raise ValueError(f"weights={weights!r} was given, expected '26' or None.")
    image = keras.Input((None, None, 3), name="image")
    style = keras.Input((NUM_STYLES,), name="style")

    def block(x, channels, size, name, stride=1, activation="relu"):
        x = ops.pad(x, [[0, 0], [size // 2] * 2, [size // 2] * 2, [0, 0]], mode="reflect")
        x = layers.Conv2D(channels, size, stride, use_bias=False, name=f"{name}_conv")(x)
        x = ConditionalInstanceNormalization(name=f"{name}_norm")(x, style)
        return layers.Activation(activation)(x)

    x = layers.Rescaling(1 / 255)(image)
    x = block(x, 32, 9, "contract_0")  # [B, H, W, 32]
    x = block(x, 32, 3, "contract_1", stride=2)  # [B, H/2, W/2, 32]
    x = block(x, 32, 3, "contract_2", stride=2)  # [B, H/4, W/4, 32]
    for n in range(6):
        y = block(x, 32, 3, f"res_{n}_0")
        x = x + block(y, 32, 3, f"res_{n}_1", activation="linear")
    x = block(layers.UpSampling2D(2)(x), 8, 3, "expand_0")  # [B, H/2, W/2, 8]
    x = block(layers.UpSampling2D(2)(x), 4, 3, "expand_1")  # [B, H, W, 4]
    x = block(x, 3, 9, "expand_2", activation="sigmoid")  # [B, H, W, 3]
    model = keras.Model([image, style], layers.Rescaling(255.0)(x), name="style26")
    return assign_weights(model, read_weights("style26.npz")) if weights else model


def style_transfer(image, style):
    """Paint a photograph in one of the 26 styles, or a mixture of them (Lecture 17).

    The styles have no names in their source; look at them in ``docs/data/weights.md``. Strokes
    have a fixed size in pixels: 500 to 1000 pixels of image side look best.

    Args:
        image: [H, W, 3] RGB, 0–255; H and W at least 16.
        style: int 0–25, or 26 non-negative weights that are scaled to sum to 1.

    Returns:
        uint8 NumPy array [H, W, 3].

    Raises:
        ValueError: if the image or the style is not as above.
        FileNotFoundError: if the weight file is missing.
    """
    image = check_image(image)
    height, width = image.shape[:2]
    if min(height, width) < 16:
        raise ValueError(
            f"The image has {height}×{width} pixels, expected at least 16×16; enlarge it first."
        )
    pad = ((0, -height % 4), (0, -width % 4), (0, 0))
    padded = np.pad(image, pad, mode="reflect")[None]
    painted = ops.convert_to_numpy(_shared_net()([padded, style_weights(style)[None]]))
    return np.round(painted[0, :height, :width]).astype("uint8")


def style_weights(style):
    """Turn a style into the row of weights that the network reads (Lecture 17).

    Args:
        style: int 0–25, or 26 non-negative weights.

    Returns:
        float32 NumPy array [26] that sums to 1.

    Raises:
        ValueError: if it is neither.
    """
    row = np.asarray(style)
    if row.ndim == 0 and row.dtype.kind in "iu" and 0 <= row < NUM_STYLES:
        return np.eye(NUM_STYLES, dtype="float32")[int(row)]
    if row.shape == (NUM_STYLES,) and row.dtype.kind in "iuf":
        total = row.sum(dtype="float64")
        if np.isfinite(total) and total > 0 and row.min() >= 0:
            return (row / total).astype("float32")
    raise ValueError(
        f"style={style!r} was given, expected an int 0–25 or 26 non-negative weights that are not "
        "all zero."
    )


@cache
def _shared_net():
    return style_net()
