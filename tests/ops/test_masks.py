"""Cropping, pasting and comparing masks."""

import numpy as np
from keras import ops

from course.ops import crop_masks, mask_iou, paste_masks


def disc(height, width, y, x, radius):
    rows, columns = np.indices((height, width)) + 0.5
    return ((rows - y) ** 2 + (columns - x) ** 2 <= radius**2).astype("float32")


def test_crop_and_paste_give_the_mask_back():
    masks = np.stack([disc(128, 128, 60, 50, 30), disc(128, 128, 20, 100, 15)])[None]
    boxes = np.float32([[[20, 30, 80, 90], [85, 5, 115, 35]]])
    small = crop_masks(masks, boxes, 28)
    back = ops.convert_to_numpy(paste_masks(small, boxes, 128, 128)) > 0.5
    overlap = ops.convert_to_numpy(mask_iou(back, masks))
    assert (np.diagonal(overlap[0]) > 0.95).all()
    assert not back[0, 0, :30].any() and not back[0, 0, :, 80:].any()


def test_crop_reads_the_pixels_where_they_are():
    mask = np.zeros((1, 1, 8, 8), "float32")
    mask[0, 0, 2:4, 4:8] = 1
    inside, beside = (np.float32([[[x, 2, x + 4, 4]]]) for x in (4, 0))
    assert (ops.convert_to_numpy(crop_masks(mask, inside, 2)) > 0.8).all()
    assert (ops.convert_to_numpy(crop_masks(mask, beside, 2))[..., 0] == 0).all()


def test_paste_against_a_loop():
    rng = np.random.default_rng(0)
    mask, (x0, y0, x1, y1) = rng.uniform(size=(5, 5)), (3.3, 2.1, 14.2, 9.7)
    found = ops.convert_to_numpy(
        paste_masks(mask[None, None].astype("float32"), np.float32([[[x0, y0, x1, y1]]]), 12, 16)
    )[0, 0]
    for row in range(12):
        for column in range(16):
            v, u = (row + 0.5 - y0) / (y1 - y0), (column + 0.5 - x0) / (x1 - x0)
            expected = 0.0
            if 0 <= v <= 1 and 0 <= u <= 1:
                a, b = np.clip(v * 5 - 0.5, 0, 4), np.clip(u * 5 - 0.5, 0, 4)
                i, j = min(int(a), 3), min(int(b), 3)
                top = mask[i, j] * (1 - b + j) + mask[i, j + 1] * (b - j)
                low = mask[i + 1, j] * (1 - b + j) + mask[i + 1, j + 1] * (b - j)
                expected = top * (1 - a + i) + low * (a - i)
            assert abs(found[row, column] - expected) < 1e-5


def test_iou_counts_pixels():
    rng = np.random.default_rng(0)
    a, b = rng.uniform(size=(3, 9, 7)) > 0.5, rng.uniform(size=(4, 9, 7)) > 0.5
    b[1] = False
    expected = [[(x & y).sum() / max((x | y).sum(), 1) for y in b] for x in a]
    np.testing.assert_allclose(mask_iou(a, b), expected, atol=1e-6)
