"""The bank of exercise 03_imagenet_architectures: cases, oracles, right solutions, mistakes, hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2012)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


# --- conv_cost ---------------------------------------------------------------------------------

conv_cost = Question(
    "conv_cost", {"plain": 1, "stride and padding": 1, "groups": 1, "AlexNet": 1}, tolerance=0.0
)
# height, width, in_channels, filters, kernel, stride, padding, groups
conv_cost.case("plain", 8, 6, 3, 4, 3, 1, 0, 1)
conv_cost.case("plain", 14, 14, 512, 32, 1, 1, 0, 1)
conv_cost.case("stride and padding", 9, 12, 2, 5, 3, 2, 1, 1)
conv_cost.case("stride and padding", 10, 7, 3, 4, 2, 3, 0, 1)
conv_cost.case("groups", 6, 5, 4, 6, 3, 1, 1, 2)
conv_cost.case("AlexNet", 227, 227, 3, 96, 11, 4, 0, 1)
conv_cost.case("AlexNet", 27, 27, 96, 256, 5, 1, 2, 2)
conv_cost.case("plain", 5, 9, 7, 2, 5, 1, 0, 1, hidden=True)
conv_cost.case("stride and padding", 224, 224, 3, 64, 7, 2, 3, 1, hidden=True)
conv_cost.case("stride and padding", 11, 20, 6, 3, 4, 3, 2, 1, hidden=True)
conv_cost.case("groups", 28, 30, 32, 32, 3, 2, 1, 32, hidden=True)
conv_cost.case("groups", 56, 56, 128, 256, 3, 1, 1, 8, hidden=True)
conv_cost.case("AlexNet", 13, 13, 256, 384, 3, 1, 1, 1, hidden=True)
conv_cost.case("AlexNet", 13, 13, 384, 384, 3, 1, 1, 2, hidden=True)
conv_cost.case("AlexNet", 13, 13, 384, 256, 3, 1, 1, 2, hidden=True)


@conv_cost.oracle
def conv_cost_filter_by_filter(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    places = 1
    for side in (height, width):
        starts = range(-padding, side + padding, stride)
        places *= sum(start + kernel <= side + padding for start in starts)
    group_of = [channel * groups // in_channels for channel in range(in_channels)]
    parameters = multiply_adds = 0
    for number in range(filters):
        seen = sum(group == number * groups // filters for group in group_of)
        for _ in range(kernel):
            parameters += kernel * seen
            multiply_adds += kernel * seen * places
        parameters += 1
    return parameters, multiply_adds


@conv_cost.right
def conv_cost_by_formula(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, rows * columns * weights


@conv_cost.right
def conv_cost_group_by_group(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows, columns = (
        len(range(0, side + 2 * padding - kernel + 1, stride)) for side in (height, width)
    )
    parameters, multiply_adds = 0, 0
    for _ in range(groups):
        shape = (kernel, kernel, in_channels // groups, filters // groups)
        parameters += int(np.prod(shape)) + shape[-1]
        multiply_adds += int(np.prod(shape)) * rows * columns
    return [parameters, multiply_adds]


@conv_cost.right
def conv_cost_of_one_output_value(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    per_value = kernel * kernel * in_channels // groups
    rows, columns = (np.array([height, width]) - kernel + 2 * padding) // stride + 1
    return filters * (per_value + 1), rows * columns * filters * per_value


@conv_cost.wrong("With groups, a filter sees only in_channels / groups channels")
def conv_cost_without_groups(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels * filters
    return weights + filters, rows * columns * weights


@conv_cost.wrong(
    "That is the cost of one group: each of the groups has filters / groups filters, so that all "
    "of them together have filters. Divide the input channels by groups, and nothing else"
)
def conv_cost_of_one_group(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * (in_channels // groups) * (filters // groups)
    return weights + filters // groups, rows * columns * weights


@conv_cost.wrong("Each filter has one bias: add filters to the parameters")
def conv_cost_without_biases(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights, rows * columns * weights


@conv_cost.wrong("Adding a bias is no multiplication: leave the biases out of the multiply-adds")
def conv_cost_with_biases_in_multiply_adds(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, rows * columns * (weights + filters)


@conv_cost.wrong(
    "The weights are used once per output position: count the positions of the output, "
    "not the pixels of the input"
)
def conv_cost_at_every_input_pixel(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, height * width * weights


@conv_cost.wrong("Padding is added on both sides: the padded height is height + 2 · padding")
def conv_cost_with_one_padding(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    rows = (height + padding - kernel) // stride + 1
    columns = (width + padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, rows * columns * weights


@conv_cost.wrong(
    "A multiplication and the addition that follows count as one multiply-add, not two"
)
def conv_cost_in_single_operations(
    height, width, in_channels, filters, kernel, stride, padding, groups
):
    rows = (height + 2 * padding - kernel) // stride + 1
    columns = (width + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, 2 * rows * columns * weights


@conv_cost.wrong(
    "The image need not be square: compute the output's height and width each on its own"
)
def conv_cost_of_a_square(height, width, in_channels, filters, kernel, stride, padding, groups):
    rows = (height + 2 * padding - kernel) // stride + 1
    weights = kernel**2 * in_channels // groups * filters
    return weights + filters, rows * rows * weights


# --- local_response_normalisation --------------------------------------------------------------

local_response_normalisation = Question(
    "local_response_normalisation",
    {"values": 1, "borders": 1, "any shape": 1, "input unchanged": 1},
)
lrn = local_response_normalisation
# x, n, k, alpha, beta
lrn.case("values", np.array([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 3, 1.0, 0.5, 0.5)
lrn.case("values", np.array([[[3.0, 0.0, -1.0, 2.0, 1.0, -2.0, 0.5]]]), 5, 2.0, 0.1, 0.75)
lrn.case("borders", np.array([[[4.0, 0.0, 0.0, 0.0, 3.0, 1.0]]]), 3, 1.0, 1.0, 1.0)
lrn.case("borders", np.array([[[2.0, 1.0, 3.0]]]), 7, 1.0, 0.2, 0.75)
lrn.case("any shape", np.arange(1.0, 25.0).reshape(2, 3, 4), 3, 2.0, 0.1, 0.75)
lrn.case("any shape", np.array([1.0, -2.0, 3.0, 1.0]), 3, 1.0, 0.5, 0.75)
lrn.case("input unchanged", np.array([[[1.0, 5.0, 2.0]]]), 3, 1.0, 0.5, 0.5, keeps=True)
lrn.case("values", normal(1, 2, 9), 5, 2.0, 0.3, 0.75, hidden=True)
lrn.case("values", normal(3, 2, 12, scale=200.0), 5, 2.0, 1e-4, 0.75, hidden=True)
lrn.case("values", normal(2, 2, 5), 1, 0.5, 0.7, 1.5, hidden=True)
lrn.case("borders", normal(2, 1, 4), 9, 1.0, 0.5, 0.75, hidden=True)
lrn.case("borders", normal(1, 1, 2), 3, 1.0, 0.9, 0.5, hidden=True)
lrn.case("any shape", normal(4, 3, 5, 8), 3, 1.5, 0.4, 0.6, hidden=True)
lrn.case("any shape", normal(6, 7), 5, 1.0, 0.4, 0.75, hidden=True)
lrn.case("input unchanged", normal(2, 3, 6), 3, 1.0, 0.4, 0.75, hidden=True, keeps=True)


@local_response_normalisation.oracle
def local_response_normalisation_channel_by_channel(x, n, k, alpha, beta):
    normalised = []
    for row in x.reshape(-1, x.shape[-1]).tolist():
        for i, a in enumerate(row):
            near = [row[j] for j in range(len(row)) if 2 * abs(j - i) <= n - 1]
            normalised.append(a / (k + alpha * math.fsum(b * b for b in near)) ** beta)
    return np.array(normalised).reshape(x.shape)


@local_response_normalisation.right
def local_response_normalisation_by_slices(x, n, k, alpha, beta):
    half = n // 2
    y = np.empty(x.shape)
    for i in range(x.shape[-1]):
        near = x[..., max(0, i - half) : i + half + 1]
        y[..., i] = x[..., i] * (k + alpha * (near**2).sum(axis=-1)) ** -beta
    return y


@local_response_normalisation.right
def local_response_normalisation_by_a_band(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n // 2).astype(float)
    return x / (k + alpha * (x**2 @ band)) ** beta


@local_response_normalisation.right
def local_response_normalisation_by_padding(x, n, k, alpha, beta):
    margins = [(0, 0)] * (x.ndim - 1) + [(n // 2, n // 2)]
    squares = np.pad(x * x, margins)
    windows = np.lib.stride_tricks.sliding_window_view(squares, n, axis=-1)
    return x / np.power(k + alpha * windows.sum(axis=-1), beta)


@local_response_normalisation.wrong(
    "Do not divide alpha by n: some libraries do, the paper's formula does not"
)
def local_response_normalisation_with_mean(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n // 2).astype(float)
    return x / (k + alpha / n * (x**2 @ band)) ** beta


@local_response_normalisation.wrong(
    "n is the width of the whole window, n // 2 channels on each side, not n on each side"
)
def local_response_normalisation_with_radius_n(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n).astype(float)
    return x / (k + alpha * (x**2 @ band)) ** beta


@local_response_normalisation.wrong(
    "The window lies around channel i: n // 2 channels before it and as many after it, not all "
    "before it"
)
def local_response_normalisation_of_earlier_channels(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    gap = i - i[:, None]
    band = ((gap >= 0) & (gap < n)).astype(float)
    return x / (k + alpha * (x**2 @ band)) ** beta


@local_response_normalisation.wrong(
    "The window lacks its last channel: a slice stops before its end, so that it needs "
    "i + n // 2 + 1"
)
def local_response_normalisation_without_last_channel(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    gap = i - i[:, None]
    band = ((gap <= n // 2) & (gap > -(n // 2))).astype(float)
    return x / (k + alpha * (x**2 @ band)) ** beta


@local_response_normalisation.wrong(
    "Sum over the channels of the window only, not over all channels"
)
def local_response_normalisation_over_all_channels(x, n, k, alpha, beta):
    return x / (k + alpha * np.sum(x**2, axis=-1, keepdims=True)) ** beta


@local_response_normalisation.wrong(
    "The channels have ends: the first and the last one are no neighbours; clip the window there "
    "instead of going round (np.roll and negative indices do that)"
)
def local_response_normalisation_going_round(x, n, k, alpha, beta):
    total = sum(np.roll(x**2, shift, axis=-1) for shift in range(-(n // 2), n // 2 + 1))
    return x / (k + alpha * total) ** beta


@local_response_normalisation.wrong(
    "Sum the squares of the values, not the values: a negative one must not lower the sum"
)
def local_response_normalisation_without_squares(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n // 2).astype(float)
    return x / (k + alpha * (x @ band)) ** beta


@local_response_normalisation.wrong("Raise the denominator to the power beta")
def local_response_normalisation_without_power(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n // 2).astype(float)
    return x / (k + alpha * (x**2 @ band))


@local_response_normalisation.wrong(
    "Take all squares from x as it came in: here the window of a channel holds channels that were "
    "normalised already"
)
def local_response_normalisation_of_normalised_channels(x, n, k, alpha, beta):
    y = x.copy()
    for i in range(x.shape[-1]):
        near = y[..., max(0, i - n // 2) : i + n // 2 + 1]
        y[..., i] = y[..., i] / (k + alpha * np.sum(near**2, axis=-1)) ** beta
    return y


@local_response_normalisation.wrong(
    "Do not change the input: /= and *= write into the caller's array"
)
def local_response_normalisation_in_place(x, n, k, alpha, beta):
    i = np.arange(x.shape[-1])
    band = (np.abs(i[:, None] - i) <= n // 2).astype(float)
    x /= (k + alpha * (x**2 @ band)) ** beta
    return x


# --- inception_cost ----------------------------------------------------------------------------

inception_cost = Question(
    "inception_cost", {"GoogLeNet": 2, "without reductions": 1, "partly reduced": 1}, tolerance=0.0
)


def plan(one: int, reduce3: int, three: int, reduce5: int, five: int, projection: int) -> dict:
    """A row of the paper's Table 1."""
    names = ("1x1", "3x3 reduce", "3x3", "5x5 reduce", "5x5", "pool proj")
    return dict(zip(names, (one, reduce3, three, reduce5, five, projection), strict=True))


