"""Non-maximum suppression against the greedy loop of the textbooks, and against keras-cv."""

import math

import keras
import keras_cv
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course import ops


def slow_iou(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union else 0.0


def slow_nms(boxes, scores, classes, threshold, min_score, max_outputs, candidates):
    order = sorted(range(len(boxes)), key=lambda n: -scores[n])
    order = [n for n in order if classes[n] >= 0 and scores[n] > min_score][:candidates]
    kept = []
    for n in order:
        rivals = [k for k in kept if classes[k] == classes[n]]
        if all(slow_iou(boxes[k], boxes[n]) <= threshold for k in rivals):
            kept.append(n)
    return (kept + [-1] * max_outputs)[:max_outputs]


def slow_soft_nms(boxes, scores, classes, sigma, min_score, max_outputs):
    left = {n: s for n, s in enumerate(scores) if classes[n] >= 0}
    taken = []
    while left and len(taken) < max_outputs:
        n = max(left, key=lambda k: (left[k], -k))
        if left[n] <= min_score:
            break
        taken.append((n, left.pop(n)))
        for k in left:
            if classes[k] == classes[n]:
                left[k] *= math.exp(-(slow_iou(boxes[n], boxes[k]) ** 2) / sigma)
    return (taken + [(-1, 0)] * max_outputs)[:max_outputs]


def crowded(seed, batch, number, tied):
    """Boxes in clusters on whole pixels, so that overlaps are frequent and exact."""
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 12, (batch, number, 2))
    boxes = np.concatenate([low, low + rng.integers(0, 10, (batch, number, 2))], -1)
    scores = rng.integers(0, 4, (batch, number)) / 4 if tied else rng.random((batch, number))
    classes = rng.integers(-1, 3, (batch, number))
    return boxes.astype("float32"), scores.astype("float32"), classes.astype("int32")


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 3),
    st.integers(1, 30),
    st.booleans(),
    st.sampled_from([0.0, 0.3, 0.5]),
    st.sampled_from([-math.inf, 0.25]),
    st.sampled_from([(5, 400), (40, 400), (10, 12)]),
)
def test_nms_is_the_greedy_loop(seed, batch, number, tied, threshold, min_score, limits):
    images = crowded(seed, batch, number, tied)
    found = np.array(ops.nms(*images, threshold, min_score, *limits))
    expected = [
        slow_nms(*image, threshold, min_score, *limits) for image in zip(*images, strict=True)
    ]
    assert found.tolist() == expected


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from([0.3, 0.5]))
def test_soft_nms_is_the_greedy_loop(seed, number, sigma):
    images = crowded(seed, 2, number, tied=False)
    index, lowered = map(np.array, ops.soft_nms(*images, sigma, 0.05, 8))
    for n, image in enumerate(zip(*images, strict=True)):
        expected = slow_soft_nms(*image, sigma, 0.05, 8)
        assert index[n].tolist() == [k for k, _ in expected]
        assert lowered[n] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_nms_agrees_with_keras_cv():
    boxes, scores, _ = crowded(0, 4, 60, tied=False)
    layer = keras_cv.layers.NonMaxSuppression("xyxy", False, 0.5, 0.2, max_detections=20)
    theirs = layer(boxes, scores[..., None])
    index = np.array(ops.nms(boxes, scores, threshold=0.5, min_score=0.2, max_outputs=20))
    for n in range(4):
        count = int(theirs["num_detections"][n])
        assert (index[n] >= 0).sum() == count
        assert (
            scores[n][index[n, :count]].tolist()
            == np.array(theirs["confidence"][n])[:count].tolist()
        )


def test_a_long_chain_of_suppressions_alternates():
    """Each box overlaps only its neighbours: the worst case of the fixpoint."""
    x = np.arange(21, dtype="float32")[:, None] * 4
    boxes = np.concatenate([x, 0 * x, x + 10, 0 * x + 10], 1)[None]
    index = np.array(ops.nms(boxes, np.linspace(1, 0.5, 21)[None], threshold=0.4))
    assert index[0][:11].tolist() == list(range(0, 21, 2)) and (index[0][11:] == -1).all()


def test_all_padding_gives_nothing():
    boxes, scores = np.zeros((2, 5, 4), "float32"), np.zeros((2, 5), "float32")
    padding = np.full((2, 5), -1, "int32")
    assert (np.array(ops.nms(boxes, scores, padding)) == -1).all()
    index, lowered = ops.soft_nms(boxes, scores, padding)
    assert (np.array(index) == -1).all() and not np.array(lowered).any()


@pytest.mark.parametrize("own_boxes", [False, True])
def test_detections_equal_a_loop_over_classes(own_boxes):
    rng = np.random.default_rng(0)
    boxes, _, _ = crowded(1, 2, 20, tied=False)
    boxes = boxes + np.array([0, 0, 1, 1], "float32")
    if own_boxes:
        boxes = boxes[:, :, None] + rng.integers(0, 5, (2, 20, 3, 1)).astype("float32")
    scores = rng.random((2, 20, 3)).astype("float32")
    found = {k: np.array(v) for k, v in ops.detections(boxes, scores, 0.3, 0.4, 25).items()}
    for n in range(2):
        expected = []
        for c in range(3):
            own = boxes[n][:, c] if own_boxes else boxes[n]
            same = np.full(20, c)
            for k in slow_nms(own, scores[n, :, c], same, 0.3, 0.4, 20, 20):
                if k >= 0:
                    expected.append((-scores[n, k, c], c, *own[k]))
        expected = sorted(expected)[:25]
        rows = zip(-found["scores"][n], found["classes"][n], *found["boxes"][n].T, strict=True)
        rows = list(rows)
        assert rows[: len(expected)] == expected
        assert all(row[:2] == (0, -1) and not any(row[2:]) for row in rows[len(expected) :])


def test_everything_compiles_under_xla_and_takes_any_batch():
    """One graph from anchors to detections, as a detector runs it."""
    import tensorflow as tf

    anchors = ops.anchors(64, 64, [16], [ops.anchor_shapes([24])])
    boxes, _, classes = crowded(3, 4, 6, tied=False)
    scores = np.random.default_rng(0).random((4, len(anchors), 2)).astype("float32")

    def pipeline(boxes, classes, scores):
        overlaps = ops.pairwise_iou(anchors, boxes)
        matches = ops.match(overlaps, classes >= 0, 0.5, 0.3, True, classes == 2)
        deltas = ops.encode_boxes(ops.take_matched(boxes, matches), anchors)
        decoded = ops.clip_boxes(ops.decode_boxes(deltas, anchors), 64, 64)
        soft = ops.soft_nms(decoded, scores[..., 0], max_outputs=5)
        return matches, ops.detections(decoded, scores, max_outputs=9), soft

    expected = pipeline(boxes, classes, scores)
    specs = [tf.TensorSpec((None, *x.shape[1:]), x.dtype) for x in (boxes, classes, scores)]
    for function in (
        tf.function(pipeline, jit_compile=True),
        tf.function(pipeline, input_signature=specs),
    ):
        found = function(boxes, classes, scores)
        for a, b in zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True):
            assert np.array(a) == pytest.approx(np.array(b), abs=1e-4)
