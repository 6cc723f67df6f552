"""Selective search against slow loops that begin again from the pixels at every step."""

import itertools

import numpy as np
import pytest
from skimage import data

from course import ops

PHOTO = data.astronaut()[::8, ::8]  # 64 × 64


def histogram(values, bins):
    """One histogram per channel, one after the other, whose sum is 1."""
    counts = [np.histogram(channel, bins, (0, 1))[0] for channel in values.T]
    return np.concatenate(counts) / values.size


def slow_similarity(pixels, texture, a, b, measures):
    """The equations of section 3.2 on two masks, from the pixels."""
    total = 0
    for letter, values, bins in (("C", pixels, 25), ("T", texture, 10)):
        if letter in measures:
            total += np.minimum(histogram(values[a], bins), histogram(values[b], bins)).sum()
    rows, columns = np.nonzero(a | b)
    hull = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    total += (1 - (a.sum() + b.sum()) / a.size) * ("S" in measures)
    return total + (1 - (hull - a.sum() - b.sum()) / a.size) * ("F" in measures)


def touch(a, b):
    return (
        (a[1:] & b[:-1]).any() or (b[1:] & a[:-1]).any()
        or (a[:, 1:] & b[:, :-1]).any() or (b[:, 1:] & a[:, :-1]).any()
    )  # fmt: skip


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("measures", ["CTSF", "TSF", "C", "S"])
def test_grouping_equals_loops_over_masks(measures):
    pixels = ops.colour_space(PHOTO, "lab")
    labels = ops.graph_segmentation(pixels, scale=300, min_size=40)
    regions = ops.describe_regions(pixels, labels)
    found = ops.group_regions(*regions, PHOTO.shape[:2], measures)
    masks = [labels == k for k in range(labels.max() + 1)]
    assert 8 < len(masks) < 60
    boxes, texture = [box_of(mask) for mask in masks], ops.directional_derivatives(pixels)
    while len(masks) > 1:
        pairs = [(a, b) for a, b in itertools.combinations(masks, 2) if touch(a, b)]
        values = [slow_similarity(pixels, texture, a, b, measures) for a, b in pairs]
        a, b = pairs[int(np.argmax(values))]
        masks = [mask for mask in masks if mask is not a and mask is not b] + [a | b]
        boxes.append(box_of(a | b))
    assert np.array_equal(found, boxes)


def test_the_hierarchy_begins_with_regions_and_ends_with_the_picture():
    pixels = ops.colour_space(PHOTO, "hsv")
    labels = ops.graph_segmentation(pixels, 50)
    found = ops.group_regions(*ops.describe_regions(pixels, labels), (64, 64))
    assert len(found) == 2 * (labels.max() + 1) - 1
    assert np.array_equal(found[-1], [0, 0, 64, 64])


def test_fill_prefers_what_leaves_no_hole():
    labels = np.zeros((12, 12), int)
    labels[2:10, 2:10], labels[4:8, 4:8], labels[:, 11] = 1, 2, 3  # a ring, inside it, a strip
    regions = ops.describe_regions(np.zeros((12, 12, 3)), labels)
    ring = ops.similarity(1, np.array([2, 0]), *regions[:3], 144, "F")
    assert ring == pytest.approx([1, 1 - (16 + 12 - 0 - 12) / 144])  # without 2, a hole is left
    apart = ops.similarity(3, np.array([2]), *regions[:3], 144, "F")
    assert apart == pytest.approx([1 - (12 * 8 - 12 - 16) / 144])


def test_derivatives_point_across_the_edge():
    pixels = np.zeros((16, 16, 1))
    pixels[:, 8:] = 1
    rises = ops.directional_derivatives(pixels)
    steepest = rises[8, 7:9].mean(axis=0)  # the two pixels at the edge
    assert steepest.argmax() == 0 and rises.max() <= 1
    assert steepest[1] == pytest.approx(steepest[0] / np.sqrt(2), rel=1e-6)
    assert steepest[2:7] == pytest.approx(0, abs=1e-9)  # up, down and back: nothing rises there


def test_proposals_are_distinct_boxes_inside_the_picture_and_repeatable():
    boxes = ops.selective_search(PHOTO, min_side=6)
    assert boxes.dtype == "float32" and boxes.shape[1] == 4 and 20 < len(boxes) <= 200
    assert len(np.unique(boxes, axis=0)) == len(boxes)
    assert boxes.min() >= 0 and boxes.max() <= 64
    assert (boxes[:, 2:] - boxes[:, :2]).min() >= 6
    assert np.array_equal(boxes, ops.selective_search(PHOTO, min_side=6))
    few = ops.selective_search(PHOTO, min_side=6, max_outputs=10)
    assert np.array_equal(few, boxes[:10])


def test_finds_the_parts_of_a_drawing():
    drawing = np.full((64, 64, 3), 40, "uint8")
    drawing[8:32, 10:30], drawing[36:60, 30:60] = (200, 40, 40), (40, 40, 220)
    boxes = ops.selective_search(drawing, (("rgb", 50, "CTSF"),))
    for wanted in ([10, 8, 30, 32], [30, 36, 60, 60], [0, 0, 64, 64]):
        assert np.array(ops.pairwise_iou(np.array([wanted], "float32"), boxes)).max() > 0.85


def test_colour_spaces_are_scaled_to_the_unit_interval():
    for space in ("rgb", "lab", "hsv"):
        pixels = ops.colour_space(PHOTO, space)
        assert pixels.min() >= 0 and 0.5 < pixels.max() <= 1
    with pytest.raises(ValueError, match=r"'xyz'.*rgb, lab or hsv"):
        ops.colour_space(PHOTO, "xyz")