# height, width, in_channels, plan
inception_cost.case("GoogLeNet", 28, 28, 192, plan(64, 96, 128, 16, 32, 32))
inception_cost.case("GoogLeNet", 28, 28, 256, plan(128, 128, 192, 32, 96, 64))
inception_cost.case("without reductions", 28, 28, 192, plan(64, 0, 128, 0, 32, 0))
inception_cost.case("partly reduced", 6, 5, 10, plan(3, 0, 4, 2, 5, 1))
inception_cost.case("partly reduced", 4, 7, 8, plan(2, 3, 4, 0, 6, 0))
inception_cost.case("GoogLeNet", 14, 14, 480, plan(192, 96, 208, 16, 48, 64), hidden=True)
inception_cost.case("GoogLeNet", 7, 7, 832, plan(384, 192, 384, 48, 128, 128), hidden=True)
inception_cost.case("without reductions", 28, 28, 256, plan(128, 0, 192, 0, 96, 0), hidden=True)
inception_cost.case("without reductions", 3, 9, 5, plan(1, 0, 1, 0, 1, 0), hidden=True)
inception_cost.case("partly reduced", 14, 12, 40, plan(16, 8, 24, 0, 4, 6), hidden=True)
inception_cost.case("partly reduced", 9, 9, 7, plan(5, 0, 3, 0, 2, 4), hidden=True)


