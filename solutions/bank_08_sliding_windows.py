"""The bank of exercise 08_sliding_windows: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math
from fractions import Fraction

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2013)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


# --- sliding_windows ---------------------------------------------------------------------------

sliding_windows = Question(
    "sliding_windows", {"one scale": 1, "left-over pixels": 1, "other scales": 1, "no room": 1}
)
sliding_windows.case("one scale", 6, 8, 4, 2, 1.0)
sliding_windows.case("one scale", 10, 4, 4, 3, 1.0)
sliding_windows.case("left-over pixels", 7, 9, 4, 2, 1.0)
sliding_windows.case("left-over pixels", 5, 11, 3, 5, 1.0)
sliding_windows.case("other scales", 8, 12, 4, 4, 0.5)
sliding_windows.case("other scales", 6, 4, 4, 2, 2.0)
sliding_windows.case("no room", 6, 3, 4, 1, 1.0)
sliding_windows.case("no room", 8, 7, 4, 2, 0.5)
sliding_windows.case("one scale", 32, 48, 16, 8, 1.0, hidden=True)
sliding_windows.case("one scale", 9, 9, 9, 4, 1.0, hidden=True)
sliding_windows.case("left-over pixels", 31, 22, 7, 5, 1.0, hidden=True)
sliding_windows.case("left-over pixels", 20, 45, 12, 10, 1.0, hidden=True)
sliding_windows.case("other scales", 41, 30, 8, 4, 0.75, hidden=True)
sliding_windows.case("other scales", 11, 17, 10, 3, 1.5, hidden=True)
sliding_windows.case("other scales", 27, 50, 6, 2, 0.25, hidden=True)
sliding_windows.case("no room", 40, 11, 6, 3, 0.5, hidden=True)
sliding_windows.case("no room", 3, 30, 8, 2, 2.0, hidden=True)
sliding_windows.case("other scales", 21, 21, 5, 3, 0.5, hidden=True)
sliding_windows.case("no room", 4, 5, 12, 2, 1.0, hidden=True)


@sliding_windows.oracle
def sliding_windows_by_search(height, width, size, stride, scale):
    factor, windows = Fraction(scale), []
    for y in range(2 * height + 1):
        for x in range(2 * width + 1):
            inside = y + size <= factor * height and x + size <= factor * width
            if inside and y % stride == 0 and x % stride == 0:
                windows.append([float(n / factor) for n in (x, y, x + size, y + size)])
    return np.reshape(np.array(windows, float), (len(windows), 4))


@sliding_windows.right
def sliding_windows_by_loops(height, width, size, stride, scale):
    windows = []
    for y in range(0, int(height * scale) - size + 1, stride):
        for x in range(0, int(width * scale) - size + 1, stride):
            windows.append([x, y, x + size, y + size])
    return np.array(windows).reshape(-1, 4) / scale


@sliding_windows.right
def sliding_windows_by_meshgrid(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.right
def sliding_windows_by_counting(height, width, size, stride, scale):
    rows, columns = (max(0, (int(s * scale) - size) // stride + 1) for s in (height, width))
    number = np.arange(rows * columns)
    corner = np.stack([number % max(columns, 1), number // max(columns, 1)], axis=1) * stride
    return np.concatenate([corner, corner + size], axis=1) / scale


@sliding_windows.right
def sliding_windows_in_the_original(height, width, size, stride, scale):
    side, step, found = size / scale, stride / scale, np.zeros((0, 4))
    row = 0
    while row * step + side <= height:
        column = 0
        while column * step + side <= width:
            x, y = column * step, row * step
            found = np.vstack([found, [x, y, x + side, y + side]])
            column += 1
        row += 1
    return found


@sliding_windows.wrong(
    "The last window is missing: with H pixels and windows of size k the last place is H − k "
    "itself, and range stops before its end: range(0, H − k + 1, stride)"
)
def sliding_windows_without_the_last(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size, stride)
    xs = np.arange(0, int(width * scale) - size, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.wrong(
    "Windows may not reach over the right or lower border: leave out those that do not fit"
)
def sliding_windows_over_the_border(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale), stride)
    xs = np.arange(0, int(width * scale), stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.wrong(
    "Leave out what does not fit, as a convolution without padding does: do not add a last window "
    "that is moved back to the border"
)
def sliding_windows_pushed_back(height, width, size, stride, scale):
    windows, high, wide = [], int(height * scale), int(width * scale)
    if min(high, wide) < size:
        return np.zeros((0, 4))
    for y in range(0, high - size + stride, stride):
        for x in range(0, wide - size + stride, stride):
            left, top = min(x, wide - size), min(y, high - size)
            windows.append([left, top, left + size, top + size])
    return np.array(windows).reshape(-1, 4) / scale


@sliding_windows.wrong("Go row by row: the outer loop runs over y, the inner one over x")
def sliding_windows_column_by_column(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs))
    y, x = y.reshape(len(ys), len(xs)).T.ravel(), x.reshape(len(ys), len(xs)).T.ravel()
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.wrong("A box is (x0, y0, x1, y1), x first: you have put y, the row, first")
def sliding_windows_with_y_first(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([y, x, y + size, x + size], axis=1) / scale


@sliding_windows.wrong("The last two numbers are the corner x1, y1, not width and height")
def sliding_windows_as_xywh(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, 0 * x + size, 0 * y + size], axis=1) / scale


@sliding_windows.wrong(
    "x1 is an edge, not the last pixel: a window of 4 pixels from x0 = 0 ends at x1 = 4, not at 3"
)
def sliding_windows_to_the_last_pixel(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size - 1, y + size - 1], axis=1) / scale


@sliding_windows.wrong("The windows move by stride, not by their own size")
def sliding_windows_side_by_side(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, size)
    xs = np.arange(0, int(width * scale) - size + 1, size)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.wrong("x runs along the width of the picture, y along its height")
def sliding_windows_with_sides_exchanged(height, width, size, stride, scale):
    ys = np.arange(0, int(width * scale) - size + 1, stride)
    xs = np.arange(0, int(height * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) / scale


@sliding_windows.wrong(
    "These are windows in the scaled picture: divide by scale to get back to the original"
)
def sliding_windows_in_the_scaled_picture(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1)


@sliding_windows.wrong(
    "Divide by scale on the way back, do not multiply: in a picture of half the size, a window "
    "sees twice as much of the original"
)
def sliding_windows_multiplied_by_scale(height, width, size, stride, scale):
    ys = np.arange(0, int(height * scale) - size + 1, stride)
    xs = np.arange(0, int(width * scale) - size + 1, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + size, y + size], axis=1) * scale


@sliding_windows.wrong(
    "The stride is counted in the scaled picture too: in the original, windows are stride / scale "
    "apart"
)
def sliding_windows_with_stride_of_the_original(height, width, size, stride, scale):
    side = size / scale
    ys = np.arange(0, height - side + 1e-9, stride)
    xs = np.arange(0, width - side + 1e-9, stride)
    y, x = (grid.ravel() for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + side, y + side], axis=1)


@sliding_windows.wrong("Without any window the result has the shape (0, 4): no rows, but 4 columns")
def sliding_windows_with_flat_nothing(height, width, size, stride, scale):
    windows = []
    for y in range(0, int(height * scale) - size + 1, stride):
        for x in range(0, int(width * scale) - size + 1, stride):
            windows.append([x, y, x + size, y + size])
    return np.array(windows) / scale


@sliding_windows.wrong("Return one array, np.array(windows) / scale, not a list")
def sliding_windows_as_list(height, width, size, stride, scale):
    windows = []
    for y in range(0, int(height * scale) - size + 1, stride):
        for x in range(0, int(width * scale) - size + 1, stride):
            windows.append([n / scale for n in (x, y, x + size, y + size)])
    return windows


# --- dense_everywhere --------------------------------------------------------------------------

dense_everywhere = Question(
    "dense_everywhere",
    {"one place": 1, "several places": 1, "several channels": 1, "not square": 1},
)


def dense_case(check: str, rows, columns, channels, height, width, units, hidden=False) -> None:
    """Adds a case."""
    kernel, bias = normal(height * width * channels, units), normal(units)
    features = normal(rows, columns, channels)
    dense_everywhere.case(check, features, kernel, bias, height, width, hidden=hidden)


dense_case("one place", 2, 2, 1, 2, 2, 3)
dense_case("one place", 3, 3, 1, 3, 3, 1)
dense_case("several places", 3, 4, 1, 2, 2, 1)
dense_case("several places", 5, 4, 1, 2, 2, 2)
dense_case("several channels", 2, 2, 3, 2, 2, 2)
dense_case("several channels", 3, 3, 2, 2, 2, 3)
dense_case("not square", 4, 4, 2, 2, 3, 2)
dense_case("one place", 4, 4, 1, 4, 4, 5, hidden=True)
dense_case("one place", 1, 1, 1, 1, 1, 2, hidden=True)
dense_case("several places", 7, 6, 1, 3, 3, 4, hidden=True)
dense_case("several places", 6, 9, 1, 2, 2, 1, hidden=True)
dense_case("several channels", 6, 5, 4, 3, 3, 3, hidden=True)
dense_case("several channels", 4, 4, 6, 1, 1, 5, hidden=True)
dense_case("not square", 6, 7, 3, 4, 2, 3, hidden=True)
dense_case("not square", 5, 5, 2, 1, 3, 2, hidden=True)


@dense_everywhere.oracle
def dense_everywhere_by_loops(features, kernel, bias, height, width):
    rows, columns, channels = features.shape
    x, weights = features.tolist(), kernel.tolist()
    scores = np.zeros((rows - height + 1, columns - width + 1, len(bias)))
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            flat = [
                x[i + u][j + v][c]
                for u in range(height)
                for v in range(width)
                for c in range(channels)
            ]
            for unit in range(len(bias)):
                products = [value * row[unit] for value, row in zip(flat, weights, strict=True)]
                scores[i, j, unit] = math.fsum(products) + bias[unit]
    return scores


@dense_everywhere.right
def dense_everywhere_crop_by_crop(features, kernel, bias, height, width):
    rows, columns = features.shape[0] - height + 1, features.shape[1] - width + 1
    return np.array(
        [
            [
                features[i : i + height, j : j + width].ravel() @ kernel + bias
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )


@dense_everywhere.right
def dense_everywhere_weight_by_weight(features, kernel, bias, height, width):
    rows, columns, channels = features.shape
    kernel = kernel.reshape(height, width, channels, -1)
    scores = np.zeros((rows - height + 1, columns - width + 1, len(bias))) + bias
    for u in range(height):
        for v in range(width):
            shifted = features[u : u + scores.shape[0], v : v + scores.shape[1]]
            scores += shifted @ kernel[u, v]
    return scores


@dense_everywhere.right
def dense_everywhere_by_einsum(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows, kernel) + bias


@dense_everywhere.wrong(
    "The channels run fastest: a feature map is flattened row by row, column by column, and within "
    "a pixel channel by channel. Reshape the kernel to (height, width, C, units), C third"
)
def dense_everywhere_channels_first(features, kernel, bias, height, width):
    kernel = kernel.reshape(features.shape[2], height, width, len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,cuvn->ijn", windows, kernel) + bias


@dense_everywhere.wrong(
    "Rows come before columns: reshape the kernel to (height, width, …), not (width, height, …)"
)
def dense_everywhere_columns_first(features, kernel, bias, height, width):
    kernel = kernel.reshape(width, height, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,vucn->ijn", windows, kernel) + bias


@dense_everywhere.wrong(
    "The kernel has one column per unit, not one row: the units are its last axis, also after you "
    "have reshaped it"
)
def dense_everywhere_units_first(features, kernel, bias, height, width):
    kernel = kernel.reshape(len(bias), height, width, features.shape[2])
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,nuvc->ijn", windows, kernel) + bias


@dense_everywhere.wrong(
    "Do not turn the kernel by 180°: the dense layer does not, and neither does a convolution in "
    "deep learning"
)
def dense_everywhere_turned(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))[::-1, ::-1]
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows, kernel) + bias


@dense_everywhere.wrong("Add the bias of each unit")
def dense_everywhere_without_bias(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows, kernel)


@dense_everywhere.wrong("Add the bias once per place, not once for each weight or each pixel")
def dense_everywhere_with_many_biases(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows, kernel) + height * width * bias


@dense_everywhere.wrong(
    "Without padding the crop fits H − height + 1 times from top to bottom: you have lost the last "
    "row and the last column"
)
def dense_everywhere_without_the_last(features, kernel, bias, height, width):
    rows, columns = features.shape[0] - height, features.shape[1] - width
    scores = np.zeros((rows, columns, len(bias)))
    for i in range(rows):
        for j in range(columns):
            scores[i, j] = features[i : i + height, j : j + width].ravel() @ kernel + bias
    return scores


@dense_everywhere.wrong(
    "No padding: take only the places where the whole crop lies inside the feature map"
)
def dense_everywhere_with_padding(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    top, left = (height - 1) // 2, (width - 1) // 2
    sides = (top, height - 1 - top), (left, width - 1 - left), (0, 0)
    padded = np.pad(features, sides)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows, kernel) + bias


@dense_everywhere.wrong("Move the crop by one place at a time, so that crops overlap")
def dense_everywhere_side_by_side(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->ijn", windows[::height, ::width], kernel) + bias


@dense_everywhere.wrong("The layer has no activation: negative scores stay as they are")
def dense_everywhere_rectified(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.maximum(np.einsum("ijcuv,uvcn->ijn", windows, kernel) + bias, 0)


@dense_everywhere.wrong("The units are the last axis of the result: (rows, columns, units)")
def dense_everywhere_with_units_in_front(features, kernel, bias, height, width):
    kernel = kernel.reshape(height, width, features.shape[2], len(bias))
    windows = np.lib.stride_tricks.sliding_window_view(features, (height, width), axis=(0, 1))
    return np.einsum("ijcuv,uvcn->nij", windows, kernel) + bias[:, None, None]


# --- nms (find the bug) ------------------------------------------------------------------------

nms = Question("nms", {"values": 1, "chains": 1, "classes": 1, "ties and threshold": 1})


def table(n: int, **pairs: float) -> np.ndarray:
    """Overlaps of n boxes: 1 with themselves, and what is given as ab=0.6 for boxes a and b."""
    overlaps = np.eye(n)
    for (a, b), overlap in pairs.items():
        i, j = "abcdefgh".index(a), "abcdefgh".index(b)
        overlaps[i, j] = overlaps[j, i] = overlap
    return overlaps


def nms_case(check: str, overlaps, scores, classes=None, threshold=0.5, hidden=False) -> None:
    """Adds a case; without classes, all boxes are of class 0."""
    classes = np.array(classes or [0] * len(scores))
    nms.case(check, overlaps, np.array(scores), classes, threshold, hidden=hidden)


def random_nms_case(check: str, n: int, classes: int, threshold: float, width: float) -> None:
    """Adds a hidden case of boxes of one height in a row, n times 10 pixels wide over `width`."""
    left = np.round(rng.uniform(0, width, n), 2)
    common = np.maximum(10 - np.abs(left[:, None] - left), 0)
    kinds = rng.integers(0, classes, n)
    scores = np.round(rng.permutation(np.linspace(0.1, 0.95, n)), 3)
    nms.case(check, common / (20 - common), scores, kinds, threshold, hidden=True)


nms_case("values", table(4, ac=0.7, bd=0.3, cd=0.2), [0.6, 0.9, 0.8, 0.5])
nms_case("values", table(5, ab=0.6, ac=0.4, bc=0.1, de=0.8), [0.5, 0.7, 0.9, 0.8, 0.6], None, 0.3)
nms_case("chains", table(3, ab=0.6, bc=0.6, ac=0.2), [0.9, 0.8, 0.7])
nms_case("chains", table(5, ab=0.7, bc=0.6, cd=0.7, de=0.6), [0.5, 0.9, 0.8, 0.6, 0.7])
nms_case("classes", table(3, ab=0.8, ac=0.7, bc=0.9), [0.7, 0.9, 0.8], [1, 0, 1])
nms_case("classes", table(4, ab=0.6, cd=0.1, bd=0.9), [0.9, 0.8, 0.3, 0.4], [2, 5, 2, 2])
nms_case("ties and threshold", table(3, ab=0.5, bc=0.75), [0.6, 0.9, 0.8], None, 0.75)
nms_case("ties and threshold", table(4, ab=0.6, cd=0.25), [0.8, 0.8, 0.8, 0.9], [3] * 4, 0.25)
random_nms_case("values", 12, 1, 0.5, 120.0)
random_nms_case("values", 9, 1, 0.3, 60.0)
random_nms_case("chains", 20, 1, 0.4, 40.0)
random_nms_case("chains", 40, 1, 0.5, 60.0)
random_nms_case("classes", 30, 3, 0.5, 40.0)
random_nms_case("classes", 16, 4, 0.3, 20.0)
nms_case(
    "ties and threshold",
    table(5, ab=0.5, bc=0.5, de=0.9, cd=0.6),
    [0.5, 0.5, 0.7, 0.7, 0.7],
    hidden=True,
)
nms_case("ties and threshold", table(6, af=0.9, be=0.9), [0.4] * 6, hidden=True)
nms_case("ties and threshold", table(2, ab=0.5), [0.2, 0.3], [1, 1], 0.5, hidden=True)


@nms.oracle
def nms_by_loops(overlaps, scores, classes, threshold):
    left, kept = list(range(len(scores))), []
    while left:
        best = left[0]
        for index in left:
            if scores[index] > scores[best]:
                best = index
        kept.append(best)
        left = [
            index
            for index in left
            if index != best
            and not (classes[index] == classes[best] and overlaps[best, index] > threshold)
        ]
    return np.array(kept)


@nms.right
def nms_box_by_box(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.right
def nms_with_alive_flags(overlaps, scores, classes, threshold):
    alive = np.ones(len(scores), bool)
    order = np.argsort(-scores, kind="stable")
    for i in order:
        if alive[i]:
            alive &= (overlaps[i] <= threshold) | (classes != classes[i])
            alive[i] = True
    return order[alive[order]]


@nms.right
def nms_as_a_fixpoint(overlaps, scores, classes, threshold):
    order = np.argsort(-scores, kind="stable")
    table, kinds = overlaps[np.ix_(order, order)], classes[order]
    suppresses = np.triu((table > threshold) & (kinds[:, None] == kinds), 1)
    keep = np.ones(len(order), bool)
    for _ in order:
        keep = ~(suppresses & keep[:, None]).any(axis=0)
    return order[keep]


@nms.right
def nms_with_sorted_list(overlaps, scores, classes, threshold):
    queue = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    kept = []
    while queue:
        best, *rest = queue
        kept.append(best)
        queue = [i for i in rest if overlaps[best, i] <= threshold or classes[best] != classes[i]]
    return np.array(kept)


@nms.wrong(
    "Only a box that is kept may suppress others: one that is suppressed itself is gone, and what "
    "it alone overlaps stays"
)
def nms_by_suppressed_boxes(overlaps, scores, classes, threshold):
    order = np.argsort(-scores, kind="stable")
    kept = []
    for place, box in enumerate(order):
        better = order[:place]
        rivals = better[classes[better] == classes[box]]
        if not (overlaps[box, rivals] > threshold).any():
            kept.append(box)
    return np.array(kept)


@nms.wrong("A box suppresses boxes of its own class only: a person may stand before a car")
def nms_across_classes(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if not kept or not (overlaps[i, kept] > threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("Suppress what overlaps by more than the threshold; an IoU equal to it is allowed")
def nms_at_the_threshold(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] >= threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong(
    "Of equal scores the box with the smaller number comes first: np.argsort(-scores, "
    'kind="stable"). Reversing an ascending order reverses the ties as well'
)
def nms_with_reversed_ties(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(scores, kind="stable")[::-1]:
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("Return the kept boxes by falling score, not in the order of their numbers")
def nms_in_order_of_numbers(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.sort(kept)


@nms.wrong("Begin with the highest score, not with the lowest")
def nms_from_the_lowest(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("Sort by score first: boxes are served by falling score, not in the order they come in")
def nms_unsorted(overlaps, scores, classes, threshold):
    kept = []
    for i in range(len(scores)):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("Return the numbers of the kept boxes, not a mask")
def nms_as_mask(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return np.isin(np.arange(len(scores)), kept)


@nms.wrong("Compare a box with every kept box of its class, not only with the last one")
def nms_against_the_last(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not same or not overlaps[i, same[-1]] > threshold:
            kept.append(i)
    return np.array(kept)


@nms.wrong(
    "A class may have several objects: keep every box that no kept box suppresses, not only the "
    "best box of each class"
)
def nms_one_per_class(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if classes[i] not in [classes[j] for j in kept]:
            kept.append(i)
    return np.array(kept)


@nms.wrong("Use the given threshold; 0.5 is only the usual one")
def nms_at_one_half(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > 0.5).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("A box may stay if it overlaps the kept ones little: you keep those that overlap much")
def nms_inverted(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] <= threshold).any():
            kept.append(i)
    return np.array(kept)


@nms.wrong("Return an array, np.array(kept), not a list")
def nms_as_list(overlaps, scores, classes, threshold):
    kept = []
    for i in np.argsort(-scores, kind="stable").tolist():
        same = [j for j in kept if classes[j] == classes[i]]
        if not (overlaps[i, same] > threshold).any():
            kept.append(i)
    return kept


# --- precision_recall --------------------------------------------------------------------------

precision_recall = Question(
    "precision_recall",
    {"one image": 1, "several images": 1, "image without objects": 1, "equal scores": 1},
)


def curve_case(check: str, *images, hidden: bool = False) -> None:
    """Adds a case from images: scores, flags (1 for correct), and the number of objects."""
    scores = [np.array(image[0], float) for image in images]
    correct = [np.array(image[1], bool) for image in images]
    counts = np.array([image[2] for image in images])
    precision_recall.case(check, scores, correct, counts, hidden=hidden)


def random_images(*sizes: tuple, decimals: int = 3) -> list:
    """Images with (detections, of which correct, objects)."""
    images = []
    for detections, right, objects in sizes:
        scores = np.round(rng.uniform(0.1, 1, detections), decimals)
        images.append((scores, rng.permutation(np.arange(detections) < right), objects))
    return images


curve_case("one image", ([0.9, 0.8, 0.6, 0.3], [1, 0, 1, 0], 3))
curve_case("one image", ([0.5, 0.2, 0.7], [1, 0, 1], 4))
curve_case("several images", ([0.9, 0.4], [1, 0], 2), ([0.6, 0.7, 0.5], [1, 0, 1], 3))
curve_case("several images", ([0.3], [1], 1), ([0.8, 0.1], [0, 1], 2), ([], [], 3))
curve_case("image without objects", ([0.5, 0.4], [1, 1], 2), ([0.8, 0.45], [0, 0], 0))
curve_case("equal scores", ([0.5, 0.5], [0, 1], 3), ([0.9, 0.5, 0.5], [1, 0, 0], 1))
curve_case("one image", *random_images((12, 5, 7)), hidden=True)
curve_case("one image", *random_images((1, 1, 1)), hidden=True)
curve_case(
    "several images", *random_images((4, 2, 3), (6, 3, 3), (0, 0, 2), (5, 1, 4)), hidden=True
)
curve_case("several images", *random_images(*[(3, 1, 2)] * 9), hidden=True)
curve_case("image without objects", *random_images((5, 2, 2), (4, 0, 0), (3, 1, 1)), hidden=True)
curve_case("image without objects", *random_images((2, 0, 0), (2, 0, 0), (4, 3, 4)), hidden=True)
curve_case("equal scores", *random_images((9, 4, 6), (9, 5, 5), decimals=1), hidden=True)
curve_case("equal scores", ([0.5] * 5, [1, 0, 0, 1, 1], 4), ([0.5] * 2, [0, 1], 1), hidden=True)


@precision_recall.oracle
def precision_recall_by_loops(scores, correct, num_objects):
    found = []
    for image_scores, flags in zip(scores, correct, strict=True):
        found.extend(zip(image_scores.tolist(), flags.tolist(), strict=True))
    found = [pair for _, pair in sorted(enumerate(found), key=lambda e: (-e[1][0], e[0]))]
    total, right, precision, recall = sum(num_objects.tolist()), 0, [], []
    for number, (_, flag) in enumerate(found, start=1):
        right += flag
        precision.append(right / number)
        recall.append(right / total)
    return np.array(precision), np.array(recall)


@precision_recall.right
def precision_recall_by_cumulative_sums(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.right
def precision_recall_true_and_false(scores, correct, num_objects):
    order = np.lexsort((-np.hstack(scores),))
    flags = np.hstack(correct)[order].astype(bool)
    true, false = np.cumsum(flags), np.cumsum(~flags)
    missed = num_objects.sum() - true
    return true / (true + false), true / (true + missed)


@precision_recall.right
def precision_recall_detection_by_detection(scores, correct, num_objects):
    pairs = [p for s, c in zip(scores, correct, strict=True) for p in zip(s, c, strict=True)]
    pairs.sort(key=lambda pair: -pair[0])
    precision, recall, right = [], [], 0
    for number, (_, flag) in enumerate(pairs):
        right += bool(flag)
        precision.append(right / (number + 1))
        recall.append(right / num_objects.sum())
    return np.array(precision), np.array(recall)


@precision_recall.wrong(
    "Sort the detections of all images together by score: you have sorted within each image, and "
    "put one image after the other"
)
def precision_recall_sorted_per_image(scores, correct, num_objects):
    flags = [c[np.argsort(-s, kind="stable")] for s, c in zip(scores, correct, strict=True)]
    true = np.cumsum(np.concatenate(flags))
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "One curve for all images together: count right detections and objects over all of them, not "
    "image by image"
)
def precision_recall_per_image(scores, correct, num_objects):
    precision, recall = [], []
    for s, c, number in zip(scores, correct, num_objects, strict=True):
        true = np.cumsum(c[np.argsort(-s, kind="stable")])
        precision.append(true / np.arange(1, len(true) + 1))
        recall.append(true / max(number, 1))
    return np.concatenate(precision), np.concatenate(recall)


@precision_recall.wrong("Sort the detections by falling score first")
def precision_recall_unsorted(scores, correct, num_objects):
    true = np.cumsum(np.concatenate(correct))
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong("The highest score comes first: np.argsort sorts upwards, so sort -scores")
def precision_recall_from_the_lowest(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "Of equal scores, the one that comes first in the list stays first: np.argsort(-scores, "
    'kind="stable"). Reversing an ascending order reverses the ties as well'
)
def precision_recall_with_reversed_ties(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(scores, kind="stable")[::-1]])
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "Of equal scores, the one that comes first in the list stays first, whether it is right or "
    "wrong: do not serve the right ones first"
)
def precision_recall_with_lucky_ties(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.lexsort((~correct, -scores))])
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "Recall is the share of all objects, found or not: divide by the number of objects, not by the "
    "number of right detections, or it always ends at 1"
)
def precision_recall_of_found_objects(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / max(true[-1], 1)


@precision_recall.wrong(
    "Recall is the share of the objects: divide by their number, not by that of the detections"
)
def precision_recall_of_detections(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / len(true)


@precision_recall.wrong(
    "Precision is the share of right ones among the detections so far: divide by 1, 2, 3, …, not "
    "by the number of all detections"
)
def precision_recall_over_all_detections(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / len(true), true / np.sum(num_objects)


@precision_recall.wrong("The first detection is number 1, not 0: precision divides by 1, 2, 3, …")
def precision_recall_counted_from_zero(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.maximum(np.arange(len(true)), 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "Detections in an image without objects are wrong, and count: leaving such images out hides "
    "false alarms"
)
def precision_recall_without_empty_images(scores, correct, num_objects):
    images = [n for n in range(len(scores)) if num_objects[n] > 0]
    scores, correct = (np.concatenate([x[n] for n in images]) for x in (scores, correct))
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / np.sum(num_objects)


@precision_recall.wrong(
    "Objects in an image without detections count as well: they are missed, and recall shall tell"
)
def precision_recall_without_missed_images(scores, correct, num_objects):
    total = sum(n for n, s in zip(num_objects, scores, strict=True) if len(s))
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.arange(1, len(true) + 1), true / total


@precision_recall.wrong("Return precision first, then recall")
def precision_recall_exchanged(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return true / np.sum(num_objects), true / np.arange(1, len(true) + 1)


@precision_recall.wrong(
    "Return two arrays, np.array(precision) and np.array(recall), not two lists"
)
def precision_recall_as_lists(scores, correct, num_objects):
    scores, correct = np.concatenate(scores), np.concatenate(correct)
    true = np.cumsum(correct[np.argsort(-scores, kind="stable")])
    return (true / np.arange(1, len(true) + 1)).tolist(), (true / np.sum(num_objects)).tolist()


# --- average_precision -------------------------------------------------------------------------

average_precision = Question(
    "average_precision", {"all points": 1, "eleven points": 1, "zigzag": 1, "nothing found": 1}
)


def curve(flags, num_objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall of detections by falling score."""
    true = np.cumsum(np.array(flags, int))
    return true / np.arange(1, len(flags) + 1), true / num_objects


