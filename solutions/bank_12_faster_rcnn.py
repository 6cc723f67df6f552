"""The bank of exercise 12_faster_rcnn: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2015)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def different(*shape: int, low: float = 0.02, high: float = 0.98) -> np.ndarray:
    """Numbers from low to high with three decimals, no two alike."""
    steps = np.arange(round(low * 1000), round(high * 1000))
    return rng.choice(steps, shape, replace=False) / 1000


# --- grid_anchors ------------------------------------------------------------------------------

grid_anchors = Question("grid_anchors", {"shapes": 1, "places": 1, "inside": 1})
# height, width, stride, sizes, ratios
grid_anchors.case("shapes", 16, 16, 16, [8.0], [1.0, 4.0, 0.25])
grid_anchors.case("shapes", 16, 32, 16, [4.0, 10.0], [1.0, 2.0])
grid_anchors.case("places", 48, 64, 16, [20.0], [1.0])
grid_anchors.case("places", 20, 33, 8, [6.0], [0.5, 2.0])
grid_anchors.case("inside", 40, 24, 8, [10.0, 18.0], [1.0, 4.0])
grid_anchors.case("inside", 32, 48, 16, [16.0], [1.0])
grid_anchors.case("shapes", 32, 16, 16, [16.0, 32.0, 64.0], [0.5, 1.0, 2.0], hidden=True)
grid_anchors.case("shapes", 8, 8, 8, [3.0], [9.0, 0.1], hidden=True)
grid_anchors.case("places", 100, 70, 16, [32.0, 12.0], [1.0, 3.0], hidden=True)
grid_anchors.case("places", 7, 90, 4, [5.0], [1.5], hidden=True)
grid_anchors.case("inside", 128, 96, 16, [32.0, 64.0, 128.0], [0.5, 1.0, 2.0], hidden=True)
grid_anchors.case("inside", 24, 24, 8, [8.0, 24.0, 4.0], [1.0, 4.0], hidden=True)
grid_anchors.case("places", 33, 40, 16, [6.0], [1.0], hidden=True)


@grid_anchors.oracle
def grid_anchors_place_by_place(height, width, stride, sizes, ratios):
    anchors, inside = [], []
    for top in range(0, height, stride):
        for left in range(0, width, stride):
            for size in sizes:
                for ratio in ratios:
                    h = math.sqrt(size * size / ratio)
                    w = ratio * h
                    x, y = left + stride / 2, top + stride / 2
                    box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
                    anchors.append(box)
                    fits_x = box[0] >= 0 and box[2] <= width
                    inside.append(fits_x and box[1] >= 0 and box[3] <= height)
    return np.array(anchors), np.array(inside)


@grid_anchors.right
def grid_anchors_by_loops(height, width, stride, sizes, ratios):
    boxes = []
    for y in np.arange(stride / 2, height + stride / 2, stride):
        for x in np.arange(stride / 2, width + stride / 2, stride):
            for size in sizes:
                for root in np.sqrt(ratios):
                    w, h = size * root, size / root
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    limit = np.array([width, height])
    return boxes, np.all(boxes[:, :2] >= 0, axis=1) & np.all(boxes[:, 2:] <= limit, axis=1)


@grid_anchors.right
def grid_anchors_by_broadcasting(height, width, stride, sizes, ratios):
    root = np.sqrt(np.array(ratios))
    half = np.array(sizes)[:, None, None] * np.stack([root, 1 / root], axis=1) / 2
    half = half.reshape(-1, 2)
    rows, columns = -(-height // stride), -(-width // stride)
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    centre = np.stack([x, y], axis=-1).reshape(-1, 1, 2) * stride
    anchors = np.concatenate([centre - half, centre + half], axis=-1).reshape(-1, 4)
    over = np.maximum(anchors[:, 2:] - [width, height], -anchors[:, :2])
    return anchors, over.max(axis=1) <= 0


@grid_anchors.right
def grid_anchors_by_counting(height, width, stride, sizes, ratios):
    columns = (width + stride - 1) // stride
    rows = (height + stride - 1) // stride
    shapes = [(s * r**0.5, s * r**-0.5) for s in sizes for r in ratios]
    anchors = np.zeros((rows * columns * len(shapes), 4))
    for n in range(len(anchors)):
        place, k = divmod(n, len(shapes))
        i, j = divmod(place, columns)
        anchors[n, 0::2] = (j + 0.5) * stride - shapes[k][0] / 2, (j + 0.5) * stride
        anchors[n, 1::2] = (i + 0.5) * stride - shapes[k][1] / 2, (i + 0.5) * stride
        anchors[n, 2:] += np.array(shapes[k]) / 2
    clipped = np.clip(anchors, 0, [width, height, width, height])
    return anchors, (clipped == anchors).all(axis=1)


@grid_anchors.wrong(
    "Anchors are centred in the middle of their cell, half a stride from its corner"
)
def grid_anchors_at_the_corners(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = i * stride, j * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("The column gives x and the row gives y: row i is centred at y = (i + ½) s")
def grid_anchors_with_rows_and_columns_swapped(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            x, y = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "A map has ⌈H / s⌉ rows and ⌈W / s⌉ columns, so that the last pixels have anchors too"
)
def grid_anchors_rounding_the_grid_down(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(max(height // stride, 1)):
        for j in range(max(width // stride, 1)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("The ratio is width divided by height: a ratio of 2 is a wide box")
def grid_anchors_with_ratio_upside_down(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size / ratio**0.5, size * ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "All ratios of a size have the same area: multiply and divide the size by the root of the ratio"
)
def grid_anchors_without_root(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio, size / ratio
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "Keep the area: a box that is made wider by the root of the ratio becomes lower by it"
)
def grid_anchors_with_one_height(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio, size
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "In one place, all ratios of the first size come first, then those of the second"
)
def grid_anchors_with_ratios_slowest(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for ratio in ratios:
                for size in sizes:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "All anchors of one place stand together: the loops over sizes and ratios are the inner ones"
)
def grid_anchors_shape_by_shape(height, width, stride, sizes, ratios):
    boxes = []
    for size in sizes:
        for ratio in ratios:
            for i in range(-(-height // stride)):
                for j in range(-(-width // stride)):
                    y, x = (i + 0.5) * stride, (j + 0.5) * stride
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "Go row by row: the outer loop runs over the rows, the next one over the columns"
)
def grid_anchors_column_by_column(height, width, stride, sizes, ratios):
    boxes = []
    for j in range(-(-width // stride)):
        for i in range(-(-height // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("An anchor is inside if the whole box is: looking at its centre is not enough")
def grid_anchors_with_centre_inside(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    low, high = centre >= 0, centre <= [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("A box that touches the border from inside is still inside: 0 ≤ x₀ and x₁ ≤ W")
def grid_anchors_touching_the_border(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] > 0, boxes[:, 2:] < [width, height]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("Compare x with the width of the image and y with its height")
def grid_anchors_with_sides_of_image_swapped(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [height, width]
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong("Do not cut anchors off at the border: only say which ones are inside")
def grid_anchors_clipped(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    boxes = np.clip(boxes, 0, [width, height, width, height])
    return boxes, low.all(axis=1) & high.all(axis=1)


@grid_anchors.wrong(
    "Return all anchors, also those that reach over the border: they are needed at test time"
)
def grid_anchors_inside_alone(height, width, stride, sizes, ratios):
    boxes = []
    for i in range(-(-height // stride)):
        for j in range(-(-width // stride)):
            y, x = (i + 0.5) * stride, (j + 0.5) * stride
            for size in sizes:
                for ratio in ratios:
                    w, h = size * ratio**0.5, size / ratio**0.5
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    boxes = np.array(boxes)
    low, high = boxes[:, :2] >= 0, boxes[:, 2:] <= [width, height]
    inside = low.all(axis=1) & high.all(axis=1)
    return boxes[inside], inside[inside]


# --- rpn_labels (find the bug) -----------------------------------------------------------------

rpn_labels = Question("rpn_labels", {"thresholds": 1, "best anchors": 1, "ties": 1, "nothing": 1})
# overlaps, high, low
rpn_labels.case("thresholds", np.array([[0.9], [0.75], [0.5], [0.2], [0.0]]), 0.7, 0.3)
rpn_labels.case("thresholds", np.array([[0.7, 0.0], [0.3, 0.1], [0.29, 0.8], [0.72, 0.6]]), 0.7,
                0.3)  # fmt: skip
rpn_labels.case("best anchors", np.array([[0.8, 0.0], [0.1, 0.25], [0.0, 0.2], [0.0, 0.1]]), 0.7,
                0.3)  # fmt: skip
rpn_labels.case("best anchors", np.array([[0.4, 0.1, 0.0], [0.2, 0.55, 0.0], [0.35, 0.0, 0.12]]),
                0.7, 0.3)  # fmt: skip
rpn_labels.case("ties", np.array([[0.45, 0.0], [0.45, 0.1], [0.1, 0.2], [0.0, 0.2]]), 0.7, 0.3)
rpn_labels.case("ties", np.array([[0.25, 0.8], [0.25, 0.0], [0.25, 0.0], [0.1, 0.0]]), 0.7, 0.3)
rpn_labels.case("nothing", np.array([[0.75, 0.0], [0.5, 0.0], [0.1, 0.0]]), 0.7, 0.3)
rpn_labels.case("nothing", np.zeros((4, 0)), 0.7, 0.3)


def labels_case(check, anchors, objects, high=0.7, low=0.3, greatest=0.98, empty=0.0) -> None:
    """Adds a hidden case with random overlaps, some of them 0."""
    overlaps = np.round(rng.uniform(0, greatest, (anchors, objects)), 2)
    overlaps[rng.random((anchors, objects)) < empty] = 0
    rpn_labels.case(check, overlaps, high, low, hidden=True)


labels_case("thresholds", 20, 2, empty=0.4)
labels_case("thresholds", 30, 3, 0.6, 0.5, empty=0.6)
labels_case("best anchors", 25, 5, greatest=0.28, empty=0.5)
labels_case("best anchors", 20, 6, greatest=0.5, empty=0.8)
labels_case("ties", 60, 4, greatest=0.25)
labels_case("ties", 80, 6, 0.8, 0.4, greatest=0.5)
rpn_labels.case("nothing", np.zeros((6, 0)), 0.5, 0.4, hidden=True)
rpn_labels.case("nothing", np.zeros((5, 2)), 0.7, 0.3, hidden=True)


@rpn_labels.oracle
def rpn_labels_anchor_by_anchor(overlaps, high, low):
    table = overlaps.tolist()
    labels = []
    for row in table:
        greatest = max(row, default=0.0)
        label = 1 if greatest >= high else 0 if greatest < low else -1
        for n, overlap in enumerate(row):
            if overlap > 0 and all(other[n] <= overlap for other in table):
                label = 1
        labels.append(label)
    return np.array(labels)


@rpn_labels.right
def rpn_labels_positives_last(overlaps, high, low):
    best = overlaps.max(axis=1, initial=0)
    labels = np.where(best < low, 0, -1)
    best_of_object = np.maximum(overlaps.max(axis=0, initial=0), 1e-9)
    labels[(overlaps >= best_of_object).any(axis=1) | (best >= high)] = 1
    return labels


@rpn_labels.right
def rpn_labels_object_by_object(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    labels[(overlaps < low).all(axis=1)] = 0
    labels[(overlaps >= high).any(axis=1)] = 1
    for column in overlaps.T:
        if column.max() > 0:
            labels[np.flatnonzero(column == column.max())] = 1
    return labels


@rpn_labels.right
def rpn_labels_from_choices(overlaps, high, low):
    padded = np.concatenate([overlaps, np.zeros((len(overlaps), 1))], axis=1)
    best = padded.max(axis=1)
    forced = ((padded == padded.max(axis=0)) & (padded > 0)).any(axis=1)
    return np.select([forced, best >= high, best < low], [1, 1, 0], -1)


@rpn_labels.wrong(
    "The best anchor of an object is positive whatever its IoU is: give out the background first "
    "and the positives after it, so that they win"
)
def rpn_labels_background_last(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    labels[best < low] = 0
    return labels


@rpn_labels.wrong(
    "An object that no anchor overlaps by the upper threshold must not go without: its best "
    "anchors are positive too"
)
def rpn_labels_by_thresholds_alone(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    labels[best >= high] = 1
    return labels


@rpn_labels.wrong(
    "If several anchors overlap an object equally well, all of them are positive, not only the "
    "first"
)
def rpn_labels_one_per_object(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = np.arange(len(overlaps))[:, None] == overlaps.argmax(axis=0)
    forced &= best_of_object > 0
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "If no anchor overlaps an object at all, its greatest IoU is 0, and every anchor has it: an "
    "anchor is forced only if its IoU is above 0"
)
def rpn_labels_forced_at_zero(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = overlaps == best_of_object
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Besides the best ones, all anchors that overlap an object by the upper threshold are positive"
)
def rpn_labels_by_force_alone(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Each object has best anchors of its own: take the maximum over the anchors, not over the "
    "whole table"
)
def rpn_labels_best_of_the_image(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Between the thresholds an anchor is neither an object nor background: it gets −1 and takes no "
    "part in the loss"
)
def rpn_labels_without_ignoring(overlaps, high, low):
    labels = np.full(len(overlaps), 0)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Background is 0, and −1 means that an anchor takes no part in the loss, not the other way "
    "round"
)
def rpn_labels_with_zero_and_minus_one_swapped(overlaps, high, low):
    labels = np.full(len(overlaps), 0)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = -1
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Background is what overlaps no object by the lower threshold: look at the largest IoU of an "
    "anchor, not at the smallest"
)
def rpn_labels_far_from_any_object(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[(overlaps < low).any(axis=1) | (best < low)] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong("An IoU of exactly the upper threshold is enough: ≥, not >")
def rpn_labels_above_high(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best > high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong("An IoU of exactly the lower threshold is no longer background: <, not ≤")
def rpn_labels_background_up_to_low(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best <= low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "An image without objects is all background, and the network must learn this too: label 0, not "
    "−1"
)
def rpn_labels_without_objects_all_ignored(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    if overlaps.shape[1] == 0:
        return labels
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return labels


@rpn_labels.wrong(
    "Every positive anchor has the label 1, whichever object it is: this network only tells "
    "objects from background"
)
def rpn_labels_numbering_objects(overlaps, high, low):
    labels = np.full(len(overlaps), -1)
    best = overlaps.max(axis=1, initial=0)
    labels[best < low] = 0
    best_of_object = overlaps.max(axis=0, initial=0)
    forced = (overlaps == best_of_object) & (overlaps > 0)
    labels[best >= high] = 1
    labels[forced.any(axis=1)] = 1
    return np.where(labels == 1, overlaps.argmax(axis=1), labels) if overlaps.size else labels


# --- sample_anchors ----------------------------------------------------------------------------

sample_anchors = Question(
    "sample_anchors", {"enough of both": 1, "few positives": 1, "few negatives": 1, "ignored": 1}
)


def sample_case(check, positives, negatives, ignored, number, share=0.5, hidden=False) -> None:
    """Adds a case with shuffled labels and different priorities."""
    labels = np.array([1] * positives + [0] * negatives + [-1] * ignored)
    labels = rng.permutation(labels)
    sample_anchors.case(
        check, labels, different(len(labels)), number, share, hidden=hidden, keeps=True
    )


sample_case("enough of both", 5, 6, 0, 4)
sample_case("enough of both", 6, 8, 0, 8, 0.25)
sample_case("enough of both", 5, 7, 0, 5)
sample_case("few positives", 1, 9, 0, 6)
sample_case("few positives", 0, 6, 0, 4)
sample_case("few negatives", 7, 2, 0, 8)
sample_case("few negatives", 4, 0, 0, 4, 0.75)
sample_case("ignored", 4, 5, 6, 6)
sample_case("ignored", 1, 3, 8, 6)
sample_case("enough of both", 40, 200, 0, 64, hidden=True)
sample_case("enough of both", 30, 60, 10, 31, 0.75, hidden=True)
sample_case("few positives", 7, 150, 60, 100, hidden=True)
sample_case("few positives", 2, 40, 0, 16, 0.25, hidden=True)
sample_case("few negatives", 60, 5, 12, 64, hidden=True)
sample_case("few negatives", 3, 2, 1, 256, hidden=True)
sample_case("ignored", 20, 300, 200, 128, hidden=True)
sample_case("ignored", 0, 0, 9, 4, hidden=True)


@sample_anchors.oracle
def sample_anchors_one_by_one(labels, priorities, number, share):
    sampled, taken = [-1] * len(labels), 0
    for wanted, limit in (1, math.floor(number * share)), (0, number):
        count = 0
        while taken < number and count < limit:
            free = [n for n, label in enumerate(labels.tolist()) if label == wanted]
            free = [n for n in free if sampled[n] == -1]
            if not free:
                break
            sampled[max(free, key=lambda n: float(priorities[n]))] = wanted
            taken, count = taken + 1, count + 1
    return np.array(sampled)


@sample_anchors.right
def sample_anchors_by_sorting(labels, priorities, number, share):
    positives, negatives = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    positives = positives[np.argsort(-priorities[positives])][: int(number * share)]
    negatives = negatives[np.argsort(-priorities[negatives])][: number - len(positives)]
    sampled = np.full(labels.shape, -1)
    sampled[positives], sampled[negatives] = 1, 0
    return sampled


@sample_anchors.right
def sample_anchors_by_rank(labels, priorities, number, share):
    def rank(of):  # among those marked, 0 for the greatest priority
        return np.sum(of & (priorities > priorities[:, None]), axis=1)

    positive = (labels == 1) & (rank(labels == 1) < number * share // 1)
    left = number - positive.sum()
    negative = (labels == 0) & (rank(labels == 0) < left)
    return np.where(positive, 1, np.where(negative, 0, -1))


@sample_anchors.right
def sample_anchors_by_going_down(labels, priorities, number, share):
    order = np.argsort(priorities)[::-1].tolist()
    wanted = {1: min(int(number * share), int(np.sum(labels == 1)))}
    wanted[0] = number - wanted[1]
    sampled = np.zeros_like(labels) - 1
    for n in order:
        if wanted.get(int(labels[n]), 0) > 0:
            wanted[int(labels[n])] -= 1
            sampled[n] = labels[n]
    return sampled


@sample_anchors.wrong(
    "If there are few positives, the rest is filled up with background, so that the number is "
    "reached"
)
def sample_anchors_half_empty(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - int(number * share)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "The sample need not be balanced: all places that the positives leave free go to background"
)
def sample_anchors_one_to_one(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Positives take at most their share of the places, even if there are more of them"
)
def sample_anchors_without_limit(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[:number]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "The anchors with the greatest priorities are taken, not those with the smallest"
)
def sample_anchors_lowest_first(labels, priorities, number, share):
    order = np.argsort(priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Do not take the first ones of the list, which are all at the top of the image: the priorities "
    "decide"
)
def sample_anchors_without_priorities(labels, priorities, number, share):
    order = np.arange(len(labels))
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Choose positives and negatives apart: without shares nearly the whole sample would be "
    "background"
)
def sample_anchors_without_quotas(labels, priorities, number, share):
    order = np.argsort(-priorities)
    chosen = order[labels[order] >= 0][:number]
    positives = chosen[labels[chosen] == 1]
    negatives = chosen[labels[chosen] == 0]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Anchors with the label −1 are not background: they stay out even if there are too few others"
)
def sample_anchors_with_ignored_as_background(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] < 1]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Positives stay within their share even if there is too little background: then the sample is "
    "smaller"
)
def sample_anchors_filled_up_with_positives(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    all_positives = order[labels[order] == 1]
    positives = all_positives[: max(len(positives), number - len(negatives))]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong("The share of the positives is rounded down")
def sample_anchors_rounding_up(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(np.ceil(number * share))]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "The share is one of the sample, not of all anchors: at most share · number positives"
)
def sample_anchors_share_of_all_anchors(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: min(int(len(labels) * share), number)]
    negatives = negatives[: number - len(positives)]
    sampled = np.full(len(labels), -1)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong(
    "Anchors that are not chosen get −1; with 0 they would all count as background"
)
def sample_anchors_with_zero_for_the_rest(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    sampled = np.where(labels < 0, -1, 0)
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong("Leave the labels as they are, and write the sample into a new array")
def sample_anchors_in_place(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    sampled = labels
    sampled[:] = -1
    sampled[positives] = 1
    sampled[negatives] = 0
    return sampled


@sample_anchors.wrong("Return one label for each anchor, not the numbers of the chosen ones")
def sample_anchors_as_indices(labels, priorities, number, share):
    order = np.argsort(-priorities)
    positives = order[labels[order] == 1]
    negatives = order[labels[order] == 0]
    positives = positives[: int(number * share)]
    negatives = negatives[: number - len(positives)]
    return np.concatenate([positives, negatives])


# --- propose -----------------------------------------------------------------------------------

propose = Question("propose", {"boxes": 1, "small boxes": 1, "overlaps": 1, "numbers": 2})


def propose_case(
    check, number, height=48, width=64, spread=0.2, min_size=4.0, before=99, threshold=0.6,
    after=99, crowd=1.0, hidden=False,
) -> None:  # fmt: skip
    """Adds a case.

    Args:
        check: the check it belongs to.
        number: of anchors.
        height, width: of the image.
        spread: of the deltas.
        min_size: smallest side of a proposal.
        before: boxes that go into NMS.
        threshold: of NMS.
        after: boxes that are returned.
        crowd: which part of the image holds the anchors' centres.
        hidden: whether students may not see it.
    """
    extent = np.array([width, height])
    centre = ((1 - crowd) / 2 + crowd * rng.random((number, 2))) * extent
    half = rng.uniform(4, 14, (number, 2))
    anchors = np.round(np.concatenate([centre - half, centre + half], axis=1))
    deltas, scores = normal(number, 4, scale=spread), different(number)
    sizes = min_size, before, threshold, after
    propose.case(check, anchors, deltas, scores, height, width, *sizes, hidden=hidden)


propose.case("boxes", np.array([[10.0, 10.0, 30.0, 20.0]]), np.array([[0.5, -0.2, 0.0, 0.0]]),
             np.array([0.9]), 48, 64, 1.0, 9, 0.7, 9)  # fmt: skip
propose_case("boxes", 4, spread=0.4, min_size=0.5, threshold=1.0)
propose_case("boxes", 6, 40, 60, min_size=0.5, threshold=1.0)
propose_case("small boxes", 8, spread=0.8, min_size=12.0, threshold=0.9)
propose_case("small boxes", 10, spread=0.6, min_size=14.0, before=5, threshold=0.9)
propose_case("overlaps", 10, crowd=0.3, threshold=0.4)
propose_case("overlaps", 12, crowd=0.5, threshold=0.25)
propose_case("overlaps", 9, 24, 80, crowd=1.0, spread=0.6, threshold=0.4)
propose_case("numbers", 12, crowd=0.3, before=6, threshold=0.4)
propose_case("numbers", 12, crowd=0.2, threshold=0.3, after=3)
propose_case("numbers", 14, crowd=0.1, before=9, threshold=0.3, after=2)
propose_case("numbers", 5, min_size=60.0)
propose_case("boxes", 15, 96, 128, spread=0.6, min_size=0.5, threshold=1.0, hidden=True)
propose_case("small boxes", 30, spread=0.7, min_size=13.0, threshold=0.95, hidden=True)
propose_case("small boxes", 25, 30, 50, spread=0.5, min_size=10.0, before=9, hidden=True)
propose_case("overlaps", 40, crowd=0.6, threshold=0.3, hidden=True)
propose_case("overlaps", 50, 30, 90, spread=0.5, threshold=0.5, hidden=True)
propose_case("numbers", 60, crowd=0.2, before=20, threshold=0.4, after=5, hidden=True)
propose_case("numbers", 40, crowd=0.4, before=30, threshold=0.3, after=8, hidden=True)
propose_case(
    "numbers", 20, spread=0.6, min_size=18.0, before=6, threshold=0.4, after=3, hidden=True
)
propose_case("numbers", 3, min_size=64.0, hidden=True)
for check_name, anchors, settings in [
    ("small boxes", [[10, 10, 14, 20], [30, 10, 40, 14], [30, 30, 38, 38]], (4.0, 9, 0.5, 9)),
    ("overlaps", [[0, 0, 4, 2], [0, 0, 2, 2]], (1.0, 9, 0.5, 9)),
    ("overlaps", [[1, 1, 2, 2], [2.5, 2.5, 3.5, 3.5], [1, 3, 2, 4], [1, 1.25, 2, 2.25]],
     (0.5, 9, 0.1, 9)),
    ("numbers", [[0, 0, 9, 9], [10, 10, 19, 19], [20, 20, 29, 29]], (1.0, 2, 0.5, 9)),
]:  # fmt: skip
    anchors, zeros = np.array(anchors, float), np.zeros((len(anchors), 4))
    scores = np.linspace(0.9, 0.6, len(anchors)).round(2)
    propose.case(check_name, anchors, zeros, scores, 48, 64, *settings, hidden=True)


@propose.oracle
def propose_box_by_box(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    candidates = []
    for anchor, delta, score in zip(
        anchors.tolist(), deltas.tolist(), scores.tolist(), strict=True
    ):
        box = [0.0] * 4
        for axis, length in (0, width), (1, height):
            side = anchor[axis + 2] - anchor[axis]
            centre = (anchor[axis] + anchor[axis + 2]) / 2 + delta[axis] * side
            side *= math.exp(delta[axis + 2])
            box[axis] = min(max(centre - side / 2, 0.0), length)
            box[axis + 2] = min(max(centre + side / 2, 0.0), length)
        if min(box[2] - box[0], box[3] - box[1]) >= min_size:
            candidates.append((score, box))

    def iou(a, b):
        common = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        common *= max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
        return common / (sum(areas) - common)

    kept = []
    for score, box in sorted(candidates, reverse=True)[:before]:
        if len(kept) < after and all(iou(box, other) <= threshold for _, other in kept):
            kept.append((score, box))
    boxes = np.reshape(np.array([box for _, box in kept], float), (-1, 4))
    return boxes, np.array([score for score, _ in kept], float)


@propose.right
def propose_with_arrays(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.right
def propose_with_a_table(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    x0, y0, x1, y1 = anchors.T
    w, h = x1 - x0, y1 - y0
    x, y = x0 + w / 2 + deltas[:, 0] * w, y0 + h / 2 + deltas[:, 1] * h
    w, h = w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    x0, x1 = (np.clip(x + side * w / 2, 0, width) for side in (-1, 1))
    y0, y1 = (np.clip(y + side * h / 2, 0, height) for side in (-1, 1))
    fine = (x1 - x0 >= min_size) & (y1 - y0 >= min_size)
    boxes, scores = np.stack([x0, y0, x1, y1], axis=1)[fine], scores[fine]
    order = np.argsort(scores)[::-1][:before]
    boxes, scores = boxes[order], scores[order]
    low = np.maximum(boxes[:, None, :2], boxes[:, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area = np.diag(common)
    near = common > threshold * (area[:, None] + area - common)
    alive = np.ones(len(boxes), bool)
    for n in range(len(boxes)):
        if alive[n]:
            alive[n + 1 :] &= ~near[n, n + 1 :]
    return boxes[alive][:after], scores[alive][:after]


@propose.right
def propose_with_lists(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    def overlap(a, b):
        w = min(a[2], b[2]) - max(a[0], b[0])
        h = min(a[3], b[3]) - max(a[1], b[1])
        common = w * h if w > 0 and h > 0 else 0.0
        return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)

    boxes, found, looked_at = [], [], 0
    for (x0, y0, x1, y1), (dx, dy, dw, dh) in zip(anchors, deltas, strict=True):
        x, y = (x0 + x1) / 2 + dx * (x1 - x0), (y0 + y1) / 2 + dy * (y1 - y0)
        w, h = (x1 - x0) * np.exp(dw) / 2, (y1 - y0) * np.exp(dh) / 2
        boxes.append([max(x - w, 0), max(y - h, 0), min(x + w, width), min(y + h, height)])
    for n in np.argsort(-scores):
        x0, y0, x1, y1 = boxes[n]
        if x1 - x0 < min_size or y1 - y0 < min_size or looked_at == before:
            continue
        looked_at += 1
        if len(found) < after and all(overlap(boxes[n], boxes[k]) <= threshold for k in found):
            found.append(n)
    return np.array([boxes[n] for n in found]).reshape(-1, 4), scores[np.array(found, int)]


@propose.wrong("Cut the boxes off at the border of the image, right after they are decoded")
def propose_without_clipping(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "Clip before NMS and before small boxes are dropped: a box may be small, or like another one, "
    "only once it is cut off"
)
def propose_clipping_at_the_end(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    return boxes[kept], scores[kept]


@propose.wrong("Clip x at the width of the image and y at its height")
def propose_clipping_with_sides_swapped(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [height, width, height, width])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "A shift is measured in sizes of the anchor: multiply it by the anchor's width or height"
)
def propose_with_shift_in_pixels(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2]
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Decode from the centre of the anchor, not from its upper left corner")
def propose_from_the_corner(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = anchors[:, :2] + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "The last two deltas are logarithms of a quotient: the anchor's size is multiplied by their "
    "exponential"
)
def propose_without_exp(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * (1 + deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Drop boxes with a side shorter than min_size")
def propose_with_small_ones(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= 0).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Both sides must be long enough: drop a box already if one of them is too short")
def propose_with_thin_ones(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).any(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Drop the small boxes first, and take the best `before` of those that are left")
def propose_dropping_small_ones_late(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.argsort(-scores)[:before]
    order = order[large[order]]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "Only the best `before` boxes go into NMS: it takes time, and there are tens of thousands of "
    "anchors"
)
def propose_without_limit_before(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Without NMS nearly all proposals would show the same few objects")
def propose_without_nms(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common <= union]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Take the best `after` of what NMS leaves over, not of what goes into it")
def propose_with_numbers_before_nms(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][: min(before, after)]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Return `after` proposals at most")
def propose_without_limit_after(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "Begin with the greatest score: in NMS the better box wins, and the best ones are kept"
)
def propose_worst_first(anchors, deltas, scores, height, width, min_size, before, threshold, after):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


@propose.wrong("Return the proposals in the order of their scores, the best first")
def propose_in_order_of_anchors(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept = []
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        order = order[common / union <= threshold]
    kept = np.array(sorted(kept), int)
    return boxes[kept], scores[kept]


@propose.wrong(
    "Only boxes that are kept suppress others: one that has been dropped can no longer drop another"
)
def propose_suppressed_by_suppressed(
    anchors, deltas, scores, height, width, min_size, before, threshold, after
):
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, 2:] + anchors[:, :2]) / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    boxes = np.clip(boxes, 0, [width, height, width, height])
    sides = boxes[:, 2:] - boxes[:, :2]
    large = (sides >= min_size).all(axis=1)
    order = np.flatnonzero(large)[np.argsort(-scores[large])][:before]
    kept, alive = [], np.ones(len(boxes), bool)
    while len(order) > 0 and len(kept) < after:
        first, order = order[0], order[1:]
        if alive[first]:
            kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[order, :2])
        high = np.minimum(boxes[first, 2:], boxes[order, 2:])
        common = np.maximum(high - low, 0).prod(axis=1)
        union = sides[first].prod() + sides[order].prod(axis=1) - common
        alive[order[common / union > threshold]] = False
    kept = np.array(kept, int)
    return boxes[kept], scores[kept]


# --- recall_at ---------------------------------------------------------------------------------

recall_at = Question("recall_at", {"one image": 1, "several images": 1, "few proposals": 1})
THREE = np.array([[0.2, 0.6, 0.0], [0.5, 0.1, 0.0], [0.8, 0.7, 0.3], [0.1, 0.0, 0.9]])
# overlaps, budgets, thresholds
recall_at.case("one image", [THREE], [1, 2, 3, 4], [0.5, 0.75])
recall_at.case("one image", [np.array([[0.7, 0.6], [0.1, 0.2]])], [1, 2], [0.5])


def recall_case(check, shapes, budgets, thresholds, hidden=True) -> None:
    """Adds a case with random overlaps; most proposals miss most objects."""
    overlaps = []
    for shape in shapes:
        overlap = np.round(rng.random(shape), 2)
        overlap[rng.random(shape) < 0.4] = 0
        overlaps.append(overlap)
    recall_at.case(check, overlaps, budgets, thresholds, hidden=hidden)


recall_case("several images", [(4, 1), (4, 5)], [1, 3], [0.5, 0.7], hidden=False)
recall_case("several images", [(5, 2), (5, 0), (5, 4)], [1, 2, 4], [0.6], hidden=False)
recall_case("few proposals", [(2, 3), (6, 2)], [1, 3, 10], [0.4, 0.5, 0.8], hidden=False)
recall_at.case("few proposals", [np.zeros((0, 2)), THREE], [2, 4], [0.3, 0.6])
recall_case("one image", [(50, 12)], [1, 5, 10, 50], [0.5, 0.6, 0.7, 0.8, 0.9])
recall_case("several images", [(20, 3), (20, 1), (20, 0), (20, 7)], [1, 2, 5, 20], [0.5, 0.95])
recall_case("several images", [(8, 2)] * 6, [1, 3, 8], [0.7])
recall_case("few proposals", [(3, 4), (0, 2), (9, 5), (1, 1)], [1, 2, 4, 100], [0.5, 0.75])
recall_case("few proposals", [(0, 3), (0, 1)], [10], [0.5, 0.7])
recall_at.case("few proposals", [np.array([[0.6, 0.2]]), THREE], [1, 2], [0.5], hidden=True)


@recall_at.oracle
def recall_at_object_by_object(overlaps, budgets, thresholds):
    table = []
    for budget in budgets:
        row = []
        for threshold in thresholds:
            found = objects = 0
            for overlap in overlaps:
                for n in range(overlap.shape[1]):
                    objects += 1
                    proposals = range(min(budget, overlap.shape[0]))
                    found += any(float(overlap[r, n]) >= threshold for r in proposals)
            row.append(found / objects)
        table.append(row)
    return np.array(table)


@recall_at.right
def recall_at_by_maxima(overlaps, budgets, thresholds):
    recalls = []
    for budget in budgets:
        best = np.concatenate([overlap[:budget].max(axis=0, initial=0) for overlap in overlaps])
        recalls.append([np.mean(best >= threshold) for threshold in thresholds])
    return np.array(recalls)


@recall_at.right
def recall_at_by_first_hits(overlaps, budgets, thresholds):
    columns = []
    for threshold in thresholds:
        first = []  # the smallest budget that finds each object
        for overlap in overlaps:
            hits = np.concatenate([overlap >= threshold, np.ones((1, overlap.shape[1]), bool)])
            rank = np.where(hits[:-1].any(axis=0), hits.argmax(axis=0) + 1, np.inf)
            first.extend(rank)
        columns.append([np.mean(np.array(first) <= budget) for budget in budgets])
    return np.array(columns).T


@recall_at.right
def recall_at_by_running_maximum(overlaps, budgets, thresholds):
    longest = max(max(len(overlap) for overlap in overlaps), max(budgets))
    tables = [
        np.concatenate([overlap, np.zeros((longest - len(overlap), overlap.shape[1]))])
        for overlap in overlaps
    ]
    best = np.maximum.accumulate(np.concatenate(tables, axis=1), axis=0)[np.array(budgets) - 1]
    return (best[:, None, :] >= np.array(thresholds)[:, None]).mean(axis=2)


@recall_at.wrong(
    "Count all objects of all images together; the mean of the images' recalls gives an object "
    "more weight in an image with few"
)
def recall_at_mean_of_images(overlaps, budgets, thresholds):
    overlaps = [overlap for overlap in overlaps if overlap.shape[1] > 0]
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.any(axis=0).mean()
    return recalls / len(overlaps)


@recall_at.wrong(
    "Recall is the share of the objects that were found; you have counted the proposals that found "
    "one"
)
def recall_at_precision(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    objects = 0 * objects + 1
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.any(axis=1).sum() / max(
                    1, sum(len(o[:budget]) for o in overlaps)
                )
    return recalls / objects


@recall_at.wrong("An object that two proposals find is found once")
def recall_at_counting_hits(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.sum()
    return recalls / objects


@recall_at.wrong("An overlap of exactly the threshold is enough: ≥, not >")
def recall_at_above_threshold(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] > threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong("One row for each budget, one column for each threshold")
def recall_at_transposed(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return (recalls / objects).T


@recall_at.wrong("A budget of k allows the first k proposals, not only the k-th")
def recall_at_of_the_last_one(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[budget - 1 : budget] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong("A budget of k allows k proposals: [:k] ends before number k")
def recall_at_one_too_many(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[: budget + 1] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong(
    "The first proposals are those with the best scores; do not choose those that overlap the "
    "objects most, which nobody knows at test time"
)
def recall_at_with_best_overlaps(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = np.sort(overlap, axis=0)[::-1][:budget] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong(
    "A proposal may find several objects, all that it overlaps by the threshold, not only the one "
    "that it overlaps most"
)
def recall_at_one_object_per_proposal(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                hits &= overlap[:budget] == overlap[:budget].max(axis=1, keepdims=True, initial=0)
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong("In an image without proposals all objects are missed: they still count")
def recall_at_without_empty_images(overlaps, budgets, thresholds):
    overlaps = [overlap for overlap in overlaps if len(overlap) > 0]
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / max(objects, 1e-9)


@recall_at.wrong("Every image has the whole budget: it is not shared out among the images")
def recall_at_with_one_budget_for_all(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[: budget // len(overlaps)] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return recalls / objects


@recall_at.wrong("Return the recall for each threshold, not their mean")
def recall_at_as_average(overlaps, budgets, thresholds):
    objects = sum(overlap.shape[1] for overlap in overlaps)
    recalls = np.zeros((len(budgets), len(thresholds)))
    for i, budget in enumerate(budgets):
        for j, threshold in enumerate(thresholds):
            for overlap in overlaps:
                hits = overlap[:budget] >= threshold
                recalls[i, j] += hits.any(axis=0).sum()
    return (recalls / objects).mean(axis=1)


QUESTIONS = [grid_anchors, rpn_labels, sample_anchors, propose, recall_at]
