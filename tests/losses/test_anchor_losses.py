"""The losses of SSD and RetinaNet against slow loops, and on images without objects."""

import math

import numpy as np
import pytest

from course import losses, ops

ANCHORS = ops.anchors(64, 64, [16], [ops.anchor_shapes([20, 36], [0.5, 1, 2])])
CLASSES = 3


def problem(seed, num_objects=(3, 1, 0)):
    rng = np.random.default_rng(seed)
    low, side = rng.uniform(0, 30, (3, 4, 2)), rng.uniform(12, 34, (3, 4, 2))
    boxes = np.concatenate([low, low + side], -1).astype("float32")
    classes = rng.integers(0, CLASSES, (3, 4)).astype("int32")
    empty = np.arange(4) >= np.array(num_objects)[:, None]
    boxes[empty], classes[empty] = 0, -1
    deltas = rng.normal(size=(3, len(ANCHORS), 4)).astype("float32")
    logits = rng.normal(size=(3, len(ANCHORS), 1 + CLASSES)).astype("float32")
    return boxes, classes, deltas, logits


def slow_match(objects, high, low, force=True):
    """For each anchor the index of its object, −1 or −2; rule by rule."""
    boxes = np.array([box for box, _ in objects], "float32").reshape(-1, 4)
    table = np.array(ops.pairwise_iou(ANCHORS, boxes)).tolist()
    matches = []
    for row in table:
        best = max(row, default=0)
        matches.append(row.index(best) if best >= high else -1 if best < low else -2)
    pairs = sorted(
        ((v, -n, -a) for a, row in enumerate(table) for n, v in enumerate(row) if v > 0),
        reverse=True,
    )
    served, given = set(), set()
    for _, n, a in pairs if force else []:
        if n not in served and a not in given:
            served.add(n), given.add(a)
            matches[-a] = -n
    return matches


def slow_box_loss(box, anchor, delta, weights, beta):
    (x0, y0, x1, y1), (a0, b0, a1, b1) = box, anchor
    w, h = a1 - a0, b1 - b0
    target = (
        ((x0 + x1) / 2 - (a0 + a1) / 2) / w,
        ((y0 + y1) / 2 - (b0 + b1) / 2) / h,
        math.log((x1 - x0) / w),
        math.log((y1 - y0) / h),
    )
    errors = [abs(f * t - d) for f, t, d in zip(weights, target, delta, strict=True)]
    return sum(0.5 * e * e / beta if e < beta else e - 0.5 * beta for e in errors)


def slow_losses(boxes, classes, deltas, logits, one_image, weights, beta, **matching):
    """Sum over images of (box loss, class loss, matched anchors), divided as both papers do."""
    box_loss = class_loss = matched = 0
    for b in range(len(boxes)):
        objects = [(boxes[b, n].tolist(), k) for n, k in enumerate(classes[b]) if k >= 0]
        matches = slow_match(objects, **matching)
        for a, n in enumerate(matches):
            if n >= 0:
                matched += 1
                box_loss += slow_box_loss(
                    objects[n][0], ANCHORS[a].tolist(), deltas[b, a], weights, beta
                )
        labels = [objects[n][1] if n >= 0 else n for n in matches]
        class_loss += one_image(labels, logits[b].astype("float64"))
    return box_loss / max(matched, 1), class_loss / max(matched, 1)


def slow_multibox(labels, logits):
    """Softmax cross-entropy of the positives and of three times as many hardest negatives."""
    doubts = [
        math.log(np.exp(row).sum()) - row[k + 1 if k >= 0 else 0]
        for k, row in zip(labels, logits, strict=True)
    ]
    positive = [d for k, d in zip(labels, doubts, strict=True) if k >= 0]
    negative = sorted((d for k, d in zip(labels, doubts, strict=True) if k < 0), reverse=True)
    return sum(positive) + sum(negative[: 3 * len(positive)])


def slow_focal(labels, logits, alpha=0.25, gamma=2.0):
    total = 0
    for label, row in zip(labels, logits, strict=True):
        for k, logit in enumerate(row):
            p = 1 / (1 + math.exp(-logit))
            if label == -2:
                continue
            total -= (
                alpha * (1 - p) ** gamma * math.log(p)
                if k == label
                else (1 - alpha) * p**gamma * math.log(1 - p)
            )
    return total


@pytest.mark.parametrize("seed", range(4))
def test_ssd_loss_is_its_loop(seed):
    boxes, classes, deltas, logits = problem(seed)
    found = losses.ssd_loss(boxes, classes, ANCHORS, deltas, logits)
    options = {"weights": (10, 10, 5, 5), "beta": 1, "high": 0.5, "low": 0.5}
    expected = slow_losses(boxes, classes, deltas, logits, slow_multibox, **options)
    assert [float(v) for v in found.values()] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("force", [True, False])
def test_retinanet_loss_is_its_loop(seed, force):
    boxes, classes, deltas, logits = problem(seed)
    logits = logits[..., 1:]
    found = losses.retinanet_loss(boxes, classes, ANCHORS, deltas, logits, force=force)
    options = {"weights": (1, 1, 1, 1), "beta": 1 / 9, "high": 0.5, "low": 0.4, "force": force}
    expected = slow_losses(boxes, classes, deltas, logits, slow_focal, **options)
    assert [float(v) for v in found.values()] == pytest.approx(expected, rel=1e-4)


def test_ssd_counts_the_negatives_that_it_is_told_to():
    boxes, classes, deltas, logits = problem(0)
    every = losses.ssd_loss(boxes, classes, ANCHORS, deltas, logits, choose=lambda _, p, n: n)
    none = losses.ssd_loss(boxes, classes, ANCHORS, deltas, logits, choose=lambda _, p, n: n & p)
    hard = losses.ssd_loss(boxes, classes, ANCHORS, deltas, logits)
    values = [float(loss["class_loss"]) for loss in (none, hard, every)]
    assert values[0] < values[1] < values[2]
    assert float(hard["box_loss"]) == pytest.approx(float(every["box_loss"]))


def test_without_objects_ssd_learns_nothing_and_retinanet_what_background_is():
    boxes, classes, deltas, logits = problem(0, num_objects=(0, 0, 0))
    for loss, columns, silent in (
        (losses.ssd_loss, logits, True),
        (losses.retinanet_loss, logits[..., 1:], False),
    ):

        def total(x, loss=loss):
            return sum(loss(boxes, classes, ANCHORS, deltas, x).values())

        slope = ops.gradient(total, columns)
        assert np.isfinite(slope).all()
        assert (float(total(columns)) == 0) == silent == (np.abs(slope).max() == 0)