@inception_cost.oracle
def inception_cost_branch_by_branch(height, width, in_channels, plan):
    branches = [
        [(1, plan["1x1"])],
        [(1, plan["3x3 reduce"]), (3, plan["3x3"])],
        [(1, plan["5x5 reduce"]), (5, plan["5x5"])],
        [(1, plan["pool proj"])],
    ]
    out = parameters = multiply_adds = 0
    for branch in branches:
        channels = in_channels
        for side, filters in branch:
            for _ in range(filters):
                parameters += side * side * channels + 1
                multiply_adds += side * side * channels * height * width
            channels = filters or channels
        out += channels
    return out, parameters, multiply_adds


@inception_cost.right
def inception_cost_from_a_list(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, weights + biases, weights * height * width


@inception_cost.right
def inception_cost_with_a_helper(height, width, in_channels, plan):
    def branch(kernel, reduce, filters):
        if reduce == 0:
            return kernel**2 * in_channels * filters, filters
        return in_channels * reduce + kernel**2 * reduce * filters, reduce + filters

    weights = in_channels * plan["1x1"]
    biases = plan["1x1"]
    for size, kernel in (("3x3", 3), ("5x5", 5)):
        more_weights, more_biases = branch(kernel, plan[size + " reduce"], plan[size])
        weights, biases = weights + more_weights, biases + more_biases
    pooled = in_channels
    if plan["pool proj"] > 0:
        pooled = plan["pool proj"]
        weights += in_channels * pooled
        biases += pooled
    out = plan["1x1"] + plan["3x3"] + plan["5x5"] + pooled
    return [out, weights + biases, height * width * weights]


@inception_cost.right
def inception_cost_in_one_array(height, width, in_channels, plan):
    filters = np.array([plan[name] for name in plan])
    names = list(plan)
    inputs = np.full(len(names), in_channels)
    for name in ("3x3", "5x5"):
        if plan[f"{name} reduce"]:
            inputs[names.index(name)] = plan[f"{name} reduce"]
    areas = np.array([{"3x3": 9, "5x5": 25}.get(name, 1) for name in names])
    weights = int(np.sum(areas * inputs * filters))
    out = sum(plan[name] for name in names if not name.endswith("reduce"))
    if plan["pool proj"] == 0:
        out += in_channels
    return out, weights + int(filters.sum()), weights * height * width


@inception_cost.wrong("The 1×1 reductions are convolutions too: count their weights and biases")
def inception_cost_with_free_reductions(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, weights + biases, weights * height * width


@inception_cost.wrong(
    "Behind a reduction, the 3×3 and 5×5 filters see only the reduced channels: that is what it "
    "is for"
)
def inception_cost_with_unused_reductions(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, weights + biases, weights * height * width


@inception_cost.wrong(
    "Without a reduction (0), the 3×3 or 5×5 filters see all in_channels, not 0 channels"
)
def inception_cost_of_zero_channels(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"], plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"], plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, weights + biases, weights * height * width


@inception_cost.wrong(
    "Only the ends of the four branches are concatenated: the reduced channels are not part of "
    "the output"
)
def inception_cost_with_reductions_in_output(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = sum(plan.values()) + (0 if plan["pool proj"] else in_channels)
    return channels, weights + biases, weights * height * width


@inception_cost.wrong(
    "Without a projection (0), the pooling branch passes on all in_channels: they are part of the "
    "output"
)
def inception_cost_without_pooled_channels(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    biases = sum(filters for _, _, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + plan["pool proj"]
    return channels, weights + biases, weights * height * width


@inception_cost.wrong("Every filter has a bias: add the number of filters to the parameters")
def inception_cost_without_biases(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    weights = sum(area * inputs * filters for area, inputs, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, weights, weights * height * width


@inception_cost.wrong("Biases are added, not multiplied: leave them out of the multiply-adds")
def inception_cost_with_biases_in_multiply_adds(height, width, in_channels, plan):
    convs = [
        (1, in_channels, plan["1x1"]),
        (1, in_channels, plan["3x3 reduce"]),
        (9, plan["3x3 reduce"] or in_channels, plan["3x3"]),
        (1, in_channels, plan["5x5 reduce"]),
        (25, plan["5x5 reduce"] or in_channels, plan["5x5"]),
        (1, in_channels, plan["pool proj"]),
    ]
    parameters = sum((area * inputs + 1) * filters for area, inputs, filters in convs)
    channels = plan["1x1"] + plan["3x3"] + plan["5x5"] + (plan["pool proj"] or in_channels)
    return channels, parameters, parameters * height * width


# --- residual_block (find the bug) -------------------------------------------------------------

residual_block = Question(
    "residual_block", {"identity shortcut": 1, "projection shortcut": 1, "stride": 1}
)


def block_case(check: str, height, width, channels, filters, stride=1, project=True, hidden=False):
    """Adds a case with normal weights; the input has negative values too."""
    x, w1 = normal(height, width, channels), normal(3, 3, channels, filters, scale=0.4)
    w2 = normal(3, 3, filters, filters, scale=0.4)
    w_shortcut = normal(channels, filters) if project else None
    residual_block.case(check, x, w1, w2, w_shortcut, stride, hidden=hidden)


block_case("identity shortcut", 3, 4, 2, 2, project=False)
block_case("projection shortcut", 4, 3, 2, 3)
block_case("projection shortcut", 3, 3, 2, 2)
block_case("stride", 4, 6, 2, 3, 2)
block_case("stride", 5, 7, 2, 2, 2)
block_case("identity shortcut", 5, 6, 4, 4, project=False, hidden=True)
block_case("identity shortcut", 1, 1, 3, 3, project=False, hidden=True)
block_case("projection shortcut", 6, 5, 3, 4, hidden=True)
block_case("projection shortcut", 4, 4, 5, 2, hidden=True)
block_case("stride", 8, 6, 3, 3, 2, hidden=True)
block_case("stride", 7, 9, 2, 4, 3, hidden=True)
block_case("stride", 6, 3, 4, 2, 2, hidden=True)


@residual_block.oracle
def residual_block_value_by_value(x, w1, w2, w_shortcut, stride):
    def convolution(image, weights, step):
        height, width, channels = len(image), len(image[0]), len(image[0][0])

        def value(i, j, f):
            return math.fsum(
                image[i + u - 1][j + v - 1][c] * weights[u][v][c][f]
                for u in range(3)
                for v in range(3)
                for c in range(channels)
                if 0 <= i + u - 1 < height and 0 <= j + v - 1 < width
            )

        filters = range(len(weights[0][0][0]))
        return [
            [[value(i, j, f) for f in filters] for j in range(0, width, step)]
            for i in range(0, height, step)
        ]

    inner = convolution(x.tolist(), w1.tolist(), stride)
    inner = [[[max(0.0, value) for value in pixel] for pixel in row] for row in inner]
    result = convolution(inner, w2.tolist(), 1)
    for i, row in enumerate(result):
        for j, pixel in enumerate(row):
            past = x[stride * i, stride * j].tolist()
            for f in range(len(pixel)):
                if w_shortcut is None:
                    pixel[f] += past[f]
                else:
                    pixel[f] += math.fsum(
                        past[c] * float(w_shortcut[c, f]) for c in range(len(past))
                    )
                pixel[f] = max(0.0, pixel[f])
    return np.array(result)


@residual_block.right
def residual_block_by_windows(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = conv3x3(np.maximum(conv3x3(x, w1, stride), 0), w2, 1)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.right
def residual_block_by_shifts(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w):
        height, width, _ = x.shape
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        y = np.zeros((height, width, w.shape[-1]))
        for u in range(3):
            for v in range(3):
                y += padded[u : u + height, v : v + width] @ w[u, v]
        return y

    y = conv3x3(x, w1)[::stride, ::stride].clip(min=0)
    y = conv3x3(y, w2)
    if w_shortcut is None:
        y += x
    else:
        y += np.einsum("ijc,cf->ijf", x, w_shortcut)[::stride, ::stride]
    return y * (y > 0)


@residual_block.right
def residual_block_by_loops(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.zeros((x.shape[0] + 2, x.shape[1] + 2, x.shape[2]))
        padded[1:-1, 1:-1] = x
        rows, columns = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
        y = np.empty((rows, columns, w.shape[3]))
        for i in range(rows):
            for j in range(columns):
                window = padded[i * stride : i * stride + 3, j * stride : j * stride + 3]
                y[i, j] = np.tensordot(window, w, axes=3)
        return y

    y = conv3x3(x, w1, stride)
    y = np.where(y > 0, y, 0)
    y = conv3x3(y, w2, 1)
    if w_shortcut is not None:
        centre = np.zeros((3, 3, *w_shortcut.shape))
        centre[1, 1] = w_shortcut
        x = conv3x3(x, centre, stride)
    return np.where(x + y > 0, x + y, 0)


@residual_block.wrong(
    "Add the shortcut before the last ReLU, not after it: the residual F(x) must be able to be "
    "negative, or the block can only add to its input and never take anything away"
)
def residual_block_with_relu_before_addition(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = np.maximum(conv3x3(y, w2, 1), 0)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return y + shortcut


@residual_block.wrong(
    "There is one ReLU too many: put none between the second convolution and the addition, or the "
    "block can never take anything away from its input"
)
def residual_block_with_relu_on_both_sides(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = np.maximum(conv3x3(y, w2, 1), 0)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.wrong("Apply a ReLU to the sum: it is the last step of the block")
def residual_block_without_last_relu(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = conv3x3(y, w2, 1)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return y + shortcut


@residual_block.wrong("Apply a ReLU between the two convolutions")
def residual_block_without_first_relu(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = conv3x3(conv3x3(x, w1, stride), w2, 1)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.wrong("The first convolution has the stride, the second has stride 1")
def residual_block_with_stride_in_second_convolution(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, 1), 0)
    y = conv3x3(y, w2, stride)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.wrong("Without the shortcut this is a plain block: add x or its projection")
def residual_block_without_shortcut(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    return np.maximum(conv3x3(y, w2, 1), 0)


@residual_block.wrong(
    "Use the projection whenever w_shortcut is given, also where x has the right shape already"
)
def residual_block_with_identity_where_it_fits(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = conv3x3(y, w2, 1)
    shortcut = x if x.shape == y.shape else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.wrong(
    "Pad with one zero on every side, with any stride: the first window starts at row −1"
)
def residual_block_padded_as_in_keras(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        rows, columns = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
        missing = [
            (n - 1) * stride + 3 - side
            for n, side in zip((rows, columns), x.shape[:2], strict=True)
        ]
        before = [max(0, m) // 2 for m in missing]
        padded = np.pad(x, ((before[0], 2), (before[1], 2), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        windows = windows[::stride, ::stride][:rows, :columns]
        return np.einsum("ijcuv,uvcf->ijf", windows, w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = conv3x3(y, w2, 1)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + shortcut, 0)


@residual_block.wrong("The shortcut has no ReLU of its own: add x or its projection as it is")
def residual_block_with_relu_on_shortcut(x, w1, w2, w_shortcut, stride):
    def conv3x3(x, w, stride):
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        return np.einsum("ijcuv,uvcf->ijf", windows[::stride, ::stride], w)

    y = np.maximum(conv3x3(x, w1, stride), 0)
    y = conv3x3(y, w2, 1)
    shortcut = x if w_shortcut is None else x[::stride, ::stride] @ w_shortcut
    return np.maximum(y + np.maximum(shortcut, 0), 0)


# --- top_k_error -------------------------------------------------------------------------------

top_k_error = Question("top_k_error", {"values": 1, "any k": 1, "ties": 1, "NaN": 1})
FOUR = np.array([[9.0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], [5, 3, 4, 1, 2, 0], [1, 2, 9, 4, 3, 5]])
LEVEL = np.array([[0.0] * 4] * 4 + [[4.0, 1.0, 2.0, 3.0]])
SHARED = np.array([[2.0, 2, 1, 1, 1], [1, 3, 3, 0, 3], [1, 3, 3, 0, 3], *[[5, 4, 3, 2, 1]] * 2])
NAN = np.nan
BLOWN_UP = np.array([[NAN] * 4] * 3 + [[1.0, 5.0, 2.0, 0.0]] * 2)
PARTLY = np.array([[NAN, 1, 2, 5], [3, NAN, 1, 0], [NAN, 1, 2, 5], [NAN, 1, 2, 5]])
top_k_error.case("values", FOUR, np.array([0, 0, 3, 4]), 1)
top_k_error.case("values", FOUR, np.array([4, 0, 3, 2]), 3)
top_k_error.case("any k", FOUR, np.array([1, 0, 3, 5]), 5)
top_k_error.case("any k", FOUR[:, :3], np.array([1, 0, 1, 0]), 5)
top_k_error.case("ties", LEVEL, np.array([0, 0, 0, 3, 0]), 1)
top_k_error.case("ties", SHARED, np.array([1, 2, 4, 1, 4]), 2)
top_k_error.case("NaN", BLOWN_UP, np.array([0, 0, 3, 1, 1]), 1)
top_k_error.case("NaN", PARTLY, np.array([3, 0, 0, 2]), 2)
top_k_error.case("values", normal(8, 5), np.array([0, 1, 2, 3, 4, 0, 1, 2]), 1, hidden=True)
top_k_error.case("values", normal(9, 10), np.arange(9), 5, hidden=True)
top_k_error.case("values", normal(7, 20).astype(np.float32), np.arange(3, 10), 5, hidden=True)
top_k_error.case("any k", normal(6, 4), np.array([0, 1, 2, 3, 2, 1]), 3, hidden=True)
top_k_error.case("any k", normal(5, 3), np.array([0, 1, 2, 1, 0]), 3, hidden=True)
top_k_error.case("any k", normal(1, 7), np.array([4]), 2, hidden=True)
top_k_error.case("ties", np.round(normal(12, 6)), np.arange(12) % 6, 2, hidden=True)
top_k_error.case("ties", np.ones((4, 10)), np.array([0, 3, 7, 9]), 5, hidden=True)
top_k_error.case("NaN", np.full((3, 10), NAN), np.array([0, 5, 9]), 5, hidden=True)
top_k_error.case("NaN", np.where(normal(8, 6) > 1, NAN, normal(8, 6)), np.arange(8) % 6, 3,
                 hidden=True)  # fmt: skip


@top_k_error.oracle
def top_k_error_class_by_class(logits, labels, k):
    errors = 0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        ahead = 0
        for number, logit in enumerate(row):
            if number != label and not logit < row[label]:
                ahead += 1
        errors += ahead >= k
    return errors / len(labels)


@top_k_error.right
def top_k_error_by_counting(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    smaller = np.sum(logits < own, axis=1)
    return np.mean(smaller < logits.shape[1] - k)


@top_k_error.right
def top_k_error_by_rank(logits, labels, k):
    own = np.take_along_axis(logits, labels[:, None], axis=1)
    rank = np.count_nonzero(~(logits < own), axis=1)
    rank = np.where(np.isnan(own[:, 0]), logits.shape[1], rank)
    return 1 - np.mean(rank <= k)


@top_k_error.right
def top_k_error_by_sorting(logits, labels, k):
    errors = 0
    for row, label in zip(logits, labels, strict=True):
        others = np.sort(np.nan_to_num(np.delete(row, label), nan=np.inf))[::-1]
        if k <= len(others):
            errors += not row[label] > others[k - 1]
    return errors / len(labels)


@top_k_error.wrong(
    "A tie counts against the label, but this lets the class with the higher number win it, as "
    "sorting does. Count the classes whose logit is smaller instead of sorting"
)
def top_k_error_by_ascending_argsort(logits, labels, k):
    top = np.argsort(logits, axis=1, kind="stable")[:, -k:]
    return 1 - np.mean(np.any(top == labels[:, None], axis=1))


@top_k_error.wrong(
    "A tie counts against the label, but this lets the class with the lower number win it, as "
    "sorting does. Count the classes whose logit is smaller instead of sorting"
)
def top_k_error_by_descending_argsort(logits, labels, k):
    top = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return np.mean(~np.any(top == labels[:, None], axis=1))


@top_k_error.wrong(
    "This lets the label win every tie, so that a network that gives all classes the same number, "
    "or NaN, makes no error: count the classes with a smaller logit, not those with a larger one"
)
def top_k_error_with_ties_for_the_label(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    return np.mean(np.sum(logits > own, axis=1) >= k)


@top_k_error.wrong("This is the accuracy: the error is the share of examples that are wrong")
def top_k_error_inverted(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    smaller = np.sum(logits < own, axis=1)
    return np.mean(smaller >= logits.shape[1] - k)


@top_k_error.wrong("The label may be the k-th: it is off by one, k − 1 classes may stand before it")
def top_k_error_off_by_one(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    smaller = np.sum(logits < own, axis=1)
    return np.mean(smaller <= logits.shape[1] - k)


@top_k_error.wrong("Use k: this is the top-1 error whatever k is")
def top_k_error_of_the_first(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    return np.mean(np.sum(logits < own, axis=1) < logits.shape[1] - 1)


@top_k_error.wrong("Give the share of wrong examples, not their number: divide by the batch size")
def top_k_error_as_a_count(logits, labels, k):
    own = logits[np.arange(len(labels)), labels][:, None]
    return np.sum(np.sum(logits < own, axis=1) < logits.shape[1] - k)


@top_k_error.wrong("These are the k smallest logits, not the k largest: np.argsort sorts upwards")
def top_k_error_of_the_smallest(logits, labels, k):
    smallest = np.argsort(logits, axis=1, kind="stable")[:, :k]
    return 1 - np.mean(np.any(smallest == labels[:, None], axis=1))


QUESTIONS = [conv_cost, local_response_normalisation, inception_cost, residual_block, top_k_error]
