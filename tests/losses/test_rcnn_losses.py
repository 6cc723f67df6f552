"""The losses of R-CNN's family against slow loops, with padding, and on images without objects."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from course.losses.rcnn import mask_loss, region_loss, rpn_loss, sample_regions, take_own
from course.ops import anchor_shapes, anchors

ANCHORS = anchors(64, 64, [16], [anchor_shapes([20, 36], [0.5, 1, 2])])
CLASSES, REGIONS = 3, 7


def problem(seed, num_objects=(3, 1, 0)):
    """Three images with some objects; the rest of the slots is padding."""
    rng = np.random.default_rng(seed)
    low, side = rng.uniform(0, 30, (3, 4, 2)), rng.uniform(12, 34, (3, 4, 2))
    boxes = np.concatenate([low, low + side], -1).astype("float32")
    classes = rng.integers(0, CLASSES, (3, 4)).astype("int32")
    empty = np.arange(4) >= np.array(num_objects)[:, None]
    boxes[empty], classes[empty] = 0, -1
    return rng, boxes, classes


def numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


def slow_iou(a, b):
    common = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    areas = sum((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b))
    return common / (areas - common) if areas > common else 0.0


def slow_box_loss(box, anchor, delta, weights, beta):
    (x0, y0, x1, y1), (a0, b0, a1, b1) = map(np.float64, (box, anchor))
    w, h = a1 - a0, b1 - b0
    target = (((x0 + x1) - (a0 + a1)) / 2 / w, ((y0 + y1) - (b0 + b1)) / 2 / h,
              math.log((x1 - x0) / w), math.log((y1 - y0) / h))  # fmt: skip
    errors = [abs(f * t - d) for f, t, d in zip(weights, target, delta, strict=True)]
    return sum(0.5 * e * e / beta if e < beta else e - 0.5 * beta for e in errors)


def slow_rpn_labels(objects):
    """Index of the object, −1 or −2 for every anchor, rule by rule of section 3.1.2."""
    table = [[slow_iou(anchor, box) for box in objects] for anchor in ANCHORS]
    labels = []
    for row in table:
        best = max(row, default=0)
        labels.append(row.index(best) if best >= 0.7 else -1 if best < 0.3 else -2)
    free, left = set(range(len(ANCHORS))), set(range(len(objects)))
    while left:  # every object gets an anchor of its own, the best pair first
        n, a = max(((n, a) for n in left for a in free), key=lambda pair: table[pair[1]][pair[0]])
        labels[a] = n
        free.remove(a), left.remove(n)
    return labels


@pytest.mark.parametrize("seed", range(4))
def test_rpn_loss_equals_a_loop(seed):
    rng, boxes, classes = problem(seed)
    deltas = rng.normal(size=(3, len(ANCHORS), 4)).astype("float32")
    logits = rng.normal(size=(3, len(ANCHORS))).astype("float32")
    priority = rng.permutation(3 * len(ANCHORS)).reshape(3, -1).astype("float32") / 1000
    doubt = error = drawn = 0
    for k in range(3):
        labels = slow_rpn_labels(boxes[k][classes[k] >= 0])
        order = sorted(range(len(ANCHORS)), key=lambda a: -priority[k, a])
        positive = [a for a in order if labels[a] >= 0][:8]
        negative = [a for a in order if labels[a] == -1][: 16 - len(positive)]
        for a in positive:
            doubt += math.log(1 + math.exp(-logits[k, a]))
            box = boxes[k][labels[a]]
            error += slow_box_loss(box, ANCHORS[a], deltas[k, a], (1, 1, 1, 1), 1 / 9)
        doubt += sum(math.log(1 + math.exp(logits[k, a])) for a in negative)
        drawn += len(positive) + len(negative)
    terms = rpn_loss(boxes, classes, ANCHORS, deltas, logits, priority, count=16)
    assert float(terms["rpn_class"]) == pytest.approx(doubt / drawn, rel=1e-4)
    assert float(terms["rpn_box"]) == pytest.approx(error / drawn, rel=1e-4)


def regions_near(rng, boxes):
    """Three regions near the first object, three anywhere, and one of padding."""
    near = boxes[:, :1] + rng.uniform(-4, 4, (3, 3, 4))
    low = rng.uniform(0, 40, (3, 3, 2))
    far = np.concatenate([low, low + rng.uniform(8, 20, (3, 3, 2))], -1)
    regions = np.concatenate([near, far, np.zeros((3, 1, 4))], 1).astype("float32")
    regions[2, :3] = far[2] + 2  # the image without objects
    return regions, np.arange(REGIONS)[None].repeat(3, 0) < 6


@pytest.mark.parametrize("count, share", [(4, 0.5), (6, 0.25), (9, 1.0)])
@pytest.mark.parametrize("seed", range(3))
def test_sampling_regions_equals_a_loop(seed, count, share):
    rng, boxes, classes = problem(seed)
    regions, filled = regions_near(rng, boxes)
    priority = rng.permutation(3 * (REGIONS + 4)).reshape(3, -1).astype("float32") / 100
    found, matches = numpy(sample_regions(regions, filled, boxes, classes, priority, count, share))
    for k in range(3):
        objects = [(n, box) for n, box in enumerate(boxes[k]) if classes[k, n] >= 0]
        pool = {r: region for r, region in enumerate(regions[k]) if filled[k, r]}
        pool |= {REGIONS + n: box for n, box in objects}  # the objects' own boxes
        labels = {}
        for r, region in pool.items():
            overlaps = [(slow_iou(region, box), -n) for n, box in objects]
            best, n = max(overlaps, default=(0, 0))
            labels[r] = -n if best >= 0.5 else -1
        order = sorted(pool, key=lambda r: -priority[k, r])
        chosen = [r for r in order if labels[r] >= 0][: math.ceil(share * count)]
        chosen += [r for r in order if labels[r] == -1][: count - len(chosen)]
        assert matches[k].tolist() == [labels[r] for r in chosen] + [-2] * (count - len(chosen))
        expected = np.array([pool[r] for r in chosen])
        np.testing.assert_allclose(found[k][: len(chosen)], expected, atol=1e-5)


def test_perfect_regions_are_not_needed_where_objects_stand_in():
    boxes = np.float32([[[10, 10, 30, 40], [0, 0, 0, 0]]])
    classes, nothing = np.int32([[2, -1]]), np.zeros((1, 3, 4), "float32")
    priority = np.full((1, 5), 0.5, "float32")
    found, matches = numpy(
        sample_regions(nothing, np.zeros((1, 3), bool), boxes, classes, priority, 4)
    )
    assert matches.tolist() == [[0, -2, -2, -2]]
    assert found[0, 0].tolist() == [10, 10, 30, 40]


@pytest.mark.parametrize("seed", range(4))
def test_region_loss_equals_a_loop(seed):
    rng, boxes, classes = problem(seed)
    regions, _ = regions_near(rng, boxes)
    matches = rng.integers(-2, 1, (3, REGIONS)).astype("int32")
    matches[2] = np.minimum(matches[2], -1)
    matches[:, -1] = -2  # padding
    deltas = rng.normal(size=(3, REGIONS, CLASSES, 4)).astype("float32")
    logits = rng.normal(size=(3, REGIONS, 1 + CLASSES)).astype("float32")
    doubt = error = counted = 0
    for k, r in np.argwhere(matches != -2):
        label = 0 if matches[k, r] < 0 else classes[k, matches[k, r]] + 1
        doubt += math.log(np.exp(logits[k, r]).sum()) - logits[k, r, label]
        counted += 1
        if label:
            box, own = boxes[k, matches[k, r]], deltas[k, r, label - 1]
            error += slow_box_loss(box, regions[k, r], own, (10, 10, 5, 5), 1.0)
    terms = region_loss(boxes, classes, regions, matches, deltas, logits)
    assert float(terms["class"]) == pytest.approx(doubt / counted, rel=1e-4)
    assert float(terms["box"]) == pytest.approx(error / counted, rel=1e-4, abs=1e-6)


def test_mask_loss_equals_a_loop():
    rng, boxes, classes = problem(0, (2, 1, 0))
    boxes = np.round(boxes)
    masks = np.zeros((3, 4, 64, 64), "uint8")
    for k, n in np.argwhere(classes >= 0):  # the left half of each box, in whole pixels
        x0, y0, x1, y1 = boxes[k, n].astype(int)
        masks[k, n, y0:y1, x0 : (x0 + x1) // 2] = 1
    regions = np.stack([boxes[:, 0], boxes[:, 1], boxes[:, 0]], axis=1)
    matches = np.int32([[0, 1, -1], [0, -1, -2], [-1, -2, -2]])
    logits = rng.normal(size=(3, 3, 8, 8, CLASSES)).astype("float32")
    each = []
    for k, r in np.argwhere(matches >= 0):
        x0, y0, x1, y1 = regions[k, r].astype(float)
        own = logits[k, r, :, :, classes[k, matches[k, r]]]
        doubts = []
        for i in range(8):
            for j in range(8):
                x, edge = x0 + (j + 0.5) * (x1 - x0) / 8, (x0 + x1) // 2
                target = float(x < edge)
                p = 1 / (1 + math.exp(-own[i, j]))
                doubts.append((-math.log(p if target else 1 - p), abs(x - edge)))
        each.append(doubts)
    loss = float(mask_loss(masks, classes, regions, matches, logits)["mask"])
    assert min(distance for doubts in each for _, distance in doubts) > 0.3  # no cell in doubt
    assert loss == pytest.approx(np.mean([[d for d, _ in doubts] for doubts in each]), rel=1e-4)


def test_other_classes_masks_feel_nothing():
    _, boxes, classes = problem(1, (1, 1, 0))
    masks = np.ones((3, 4, 64, 64), "uint8")
    matches = np.int32([[0], [0], [-2]])
    logits = tf.zeros((3, 1, 4, 4, CLASSES))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = mask_loss(masks, classes, boxes[:, :1], matches, logits)["mask"]
    touched = np.abs(tape.gradient(loss, logits)).max(axis=(2, 3))[:, 0] > 0  # [B, K]
    expected = [[k < 2 and classes[k, 0] == c for c in range(CLASSES)] for k in range(3)]
    assert touched.tolist() == expected


def test_take_own_equals_a_loop():
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(2, 5, 3, 4, 2)), rng.integers(-2, 3, (2, 5))
    expected = [[values[k, r, max(labels[k, r], 0)] for r in range(5)] for k in range(2)]
    np.testing.assert_allclose(numpy(take_own(values, labels)), expected, rtol=1e-6)


@pytest.mark.parametrize("num_objects", [(3, 1, 0), (0, 0, 0)])
def test_gradients_are_numbers_with_padding_and_without_objects(num_objects):
    rng, boxes, classes = problem(0, num_objects)
    regions, filled = regions_near(rng, boxes)
    shapes = {
        "deltas": (3, len(ANCHORS), 4), "logits": (3, len(ANCHORS)),
        "own_deltas": (3, 12, CLASSES, 4), "own_logits": (3, 12, 1 + CLASSES),
    }  # fmt: skip
    values = {k: tf.constant(rng.normal(size=s).astype("float32")) for k, s in shapes.items()}
    dice = rng.random((3, len(ANCHORS))).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(values)
        terms = rpn_loss(boxes, classes, ANCHORS, values["deltas"], values["logits"], dice)
        drawn = sample_regions(regions, filled, boxes, classes, dice[:, : REGIONS + 4], 11)
        padded = [ops.pad(x, [(0, 0), (0, 1), *[(0, 0)] * (x.ndim - 2)], "constant", fill)
                  for x, fill in zip(numpy(drawn), (0, -2), strict=True)]  # fmt: skip
        own = values["own_deltas"], values["own_logits"]
        terms |= region_loss(boxes, classes, *padded, *own)
        loss = sum(terms.values())
    assert np.isfinite([float(v) for v in terms.values()]).all()
    assert all(np.isfinite(g).all() for g in tape.gradient(loss, list(values.values())))
    if not any(num_objects):
        assert float(terms["rpn_box"]) == float(terms["box"]) == 0
        assert float(terms["rpn_class"]) > 0 and float(terms["class"]) > 0