def ap_case(check: str, flags, num_objects: int, points, hidden: bool = False) -> None:
    """Adds a case; num_objects has no factor 5, so that no rounding decides at a point."""
    assert num_objects % 5 and num_objects >= sum(flags)
    average_precision.case(check, *curve(flags, num_objects), points, hidden=hidden)


def random_ap_case(check: str, n: int, num_objects: int, points) -> None:
    """Adds a hidden case."""
    flags = rng.random(n) < np.linspace(0.9, 0.3, n)
    flags &= np.cumsum(flags) <= num_objects
    ap_case(check, flags, num_objects, points, hidden=True)


ap_case("all points", [1, 1, 0], 4, "all")
ap_case("all points", [1, 1, 1, 0, 0, 1], 4, "all")
ap_case("eleven points", [1, 1, 0], 3, 11)
ap_case("eleven points", [1, 1, 1, 0, 0, 1], 4, 11)
ap_case("eleven points", [1, 0, 0, 1], 2, 11)
ap_case("zigzag", [0, 1, 1, 0, 1], 4, "all")
ap_case("zigzag", [1, 0, 0, 1, 1, 1], 6, 11)
ap_case("nothing found", [0, 0], 3, "all")
ap_case("nothing found", [], 3, 11)
random_ap_case("all points", 9, 8, "all")
ap_case("all points", [1] * 6 + [0] * 4, 7, "all", hidden=True)
random_ap_case("eleven points", 12, 9, 11)
ap_case("eleven points", [1] * 4 + [0] * 2, 8, 11, hidden=True)
random_ap_case("zigzag", 40, 22, "all")
random_ap_case("zigzag", 30, 17, 11)
ap_case("zigzag", [0, 0, 1, 0, 1, 1, 1], 6, 11, hidden=True)
ap_case("nothing found", [], 2, "all", hidden=True)
ap_case("nothing found", [0, 0, 0], 4, 11, hidden=True)


