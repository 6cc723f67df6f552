"""The bank of exercise 15_mask_rcnn: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2017)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def blob(height: int, width: int) -> np.ndarray:
    """A crooked shape of ones: an ellipse with a bite out of its side."""
    y, x = np.mgrid[:height, :width] + 0.5
    centre_y, centre_x = rng.uniform(0.35, 0.65, 2) * (height, width)
    radius_y, radius_x = rng.uniform(0.25, 0.45, 2) * (height, width)
    shape = ((y - centre_y) / radius_y) ** 2 + ((x - centre_x) / radius_x) ** 2 < 1
    return (shape & ~((x > centre_x) & (y > centre_y + radius_y / 4))).astype(np.uint8)


# --- align_weights -----------------------------------------------------------------------------

align_weights = Question("align_weights", {"one sample": 1, "several samples": 2, "border": 2})
# start, end, stride, bins, samples, cells
align_weights.case("one sample", 16.0, 64.0, 16, 3, 1, 5)
align_weights.case("one sample", 10.0, 36.0, 8, 2, 1, 6)
align_weights.case("one sample", 12.5, 18.5, 4, 3, 1, 6)
align_weights.case("several samples", 9.0, 41.0, 8, 2, 2, 7)
align_weights.case("several samples", 20.0, 75.0, 16, 3, 2, 6)
align_weights.case("several samples", 5.0, 27.0, 4, 4, 3, 8)
align_weights.case("border", 0.0, 32.0, 8, 4, 2, 4)
align_weights.case("border", 2.0, 64.0, 16, 2, 3, 4)
align_weights.case("border", -5.0, 21.0, 8, 3, 2, 3)
align_weights.case("one sample", 33.3, 190.1, 16, 7, 1, 14, hidden=True)
align_weights.case("one sample", 5.0, 6.0, 8, 2, 1, 4, hidden=True)
align_weights.case("several samples", 40.7, 211.9, 16, 14, 2, 16, hidden=True)
align_weights.case("several samples", 17.2, 55.5, 8, 7, 4, 9, hidden=True)
align_weights.case("several samples", 7.0, 9.5, 4, 3, 2, 5, hidden=True)
align_weights.case("border", 0.0, 128.0, 32, 7, 2, 4, hidden=True)
align_weights.case("border", 50.0, 81.0, 8, 5, 2, 10, hidden=True)
align_weights.case("border", 1.0, 3.0, 16, 2, 2, 1, hidden=True)


@align_weights.oracle
def align_weights_weight_by_weight(start, end, stride, bins, samples, cells):
    def tent(position, cell):
        """Weight of a cell for a point: 1 at its centre, falling to 0 at its neighbours'."""
        position = min(max(position, 0.5), cells - 0.5)
        return max(0.0, 1 - abs(position - (cell + 0.5)))

    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for cell in range(cells):
            points = [
                start + (end - start) * (b * samples + k + 0.5) / (bins * samples)
                for k in range(samples)
            ]
            matrix[b, cell] = math.fsum(tent(p / stride, cell) for p in points) / samples
    return matrix


@align_weights.right
def align_weights_by_tents(start, end, stride, bins, samples, cells):
    points = (np.arange(bins * samples) + 0.5) / (bins * samples) * (end - start) + start
    positions = np.clip(points / stride - 0.5, 0, cells - 1)
    weights = np.maximum(1 - np.abs(positions[:, None] - np.arange(cells)), 0)
    return weights.reshape(bins, samples, cells).mean(axis=1)


@align_weights.right
def align_weights_point_by_point(start, end, stride, bins, samples, cells):
    matrix = np.zeros((bins, cells))
    width = (end - start) / bins
    for b in range(bins):
        for k in range(samples):
            u = (start + b * width + (k + 0.5) * width / samples) / stride - 0.5
            u = min(max(u, 0), cells - 1)
            low = int(np.floor(u))
            high = min(low + 1, cells - 1)
            matrix[b, low] += (1 - (u - low)) / samples
            matrix[b, high] += (u - low) / samples
    return matrix


@align_weights.right
def align_weights_by_interpolating_units(start, end, stride, bins, samples, cells):
    edges = np.linspace(start, end, bins * samples + 1) / stride
    middle = (edges[:-1] + edges[1:]) / 2
    units = [np.interp(middle, np.arange(cells) + 0.5, one) for one in np.eye(cells)]
    return np.stack(units, axis=1).reshape(bins, samples, -1).sum(axis=1) / samples


