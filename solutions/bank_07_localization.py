"""The bank of exercise 07_localization: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2015)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


# --- iou ---------------------------------------------------------------------------------------

iou = Question("iou", {"overlapping": 1, "one inside the other": 1, "apart": 1, "empty boxes": 1})


def pair_case(check: str, *pairs, hidden: bool = False) -> None:
    """Adds a case from pairs of boxes."""
    boxes, others = (np.array(side, float) for side in zip(*pairs, strict=True))
    iou.case(check, boxes, others, hidden=hidden)


def random_boxes(n: int) -> np.ndarray:
    """Boxes in a picture of about 60 × 60 pixels, with one decimal."""
    corners = rng.uniform(0, 40, (n, 2))
    return np.round(np.concatenate([corners, corners + rng.uniform(5, 20, (n, 2))], axis=1), 1)


EMPTY = (0, 0, 0, 0)
pair_case("overlapping", ((1, 1, 7, 5), (4, 2, 9, 6)))
pair_case("overlapping", ((2, 3, 12, 8), (5, 1, 9, 6)), ((0, 0, 4, 6), (3, 5, 8, 9)))
pair_case("one inside the other", ((0, 0, 10, 8), (2, 3, 7, 5)), ((1, 2, 4, 9), (1, 2, 4, 9)))
pair_case("apart", ((0, 0, 4, 4), (6, 1, 9, 3)), ((5, 6, 8, 9), (1, 2, 4, 5)))
pair_case("apart", ((0, 0, 3, 3), (3, 0, 7, 3)), ((2, 3, 6, 8), (3, 9, 5, 14)))
pair_case("empty boxes", (EMPTY, EMPTY), (EMPTY, (2, 3, 5, 7)), ((2, 1, 2, 6), (0, 0, 4, 8)))
for shift in 3.0, 1.5:
    shifted = np.round(random_boxes(6), 1)
    iou.case("overlapping", shifted, shifted + np.array([1, -1, 1, -1]) * shift, hidden=True)
pair_case("one inside the other", ((3, 3, 4, 4), (0, 0, 9, 5)), hidden=True)
pair_case(
    "one inside the other", ((5, 6, 25, 16), (10, 6, 15, 12)), ((0, 1, 8, 9),) * 2, hidden=True
)
iou.case("apart", random_boxes(12), random_boxes(12), hidden=True)
iou.case("apart", random_boxes(5), random_boxes(5) + 70, hidden=True)
iou.case("apart", random_boxes(4) + np.array([80, 0, 80, 0]), random_boxes(4), hidden=True)
pair_case("empty boxes", ((4, 4, 4, 4), (4, 4, 4, 4)), ((1, 5, 9, 5), (0, 2, 8, 9)), hidden=True)
pair_case("empty boxes", ((3, 2, 8, 6), EMPTY), (EMPTY, EMPTY), (EMPTY, EMPTY), hidden=True)
pair_case("overlapping", ((0.1, 0.1, 0.5, 0.4), (0.2, 0.2, 0.6, 0.5)), hidden=True)
pair_case("apart", ((0, 0, 4, 4), (4.5, 1, 8, 3)), ((0, 0, 4, 4), (1, 4.5, 3, 8)), hidden=True)
pair_case("empty boxes", ((2, 1, 2, 6),) * 2, ((1, 2, 6, 2),) * 2, hidden=True)


@iou.oracle
def iou_by_loops(boxes, others):
    result = []
    for a, b in zip(boxes.tolist(), others.tolist(), strict=True):
        common = 1.0
        for axis in 0, 1:
            common *= max(0.0, min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis]))
        union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
        result.append(common / union if union > 0 else 0.0)
    return np.array(result)


@iou.right
def iou_by_corners(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1] - common
    return common / np.where(union > 0, union, 1)


@iou.right
def iou_by_columns(boxes, others):
    ax0, ay0, ax1, ay1 = boxes.T
    bx0, by0, bx1, by1 = others.T
    width = (np.minimum(ax1, bx1) - np.maximum(ax0, bx0)).clip(min=0)
    height = (np.minimum(ay1, by1) - np.maximum(ay0, by0)).clip(min=0)
    common = width * height
    union = (ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - common
    return np.divide(common, union, out=np.zeros(len(boxes)), where=union > 0)


@iou.right
def iou_pair_by_pair(boxes, others):
    result = np.zeros(len(boxes))
    for n in range(len(boxes)):
        a, b = boxes[n], others[n]
        width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        if width > 0 and height > 0:
            both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
            result[n] = width * height / (both - width * height)
    return result


@iou.right
def iou_with_a_tiny_number(boxes, others):
    sides = np.minimum(boxes, others)[:, 2:] - np.maximum(boxes, others)[:, :2]
    common = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)
    total = sum((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes, others))
    return common / np.maximum(total - common, 1e-9)


@iou.wrong(
    "Boxes that lie apart have a negative side of “overlap”, and two negative sides even multiply "
    "to a positive area: raise each side to 0 before you multiply"
)
def iou_without_clamp(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = (high - low).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1] - common
    return common / np.where(union > 0, union, 1)


@iou.wrong(
    "Raise width and height of the overlap to 0 one by one, not their product: where both are "
    "negative, the product is positive"
)
def iou_with_clamped_product(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum((high - low).prod(axis=1), 0)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1] - common
    return common / np.where(union > 0, union, 1)


@iou.wrong(
    "A negative side means that the boxes lie apart: it becomes 0, it does not lose its sign"
)
def iou_with_absolute_sides(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.abs(high - low).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1] - common
    return common / np.where(union > 0, union, 1)


@iou.wrong(
    "The sum of both areas counts the overlap twice: subtract it once to get the area of the union"
)
def iou_with_overlap_counted_twice(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1]
    return common / np.where(union > 0, union, 1)


@iou.wrong("This is 2 I / (A + B), the Dice coefficient: divide the overlap I by the union instead")
def iou_as_dice(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0] + areas[1]
    return 2 * common / np.where(union > 0, union, 1)


@iou.wrong(
    "A box is (x0, y0, x1, y1), two corners: its width is x1 − x0. You have read the last two "
    "numbers as width and height"
)
def iou_of_xywh(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    union = boxes[:, 2:].prod(axis=1) + others[:, 2:].prod(axis=1) - common
    return common / np.where(union > 0, union, 1)


@iou.wrong(
    "Do not add 1 to the sides: x1 and y1 are edges, not the last pixel, so a width is x1 − x0"
)
def iou_with_last_pixels(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low + 1, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2] + 1, axis=1) for b in (boxes, others)]
    return common / (areas[0] + areas[1] - common)


@iou.wrong(
    "Divide by the union of both boxes, not by the area of the first: otherwise a tiny box "
    "anywhere inside the object gets 1"
)
def iou_over_first_area(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return common / np.where(area > 0, area, 1)


@iou.wrong("Divide by the union, not by the smaller of the two areas")
def iou_over_smaller_area(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    smaller = np.minimum(*areas)
    return common / np.where(smaller > 0, smaller, 1)


@iou.wrong(
    "The union is what the two boxes cover, A + B − overlap, not the smallest box around both"
)
def iou_over_hull(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    around = np.maximum(boxes, others)[:, 2:] - np.minimum(boxes, others)[:, :2]
    hull = around.prod(axis=1)
    return common / np.where(hull > 0, hull, 1)


@iou.wrong("Two empty boxes have the union 0: avoid 0 / 0, and give them the IoU 0")
def iou_with_zero_by_zero(boxes, others):
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, 2:], others[:, 2:])
    common = np.maximum(high - low, 0).prod(axis=1)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    return common / (areas[0] + areas[1] - common)


@iou.wrong(
    "Compare box n with box n alone: N numbers come out, not a table of every box with every"
)
def iou_of_every_pair(boxes, others):
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.maximum(high - low, 0).prod(axis=2)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others)]
    union = areas[0][:, None] + areas[1] - common
    return common / np.where(union > 0, union, 1)


# --- decode_targets ----------------------------------------------------------------------------

decode_targets = Question(
    "decode_targets", {"square pictures": 1, "other pictures": 1, "border": 1, "negative sizes": 1}
)


def target_case(check: str, targets, sizes, hidden: bool = False) -> None:
    """Adds a case; without decimals of their own, targets get three."""
    decode_targets.case(
        check, np.round(np.array(targets, float), 3), np.array(sizes), hidden=hidden
    )


def random_targets(n: int, low: float, high: float, shift=(0, 0)) -> np.ndarray:
    """Centres near the middle, shifted, and sizes between two bounds."""
    centres = rng.uniform(0.4, 0.6, (n, 2)) + shift
    return np.concatenate([centres, rng.uniform(low, high, (n, 2))], axis=1)


target_case("square pictures", [[0.5, 0.25, 0.5, 0.1]], [[100, 100]])
target_case("square pictures", [[0.4, 0.6, 0.2, 0.3], [0.7, 0.5, 0.4, 0.8]], [[96, 96]] * 2)
target_case("other pictures", [[0.5, 0.5, 0.25, 0.6]], [[200, 120]])
target_case("other pictures", [[0.3, 0.4, 0.2, 0.6], [0.5, 0.6, 0.4, 0.2]], [[64, 128], [300, 200]])
target_case("border", [[0.9, 0.1, 0.4, 0.5], [0.5, 0.95, 1.2, 0.3]], [[50, 80], [120, 90]])
target_case("border", [[1.05, 0.5, 0.3, 0.2], [-0.02, 1.1, 0.2, 0.4]], [[60, 40], [80, 100]])
target_case("negative sizes", [[0.5, 0.4, -0.2, 0.3], [0.3, 0.6, 0.4, -0.1]], [[90, 60], [40, 80]])
target_case("square pictures", random_targets(5, 0.1, 0.7), [[128, 128]] * 5, hidden=True)
target_case("square pictures", random_targets(3, 0.0, 0.8), [[81, 81]] * 3, hidden=True)
target_case("other pictures", random_targets(6, 0.1, 0.7), rng.integers(40, 300, (6, 2)), True)
target_case("other pictures", random_targets(2, 0.1, 0.7), [[480, 640], [640, 480]], True)
target_case("border", random_targets(6, 0.7, 1.6), rng.integers(40, 300, (6, 2)), hidden=True)
target_case("border", random_targets(4, 0.2, 0.9, (0.5, -0.4)), [[70, 90]] * 4, hidden=True)
target_case("border", random_targets(4, 0.1, 0.2, (0.7, 0.7)), [[50, 30]] * 4, hidden=True)
target_case("negative sizes", random_targets(5, -0.5, 0.4), rng.integers(40, 99, (5, 2)), True)
target_case("negative sizes", random_targets(3, -0.4, -0.1), [[64, 48]] * 3, hidden=True)
target_case("border", [[-0.5, 0.5, 0.2, 0.4], [0.5, -0.6, 0.4, 0.2]], [[60, 40], [80, 90]], True)


@decode_targets.oracle
def decode_targets_by_loops(targets, sizes):
    result = []
    for (x, y, width, height), (rows, columns) in zip(
        targets.tolist(), sizes.tolist(), strict=True
    ):
        corners = []
        for sign in -1, 1:
            for centre, extent, side in (x, width, columns), (y, height, rows):
                corner = (centre + sign * (extent / 2 if extent > 0 else 0)) * side
                corners.append(min(max(corner, 0.0), float(side)))
        result.append(corners)
    return np.array(result)


@decode_targets.right
def decode_targets_in_halves(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.right
def decode_targets_clipped_as_fractions(targets, sizes):
    x, y, w, h = targets.T
    w, h = w * (w > 0), h * (h > 0)
    fractions = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1).clip(0, 1)
    return fractions * sizes[:, [1, 0, 1, 0]]


@decode_targets.right
def decode_targets_one_by_one(targets, sizes):
    boxes = np.zeros((len(targets), 4))
    for n, ((x, y, w, h), (height, width)) in enumerate(zip(targets, sizes, strict=True)):
        w, h = max(w, 0.0), max(h, 0.0)
        boxes[n, 0] = max((x - w / 2) * width, 0)
        boxes[n, 1] = max((y - h / 2) * height, 0)
        boxes[n, 2] = min((x + w / 2) * width, width)
        boxes[n, 3] = min((y + h / 2) * height, height)
        boxes[n, :2] = np.minimum(boxes[n, :2], [width, height])
        boxes[n, 2:] = np.maximum(boxes[n, 2:], 0)
    return boxes


@decode_targets.wrong(
    "x and width are fractions of the picture's width, y and height of its height; sizes holds "
    "(height, width) in this order"
)
def decode_targets_with_sides_exchanged(targets, sizes):
    centre, half = targets[:, :2] * sizes, np.maximum(targets[:, 2:], 0) * sizes / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sizes, sizes], axis=1))


@decode_targets.wrong(
    "The first two numbers are the centre, not the upper left corner: go half the size to either "
    "side of it"
)
def decode_targets_from_the_corner(targets, sizes):
    sides = sizes[:, ::-1]
    corner, size = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides
    corners = np.concatenate([corner, corner + size], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.wrong("From the centre to the border of the box it is half its size, not all of it")
def decode_targets_of_double_size(targets, sizes):
    sides = sizes[:, ::-1]
    centre, size = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides
    corners = np.concatenate([centre - size, centre + size], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.wrong(
    "The result is in pixels: multiply what belongs to x by the width of the picture, and what "
    "belongs to y by its height"
)
def decode_targets_as_fractions(targets, sizes):
    centre, half = targets[:, :2], np.maximum(targets[:, 2:], 0) / 2
    return np.clip(np.concatenate([centre - half, centre + half], axis=1), 0, 1)


@decode_targets.wrong(
    "Cut the boxes off at the border of the picture: 0 ≤ x ≤ width, 0 ≤ y ≤ height"
)
def decode_targets_over_the_border(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    return np.concatenate([centre - half, centre + half], axis=1)


@decode_targets.wrong(
    "A box may reach up to the right and lower edge of the picture, at width and height; you cut "
    "it off one pixel before"
)
def decode_targets_to_the_last_pixel(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1) - 1)


@decode_targets.wrong(
    "Cut off the corners of the box, not its centre and size: a centre inside the picture does "
    "not keep the corners inside, and moving a centre moves the whole box"
)
def decode_targets_with_clipped_targets(targets, sizes):
    sides, targets = sizes[:, ::-1], np.clip(targets, 0, 1)
    centre, half = targets[:, :2] * sides, targets[:, 2:] * sides / 2
    return np.concatenate([centre - half, centre + half], axis=1)


@decode_targets.wrong("Cut off x at the width of the picture and y at its height, each at its own")
def decode_targets_clipped_at_the_longer_side(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, sides.max(axis=1, keepdims=True))


@decode_targets.wrong(
    "With a negative size the corners change places, and x1 < x0 comes out: count a negative size "
    "as 0"
)
def decode_targets_inside_out(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, targets[:, 2:] * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.wrong("A negative size counts as 0; do not take its absolute value")
def decode_targets_with_absolute_sizes(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.abs(targets[:, 2:]) * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.wrong("Each picture has a size of its own: use sizes[n] for box n")
def decode_targets_with_the_first_size(targets, sizes):
    sides = sizes[:1, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(corners, 0, np.concatenate([sides, sides], axis=1))


@decode_targets.wrong("Return corners, (x0, y0, x1, y1), not corner and size")
def decode_targets_as_xywh(targets, sizes):
    sides = sizes[:, ::-1]
    centre, half = targets[:, :2] * sides, np.maximum(targets[:, 2:], 0) * sides / 2
    low, high = np.clip(centre - half, 0, sides), np.clip(centre + half, 0, sides)
    return np.concatenate([low, high - low], axis=1)


# --- localization_loss -------------------------------------------------------------------------

localization_loss = Question(
    "localization_loss",
    {"class term": 1, "box term": 1, "nothing in the picture": 1, "large logits": 1},
)


def loss_case(check: str, labels, classes: int, weight: float, scale=1.0, hidden=False) -> None:
    """Adds a case; where nothing is in the picture the target is (0, 0, 0, 0)."""
    n, labels = len(labels), np.array(labels)
    targets = np.round(rng.uniform(0.1, 0.9, (n, 4)), 3) * (labels > 0)[:, None]
    logits, boxes = normal(n, classes, scale=scale), np.round(rng.uniform(0, 1, (n, 4)), 3)
    localization_loss.case(check, logits, boxes, labels, targets, weight, hidden=hidden)


loss_case("class term", [1, 2], 3, 0.0)
loss_case("class term", [0, 3, 1, 0], 4, 0.0)
loss_case("box term", [1], 2, 1.0)
loss_case("box term", [2, 1, 2, 2, 1], 3, 5.0)
loss_case("nothing in the picture", [1, 0, 2], 3, 2.0)
loss_case("nothing in the picture", [0, 0], 3, 2.0)
for large in [[1000.0, 1001, 999], [998, 1000, 1001]], [[900.0, 0, -40], [0, 20, 1000]]:
    boxes, targets = np.array([[0.5, 0.4, 0.2, 0.3]] * 2), np.array([[0.4, 0.4, 0.3, 0.3]] * 2)
    localization_loss.case("large logits", np.array(large), boxes, np.array([2, 1]), targets, 2.0)
loss_case("class term", [3, 0, 2, 4, 1], 6, 0.0, hidden=True)
loss_case("class term", [1, 1, 1], 2, 0.0, 3.0, hidden=True)
loss_case("box term", [4, 3, 3, 1], 5, 0.5, hidden=True)
loss_case("box term", [1, 1], 2, 20.0, hidden=True)
loss_case("nothing in the picture", [0, 0, 1, 0, 2, 0], 3, 1.0, hidden=True)
loss_case("nothing in the picture", [0], 4, 3.0, hidden=True)
loss_case("nothing in the picture", [0, 3], 4, 10.0, hidden=True)
loss_case("large logits", [2, 0, 1, 1], 3, 2.0, scale=800.0, hidden=True)
loss_case("large logits", [1, 3, 2, 0], 4, 1.0, scale=5000.0, hidden=True)


@localization_loss.oracle
def localization_loss_by_loops(logits, boxes, labels, targets, weight):
    class_losses, box_losses = [], []
    for row, box, label, target in zip(
        logits.tolist(), boxes.tolist(), labels.tolist(), targets.tolist(), strict=True
    ):
        largest = max(row)
        total = math.fsum(math.exp(value - largest) for value in row)
        class_losses.append(largest + math.log(total) - row[label])
        if label:
            box_losses.append(math.dist(box, target) ** 2)
    loss = math.fsum(class_losses) / len(class_losses)
    return loss + (weight * math.fsum(box_losses) / len(box_losses) if box_losses else 0.0)


@localization_loss.right
def localization_loss_by_log_sum(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.right
def localization_loss_by_logaddexp(logits, boxes, labels, targets, weight):
    log_probabilities = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[labels]
    loss = -(one_hot * log_probabilities).sum() / len(labels)
    there = np.flatnonzero(labels)
    if len(there):
        loss = loss + weight * np.mean(np.sum(np.square(boxes[there] - targets[there]), axis=-1))
    return loss


@localization_loss.right
def localization_loss_picture_by_picture(logits, boxes, labels, targets, weight):
    class_term, box_term, number = 0.0, 0.0, 0
    for z, box, label, target in zip(logits, boxes, labels, targets, strict=True):
        class_term -= z[label] - z.max() - np.log(np.sum(np.exp(z - z.max())))
        if label != 0:
            box_term += np.linalg.norm(box - target) ** 2
            number += 1
    return class_term / len(labels) + (weight * box_term / number if number else 0)


@localization_loss.wrong(
    "The box term is the mean over the pictures that show something: divide by their number, not "
    "by that of all pictures"
)
def localization_loss_divided_by_all(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).mean()


@localization_loss.wrong(
    "Where nothing is in the picture there is no right box: leave these pictures out of the box "
    "term, or the head learns to draw empty boxes in the corner"
)
def localization_loss_with_boxes_of_nothing(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return losses.mean() + weight * ((boxes - targets) ** 2).sum(axis=1).mean()


@localization_loss.wrong(
    "If no picture of the batch shows anything the box term is 0: take care not to divide 0 by 0"
)
def localization_loss_with_zero_by_zero(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / there.sum()


@localization_loss.wrong(
    "“Nothing” is a class to learn like the others: the class term is the mean over all pictures, "
    "those of class 0 included"
)
def localization_loss_without_the_class_nothing(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    count = max(there.sum(), 1)
    return ((losses * there).sum() + weight * (squares * there).sum()) / count


@localization_loss.wrong(
    "Whether there is a box to learn is told by the label, not by the class that the network finds "
    "most likely"
)
def localization_loss_where_something_is_predicted(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), logits.argmax(axis=1) > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong(
    "Add up the squares of a box's four numbers; the mean is over pictures, not over the four"
)
def localization_loss_of_a_quarter(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).mean(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong("The box term has the square of the distance: do not take the root")
def localization_loss_of_distances(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    distances, there = np.linalg.norm(boxes - targets, axis=1), labels > 0
    return losses.mean() + weight * (distances * there).sum() / max(there.sum(), 1)


@localization_loss.wrong(
    "Both terms are means over pictures, not sums: otherwise they grow with the batch"
)
def localization_loss_summed(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.sum() + weight * (squares * there).sum()


@localization_loss.wrong(
    "exp of a large logit is infinite, and the quotient is NaN: subtract the largest logit of the "
    "picture from all of them first"
)
def localization_loss_of_plain_softmax(logits, boxes, labels, targets, weight):
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    losses = -np.log(probabilities[np.arange(len(labels)), labels])
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong(
    "The probability of the right class may be so small that it is 0 as a float, and its logarithm "
    "infinite: log softmax is z − max − log Σ exp(z − max), without a quotient in between"
)
def localization_loss_with_log_of_zero(logits, boxes, labels, targets, weight):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    losses = -np.log(probabilities[np.arange(len(labels)), labels])
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong(
    "A small number added inside the logarithm hides large losses: the loss of a wrong and very "
    "sure answer has no upper bound. Compute z − max − log Σ exp(z − max) instead"
)
def localization_loss_with_epsilon(logits, boxes, labels, targets, weight):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    losses = -np.log(probabilities[np.arange(len(labels)), labels] + 1e-7)
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong("The weight belongs to the box term, not to the class term")
def localization_loss_with_weighted_classes(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return weight * losses.mean() + (squares * there).sum() / max(there.sum(), 1)


@localization_loss.wrong(
    "A minus is missing: the cross-entropy is −log of the probability of the right class"
)
def localization_loss_without_minus(logits, boxes, labels, targets, weight):
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))
    squares, there = ((boxes - targets) ** 2).sum(axis=1), labels > 0
    return losses.mean() + weight * (squares * there).sum() / max(there.sum(), 1)


# --- localization_error ------------------------------------------------------------------------

localization_error = Question(
    "localization_error", {"one guess": 1, "several guesses": 1, "at the threshold": 1}
)


def error_case(check: str, labels, overlaps, truth, threshold=0.5, hidden: bool = False) -> None:
    """Adds a case."""
    arrays = np.array(labels), np.array(overlaps), np.array(truth)
    localization_error.case(check, *arrays, threshold, hidden=hidden)


def random_guesses(check: str, n: int, k: int, threshold: float) -> None:
    """Adds a hidden case with few classes, so that guesses are often half right."""
    labels, truth = rng.integers(0, 3, (n, k)), rng.integers(0, 3, n)
    overlaps = np.round(rng.uniform(0.2, 0.95, (n, k)), 2) + 0.003
    localization_error.case(check, labels, overlaps, truth, threshold, hidden=True)


error_case("one guess", [[3], [1], [2], [0]], [[0.8], [0.6], [0.4], [0.9]], [3, 2, 2, 0])
error_case("one guess", [[3], [1], [2]], [[0.65], [0.8], [0.6]], [3, 1, 2], 0.7)
error_case(
    "several guesses",
    [[3, 5], [1, 2], [4, 4], [0, 1], [2, 6]],
    [[0.2, 0.9], [0.3, 0.7], [0.1, 0.6], [0.8, 0.9], [0.7, 0.8]],
    [3, 2, 4, 0, 1],
)
error_case("several guesses", [[7, 2, 7], [5, 5, 1]], [[0.9, 0.8, 0.6], [0.2, 0.1, 0.7]], [7, 5])
error_case("at the threshold", [[1], [2], [0]], [[0.5], [0.5], [0.75]], [1, 1, 0])
error_case("at the threshold", [[1, 1], [2, 0]], [[0.25, 0.75], [0.5, 0.75]], [1, 2], 0.75)
random_guesses("one guess", 20, 1, 0.5)
random_guesses("one guess", 17, 1, 0.7)
random_guesses("several guesses", 24, 2, 0.5)
random_guesses("several guesses", 30, 5, 0.7)
random_guesses("several guesses", 11, 3, 0.6)
error_case(
    "at the threshold", [[4], [4], [4], [3]], [[0.5], [0.4], [0.5], [0.5]], [4] * 4, 0.5, True
)
error_case("at the threshold", [[6, 2], [2, 2]], [[0.75, 0.5], [0.75, 0.5]], [6, 2], 0.75, True)


@localization_error.oracle
def localization_error_by_loops(labels, overlaps, true_labels, threshold):
    missed = 0
    for guesses, ious, truth in zip(
        labels.tolist(), overlaps.tolist(), true_labels.tolist(), strict=True
    ):
        hit = False
        for label, iou in zip(guesses, ious, strict=True):
            if label == truth and not iou < threshold:
                hit = True
        missed += not hit
    return missed / len(true_labels)


@localization_error.right
def localization_error_by_masks(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= threshold)
    return 1 - right.any(axis=1).mean()


@localization_error.right
def localization_error_by_best_overlap_of_class(labels, overlaps, true_labels, threshold):
    best = np.where(labels == true_labels[:, None], overlaps, -1.0).max(axis=1)
    return np.mean(best < threshold)


@localization_error.right
def localization_error_picture_by_picture(labels, overlaps, true_labels, threshold):
    errors = [
        not any(overlaps[n, labels[n] == true_labels[n]] >= threshold)
        for n in range(len(true_labels))
    ]
    return sum(errors) / len(errors)


@localization_error.wrong(
    "Class and box must be right in the same guess: a right class in one and a good box in another "
    "do not count"
)
def localization_error_of_mixed_guesses(labels, overlaps, true_labels, threshold):
    found = (labels == true_labels[:, None]).any(axis=1) & (overlaps >= threshold).any(axis=1)
    return 1 - found.mean()


@localization_error.wrong("An IoU equal to the threshold is enough: >=, not >")
def localization_error_above_the_threshold(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps > threshold)
    return 1 - right.any(axis=1).mean()


@localization_error.wrong("The guess needs the right class too: compare labels with true_labels")
def localization_error_of_any_class(labels, overlaps, true_labels, threshold):
    return 1 - (overlaps >= threshold).any(axis=1).mean()


@localization_error.wrong(
    "This is the classification error: the box of the guess must overlap the true box as well"
)
def localization_error_of_classes(labels, overlaps, true_labels, threshold):
    return 1 - (labels == true_labels[:, None]).any(axis=1).mean()


@localization_error.wrong(
    "Return the share of pictures that are wrong, 1 − the share of right ones"
)
def localization_error_as_accuracy(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= threshold)
    return right.any(axis=1).mean()


@localization_error.wrong("Every guess has a chance: do not look at the first one alone")
def localization_error_of_first_guess(labels, overlaps, true_labels, threshold):
    right = (labels[:, 0] == true_labels) & (overlaps[:, 0] >= threshold)
    return 1 - right.mean()


@localization_error.wrong(
    "Count pictures, not guesses: a picture is right if any of its guesses is, and the others cost "
    "nothing"
)
def localization_error_of_guesses(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= threshold)
    return 1 - right.mean()


@localization_error.wrong("One right guess is enough: any, not all")
def localization_error_of_all_guesses(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= threshold)
    return 1 - right.all(axis=1).mean()


@localization_error.wrong(
    "Do not pick the guess with the greatest IoU before you look at the classes: another guess "
    "with the right class may overlap enough"
)
def localization_error_of_best_box(labels, overlaps, true_labels, threshold):
    best, rows = overlaps.argmax(axis=1), np.arange(len(labels))
    right = (labels[rows, best] == true_labels) & (overlaps[rows, best] >= threshold)
    return 1 - right.mean()


@localization_error.wrong(
    "Several guesses may have the right class: look at the boxes of all of them, not only of the "
    "first"
)
def localization_error_of_first_of_class(labels, overlaps, true_labels, threshold):
    of_class, rows = labels == true_labels[:, None], np.arange(len(labels))
    first = of_class.argmax(axis=1)
    return 1 - (of_class[rows, first] & (overlaps[rows, first] >= threshold)).mean()


@localization_error.wrong("Use the given threshold; 0.5 is only the usual one")
def localization_error_at_one_half(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= 0.5)
    return 1 - right.any(axis=1).mean()


@localization_error.wrong("Return a share: divide the number of wrong pictures by that of all")
def localization_error_as_count(labels, overlaps, true_labels, threshold):
    right = (labels == true_labels[:, None]) & (overlaps >= threshold)
    return int((~right.any(axis=1)).sum())


# --- landmark_loss (find the bug) --------------------------------------------------------------

landmark_loss = Question(
    "landmark_loss",
    {"all points": 1, "points without label": 1, "covered points": 1, "no point at all": 1},
)


def landmark_case(check: str, flags, at_border=(), hidden: bool = False) -> None:
    """Adds a case; points without label are at (0, 0), those `at_border` have x = 0."""
    flags = np.array(flags)
    points = np.round(rng.uniform(5, 60, (*flags.shape, 2)), 1)
    for place in at_border:
        points[place] = [0, points[place][1]]
    predicted = np.round(points + 2 * rng.standard_normal(points.shape), 1)
    points[flags == 0] = 0
    landmark_loss.case(check, predicted, points, flags, hidden=hidden)


def random_flags(n: int, points: int, *values: int) -> np.ndarray:
    """Flags with the given values, as often as they are given."""
    return rng.choice(values, (n, points))


landmark_case("all points", [[2, 2, 2]])
landmark_case("all points", [[2, 2, 2, 2], [2, 2, 2, 2]])
landmark_case("points without label", [[2, 2, 0, 2], [0, 2, 0, 0]])
landmark_case("points without label", [[2, 0, 2, 2], [0, 0, 2, 2], [2] * 4], [(0, 3), (1, 2)])
landmark_case("covered points", [[2, 1, 2, 1], [0, 1, 2, 2]])
landmark_case("no point at all", [[0, 0, 0], [0, 0, 0]])
landmark_case("no point at all", [[0, 0, 0], [2, 2, 0]])
landmark_case("all points", np.full((3, 5), 2), hidden=True)
landmark_case("all points", np.full((7, 1), 2), hidden=True)
landmark_case("points without label", random_flags(6, 5, 0, 2), hidden=True)
landmark_case("points without label", random_flags(4, 17, 0, 0, 2), hidden=True)
landmark_case("covered points", random_flags(5, 5, 0, 1, 2), hidden=True)
landmark_case("covered points", random_flags(3, 8, 1, 2), [(0, 1), (2, 4)], hidden=True)
landmark_case("no point at all", np.zeros((1, 4), int), hidden=True)
landmark_case("no point at all", random_flags(4, 5, 0, 2, 2) * [[1], [0], [1], [0]], hidden=True)
landmark_loss.case("points without label", np.array([[[3.0, 5.0], [8.0, 9.0]]] * 2),
                   np.array([[[0.0, 0.0], [6.0, 8.0]], [[0.0, 0.0]] * 2]),
                   np.array([[0, 2], [0, 0]]), hidden=True)  # fmt: skip


@landmark_loss.oracle
def landmark_loss_by_loops(predicted, points, flags):
    squares = []
    for of_face, true, known in zip(
        predicted.tolist(), points.tolist(), flags.tolist(), strict=True
    ):
        for (px, py), (x, y), flag in zip(of_face, true, known, strict=True):
            if flag != 0:
                squares.append((px - x) ** 2 + (py - y) ** 2)
    return math.fsum(squares) / len(squares) if squares else 0.0


@landmark_loss.right
def landmark_loss_by_mask(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags > 0
    return (squares * known).sum() / max(known.sum(), 1)


@landmark_loss.right
def landmark_loss_of_selected_points(predicted, points, flags):
    differences = (predicted - points)[flags > 0]
    return np.sum(differences**2, axis=1).mean() if len(differences) else 0.0


@landmark_loss.right
def landmark_loss_face_by_face(predicted, points, flags):
    total, number = 0.0, 0
    for p, q, flag in zip(predicted, points, flags, strict=True):
        total += np.linalg.norm(p[flag != 0] - q[flag != 0]) ** 2
        number += np.count_nonzero(flag)
    return total / number if number else 0


@landmark_loss.right
def landmark_loss_by_weighted_average(predicted, points, flags):
    weights = np.minimum(flags, 1)
    if not weights.any():
        return 0.0
    return np.average(np.square(predicted - points).sum(axis=-1), weights=weights)


@landmark_loss.wrong(
    "Divide by the number of labelled points, not of all points: otherwise the loss falls the more "
    "labels are missing, though the network is no better"
)
def landmark_loss_divided_by_all_points(predicted, points, flags):
    squares = ((predicted - points) ** 2).sum(axis=2)
    squares[flags == 0] = 0
    return squares.sum() / flags.size


@landmark_loss.wrong(
    "Where flags is 0 there is no true point, and (0, 0) is no place to learn: leave these points "
    "out"
)
def landmark_loss_without_flags(predicted, points, flags):
    return ((predicted - points) ** 2).sum(axis=2).mean()


@landmark_loss.wrong(
    "A flag says whether a point counts, 0 or not; it is no weight: 2 is not twice 1"
)
def landmark_loss_weighted_by_flags(predicted, points, flags):
    squares = ((predicted - points) ** 2).sum(axis=2)
    return (squares * flags).sum() / max(flags.sum(), 1)


@landmark_loss.wrong(
    "A covered point (flag 1) has a label and counts like a visible one: only 0 is left out"
)
def landmark_loss_of_visible_points(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags == 2
    return (squares * known).sum() / max(known.sum(), 1)


@landmark_loss.wrong(
    "The square of a distance is (Δx)² + (Δy)²: add the two, and take the mean over points only"
)
def landmark_loss_of_half(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).mean(axis=2), flags > 0
    return (squares * known).sum() / max(known.sum(), 1)


@landmark_loss.wrong("Without any labelled point the loss is 0: take care not to divide 0 by 0")
def landmark_loss_with_zero_by_zero(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags > 0
    return (squares * known).sum() / known.sum()


@landmark_loss.wrong(
    "One mean over all labelled points of the batch, not a mean of each face's mean: there a point "
    "counts more if its face has few"
)
def landmark_loss_of_mean_faces(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags > 0
    with_points = known.any(axis=1)
    means = (squares * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return means.sum() / max(with_points.sum(), 1)


@landmark_loss.wrong("The loss is the mean of the squared distances: do not take a root of each")
def landmark_loss_of_distances(predicted, points, flags):
    distances, known = np.linalg.norm(predicted - points, axis=2), flags > 0
    return (distances * known).sum() / max(known.sum(), 1)


@landmark_loss.wrong("The loss is the mean of the squares itself: do not take the root of the mean")
def landmark_loss_as_root_of_mean(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags > 0
    return np.sqrt((squares * known).sum() / max(known.sum(), 1))


@landmark_loss.wrong("Square the differences of x and y; you have taken their absolute values")
def landmark_loss_of_absolute_differences(predicted, points, flags):
    differences, known = np.abs(predicted - points).sum(axis=2), flags > 0
    return (differences * known).sum() / max(known.sum(), 1)


@landmark_loss.wrong("Take the mean over the labelled points, not their sum")
def landmark_loss_summed(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), flags > 0
    return (squares * known).sum()


@landmark_loss.wrong(
    "Let flags decide which points count, not the coordinates: a labelled point at the border of "
    "the picture may have x = 0 or y = 0"
)
def landmark_loss_of_points_off_the_border(predicted, points, flags):
    squares, known = ((predicted - points) ** 2).sum(axis=2), (points != 0).all(axis=2)
    return (squares * known).sum() / max(known.sum(), 1)


QUESTIONS = [iou, decode_targets, localization_loss, localization_error, landmark_loss]
