"""Anchors against a slow loop, against keras-cv, and by their geometry."""

import math

import keras_cv
import numpy as np
import pytest

from course import ops

SIZES, RATIOS = [[16, 20], [32, 48]], (0.5, 1, 2)
SHAPES = [ops.anchor_shapes(sizes, RATIOS) for sizes in SIZES]


def test_anchors_equal_a_slow_loop():
    expected = []
    for stride, sizes in zip((8, 16), SIZES, strict=True):
        for row in range(math.ceil(30 / stride)):
            for column in range(math.ceil(50 / stride)):
                for size in sizes:
                    for ratio in RATIOS:
                        w, h = size * math.sqrt(ratio), size / math.sqrt(ratio)
                        x, y = (column + 0.5) * stride, (row + 0.5) * stride
                        expected.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    found = ops.anchors(30, 50, (8, 16), SHAPES)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected), abs=1e-4)


def test_anchors_agree_with_keras_cv():
    generator = keras_cv.layers.AnchorGenerator(
        "xyxy", sizes=[16.0, 32.0], scales=[1, 1.25], aspect_ratios=RATIOS, strides=[8, 16]
    )
    theirs = np.concatenate(list(generator(image_shape=(64, 100, 3)).values()))
    shapes = [ops.anchor_shapes(sizes, RATIOS) for sizes in ([16, 20], [32, 40])]
    assert ops.anchors(64, 100, (8, 16), shapes) == pytest.approx(theirs, abs=1e-4)


def test_shapes_keep_the_area_and_have_the_ratio():
    width, height = ops.anchor_shapes([10, 30], RATIOS).T
    assert width * height == pytest.approx([100] * 3 + [900] * 3, rel=1e-5)
    assert width / height == pytest.approx(RATIOS * 2, rel=1e-5)


def test_anchors_may_have_any_shapes():
    found = ops.anchors(8, 8, [8], [[[4, 2]]])
    assert found.tolist() == [[2, 3, 6, 5]]


def test_wrong_settings_are_told():
    with pytest.raises(ValueError, match="2 strides and 1 sets of shapes"):
        ops.anchors(8, 8, [8, 16], [[[4, 2]]])
    with pytest.raises(ValueError, match="positive sizes and ratios"):
        ops.anchor_shapes([16], [0, 1])


def test_cluster_shapes_finds_two_kinds_of_boxes_and_is_at_rest():
    rng = np.random.default_rng(0)
    kinds = np.array([[10, 30], [60, 20]])
    sizes = np.concatenate([k * rng.uniform(0.9, 1.1, (50, 2)) for k in kinds])
    found = ops.cluster_shapes(sizes, 2, seed=1)
    assert found == pytest.approx(np.stack([sizes[:50].mean(0), sizes[50:].mean(0)]), rel=1e-5)
    assert ops.cluster_shapes(sizes, 1) == pytest.approx(sizes.mean(0)[None], rel=1e-5)
    with pytest.raises(ValueError, match="at least as many"):
        ops.cluster_shapes(sizes[:2], 3)
    with pytest.raises(ValueError, match="padding"):
        ops.cluster_shapes(np.zeros((4, 2)), 2)