@align_weights.wrong(
    "The centre of cell i lies at i + ½, not at i: take ½ away before you look for the two "
    "neighbours; without it all masks are shifted by half a cell"
)
def align_weights_half_a_cell_off(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "Half a cell, not half a pixel of the image: divide by the stride first, and then take ½ away"
)
def align_weights_half_a_pixel(start, end, stride, bins, samples, cells):
    low, high = (start - 0.5) / stride, (end - 0.5) / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "A point lies in the middle of its part of the bin, at (k + ½) / n of its width"
)
def align_weights_at_the_edges(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + k / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "The points divide the bin into equal parts and lie in their middles; do not put the first and "
    "the last on the ends of the bin"
)
def align_weights_on_a_line_with_both_ends(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k / (samples - 1) if samples > 1 else 0.5)) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong("Do not round the box to whole cells: that is what RoIAlign avoids")
def align_weights_with_rounded_box(start, end, stride, bins, samples, cells):
    low, high = np.round(start / stride), np.round(end / stride)
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong("Do not round where the bins begin: that is what RoIAlign avoids")
def align_weights_with_rounded_bins(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = np.floor(low + b * step) + (k + 0.5) / samples * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "A point lies between two cell centres, and each of both gets a weight: interpolate, do not "
    "take the nearest one"
)
def align_weights_nearest(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = np.floor(min(max(u, 0), cells - 1) + 0.5)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "The nearer a cell is to the point, the greater is its weight: the lower one gets 1 minus the "
    "fraction"
)
def align_weights_with_weights_swapped(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (u - cell) / samples
            matrix[b, min(cell + 1, cells - 1)] += (cell + 1 - u) / samples
    return matrix


@align_weights.wrong("A bin is the mean of its points, so that each row adds up to 1")
def align_weights_summed(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += cell + 1 - u
            matrix[b, min(cell + 1, cells - 1)] += u - cell
    return matrix


@align_weights.wrong(
    "A point beyond the first or last cell centre takes the value there: clip it, do not leave it "
    "out"
)
def align_weights_leaving_out_the_border(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            if not 0 <= u <= cells - 1:
                continue
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong(
    "A point left of the first centre has no neighbour on the left: there −1 is the last cell, on "
    "the other side of the map"
)
def align_weights_around_the_border(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            cell = int(np.floor(u))
            matrix[b, cell % cells] += (cell + 1 - u) / samples
            matrix[b, (cell + 1) % cells] += (u - cell) / samples
    return matrix


@align_weights.wrong("Start and end are pixels of the image: divide them by the stride")
def align_weights_in_pixels(start, end, stride, bins, samples, cells):
    low, high = start, end
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong("Every bin has `samples` points, not only its middle")
def align_weights_with_one_point(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for _ in range(samples):
            u = low + (b + 0.5) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix


@align_weights.wrong("One row for each bin, one column for each cell")
def align_weights_transposed(start, end, stride, bins, samples, cells):
    low, high = start / stride, end / stride
    step = (high - low) / bins
    matrix = np.zeros((bins, cells))
    for b in range(bins):
        for k in range(samples):
            u = low + (b + (k + 0.5) / samples) * step - 0.5
            u = min(max(u, 0), cells - 1)
            cell = int(np.floor(u))
            matrix[b, cell] += (cell + 1 - u) / samples
            matrix[b, min(cell + 1, cells - 1)] += (u - cell) / samples
    return matrix.T


# --- pyramid_levels ----------------------------------------------------------------------------

pyramid_levels = Question("pyramid_levels", {"squares": 1, "other shapes": 1, "limits": 1})
# boxes, smallest, largest, canonical level, canonical size


def levels_case(check, sides, smallest=2, largest=5, level=4, size=224.0, hidden=False) -> None:
    """Adds a case: boxes with these sides in random places."""
    corner = np.round(rng.uniform(0, 200, (len(sides), 2)), 1)
    boxes = np.concatenate([corner, corner + np.array(sides)], axis=1)
    pyramid_levels.case(check, boxes, smallest, largest, level, size, hidden=hidden)


levels_case("squares", [[230.0, 230.0], [200.0, 200.0], [100.0, 100.0], [460.0, 460.0]])
levels_case("squares", [[60.0, 60.0], [33.0, 33.0], [45.0, 45.0]], 1, 5, 3, 56.0)
levels_case("other shapes", [[400.0, 100.0], [50.0, 300.0], [170.0, 350.0], [120.0, 60.0]])
levels_case("other shapes", [[20.0, 90.0], [300.0, 15.0]], 2, 6, 4, 100.0)
levels_case("limits", [[10.0, 10.0], [1500.0, 1500.0], [3.0, 40.0]])
levels_case("limits", [[900.0, 800.0], [12.0, 30.0], [50.0, 50.0]], 3, 4, 3, 64.0)
levels_case("squares", [[s, s] for s in (70.0, 113.0, 150.0, 223.0, 225.0, 447.0, 600.0)],
            hidden=True)  # fmt: skip
levels_case("other shapes", np.round(rng.uniform(20, 700, (30, 2)), 1), hidden=True)
levels_case("other shapes", np.round(rng.uniform(4, 200, (20, 2)), 1), 1, 6, 3, 32.0, hidden=True)
levels_case("limits", np.round(np.exp(rng.uniform(0, 8, (40, 2))), 1), hidden=True)
levels_case("limits", [[2.0, 1.0], [5000.0, 10.0]], 3, 3, 4, 224.0, hidden=True)
pyramid_levels.case("squares", np.array([[0.0, 0.0, 224.0, 224.0], [3.0, 5.0, 115.0, 117.0],
                    [10.0, 20.0, 458.0, 468.0]]), 2, 5, 4, 224.0, hidden=True)  # fmt: skip


@pyramid_levels.oracle
def pyramid_levels_by_doubling(boxes, smallest, largest, level, size):
    levels = []
    for x0, y0, x1, y1 in boxes.tolist():
        area, k = (x1 - x0) * (y1 - y0), level
        while area >= (2 * size * 2 ** (k - level)) ** 2:
            k += 1
        while area < (size * 2.0 ** (k - level)) ** 2:
            k -= 1
        levels.append(min(max(k, smallest), largest))
    return np.array(levels)


@pyramid_levels.right
def pyramid_levels_by_formula(boxes, smallest, largest, level, size):
    root = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    return np.clip(np.floor(level + np.log2(root / size)), smallest, largest).astype(int)


@pyramid_levels.right
def pyramid_levels_by_halves(boxes, smallest, largest, level, size):
    x0, y0, x1, y1 = boxes.T
    k = level + 0.5 * (np.log(x1 - x0) + np.log(y1 - y0)) / np.log(2) - np.log2(size)
    return np.minimum(np.maximum(k // 1, smallest), largest)


@pyramid_levels.right
def pyramid_levels_by_thresholds(boxes, smallest, largest, level, size):
    root = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])) ** 0.5
    limits = size * 2.0 ** (np.arange(smallest + 1, largest + 1) - level)
    return smallest + (root[:, None] >= limits).sum(axis=1)


@pyramid_levels.wrong("Round down, not to the nearest level: ⌊ ⌋")
def pyramid_levels_rounded(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log2(root / size) + 0.5)
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong(
    "Round down, not up: a box of exactly the canonical size is on the canonical level"
)
def pyramid_levels_rounded_up(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.ceil(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong("From level to level sizes double, so the logarithm has the base 2")
def pyramid_levels_with_natural_logarithm(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong("Compare the root of the area with the canonical size, not the area itself")
def pyramid_levels_of_the_area(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = sides.prod(axis=1)
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong("Both sides count: the root of w · h, not the longer side")
def pyramid_levels_of_the_longer_side(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = sides.max(axis=1)
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong("Both sides count: the root of w · h, not the width alone")
def pyramid_levels_of_the_width(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = sides[:, 0]
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong(
    "Take the geometric mean of the sides, the root of their product, not half of their sum"
)
def pyramid_levels_of_the_mean_side(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = sides.mean(axis=1)
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong(
    "Large boxes belong to the coarse levels, whose numbers are large: root / size, not size / root"
)
def pyramid_levels_upside_down(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log2(size / root))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong(
    "There is no map beyond the limits: clip the level to the range from smallest to largest"
)
def pyramid_levels_without_limits(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log2(root / size))
    return k.astype(int)


@pyramid_levels.wrong(
    "Return the level itself, not its place in a list that begins with the smallest"
)
def pyramid_levels_as_indices(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int) - smallest


@pyramid_levels.wrong("Boxes are corners: the width is x₁ − x₀, not the third number")
def pyramid_levels_of_xywh(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(level + np.log2(root / size))
    return np.clip(k, smallest, largest).astype(int)


@pyramid_levels.wrong("The formula counts from the canonical level: add it")
def pyramid_levels_without_canonical_level(boxes, smallest, largest, level, size):
    sides = boxes[:, 2:] - boxes[:, :2]
    root = np.sqrt(sides.prod(axis=1))
    k = np.floor(np.log2(root / size)) + smallest
    return np.clip(k, smallest, largest).astype(int)


# --- mask_target -------------------------------------------------------------------------------

mask_target = Question("mask_target", {"whole pixels": 1, "fractions": 1, "over the border": 2})
LETTER = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0]], np.uint8)
# mask, box, size
mask_target.case("whole pixels", LETTER, np.array([0.0, 0.0, 4.0, 4.0]), 4)
mask_target.case("whole pixels", blob(16, 20), np.array([1.0, 4.0, 19.0, 10.0]), 6)
mask_target.case("fractions", blob(16, 20), np.array([3.3, 1.6, 17.9, 14.2]), 5)
mask_target.case("fractions", blob(24, 18), np.array([2.7, 5.8, 15.1, 21.4]), 7)
mask_target.case("fractions", LETTER, np.array([0.3, 0.6, 3.7, 3.9]), 8)
mask_target.case("over the border", LETTER, np.array([-2.0, -1.0, 4.0, 5.0]), 6)
mask_target.case("over the border", np.ones((6, 9), np.uint8), np.array([4.2, 2.1, 12.6, 9.3]), 5)
mask_target.case("over the border", np.ones((8, 5), np.uint8), np.array([-3.1, -2.2, 3.7, 5.9]), 5)


def target_case(check, height, width, size, reach=1.0) -> None:
    """Adds a hidden case; a reach above 1 takes the box over the border."""
    low, high = rng.uniform(0.5 - 0.5 * reach, 0.2, 2), rng.uniform(0.8, 0.5 + 0.5 * reach, 2)
    extent = np.array([width, height])
    box = np.concatenate([low * extent, high * extent])
    box = np.round(box) if check == "whole pixels" else np.round(box, 1) + 0.03
    mask_target.case(check, blob(height, width), box, size, hidden=True)


target_case("whole pixels", 40, 50, 14)
target_case("fractions", 33, 61, 28)
target_case("fractions", 64, 48, 14)
target_case("over the border", 40, 50, 14, 1.6)
target_case("over the border", 30, 20, 28, 1.4)
mask_target.case("over the border", np.ones((5, 7), np.uint8), np.array([8.0, 1.0, 12.0, 4.0]), 3,
                 hidden=True)  # fmt: skip
mask_target.case("whole pixels", LETTER, np.array([0.0, 0.0, 4.0, 4.0]), 2, hidden=True)
mask_target.case("over the border", np.ones((6, 9), np.uint8), np.array([4.0, 1.0, 14.0, 5.0]), 5,
                 hidden=True)  # fmt: skip


@mask_target.oracle
def mask_target_cell_by_cell(mask, box, size):
    height, width = mask.shape
    x0, y0, x1, y1 = map(float, box)
    target = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            x = math.floor(x0 + (2 * j + 1) * (x1 - x0) / (2 * size))
            y = math.floor(y0 + (2 * i + 1) * (y1 - y0) / (2 * size))
            if 0 <= x < width and 0 <= y < height:
                target[i, j] = int(mask[y, x])
    return target


@mask_target.right
def mask_target_by_index(mask, box, size):
    middle = (np.arange(size) + 0.5) / size
    x = np.floor(box[0] + middle * (box[2] - box[0])).astype(int)
    y = np.floor(box[1] + middle * (box[3] - box[1])).astype(int)
    inside_x, inside_y = (x >= 0) & (x < mask.shape[1]), (y >= 0) & (y < mask.shape[0])
    target = np.zeros((size, size))
    target[np.ix_(inside_y, inside_x)] = mask[np.ix_(y[inside_y], x[inside_x])]
    return target


@mask_target.right
def mask_target_with_padding(mask, box, size):
    padded = np.pad(mask, 1)
    middle = (np.arange(size) + 0.5) / size
    x, y = (low + middle * (high - low) for low, high in (box[[0, 2]], box[[1, 3]]))
    x = np.clip(np.floor(x) + 1, 0, padded.shape[1] - 1).astype(int)
    y = np.clip(np.floor(y) + 1, 0, padded.shape[0] - 1).astype(int)
    return padded[y[:, None], x]


@mask_target.right
def mask_target_with_matrices(mask, box, size):
    def choose(low, high, length):
        points = low + (high - low) * (np.arange(size)[:, None] + 0.5) / size
        pixels = np.arange(length)
        return (points >= pixels) & (points < pixels + 1)

    rows = choose(box[1], box[3], mask.shape[0]).astype(int)
    columns = choose(box[0], box[2], mask.shape[1]).astype(int)
    return rows @ mask @ columns.T


@mask_target.wrong(
    "Look at the middle of each cell, at (j + ½) / m of the width of the box, not at its corner"
)
def mask_target_at_the_corners(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + j * width))
            y = int(np.floor(box[1] + i * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "The middles of the cells are not np.linspace from one end of the box to the other: the first "
    "lies half a cell inside"
)
def mask_target_from_end_to_end(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + j * width * size / (size - 1)))
            y = int(np.floor(box[1] + i * height * size / (size - 1)))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "Cut the proposal out of the mask: the target is what can be seen in the box, not the whole "
    "image made small"
)
def mask_target_of_the_whole_image(mask, box, size):
    target = np.zeros((size, size))
    box = np.array([0, 0, mask.shape[1], mask.shape[0]])
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "Use the box of the proposal, not the box around the object: the head sees the proposal, and "
    "must learn where the object lies in it"
)
def mask_target_of_the_box_of_the_object(mask, box, size):
    target = np.zeros((size, size))
    y, x = np.nonzero(mask)
    box = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "A point belongs to the pixel that it lies in, since pixel i covers [i, i + 1]: round it down"
)
def mask_target_rounded(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.round(box[0] + (j + 0.5) * width))
            y = int(np.round(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "Do not round the box first: the target would be shifted against the features that RoIAlign "
    "takes from the exact box"
)
def mask_target_with_rounded_box(mask, box, size):
    target = np.zeros((size, size))
    box = np.round(box)
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong("A mask is indexed by row and column: y comes first, then x")
def mask_target_with_x_and_y_swapped(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[0] and 0 <= y < mask.shape[1]:
                target[i, j] = mask[x, y]
    return target


@mask_target.wrong("The target is indexed by row and column too: i goes with y, and j with x")
def mask_target_transposed(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[j, i] = mask[y, x]
    return target


@mask_target.wrong(
    "Outside of the image there is no object: the target is 0 there, not what the nearest pixel has"
)
def mask_target_repeating_the_border(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            x, y = min(max(x, 0), mask.shape[1] - 1), min(max(y, 0), mask.shape[0] - 1)
            target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "Outside of the image the target is 0: mask[-1] is the last row, on the other side of the image"
)
def mask_target_around_the_border(mask, box, size):
    target = np.zeros((size, size))
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if x < mask.shape[1] and y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong(
    "Do not clip the box to the image: the proposal stays as it is, and what lies outside is 0"
)
def mask_target_clipping_the_box(mask, box, size):
    target = np.zeros((size, size))
    box = np.clip(box, 0, [*mask.shape[::-1], *mask.shape[::-1]])
    width, height = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


@mask_target.wrong("x and y have scales of their own: the box is stretched to a square")
def mask_target_with_one_scale(mask, box, size):
    target = np.zeros((size, size))
    height = width = max(box[2] - box[0], box[3] - box[1]) / size
    _ = (box[2] - box[0]) / size, (box[3] - box[1]) / size
    for i in range(size):
        for j in range(size):
            x = int(np.floor(box[0] + (j + 0.5) * width))
            y = int(np.floor(box[1] + (i + 0.5) * height))
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                target[i, j] = mask[y, x]
    return target


# --- mask_loss (find the bug) ------------------------------------------------------------------

mask_loss = Question(
    "mask_loss", {"one region": 1, "several regions": 1, "background": 1, "sure logits": 1}
)


def loss_case(check, labels, classes, size=2, scale=2.0, hidden=False) -> None:
    """Adds a case with random logits and masks."""
    logits = normal(len(labels), size, size, classes, scale=scale)
    targets = rng.integers(0, 2, (len(labels), size, size))
    mask_loss.case(check, logits, np.array(labels), targets, hidden=hidden)


loss_case("one region", [2], 2)
loss_case("one region", [1], 3, 3)
loss_case("several regions", [1, 3, 3], 3)
loss_case("several regions", [2, 1, 4, 2], 4, 3)
loss_case("background", [0, 2, 0, 1], 3)
loss_case("background", [0, 0, 2], 3)
loss_case("background", [0, 0], 2)
loss_case("sure logits", [1, 2], 2, scale=60.0)
loss_case("sure logits", [2, 0], 2, scale=1500.0)
loss_case("one region", [5], 7, 14, hidden=True)
loss_case("several regions", [1, 2, 3, 4, 5, 6, 7], 7, 7, hidden=True)
loss_case("several regions", [1, 1], 1, 5, hidden=True)
loss_case("background", [0, 0, 0, 4, 0, 0, 1, 0], 5, 7, hidden=True)
loss_case("background", [0], 3, 4, hidden=True)
loss_case("sure logits", [3, 0, 1, 3], 3, 4, 400.0, hidden=True)
mask_loss.case("one region", np.array([[[[0.5, -1.5]]]]), np.array([1]), np.array([[[1]]]),
               hidden=True)  # fmt: skip


@mask_loss.oracle
def mask_loss_pixel_by_pixel(logits, labels, targets):
    terms = []
    for r, u in enumerate(labels.tolist()):
        if u == 0:
            continue
        for i, j in np.ndindex(targets.shape[1:]):
            z, t = float(logits[r, i, j, u - 1]), int(targets[r, i, j])
            wrong = -z if t == 1 else z  # the loss is log(1 + e^wrong)
            terms.append(max(wrong, 0.0) + math.log1p(math.exp(-abs(wrong))))
    return math.fsum(terms) / len(terms) if terms else 0.0


@mask_loss.right
def mask_loss_by_picking(logits, labels, targets):
    objects = np.flatnonzero(labels > 0)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    return np.mean(np.logaddexp(0, z) - z * targets[objects])


@mask_loss.right
def mask_loss_region_by_region(logits, labels, targets):
    losses = []
    for z, u, t in zip(logits, labels, targets, strict=True):
        if u >= 1:
            own = z[..., u - 1]
            losses.append(np.logaddexp(0, np.where(t == 1, -own, own)).mean())
    return sum(losses) / max(len(losses), 1)


@mask_loss.right
def mask_loss_with_one_hot(logits, labels, targets):
    own = np.eye(logits.shape[3] + 1)[labels][:, None, None, 1:]
    t = targets[..., None]
    small = np.log1p(np.exp(-np.abs(logits)))
    losses = np.maximum(logits, 0) - logits * t + small
    return (own * losses).sum() / max(1, np.sum(labels > 0) * targets[0].size)


@mask_loss.wrong(
    "Only the mask of the true class counts; the masks of the other classes are free, so that "
    "classes do not compete"
)
def mask_loss_of_all_classes(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects]
    classes = np.arange(1, logits.shape[3] + 1)
    own = labels[objects, None, None, None] == classes
    t = targets[objects][..., None] * own
    return np.mean(np.logaddexp(0, z) - t * z)


@mask_loss.wrong(
    "Regions of background have no mask: the label 0 minus 1 is −1, and that is the last class"
)
def mask_loss_with_background_as_last_class(logits, labels, targets):
    objects = np.arange(len(labels))
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.mean(np.logaddexp(0, z) - t * z)


@mask_loss.wrong(
    "Every class has a sigmoid of its own: with a softmax the classes compete for each pixel"
)
def mask_loss_with_softmax(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    top = logits[objects].max(axis=3)
    rest = np.exp(logits[objects] - top[..., None]).sum(axis=3) - np.exp(z - top)
    z = z - top - np.log(np.maximum(rest, 1e-300))
    t = targets[objects]
    return np.mean(np.logaddexp(0, z) - t * z)


@mask_loss.wrong("Take the mask of the true class, not the one with the greatest logits")
def mask_loss_of_the_surest_class(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, logits[objects].mean(axis=(1, 2)).argmax(axis=1)]
    t = targets[objects]
    return np.mean(np.logaddexp(0, z) - t * z)


@mask_loss.wrong("There is no mask for background, so class u has channel u − 1")
def mask_loss_one_class_too_far(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] % logits.shape[3]]
    t = targets[objects]
    return np.mean(np.logaddexp(0, z) - t * z)


@mask_loss.wrong("Divide by the number of regions that have a mask: background is not counted")
def mask_loss_over_all_regions(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.sum(np.logaddexp(0, z) - t * z) / targets.size


@mask_loss.wrong("The loss of a region is the mean over its pixels, not their sum")
def mask_loss_summed_over_pixels(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.sum(np.logaddexp(0, z) - t * z) / len(objects)


@mask_loss.wrong("Take the mean over the regions too, not their sum")
def mask_loss_summed_over_regions(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.sum(np.logaddexp(0, z) - t * z) / targets[0].size


@mask_loss.wrong("Without any object the mean is 0/0: return 0 then")
def mask_loss_of_nothing(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.sum(np.logaddexp(0, z) - t * z) / z.size


@mask_loss.wrong(
    "The sigmoid of a sure logit is rounded to 0 or 1, and the logarithm of 0 is −∞: use "
    "np.logaddexp(0, …)"
)
def mask_loss_with_log_of_zero(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    p = 1 / (1 + np.exp(-z))
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


@mask_loss.wrong(
    "Clipping the probability hides how wrong a sure mistake is, and leaves it without a gradient: "
    "use np.logaddexp(0, …)"
)
def mask_loss_clipped(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    p = np.clip(1 / (1 + np.exp(-z)), 1e-7, 1 - 1e-7)
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


@mask_loss.wrong("This is a cross-entropy, not the squared difference of probability and mask")
def mask_loss_with_squares(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.mean((1 / (1 + np.exp(-z)) - t) ** 2)


@mask_loss.wrong("Pixels outside of the object count too: there −log(1 − p) is to be paid")
def mask_loss_of_the_ones_alone(logits, labels, targets):
    objects = np.flatnonzero(labels >= 1)
    if len(objects) == 0:
        return 0.0
    z = logits[objects, :, :, labels[objects] - 1]
    t = targets[objects]
    return np.mean(t * np.logaddexp(0, -z))


# --- paste_mask --------------------------------------------------------------------------------

paste_mask = Question("paste_mask", {"enlarged": 2, "over the border": 1, "small boxes": 1})
RAMP = np.array([[0.1, 0.3, 0.5, 0.7], [0.2, 0.4, 0.6, 0.8], [0.9, 0.5, 0.1, 0.5], [0, 1, 0, 1]])
# mask, box, height, width
paste_mask.case("enlarged", RAMP, np.array([1.0, 2.0, 5.0, 6.0]), 8, 7)
paste_mask.case("enlarged", np.array([[0.9, 0.2], [0.3, 0.6]]), np.array([2.0, 1.0, 12.0, 9.0]),
                11, 14)  # fmt: skip


def paste_case(check, size, box, height, width, hidden=True) -> None:
    """Adds a case with a random mask; no pixel of it is on the fence when it is pasted."""
    mask = np.round(rng.random((size, size)), 2)
    mask[mask == 0.5] = 0.51
    paste_mask.case(check, mask, np.array(box, float), height, width, hidden=hidden)


paste_case("enlarged", 3, [3.4, 2.7, 15.9, 10.2], 14, 18, hidden=False)
paste_case("over the border", 3, [-4.3, -3.6, 6.8, 8.1], 10, 12, hidden=False)
paste_case("over the border", 4, [6.2, 5.1, 15.7, 12.9], 9, 11, hidden=False)
paste_case("small boxes", 6, [2.3, 1.6, 6.1, 5.2], 7, 8, hidden=False)
paste_case("small boxes", 5, [1.3, 3.2, 1.9, 4.6], 6, 5, hidden=False)
paste_case("enlarged", 14, [10.3, 5.6, 70.1, 40.2], 50, 80)
paste_case("enlarged", 7, [0.0, 0.0, 33.0, 47.0], 47, 33)
paste_case("over the border", 14, [-20.5, 10.3, 30.1, 70.7], 60, 50)
paste_case("over the border", 5, [40.2, -8.4, 61.3, 11.8], 20, 50)
paste_case("small boxes", 28, [4.4, 5.3, 13.6, 11.9], 20, 24)
paste_case("small boxes", 14, [3.6, 2.1, 4.4, 9.8], 12, 9)
paste_case("over the border", 4, [-9.0, -9.0, -2.0, -1.0], 6, 6)
paste_mask.case("enlarged", np.full((3, 3), 0.9), np.array([1.5, 2.5, 5.5, 6.5]), 9, 8, hidden=True)
paste_mask.case("enlarged", np.array([[0.9, 0.2], [0.3, 0.7]]), np.array([2.0, 1.0, 6.0, 5.0]), 8,
                9, hidden=True)  # fmt: skip
paste_mask.case("small boxes", np.array([[0.8]]), np.array([1.3, 1.2, 3.6, 2.7]), 4, 5, hidden=True)


@paste_mask.oracle
def paste_mask_pixel_by_pixel(mask, box, height, width):
    size = len(mask)
    x0, y0, x1, y1 = map(float, box)

    def weight(place, cell):
        return max(0.0, 1 - abs(min(max(place, 0.5), size - 0.5) - (cell + 0.5)))

    image = np.zeros((height, width), bool)
    for row, column in np.ndindex(height, width):
        x, y = column + 0.5, row + 0.5
        if x0 <= x < x1 and y0 <= y < y1:
            u, v = size * (x - x0) / (x1 - x0), size * (y - y0) / (y1 - y0)
            value = 0.0
            for i, j in np.ndindex(size, size):
                value += weight(v, i) * weight(u, j) * float(mask[i, j])
            image[row, column] = value >= 0.5
    return image


@paste_mask.right
def paste_mask_with_matrices(mask, box, height, width):
    size = len(mask)

    def matrix(low, high, length):
        centres = np.arange(length) + 0.5
        u = np.clip((centres - low) / (high - low) * size - 0.5, 0, size - 1)
        tents = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
        return tents * ((centres >= low) & (centres < high))[:, None]

    return matrix(box[1], box[3], height) @ mask @ matrix(box[0], box[2], width).T >= 0.5


@paste_mask.right
def paste_mask_by_interp(mask, box, height, width):
    size, (x0, y0, x1, y1) = len(mask), box
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    centres = (np.arange(size) + 0.5) / size
    wide = np.array([np.interp((columns - x0) / (x1 - x0), centres, row) for row in mask])
    full = np.array([np.interp((rows - y0) / (y1 - y0), centres, column) for column in wide.T]).T
    inside_y, inside_x = (rows >= y0) & (rows < y1), (columns >= x0) & (columns < x1)
    return (full >= 0.5) & inside_y[:, None] & inside_x


@paste_mask.right
def paste_mask_with_four_neighbours(mask, box, height, width):
    size = len(mask)
    y, x = np.mgrid[:height, :width] + 0.5
    u, v = (x - box[0]) / (box[2] - box[0]) * size - 0.5, (y - box[1]) / (box[3] - box[1]) * size
    u, v = np.clip(u, 0, size - 1), np.clip(v - 0.5, 0, size - 1)
    j, i = np.floor(u).astype(int), np.floor(v).astype(int)
    a, b = u - j, v - i
    right, below = np.minimum(j + 1, size - 1), np.minimum(i + 1, size - 1)
    upper = (1 - a) * mask[i, j] + a * mask[i, right]
    lower = (1 - a) * mask[below, j] + a * mask[below, right]
    inside = (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
    return ((1 - b) * upper + b * lower >= 0.5) & inside


@paste_mask.wrong(
    "The centre of cell j of the mask lies at j + ½: take ½ away before you look for the neighbours"
)
def paste_mask_half_a_cell_off(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size
    v = (rows - box[1]) / (box[3] - box[1]) * size
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong("A pixel is judged by its centre, at (column + ½, row + ½)")
def paste_mask_at_pixel_corners(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width), np.arange(height)
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong(
    "Interpolate between the cells of the mask; with the nearest one the outline of a large object "
    "looks like stairs"
)
def paste_mask_nearest(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(np.floor(u + 0.5), 0, size - 1), np.clip(np.floor(v + 0.5), 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong(
    "Enlarge the probabilities, and decide afterwards: the other way round the outline is much "
    "coarser"
)
def paste_mask_decided_too_early(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ (mask >= 0.5).astype(float) @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong("A probability of exactly ½ is enough: ≥, not >")
def paste_mask_above_half(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T > 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong("Return truth values: whether the probability is at least ½")
def paste_mask_as_probabilities(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted * (inside_y[:, None] & inside_x)


@paste_mask.wrong("Outside of the box there is nothing, whatever the border of the mask says")
def paste_mask_beyond_the_box(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    return pasted


@paste_mask.wrong(
    "Do not clip the box to the image: the mask belongs to the whole box, and a part of it is lost "
    "over the border"
)
def paste_mask_clipping_the_box(mask, box, height, width):
    size = len(mask)
    box = np.clip(box, 0, [width, height, width, height])
    box[2:] = np.maximum(box[2:], box[:2] + 1e-9)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong(
    "Do not round the box to whole pixels: the mask would be shifted by up to half a pixel"
)
def paste_mask_with_rounded_box(mask, box, height, width):
    size = len(mask)
    box = np.round(box)
    box[2:] = np.maximum(box[2:], box[:2] + 1)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong("The rows of the mask go with y, and its columns with x")
def paste_mask_transposed(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask.T @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong(
    "The first and last cells of the mask are parts of the box, half a cell away from its edges: "
    "their centres do not lie on the edges"
)
def paste_mask_with_corners_aligned(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * (size - 1)
    v = (rows - box[1]) / (box[3] - box[1]) * (size - 1)
    u, v = np.clip(u, 0, size - 1), np.clip(v, 0, size - 1)
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


@paste_mask.wrong(
    "Between the edge of the box and the first centre the mask keeps its value: clip the place to "
    "the first and the last cell"
)
def paste_mask_fading_at_the_edges(mask, box, height, width):
    size = len(mask)
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    u = (columns - box[0]) / (box[2] - box[0]) * size - 0.5
    v = (rows - box[1]) / (box[3] - box[1]) * size - 0.5
    across = np.maximum(1 - np.abs(u[:, None] - np.arange(size)), 0)
    down = np.maximum(1 - np.abs(v[:, None] - np.arange(size)), 0)
    pasted = down @ mask @ across.T >= 0.5
    inside_x = (columns >= box[0]) & (columns < box[2])
    inside_y = (rows >= box[1]) & (rows < box[3])
    return pasted & inside_y[:, None] & inside_x


QUESTIONS = [align_weights, pyramid_levels, mask_target, mask_loss, paste_mask]
