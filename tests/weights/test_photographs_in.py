"""Images on their way into a network: checks, crops, resizing."""

import numpy as np
import pytest

from course.models.pretrained.images import center_crop, check_image
from course.models.pretrained.sampling import bilinear, crop_boxes, resize_area

GOOD = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (GOOD[..., 0], r"shape \(12, 9\), expected \[H, W, 3\]"),
        (np.zeros((4, 4, 4), "uint8"), "to drop alpha"),
        (GOOD[None], r"shape \(1, 12, 9, 3\)"),
        (GOOD[:0], r"shape \(0, 9, 3\)"),
        (np.full((4, 4, 3), "a"), "has dtype <U1"),
        (np.zeros((4, 4, 3), bool), "has dtype bool"),
        (np.full((4, 4, 3), np.nan), "contains NaN"),
        (np.full((4, 4, 3), np.inf), "contains NaN or infinity"),
        (np.full((4, 4, 3), -1.0), "values from -1 to -1, expected 0–255"),
        (np.full((4, 4, 3), 256), "values from 256 to 256"),
    ],
)
def test_bad_image_gets_a_sentence(image, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_image(image)


def test_good_image_becomes_float32():
    assert check_image(GOOD).dtype == np.float32
    np.testing.assert_array_equal(check_image(GOOD), GOOD)


def test_center_crop_takes_the_middle_square():
    image = np.zeros((64, 100, 3), "uint8")
    image[4:60, 22:78] = 200  # 56 = 0.875 · 64
    crop = center_crop(image, size=28)
    assert crop.shape == (28, 28, 3) and crop.min() > 199 and crop.max() <= 255
    with pytest.raises(ValueError, match="fraction=2"):
        center_crop(image, fraction=2)


def test_bilinear_against_a_slow_loop():
    image = GOOD.astype("float32")
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-2, 11, 200), rng.uniform(-2, 14, 200)
    for xi, yi, found in zip(x, y, bilinear(image, x, y), strict=True):
        expected = np.zeros(3)
        if 0 <= xi <= 8 and 0 <= yi <= 11:
            for row in range(12):
                for column in range(9):
                    near = max(0, 1 - abs(xi - column)) * max(0, 1 - abs(yi - row))
                    expected += near * image[row, column]
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_crop_boxes_equals_tensorflow():
    tf = pytest.importorskip("tensorflow")
    image = GOOD.astype("float32")
    boxes = np.array([[1.5, 2, 7.3, 9], [-3, 1, 4, 8.2], [5, 5, 12, 14]])
    relative = boxes[:, [1, 0, 3, 2]] / [12, 9, 12, 9]
    expected = tf.image.crop_and_resize(image[None], relative, [0, 0, 0], (6, 6)).numpy()
    np.testing.assert_allclose(crop_boxes(image, boxes, 6), expected, atol=1e-3)


def test_resize_area_keeps_the_mean_and_averages_blocks():
    image = GOOD.astype("float32")
    blocks = image.reshape(3, 4, 3, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize_area(image, 3, 3), blocks, rtol=1e-5)
    np.testing.assert_allclose(resize_area(image, 5, 7).mean((0, 1)), image.mean((0, 1)), rtol=1e-5)
