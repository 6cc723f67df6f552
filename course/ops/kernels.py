"""The kernels that people designed, as small NumPy arrays (lecture 01).

Legend: k kernel size, x to the right and y *upwards* from the kernel's centre, in pixels, σ width
of the Gaussian, θ direction of a gradient or a wave, anticlockwise from x.

All are meant for cross-correlation: a kernel is a picture of what it looks for.
"""

import math

import numpy as np

# Jain, Kasturi & Schunck 1995, section 4.5: their 7×7 "Gaussian" mask of powers of two; divide by
# its sum, 140. Lecture 01 looks at it closely: it is neither separable nor round.
GAUSSIAN_MASK_7 = np.array([
    [1, 1, 2,  2, 2, 1, 1],
    [1, 2, 2,  4, 2, 2, 1],
    [2, 2, 4,  8, 4, 2, 2],
    [2, 4, 8, 16, 8, 4, 2],
    [2, 2, 4,  8, 4, 2, 2],
    [1, 2, 2,  4, 2, 2, 1],
    [1, 1, 2,  2, 2, 1, 1],
], "float32")  # fmt: skip


def mean(size):
    """Average over a square: every pixel of the window counts the same (lecture 01).

    Args:
        size: k.

    Returns:
        float32 array [k, k] of sum 1.
    """
    return np.full((size, size), 1 / size**2, "float32")


def gaussian(size, sigma=None):
    """Average with weights exp(−(x² + y²)/2σ²): near pixels count more (lecture 01).

    Args:
        size: k.
        sigma: σ in pixels; by default k/6, so that the kernel ends at three σ.

    Returns:
        float32 array [k, k] of sum 1, the outer product of two equal vectors.

    Raises:
        ValueError: if σ is not positive.
    """
    _, _, envelope = _grid(size, size / 6 if sigma is None else sigma)
    return (envelope / envelope.sum()).astype("float32")


def roberts():
    """Difference along the two diagonals of a 2×2 window (Roberts 1963; lecture 01).

    Returns:
        float32 array [2, 2, 2]: the kernels for the two diagonals.
    """
    return np.array([[[1, 0], [0, -1]], [[0, -1], [1, 0]]], "float32")


def prewitt():
    """Difference across three pixels, averaged over three (Prewitt 1970; lecture 01).

    Returns:
        float32 array [2, 3, 3]: G_x grows where the right is brighter, G_y where the top is.
    """
    return _across_and_up([1, 1, 1])


def sobel():
    """Difference across three pixels, averaged with weights 1, 2, 1 (Sobel 1968; lecture 01).

    Returns:
        float32 array [2, 3, 3]: G_x grows where the right is brighter, G_y where the top is.
    """
    return _across_and_up([1, 2, 1])


def laplacian_of_gaussian(size, sigma):
    """Second derivative of a Gaussian: dark centre, bright ring (Marr & Hildreth 1980; lecture 01).

    ∇²G ∝ (r²/σ² − 2) exp(−r²/2σ²). It looks for dark blobs of radius σ√2, and its response
    changes sign at an edge. Sampled on a grid the kernel would not quite sum to 0; its mean is
    subtracted, so that a flat surface answers nothing.

    Args:
        size: k, at least about 6σ.
        sigma: σ in pixels.

    Returns:
        float32 array [k, k] of sum 0; the absolute values sum to 1.

    Raises:
        ValueError: if σ is not positive.
    """
    x, y, envelope = _grid(size, sigma)
    return _balanced(((x**2 + y**2) / sigma**2 - 2) * envelope)


def gabor(size, wavelength, theta=0.0, sigma=None, phase=0.0):
    """A wave under a Gaussian: stripes of one direction and width (Daugman 1985; lecture 01).

    exp(−(x² + y²)/2σ²) · cos(2π(x cos θ + y sin θ)/λ + φ), with a round envelope. Daugman's even
    kernel has a mean; here it is subtracted, so that a flat surface answers nothing.

    Args:
        size: k.
        wavelength: λ in pixels, from one bright stripe to the next.
        theta: θ in radians, the direction *across* the stripes.
        sigma: σ in pixels; by default λ/2, about two stripes.
        phase: φ in radians; 0 looks for a bright bar, π/2 for an edge.

    Returns:
        float32 array [k, k] of sum 0; the absolute values sum to 1.

    Raises:
        ValueError: if σ or λ is not positive.
    """
    if wavelength <= 0:
        raise ValueError(f"wavelength={wavelength} pixels; it must be positive.")
    x, y, envelope = _grid(size, wavelength / 2 if sigma is None else sigma)
    across = x * math.cos(theta) + y * math.sin(theta)
    return _balanced(envelope * np.cos(2 * math.pi * across / wavelength + phase), envelope)


def gabor_bank(size, wavelength, orientations=8):
    """Gabor kernels of several directions, each as a bar and as an edge detector (lecture 01).

    Args:
        size: k.
        wavelength: λ in pixels.
        orientations: number of directions N, evenly over 180°.

    Returns:
        float32 array [N, 2, k, k]: phases 0 and π/2, the two cells of a quadrature pair.
    """
    angles = np.arange(orientations) * math.pi / orientations
    return np.array(
        [[gabor(size, wavelength, a, phase=p) for p in (0, math.pi / 2)] for a in angles]
    )


def _across_and_up(weights):
    across = np.outer(weights, [-1, 0, 1])
    return np.array([across, np.rot90(across)], "float32")


def _grid(size, sigma):
    """Return x, y and the unnormalised Gaussian on a k×k grid around 0."""
    if sigma <= 0:
        raise ValueError(f"sigma={sigma} pixels; it must be positive.")
    axis = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(axis, -axis)
    return x, y, np.exp(-(x**2 + y**2) / (2 * sigma**2))


def _balanced(kernel, share=None):
    """Make a kernel sum to 0, taking the excess away in proportion to ``share``, and scale it."""
    share = np.ones_like(kernel) if share is None else share
    kernel = kernel - share * (kernel.sum() / share.sum())
    return (kernel / np.maximum(np.abs(kernel).sum(), 1e-12)).astype("float32")
