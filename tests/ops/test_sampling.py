"""Drawing a fair mixture, and proposals, against loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from course.ops import decode_boxes, proposals, sample


def slow_sample(matches, priority, count, share):
    """Greatest priority first: matched ones up to the share, then background."""
    order = sorted(range(len(matches)), key=lambda k: (-priority[k], k))
    positives = [k for k in order if matches[k] >= 0][: math.ceil(share * count)]
    negatives = [k for k in order if matches[k] == -1]
    return (positives + negatives)[:count]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-2, 3), min_size=4, max_size=30),
    st.integers(1, 4),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.integers(0, 99),
)
def test_sample_equals_a_loop(matches, count, share, seed):
    priority = np.random.default_rng(seed).permutation(len(matches)).astype("float32") / 100
    indices, drawn = map(
        ops.convert_to_numpy, sample(np.int32([matches]), priority[None], count, share)
    )
    assert list(indices[0][drawn[0]]) == slow_sample(matches, priority, count, share)


def test_sample_wants_sensible_numbers():
    with pytest.raises(ValueError, match="count=9"):
        sample(np.zeros((1, 4), "int32"), np.zeros((1, 4), "float32"), 9)


def iou(a, b):
    common = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0))
    return common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common)


@pytest.mark.parametrize("seed", range(5))
def test_proposals_equal_a_loop(seed):
    rng = np.random.default_rng(seed)
    start = rng.uniform(-10, 90, (40, 2))
    anchors = np.concatenate([start, start + rng.uniform(1, 60, (40, 2))], -1).astype("float32")
    deltas, scores = rng.normal(0, 0.2, (40, 4)).astype("float32"), rng.normal(size=40)
    scores = scores.astype("float32")
    boxes = np.clip(ops.convert_to_numpy(decode_boxes(deltas, anchors)), 0, 96)
    kept = []
    for k in np.argsort(-scores)[:30]:
        tiny = (boxes[k, 2:] - boxes[k, :2] < 4).any()
        if not tiny and all(iou(boxes[k], boxes[other]) <= 0.5 for other in kept):
            kept.append(k)
    found, filled = proposals(deltas[None], scores[None], anchors, 96, 96, 30, 12, 0.5, 4.0)
    found, filled = ops.convert_to_numpy(found)[0], ops.convert_to_numpy(filled)[0]
    assert filled.sum() == min(len(kept), 12)
    np.testing.assert_allclose(found[filled], boxes[kept[:12]], atol=1e-4)
    assert (found[~filled] == 0).all()
