"""What each kernel must be by its definition, and the same from SciPy or scikit-image."""

import math

import numpy as np
import pytest
from scipy import ndimage
from skimage import filters

from course.ops import cross_correlate, kernels


def apply(image, kernel):
    return np.array(cross_correlate(image[None, ..., None], kernel))[0, ..., 0]


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).normal(size=(40, 30)).astype("float32")


def ramp(angle):
    """A surface that grows by 1 per pixel in the direction ``angle``, y upwards."""
    y, x = np.mgrid[0:15, 0:15]
    return (x * math.cos(angle) - y * math.sin(angle)).astype("float32")


@pytest.mark.parametrize("kernel", [kernels.mean(5), kernels.gaussian(9), kernels.gaussian(8, 2)])
def test_smoothing_keeps_a_flat_surface(kernel):
    assert apply(np.full((20, 20), 7.0), kernel) == pytest.approx(7, abs=1e-4)


@pytest.mark.parametrize("sigma", [0.7, 1.5, 3.0])
def test_gaussian_equals_scipy(image, sigma):
    radius = 6
    theirs = ndimage.gaussian_filter(image, sigma, radius=radius)[6:-6, 6:-6]
    assert apply(image, kernels.gaussian(2 * radius + 1, sigma)) == pytest.approx(theirs, abs=1e-5)
    assert np.linalg.matrix_rank(kernels.gaussian(9, sigma), tol=1e-6) == 1  # separable


def test_the_printed_7x7_mask_is_symmetric_but_neither_separable_nor_gaussian():
    mask = kernels.GAUSSIAN_MASK_7
    assert mask.sum() == 140 and (mask == mask.T).all() and (mask == mask[::-1]).all()
    assert np.linalg.matrix_rank(mask) == 4
    y, x = np.mgrid[-3:4, -3:4]
    powers = 16 * 2.0 ** -(abs(x) + abs(y))  # falls by halves in every direction
    near = powers >= 2
    assert (mask[near] == powers[near]).all()


@pytest.mark.parametrize("pair", [kernels.prewitt(), kernels.sobel()], ids=["prewitt", "sobel"])
@pytest.mark.parametrize("degrees", [0, 30, 90, 200])
def test_gradient_points_uphill_with_y_upwards(pair, degrees):
    angle = math.radians(degrees)
    g_x, g_y = (apply(ramp(angle), kernel) for kernel in pair)
    assert np.degrees(np.arctan2(g_y, g_x)) % 360 == pytest.approx(degrees, abs=1e-3)


def test_edge_kernels_equal_scipy_and_scikit_image(image):
    inner = np.s_[1:-1, 1:-1]
    for ours, theirs in ((kernels.sobel(), ndimage.sobel), (kernels.prewitt(), ndimage.prewitt)):
        assert apply(image, ours[0]) == pytest.approx(theirs(image, axis=1)[inner], abs=1e-5)
        assert apply(image, ours[1]) == pytest.approx(-theirs(image, axis=0)[inner], abs=1e-5)
    magnitude = np.hypot(*(apply(image, kernel) for kernel in kernels.roberts()))
    theirs = filters.roberts(image)[:-1, :-1] * math.sqrt(2)
    assert magnitude == pytest.approx(theirs, abs=1e-5)


def test_laplacian_of_gaussian_equals_scipy_up_to_scale(image):
    kernel = kernels.laplacian_of_gaussian(21, 2.0)
    theirs = ndimage.gaussian_laplace(image, 2.0, truncate=5)[10:-10, 10:-10]
    ours = apply(image, kernel)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9999
    assert kernel.sum() == pytest.approx(0, abs=1e-6) and np.abs(kernel).sum() == pytest.approx(1)
    y, x = np.mgrid[-10:11, -10:11]
    sign = x**2 + y**2 - 2 * 2.0**2  # changes at the radius σ√2
    assert (np.sign(kernel) == np.sign(sign))[abs(sign) > 1].all()


@pytest.mark.parametrize("phase", [0, math.pi / 2])
def test_gabor_equals_scikit_image_up_to_mean_and_scale(phase):
    theta, wavelength, sigma = 0.6, 6.0, 3.0
    theirs = filters.gabor_kernel(
        1 / wavelength, -theta, sigma_x=sigma, sigma_y=sigma, offset=phase, n_stds=3
    ).real  # their y points down
    ours = kernels.gabor(theirs.shape[0], wavelength, theta, sigma, phase)
    correlation = np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]
    assert correlation > 0.999
    assert ours.sum() == pytest.approx(0, abs=1e-6)


def test_gabor_pair_answers_its_own_direction_whatever_the_phase():
    bank = kernels.gabor_bank(15, 6.0, orientations=4)
    assert bank.shape == (4, 2, 15, 15)
    energies = []
    for shift in (0.0, 1.0, 2.5):  # a wave across 45° in three positions
        wave = np.cos(2 * math.pi * (ramp(math.pi / 4) + shift) / 6)
        answers = (bank * wave).sum(axis=(2, 3))
        energies.append((answers**2).sum(axis=1))
    assert all(energy.argmax() == 1 for energy in energies)
    assert np.ptp([energy[1] for energy in energies]) < 0.05 * energies[0][1]


def test_widths_that_are_not_positive_are_refused():
    for make in (lambda: kernels.gaussian(5, 0), lambda: kernels.laplacian_of_gaussian(5, -1)):
        with pytest.raises(ValueError, match="it must be positive"):
            make()
    with pytest.raises(ValueError, match="wavelength=0"):
        kernels.gabor(5, 0)
