"""Warped crops against a loop over pixels, and against cutting."""

import numpy as np
import pytest

from course import ops

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (20, 24, 3)).astype("float32")


def slow_crop(image, box, size, context, fill):
    """Every pixel of the crop by itself: four neighbours, weighted by their distances."""
    x0, y0, x1, y1 = box
    wide, high = ((b - a) * context / (size - 2 * context) for a, b in ((x0, x1), (y0, y1)))
    x0, x1, y0, y1 = x0 - wide, x1 + wide, y0 - high, y1 + high
    crop = np.zeros((size, size, 3))
    for i, j in np.ndindex(size, size):
        y, x = y0 + (i + 0.5) * (y1 - y0) / size - 0.5, x0 + (j + 0.5) * (x1 - x0) / size - 0.5
        top, left = int(np.floor(y)), int(np.floor(x))
        for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
            weight = (1 - abs(y - row)) * (1 - abs(x - column))
            inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
            crop[i, j] += weight * (image[row, column] if inside else fill)
    return crop


@pytest.mark.parametrize("context", [0, 2])
def test_equals_a_loop_over_pixels(context):
    boxes = np.array([[2, 3, 9, 17], [0, 0, 24, 20], [15.5, 1, 23, 6.25]], "float32")
    ours = np.array(ops.warped_crops(IMAGE, boxes, 8, context, fill=100.0))
    slow = [slow_crop(IMAGE, box, 8, context, 100.0) for box in boxes]
    assert ours.shape == (3, 8, 8, 3)
    assert ours == pytest.approx(np.array(slow), abs=1e-2)


def test_a_box_of_the_size_of_the_crop_is_cut_out_unchanged():
    boxes = np.array([[5, 4, 13, 12]], "float32")
    assert np.array(ops.warped_crops(IMAGE, boxes, 8))[0] == pytest.approx(IMAGE[4:12, 5:13])
    whole = np.array(ops.warped_crops(IMAGE, boxes, 12, context=2))[0]
    assert whole == pytest.approx(IMAGE[2:14, 3:15])


def test_outside_the_picture_is_filled():
    boxes = np.array([[0, 0, 8, 8]], "float32")
    crop = np.array(ops.warped_crops(IMAGE, boxes, 16, context=4, fill=55.0))[0]
    assert crop[:3] == pytest.approx(55.0) and crop[:, :3] == pytest.approx(55.0)


def test_too_much_context_is_told():
    with pytest.raises(ValueError, match="context=8"):
        ops.warped_crops(IMAGE, np.zeros((1, 4)), 16, context=8)
