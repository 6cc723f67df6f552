"""YOLO's targets, responsible boxes and losses against slow loops over cells, boxes and classes."""

import math

import keras
import numpy as np
import pytest

from course import losses, ops

SIDE = 64
TERMS = ["position", "size", "object", "no_object", "classes"]


def scene(rng, images=3, slots=5, classes=4):
    """Random objects, some slots empty (not only at the end), the last image without any."""
    low = rng.uniform(0, SIDE - 12, (images, slots, 2))
    boxes = np.concatenate([low, low + rng.uniform(4, 12, (images, slots, 2))], -1)
    kinds = rng.integers(-1, classes, (images, slots))
    kinds[-1] = -1
    return np.where(kinds[..., None] < 0, 0, boxes).astype("float32"), kinds.astype("int32")


def slow_targets(boxes, kinds, grid, num_boxes, num_classes):
    result = np.zeros((len(boxes), grid, grid, 5 * num_boxes + num_classes))
    for image in range(len(boxes)):
        for (x0, y0, x1, y1), kind in zip(boxes[image].astype(float), kinds[image], strict=True):
            x, y = (x0 + x1) / 2 / SIDE * grid, (y0 + y1) / 2 / SIDE * grid
            row, column = int(y), int(x)
            if kind < 0 or result[image, row, column].any():
                continue
            box = [x - column, y - row, (x1 - x0) / SIDE, (y1 - y0) / SIDE, 1]
            result[image, row, column, : 5 * num_boxes] = box * num_boxes
            result[image, row, column, 5 * num_boxes + kind] = 1
    return result


def slow_iou(a, b, grid):
    """Overlap of two boxes (x, y, w, h) of one cell."""
    sides = []
    for k in (0, 1):
        low = max(a[k] / grid - a[k + 2] / 2, b[k] / grid - b[k + 2] / 2)
        high = min(a[k] / grid + a[k + 2] / 2, b[k] / grid + b[k + 2] / 2)
        sides.append(max(high - low, 0))
    common = sides[0] * sides[1]
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def slow_loss(targets, outputs, num_boxes, coord, obj, noobj, classes, root):
    terms, grid = dict.fromkeys(TERMS, 0.0), targets.shape[1]
    bend = math.sqrt if root else float
    for target, output in zip(
        targets.reshape(-1, targets.shape[-1]), outputs.reshape(-1, targets.shape[-1]), strict=True
    ):
        slots = [output[5 * j : 5 * j + 5] for j in range(num_boxes)]
        if target[4]:
            fits = [slow_iou(target, slot, grid) for slot in slots]
            chosen = fits.index(max(fits))
        for j, slot in enumerate(slots):
            if target[4] and j == chosen:
                terms["position"] += coord * sum((target[k] - slot[k]) ** 2 for k in (0, 1))
                terms["size"] += coord * sum((bend(target[k]) - bend(slot[k])) ** 2 for k in (2, 3))
                terms["object"] += obj * (fits[j] - slot[4]) ** 2
            else:
                terms["no_object"] += noobj * slot[4] ** 2
        if target[4]:
            wrong = (target[5 * num_boxes :] - output[5 * num_boxes :]) ** 2
            terms["classes"] += classes * wrong.sum()
    return {name: value / len(targets) for name, value in terms.items()}


