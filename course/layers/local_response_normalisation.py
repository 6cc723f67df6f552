"""Local response normalisation (Krizhevsky, Sutskever & Hinton 2012, section 3.3).

Legend: B batch, H, W map size, C maps, n neighbouring maps.
"""

import numpy as np
from keras import layers, ops


class LocalResponseNormalisation(layers.Layer):
    """Divide every response by the activity of the n maps around it, at the same place.

    b_i = a_i / (k + α Σ_j a_j²)^β, with j from i − n/2 to i + n/2 inside the C maps: neighbours
    compete. It has no weights. Caffe divides α by n; the paper, TensorFlow and this layer do not.
    Lecture 03 teaches it.

    Args:
        k, alpha, beta: the constants of the formula.
        n: odd number of maps in the sum, the map itself included.
        options: name and dtype, as for every layer. Input and output are float [B, H, W, C].

    Raises:
        ValueError: if ``n`` is even or less than 1.
    """

    def __init__(self, k=2.0, n=5, alpha=1e-4, beta=0.75, **options):
        super().__init__(**options)
        if n < 1 or n % 2 == 0:
            raise ValueError(f"n={n} maps have no middle one; choose an odd number, the paper's 5.")
        self.k, self.n, self.alpha, self.beta = k, n, alpha, beta

    def build(self, input_shape):
        """Remember who is whose neighbour: a matrix [C, C] with a band of ones."""
        index = np.arange(input_shape[-1])
        self.band = (abs(index[:, None] - index) <= self.n // 2).astype(self.compute_dtype)

    def call(self, a):
        """Normalise a [B, H, W, C] → [B, H, W, C]."""
        activity = ops.matmul(a * a, self.band)  # Σ_j a_j²: [B, H, W, C]
        # u^−β as exp(−β log u), and the sum as a product: many times faster than pow and slices
        return a * ops.exp(-self.beta * ops.log(self.k + self.alpha * activity))

    def get_config(self):
        """Return the constants, so that a saved model can be loaded again."""
        constants = {name: getattr(self, name) for name in ("k", "n", "alpha", "beta")}
        return super().get_config() | constants
