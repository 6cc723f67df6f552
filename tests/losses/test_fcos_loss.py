"""FCOS's assignment and loss against loops that are too slow to be wrong."""

import numpy as np
import pytest
from keras import ops

from course.losses import assign_places, fcos_loss, varifocal_loss
from course.models.fcos import lay_places


def numpy(x):
    return ops.convert_to_numpy(x)


def random_objects(rng, images=3, slots=4, side=64):
    low = rng.uniform(-8, side - 8, (images, slots, 2))
    boxes = np.concatenate([low, low + rng.uniform(2, 48, (images, slots, 2))], -1)
    classes = rng.integers(-1, 3, (images, slots))
    return np.where(classes[..., None] < 0, 0, boxes).astype("float32"), classes.astype("int32")


def slow_assign(places, strides, ranges, boxes, classes, radius):
    result = np.full((len(boxes), len(places)), -1)
    for i, (own, kinds) in enumerate(zip(boxes, classes, strict=True)):
        for a, (x, y) in enumerate(places):
            least = np.inf
            for n, (x0, y0, x1, y1) in enumerate(own):
                centre = abs(x - (x0 + x1) / 2), abs(y - (y0 + y1) / 2)
                side = max(x1 - x0, y1 - y0)
                if kinds[n] < 0 or not (x0 < x < x1 and y0 < y < y1):
                    continue
                if max(centre) >= radius * strides[a]:
                    continue
                if not ranges[a][0] <= side < ranges[a][1]:
                    continue
                if (x1 - x0) * (y1 - y0) < least:
                    least, result[i, a] = (x1 - x0) * (y1 - y0), n
    return result


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("split", [(), (24,)])
def test_places_learn_what_the_loop_says(seed, split):
    rng = np.random.default_rng(seed)
    boxes, classes = random_objects(rng)
    layout = lay_places(64, 64, (8, 16)[: len(split) + 1], split)
    radius = rng.uniform(0.5, 3)
    expected = slow_assign(*layout, boxes, classes, radius)
    assert np.array_equal(numpy(assign_places(*layout, boxes, classes, radius)), expected)


def test_the_smaller_of_two_objects_wins():
    layout = lay_places(32, 32, (8,), ())
    boxes = np.array([[[0, 0, 32, 32], [8, 8, 24, 24]]], "float32")
    matches = numpy(assign_places(*layout, boxes, np.array([[0, 1]], "int32"), radius=4))
    assert matches.reshape(4, 4).tolist() == [
        [0, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 0],
    ]


def test_varifocal_loss_by_hand():
    logits = np.array([[0.0, 2.0]], "float32")
    targets = np.array([[0.6, 0.0]], "float32")
    p = 1 / (1 + np.exp(-logits[0]))
    object_part = 0.6 * -(0.6 * np.log(p[0]) + 0.4 * np.log(1 - p[0]))
    background = 0.75 * p[1] ** 2 * -np.log(1 - p[1])
    assert numpy(varifocal_loss(targets, logits)) == pytest.approx(
        object_part + background, abs=1e-6
    )


def slow_loss(logits, predicted, matches, boxes, classes):
    kind, box, num = 0.0, 0.0, max((matches >= 0).sum(), 1)
    for i, a in np.ndindex(*matches.shape):
        q = np.zeros(logits.shape[-1])
        if matches[i, a] >= 0:
            p, t = predicted[i, a], boxes[i, matches[i, a]]
            sides = np.minimum(p[2:], t[2:]) - np.maximum(p[:2], t[:2])
            common = np.prod(np.maximum(sides, 0))
            union = np.prod(p[2:] - p[:2]) + np.prod(t[2:] - t[:2]) - common
            hull = np.prod(np.maximum(p[2:], t[2:]) - np.minimum(p[:2], t[:2]))
            q[classes[i, matches[i, a]]] = max(common / union, 0.05)
            box += 1 - common / union + (hull - union) / hull
        for k, z in enumerate(logits[i, a]):
            p = 1 / (1 + np.exp(-z))
            weight = q[k] if q[k] > 0 else 0.75 * p**2
            kind -= weight * (q[k] * np.log(p) + (1 - q[k]) * np.log(1 - p))
    return {"class": kind / num, "box": box / num}


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_is_that_of_the_loop(seed):
    rng = np.random.default_rng(seed)
    boxes, classes = random_objects(rng)
    layout = lay_places(64, 64, (8,), ())
    matches = numpy(assign_places(*layout, boxes, classes, 2))
    logits = rng.normal(size=(*matches.shape, 3)).astype("float32")
    reach = rng.uniform(1, 20, (*matches.shape, 4)).astype("float32")
    predicted = np.concatenate([layout[0] - reach[..., :2], layout[0] + reach[..., 2:]], -1)
    terms = fcos_loss(logits, predicted, matches, boxes, classes)
    for name, value in slow_loss(logits, predicted, matches, boxes, classes).items():
        assert float(terms[name]) == pytest.approx(value, rel=1e-4), name


def test_an_empty_image_gives_finite_terms_and_no_box_loss():
    matches = np.full((1, 4), -1, "int32")
    boxes, classes = np.zeros((1, 2, 4), "float32"), np.full((1, 2), -1, "int32")
    terms = fcos_loss(np.zeros((1, 4, 3), "float32"), boxes[:, [0] * 4], matches, boxes, classes)
    assert float(terms["box"]) == 0 and np.isfinite(float(terms["class"]))