@pytest.mark.parametrize("seed", range(8))
def test_targets_equal_a_loop_over_objects(seed):
    rng = np.random.default_rng(seed)
    boxes, kinds = scene(rng, slots=1 + seed)
    grid, num_boxes = int(rng.integers(1, 9)), 1 + seed % 3
    found = losses.yolo_targets(boxes, kinds, SIDE, grid, num_boxes, 4)
    assert np.array(found) == pytest.approx(
        slow_targets(boxes, kinds, grid, num_boxes, 4), abs=1e-5
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_five_terms_equal_a_loop_over_cells_and_boxes(seed):
    rng = np.random.default_rng(seed)
    num_boxes, grid, root = 1 + seed % 3, 3 + seed % 2, bool(seed % 2)
    targets = np.array(losses.yolo_targets(*scene(rng), SIDE, grid, num_boxes, 4))
    outputs = rng.uniform(0.05, 1, targets.shape).astype("float32")
    outputs[..., : 5 * num_boxes : 5] -= 0.5  # a centre may lie outside its cell
    factors = dict(zip(("coord", "obj", "noobj", "classes"), rng.uniform(0.1, 5, 4), strict=True))
    found = losses.yolo_loss(targets, outputs, num_boxes, root=root, **factors)
    expected = slow_loss(targets, outputs.astype(float), num_boxes, root=root, **factors)
    assert list(found) == TERMS
    assert {k: float(v) for k, v in found.items()} == pytest.approx(expected, rel=1e-4)


def test_thirty_numbers_per_cell_and_what_they_say():
    boxes = np.array([[[64, 128, 192, 192]]], "float32")  # centre (128, 160), 128 by 64 pixels
    targets = np.array(losses.yolo_targets(boxes, np.array([[14]]), 448))
    assert targets.shape == (1, 7, 7, 30)
    assert np.argwhere(targets.any(-1)).tolist() == [[0, 2, 2]]
    cell = targets[0, 2, 2]
    assert cell[:5] == pytest.approx([0, 0.5, 128 / 448, 64 / 448, 1])
    assert cell[5:10].tolist() == cell[:5].tolist()
    assert np.flatnonzero(cell[10:]).tolist() == [14]


def test_a_centre_on_the_far_border_belongs_to_the_last_cell():
    edge = np.array([[[SIDE, SIDE, SIDE, SIDE]]], "float32")
    found = np.array(losses.yolo_targets(edge, np.array([[0]]), SIDE, 4, 1, 1))
    assert found[0, 3, 3].tolist() == [1, 1, 0, 0, 1, 1]


def test_of_two_objects_in_one_cell_the_first_is_kept():
    boxes = np.array([[[0, 0, 0, 0], [2, 2, 10, 10], [4, 4, 8, 8]]], "float32")
    targets = np.array(losses.yolo_targets(boxes, np.array([[-1, 1, 0]]), SIDE, 4, 2, 2))
    assert targets[..., 4].sum() == 1
    assert targets[0, 0, 0, 2] == pytest.approx(8 / SIDE) and targets[0, 0, 0, 11] == 1


def test_boxes_come_back_from_cells():
    rng = np.random.default_rng(0)
    low = rng.integers(0, 3, (20, 1, 2)) * 16.0
    boxes = np.concatenate([low + rng.uniform(0, 6, low.shape), low + 8], -1).astype("float32")
    targets = losses.yolo_targets(boxes, np.zeros((20, 1), "int32"), SIDE, 7, 2, 3)
    found = np.array(losses.yolo_boxes(losses.yolo_split(targets)[0], SIDE))
    there = np.array(targets)[..., 4] > 0
    assert there.sum() == 20
    assert found[there] == pytest.approx(np.repeat(boxes, 2, axis=1), abs=1e-4)


def test_the_better_box_is_responsible_and_only_it_learns_the_place():
    targets = np.zeros((1, 2, 2, 12), "float32")
    targets[0, 1, 0] = [0.5, 0.5, 0.2, 0.2, 1] * 2 + [0, 1]
    outputs = np.zeros_like(targets)
    outputs[0, 1, 0] = [0.5, 0.5, 0.3, 0.3, 0.9, 0.4, 0.5, 0.2, 0.2, 0.1, 0.5, 0.5]
    mine, overlaps = map(np.array, losses.responsible(targets, outputs))
    assert mine[0, 1, 0].tolist() == [0, 1] and mine.sum() == 1
    assert overlaps[0, 1, 0] == pytest.approx([4 / 9, 0.15 / 0.25], rel=1e-4)
    slope = np.array(ops.gradient(lambda x: sum(losses.yolo_loss(targets, x).values()), outputs))[
        0, 1, 0
    ]
    assert (slope[:4] == 0).all()  # the other box: only its confidence is pushed down
    assert slope[4] == pytest.approx(2 * 0.5 * 0.9) and slope[9] == pytest.approx(2 * (0.1 - 0.6))
    assert slope[5] == pytest.approx(2 * 5 * -0.1)


def test_empty_images_and_zero_sizes_give_finite_losses_and_slopes():
    boxes, kinds = np.zeros((2, 3, 4), "float32"), -np.ones((2, 3), "int32")
    boxes[0, 0], kinds[0, 0] = [8, 8, 24, 24], 2
    targets = losses.yolo_targets(boxes, kinds, SIDE, 4, 2, 3)
    outputs = np.zeros(targets.shape, "float32")
    for root in (True, False):
        slope = ops.gradient(
            lambda x, r=root: sum(losses.yolo_loss(targets, x, root=r).values()), outputs
        )
        assert np.isfinite(np.array(slope)).all()
    empty = losses.yolo_loss(targets[1:], outputs[1:] + 0.5)
    assert {k: float(v) for k, v in empty.items() if k != "no_object"} == dict.fromkeys(
        ["position", "size", "object", "classes"], 0
    )
    assert float(empty["no_object"]) == pytest.approx(0.5 * 32 * 0.25)


SHAPES = np.array([[8, 16], [24, 12], [40, 40]], "float32")


def slow_anchor_targets(boxes, kinds, grid, num_classes):
    result = np.zeros((len(boxes), grid, grid, len(SHAPES), 5 + num_classes))
    for image in range(len(boxes)):
        for (x0, y0, x1, y1), kind in zip(boxes[image].astype(float), kinds[image], strict=True):
            x, y, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
            x, y, fits = x / SIDE * grid, y / SIDE * grid, []
            for a, b in SHAPES:
                common = min(a, w) * min(b, h)
                fits.append(common / (a * b + w * h - common + 1e-12))
            block = result[image, int(y), int(x), fits.index(max(fits))]
            if kind >= 0 and not block.any():
                block[:5] = 1, x % 1, y % 1, h / SIDE, w / SIDE
                block[5 + kind] = 1
    return result


@pytest.mark.parametrize("seed", range(6))
def test_anchor_targets_equal_a_loop_over_objects(seed):
    boxes, kinds = scene(np.random.default_rng(seed), slots=6)
    boxes[0, :2], kinds[0, :2] = [[5, 5, 15, 20], [5, 5, 24, 19]], 2  # neighbours of two shapes
    found = losses.yolo_anchor_targets(boxes, kinds, SIDE, SHAPES, 3, 4)
    assert np.array(found) == pytest.approx(slow_anchor_targets(boxes, kinds, 3, 4), abs=1e-5)


def test_the_blocks_of_the_slide():
    """Two anchors and three classes: (p_c, b_x, b_y, b_h, b_w, c_1, c_2, c_3), twice."""
    boxes = np.array([[[28, 16, 36, 48], [16, 28, 48, 36]]], "float32")  # one cell: tall and wide
    anchors = [[16, 48], [48, 16]]
    targets = np.array(losses.yolo_anchor_targets(boxes, np.array([[0, 1]]), SIDE, anchors, 3, 3))
    assert targets.shape == (1, 3, 3, 2, 8)
    tall, wide = targets[0, 1, 1]
    assert tall == pytest.approx([1, 0.5, 0.5, 32 / 64, 8 / 64, 1, 0, 0], abs=1e-6)
    assert wide == pytest.approx([1, 0.5, 0.5, 8 / 64, 32 / 64, 0, 1, 0], abs=1e-6)
    assert targets.sum() == pytest.approx(tall.sum() + wide.sum())


def test_anchor_loss_equals_a_loop_over_blocks():
    rng = np.random.default_rng(0)
    boxes, kinds = scene(rng, slots=6)
    targets = np.array(losses.yolo_anchor_targets(boxes, kinds, SIDE, SHAPES / 4, 3, 4))
    outputs = rng.uniform(0.05, 1, targets.shape).astype("float32")
    expected = dict.fromkeys(TERMS, 0.0)
    taken = targets[:, :, :, 2, 0] > 0  # some boxes fit the object of another block
    outputs[:, :, :, 0, 1:5][taken] = targets[:, :, :, 2, 1:5][taken]
    for cell, out in zip(targets.reshape(-1, 3, 9), outputs.reshape(-1, 3, 9), strict=True):
        for t, o in zip(cell, out.astype(float), strict=True):
            if not t[0]:
                there = [other[[1, 2, 4, 3]] for other in cell if other[0]]
                nearest = max((slow_iou(box, o[[1, 2, 4, 3]], 3) for box in there), default=0)
                expected["no_object"] += 0.5 * o[0] ** 2 / 3 * (nearest <= 0.6)
                continue
            expected["position"] += 5 * ((t[1] - o[1]) ** 2 + (t[2] - o[2]) ** 2) / 3
            expected["size"] += 5 * sum(math.log(t[k] / o[k]) ** 2 for k in (3, 4)) / 3
            fit = slow_iou(t[[1, 2, 4, 3]], o[[1, 2, 4, 3]], 3)
            expected["object"] += (fit - o[0]) ** 2 / 3
            expected["classes"] += -math.log(o[5 + t[5:].argmax()]) / 3
    assert taken.any()
    found = losses.yolo_anchor_loss(targets, outputs)
    assert {k: float(v) for k, v in found.items()} == pytest.approx(expected, rel=1e-4)


def test_a_perfect_anchor_output_costs_nothing_and_learns_nothing():
    boxes, kinds = scene(np.random.default_rng(1))
    targets = losses.yolo_anchor_targets(boxes, kinds, SIDE, SHAPES, 4, 4)
    for value in losses.yolo_anchor_loss(targets, targets).values():
        assert float(value) == pytest.approx(0, abs=1e-5)
    slope = ops.gradient(lambda x: sum(losses.yolo_anchor_loss(targets, x).values()), targets)
    assert np.isfinite(np.array(slope)).all()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function is TensorFlow's")
def test_targets_and_loss_compile_with_xla():
    import tensorflow as tf

    boxes, kinds = scene(np.random.default_rng(2))
    outputs = np.random.default_rng(3).random((3, 7, 7, 14)).astype("float32")

    def total(boxes, kinds, outputs):
        return sum(
            losses.yolo_loss(losses.yolo_targets(boxes, kinds, SIDE, 7, 2, 4), outputs).values()
        )

    compiled = tf.function(total, jit_compile=True)(boxes, kinds, outputs)
    assert float(compiled) == pytest.approx(float(total(boxes, kinds, outputs)), rel=1e-5)