@average_precision.oracle
def average_precision_by_loops(precision, recall, points):
    pairs = list(zip(precision.tolist(), recall.tolist(), strict=True))

    def height(least):
        return max((p for p, r in pairs if r >= least), default=0.0)

    if points == 11:
        return math.fsum(height(i / 10) for i in range(11)) / 11
    area, before = [], 0.0
    for _, r in pairs:
        area.append((r - before) * height(r))
        before = r
    return math.fsum(area)


@average_precision.right
def average_precision_by_running_maximum(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(heights, 0.0)[places].mean()


@average_precision.right
def average_precision_by_best_beyond(precision, recall, points):
    def best(least):
        beyond = precision[recall >= least]
        return beyond.max() if beyond.size else 0.0

    if points == 11:
        return np.mean([best(least) for least in np.linspace(0, 1, 11)])
    levels = np.unique(np.concatenate([[0.0], recall]))
    return np.dot(np.diff(levels), [best(high) for high in levels[1:]])


@average_precision.right
def average_precision_from_the_end(precision, recall, points):
    total, best = 0.0, 0.0
    if points == "all":
        for k in range(len(precision) - 1, -1, -1):
            best = max(best, precision[k])
            total += best * (recall[k] - (recall[k - 1] if k else 0.0))
        return float(total)
    for level in np.linspace(0, 1, 11):
        total += max([p for p, r in zip(precision, recall, strict=True) if r >= level], default=0)
    return total / 11


@average_precision.wrong(
    "Raise each precision to the best one at the same or a greater recall first: the curve goes up "
    "and down like a saw, and its teeth are filled"
)
def average_precision_of_the_saw(precision, recall, points):
    if points == "all":
        return np.sum(precision * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(precision, 0.0)[places].mean()


@average_precision.wrong(
    "The best precision at the same or a greater recall: run from the end to the beginning, not "
    "the other way round"
)
def average_precision_with_maximum_from_the_left(precision, recall, points):
    heights = np.maximum.accumulate(precision)
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(heights, 0.0)[places].mean()


@average_precision.wrong(
    "With eleven points, take the best precision beyond each point; you have done so only for the "
    "area"
)
def average_precision_with_a_saw_at_eleven_points(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(precision, 0.0)[places].mean()


@average_precision.wrong(
    "A recall that is never reached has the height 0, and counts: divide by 11, not by the number "
    "of points that are reached"
)
def average_precision_of_reached_points(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    reached = places[places < len(heights)]
    return heights[reached].mean() if len(reached) else 0.0


@average_precision.wrong(
    "Beyond the greatest recall the height is 0: what was never found is not found with the last "
    "precision"
)
def average_precision_with_a_long_tail(precision, recall, points):
    if len(precision) == 0:
        return 0.0
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        widths = np.diff(np.append(recall, 1.0), prepend=0.0)
        return np.sum(np.append(heights, heights[-1]) * widths)
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(heights, heights[-1])[places].mean()


@average_precision.wrong("The eleven points are 0, 0.1, …, 1: recall 0 is one of them")
def average_precision_at_ten_points(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(1, points) / (points - 1))
    return np.append(heights, 0.0)[places].mean()


@average_precision.wrong(
    "A recall equal to the point reaches it: the best precision where recall >= point, not >"
)
def average_precision_beyond_the_points(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1), side="right")
    return np.append(heights, 0.0)[places].mean()


@average_precision.wrong(
    "The curve consists of steps, not of slopes: raise each precision to the best one beyond, and "
    "give each step in recall the height at its right end. Trapezia join points that no score "
    "threshold reaches"
)
def average_precision_by_trapezia(precision, recall, points):
    if points == "all":
        sides = np.append(precision[:1], precision)
        widths = np.diff(recall, prepend=0.0)
        return np.sum(widths * (sides[1:] + sides[:-1]) / 2)
    if len(precision) == 0:
        return 0.0
    return np.mean(np.interp(np.arange(points) / (points - 1), recall, precision, right=0.0))


@average_precision.wrong(
    "Do not interpolate between two recalls: at each of the eleven points the height is the best "
    "precision that is really reached there or beyond"
)
def average_precision_interpolated(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    if len(heights) == 0:
        return 0.0
    return np.mean(np.interp(np.arange(points) / (points - 1), recall, heights, right=0.0))


@average_precision.wrong(
    "The first step starts at recall 0: do not forget the area before the first detection's recall"
)
def average_precision_without_the_first_step(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights[1:] * np.diff(recall))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(heights, 0.0)[places].mean()


@average_precision.wrong('With points="all" compute the area, not the mean of eleven heights')
def average_precision_always_at_eleven_points(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, np.arange(11) / 10)
    return np.append(heights, 0.0)[places].mean()


@average_precision.wrong("With points=11 take the mean height at eleven recalls, not the area")
def average_precision_always_the_area(precision, recall, points):
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(heights * np.diff(recall, prepend=0.0))


@average_precision.wrong(
    "This is the mean of the precisions: a detection that finds nothing new has no width in "
    "recall, and adds nothing"
)
def average_precision_as_mean(precision, recall, points):
    return precision.mean() if len(precision) else 0.0


@average_precision.wrong("Without any detection the result is 0: the mean of nothing is NaN")
def average_precision_of_nothing(precision, recall, points):
    if len(precision) == 0:
        return np.nan
    heights = np.maximum.accumulate(precision[::-1])[::-1]
    if points == "all":
        return np.sum(heights * np.diff(recall, prepend=0.0))
    places = np.searchsorted(recall, np.arange(points) / (points - 1))
    return np.append(heights, 0.0)[places].mean()


QUESTIONS = [sliding_windows, dense_everywhere, nms, precision_recall, average_precision]
