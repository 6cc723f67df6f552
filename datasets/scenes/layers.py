"""Layers of a composited photo: cut-outs and blobs, posed, feathered and lit.

Legend: h, w sides of a layer in pixels; a layer is (h, w, 4) float32, premultiplied RGB and
alpha in 0…1. Every function draws chance from the `numpy.random.Generator` it is given.
"""

import cv2
import numpy as np

MAX_ENLARGE = 1.5  # cut-outs are enlarged by no more than this


def crop(rng, image, size):
    """Cut a random square out of a photograph and resize it: (S, S, 3) float32 in 0…1."""
    side = int(rng.integers(min(size, *image.shape[:2]), min(image.shape[:2]) + 1))
    y, x = (int(rng.integers(n - side + 1)) for n in image.shape[:2])
    square = image[y : y + side, x : x + side]
    square = cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        square = cv2.flip(square, 1)
    return square.astype(np.float32) / 255


def pose(rng, image, long_side, max_angle):
    """Flip, scale and rotate a cut-out: (H, W, 4) float32 → layer (h, w, 4)."""
    if rng.random() < 0.5:
        image = cv2.flip(image, 1)
    factor = min(long_side / max(image.shape[:2]), MAX_ENLARGE)
    width, height = (max(2, round(n * factor)) for n in image.shape[1::-1])
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    image = cv2.resize(image, (width, height), interpolation=method)
    matrix = cv2.getRotationMatrix2D(
        ((width - 1) / 2, (height - 1) / 2), rng.uniform(-max_angle, max_angle), 1
    )
    w = round(height * abs(matrix[0, 1]) + width * abs(matrix[0, 0])) + 6
    h = round(height * abs(matrix[0, 0]) + width * abs(matrix[0, 1])) + 6
    matrix[:, 2] += (w - width) / 2, (h - height) / 2
    return cv2.warpAffine(image, matrix, (w, h), flags=cv2.INTER_LINEAR)


def blob(rng, image, outline, colours, long_side):
    """Cut a photograph out along a cut-out's bent outline, in another's colours: layer."""
    factor = min(long_side / max(outline.shape[:2]), MAX_ENLARGE)
    w, h = (max(8, round(n * factor)) for n in outline.shape[1::-1])
    alpha = cv2.resize(outline[..., 3], (w, h), interpolation=cv2.INTER_AREA)
    alpha = np.pad(alpha, max(h, w) // 3)  # room to bend outwards
    h, w = alpha.shape
    waves = rng.standard_normal((4, 4, 2)).astype(np.float32) * np.float32(0.07 * max(h, w))
    where = cv2.resize(waves, (w, h), interpolation=cv2.INTER_CUBIC)
    where += np.dstack(np.meshgrid(np.arange(w), np.arange(h))).astype(np.float32)
    alpha = cv2.remap(alpha, where, None, cv2.INTER_LINEAR)
    rgb = crop(rng, image, max(h, w))[:h, :w]
    old, new = moments(rgb, None), moments(colours, (colours[..., 3] > 0.95).astype(np.uint8))
    rgb = np.clip((rgb - old[0]) / (old[1] + 0.02) * new[1] + new[0], 0, 1)
    layer = np.dstack([rgb, np.ones_like(alpha)]) * alpha[..., None]
    return pose(rng, layer.astype(np.float32), max(h, w), 180)


def moments(image, mask):
    """Mean and standard deviation of the three colours: two (3,) arrays."""
    mean, deviation = cv2.meanStdDev(np.ascontiguousarray(image[..., :3]), mask=mask)
    return mean[:, 0], deviation[:, 0]


def feather(layer, sigma):
    """Soften a layer's edge by a Gaussian of `sigma` pixels."""
    return cv2.GaussianBlur(layer, (5, 5), sigma, borderType=cv2.BORDER_CONSTANT)


def relight(rng, layer, canvas):
    """Draw a layer's brightness and colour towards the mean of the picture."""
    *mean, cover = cv2.mean(layer)
    gain = ((np.array(cv2.mean(canvas)[:3]) + 0.05) / (np.array(mean) / cover + 0.05)) ** 0.25
    gain = np.clip(gain, 0.7, 1.4) * rng.uniform(0.9, 1.1)
    rgb = np.minimum(layer[..., :3] * gain.astype(np.float32), layer[..., 3:])
    return np.dstack([rgb, layer[..., 3]]).astype(np.float32)
