"""The bank of exercise 13_fully_convolutional: cases, oracles, right solutions and mistakes.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import itertools
import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2015)


def normal(*shape: int) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(rng.standard_normal(shape), 3)


# --- transposed_convolution --------------------------------------------------------------------

transposed_convolution = Question(
    "transposed_convolution", {"values": 1, "stride": 1, "gaps": 1, "not square": 1}
)
SLIDE = np.array([[0, 1], [2, 3]])  # both the map and the kernel of the worked example
MAP = np.array([[1, -2], [3, 5]])
# map, kernel, stride
transposed_convolution.case("values", SLIDE, SLIDE, 1)
transposed_convolution.case("values", MAP, np.arange(1, 10).reshape(3, 3), 1)
transposed_convolution.case("stride", MAP, np.arange(1, 10).reshape(3, 3), 2)
transposed_convolution.case("stride", MAP, np.array([[1, 2], [3, 4]]), 2)
transposed_convolution.case("gaps", MAP, np.array([[1, 2], [3, 4]]), 3)
transposed_convolution.case(
    "not square", np.array([[2, 1, 4]]), np.array([[1, 3], [7, 2], [0, 5]]), 1
)
transposed_convolution.case("not square", np.array([[2], [3], [1]]), np.array([[1, 3, 5, 4]]), 2)
transposed_convolution.case("values", normal(4, 4), normal(3, 3), 1, hidden=True)
transposed_convolution.case("values", normal(3, 3), normal(1, 1), 1, hidden=True)
transposed_convolution.case("stride", normal(4, 4), normal(4, 4), 2, hidden=True)
transposed_convolution.case("stride", normal(3, 3), normal(5, 5), 3, hidden=True)
transposed_convolution.case("gaps", normal(3, 3), normal(2, 2), 5, hidden=True)
transposed_convolution.case("gaps", normal(4, 4), normal(1, 1), 2, hidden=True)
transposed_convolution.case("not square", normal(3, 5), normal(2, 4), 2, hidden=True)
transposed_convolution.case("not square", normal(6, 2), normal(3, 2), 1, hidden=True)


@transposed_convolution.oracle
def transposed_convolution_pixel_by_pixel(x, kernel, stride):
    (height, width), (rows, columns) = x.shape, kernel.shape

    def pixel(y, z):
        terms = []
        for i in range(height):
            for j in range(width):
                a, b = y - i * stride, z - j * stride
                if 0 <= a < rows and 0 <= b < columns:
                    terms.append(float(x[i, j]) * float(kernel[a, b]))
        return math.fsum(terms)

    high, wide = (height - 1) * stride + rows, (width - 1) * stride + columns
    return np.array([[pixel(y, z) for z in range(wide)] for y in range(high)])


@transposed_convolution.right
def transposed_convolution_by_stamps(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
    return out


@transposed_convolution.right
def transposed_convolution_weight_by_weight(x, kernel, stride):
    high, wide = ((n - 1) * stride + 1 for n in x.shape)
    out = np.zeros((high + kernel.shape[0] - 1, wide + kernel.shape[1] - 1))
    for a, b in np.ndindex(*kernel.shape):
        out[a : a + high : stride, b : b + wide : stride] += kernel[a, b] * x
    return out


@transposed_convolution.right
def transposed_convolution_of_a_spread_map(x, kernel, stride):
    k, m = kernel.shape
    spread = np.zeros([(n - 1) * stride + 1 for n in x.shape])
    spread[::stride, ::stride] = x
    padded = np.pad(spread, [(k - 1, k - 1), (m - 1, m - 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, m))
    return np.einsum("ijkl,kl->ij", windows, kernel[::-1, ::-1])


@transposed_convolution.wrong("Where two stamps overlap, their values are added: += and not =")
def transposed_convolution_overwriting(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] = x[i, j] * kernel
    return out


@transposed_convolution.wrong(
    "Where two stamps overlap, their values are added, not averaged: each arrow of the forward "
    "convolution is followed backwards, and there are several"
)
def transposed_convolution_averaging(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    times = np.zeros(out.shape)
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
            times[i * stride : i * stride + k, j * stride : j * stride + m] += 1
    return out / np.maximum(times, 1)


@transposed_convolution.wrong(
    "The kernel is stamped as it is, not turned around: the value times kernel[0, 0] stands in the "
    "upper left corner of its stamp"
)
def transposed_convolution_with_turned_kernel(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            stamp = x[i, j] * kernel[::-1, ::-1]
            out[i * stride : i * stride + k, j * stride : j * stride + m] += stamp
    return out


@transposed_convolution.wrong(
    "“Transposed” is about the matrix of the whole convolution: the kernel itself is not transposed"
)
def transposed_convolution_with_transposed_kernel(x, kernel, stride):
    kernel = kernel.T
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
    return out


@transposed_convolution.wrong(
    "Value (i, j) is stamped at (i · stride, j · stride), and the result grows with the stride: it "
    "has (h − 1) · stride + k rows"
)
def transposed_convolution_without_stride(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros((h - 1 + k, w - 1 + m))
    for i in range(h):
        for j in range(w):
            out[i : i + k, j : j + m] += x[i, j] * kernel
    return out


@transposed_convolution.wrong(
    "Keep all that was stamped: the result has (h − 1) · stride + k rows, not h · stride. (A layer "
    "with padding “same” cuts it down to that; here nothing is cut)"
)
def transposed_convolution_cut(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((h - 1) * stride + k, (w - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
    return out[: h * stride, : w * stride]


@transposed_convolution.wrong(
    "The result is too large: the last of h stamps begins at (h − 1) · stride, since the first "
    "begins at 0, and ends k further on"
)
def transposed_convolution_with_room_for_one_more(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros((h * stride + k, w * stride + m))
    for i in range(h):
        for j in range(w):
            out[i * stride : i * stride + k, j * stride : j * stride + m] += x[i, j] * kernel
    return out


@transposed_convolution.wrong(
    "Neighbours are stamped stride pixels apart, that is with stride − 1 pixels between their "
    "corners, not stride"
)
def transposed_convolution_a_step_too_far(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    step = stride + 1
    out = np.zeros(((h - 1) * step + k, (w - 1) * step + m))
    for i in range(h):
        for j in range(w):
            out[i * step : i * step + k, j * step : j * step + m] += x[i, j] * kernel
    return out


@transposed_convolution.wrong(
    "The stamps do not stand side by side: they begin stride pixels apart, whatever the size of "
    "the kernel, and may overlap or leave gaps"
)
def transposed_convolution_side_by_side(x, kernel, stride):
    return np.kron(x, kernel)


@transposed_convolution.wrong(
    "This is the forward convolution, which makes the map smaller: stamp the kernel once for each "
    "value instead of sliding it over the map"
)
def transposed_convolution_forward(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros((max(0, (h - k) // stride + 1), max(0, (w - m) // stride + 1)))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = np.sum(x[i * stride : i * stride + k, j * stride : j * stride + m] * kernel)
    return out


@transposed_convolution.wrong(
    "Rows and columns of the map are exchanged: x[i, j], in row i and column j, is stamped in row "
    "i · stride and column j · stride"
)
def transposed_convolution_of_the_transposed_map(x, kernel, stride):
    (h, w), (k, m) = x.shape, kernel.shape
    out = np.zeros(((w - 1) * stride + k, (h - 1) * stride + m))
    for i in range(h):
        for j in range(w):
            out[j * stride : j * stride + k, i * stride : i * stride + m] += x[i, j] * kernel
    return out


# --- convolution_matrix ------------------------------------------------------------------------

convolution_matrix = Question("convolution_matrix", {"square": 1, "not square": 1, "stride": 1})
DECK = np.array([[1, 4, 1], [1, 4, 3], [3, 3, 1]])
# kernel, height, width, stride
convolution_matrix.case("square", DECK, 4, 4, 1)
convolution_matrix.case("square", np.array([[1, 2], [3, 4]]), 3, 3, 1)
convolution_matrix.case("not square", np.array([[1, 2], [3, 4]]), 2, 4, 1)
convolution_matrix.case("not square", np.array([[1, 2, 3]]), 3, 4, 1)
convolution_matrix.case("stride", np.array([[1, 2], [3, 4]]), 4, 5, 2)
convolution_matrix.case("stride", np.array([[5, 7]]), 3, 4, 2)
convolution_matrix.case("square", normal(3, 3), 6, 6, 1, hidden=True)
convolution_matrix.case("square", normal(1, 1), 3, 3, 1, hidden=True)
convolution_matrix.case("square", normal(4, 4), 4, 4, 1, hidden=True)
convolution_matrix.case("not square", normal(2, 3), 5, 4, 1, hidden=True)
convolution_matrix.case("not square", normal(4, 1), 6, 3, 1, hidden=True)
convolution_matrix.case("stride", normal(3, 2), 7, 6, 3, hidden=True)
convolution_matrix.case("stride", normal(2, 2), 6, 9, 2, hidden=True)


@convolution_matrix.oracle
def convolution_matrix_entry_by_entry(kernel, height, width, stride):
    rows, columns = kernel.shape
    places = [
        (y, x)
        for y in range(0, height, stride)
        for x in range(0, width, stride)
        if y + rows <= height and x + columns <= width
    ]

    def entry(place, pixel):
        a, b = pixel // width - place[0], pixel % width - place[1]
        return float(kernel[a, b]) if 0 <= a < rows and 0 <= b < columns else 0.0

    return np.array([[entry(place, pixel) for pixel in range(height * width)] for place in places])


@convolution_matrix.right
def convolution_matrix_of_masks(kernel, height, width, stride):
    k, m = kernel.shape
    rows = []
    for y in range(0, height - k + 1, stride):
        for x in range(0, width - m + 1, stride):
            mask = np.zeros((height, width))
            mask[y : y + k, x : x + m] = kernel
            rows.append(mask.ravel())
    return np.array(rows)


@convolution_matrix.right
def convolution_matrix_of_unit_images(kernel, height, width, stride):
    units = np.eye(height * width).reshape(-1, height, width)  # one pixel is 1
    windows = np.lib.stride_tricks.sliding_window_view(units, kernel.shape, axis=(1, 2))
    out = np.einsum("nijkl,kl->ijn", windows[:, ::stride, ::stride], kernel)
    return out.reshape(-1, height * width)


@convolution_matrix.right
def convolution_matrix_by_index(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[i * w + j, (i * stride + a) * width + j * stride + b] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "This is Uᵀ: U has a row for each output and a column for each pixel of the input"
)
def convolution_matrix_transposed(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((height * width, h * w))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[(i * stride + a) * width + j * stride + b, i * w + j] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "The kernel is not turned around: like every layer of a network, this convolution multiplies "
    "kernel[0, 0] with the upper left pixel of the window"
)
def convolution_matrix_with_turned_kernel(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[i * w + j, (i * stride + a) * width + j * stride + b] = kernel[k - 1 - a, m - 1 - b]
    return matrix


@convolution_matrix.wrong(
    "The rows of the kernel do not follow each other without a gap: in the written-out image the "
    "next row of a window begins width numbers later"
)
def convolution_matrix_without_gaps(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j in np.ndindex(h, w):
        first = i * stride * width + j * stride
        matrix[i * w + j, first : first + k * m] = kernel.ravel()
    return matrix


@convolution_matrix.wrong(
    "From row to row of U the kernel moves by one pixel, but at the end of a row of places it must "
    "jump to the next row of the image: a window does not reach over the right border"
)
def convolution_matrix_sliding_on(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for n, a, b in np.ndindex(h * w, k, m):
        place = n * stride + a * width + b
        if place < height * width:
            matrix[n, place] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "Number the pixels of the input with the width of the input: pixel (y, x) has the number "
    "y · width + x, not y · height + x"
)
def convolution_matrix_numbered_by_height(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[i * w + j, (i * stride + a) * height + j * stride + b] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "Write both maps out row by row: the second row of U belongs to the window one step to the "
    "right, not to the one below"
)
def convolution_matrix_column_by_column(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = (height - k) // stride + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[j * h + i, (i * stride + a) * width + j * stride + b] = kernel[a, b]
    return matrix


@convolution_matrix.wrong("The windows begin stride pixels apart, in both directions")
def convolution_matrix_without_stride(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = height - k + 1, width - m + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[i * w + j, (i + a) * width + j + b] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "The stride holds for rows too: the next row of windows begins stride rows further down"
)
def convolution_matrix_with_stride_in_rows_only(kernel, height, width, stride):
    k, m = kernel.shape
    h, w = height - k + 1, (width - m) // stride + 1
    matrix = np.zeros((h * w, height * width))
    for i, j, a, b in np.ndindex(h, w, k, m):
        matrix[i * w + j, (i + a) * width + j * stride + b] = kernel[a, b]
    return matrix


@convolution_matrix.wrong(
    "The last window is missing: there are (height − k) // stride + 1 places below each other"
)
def convolution_matrix_without_the_last(kernel, height, width, stride):
    k, m = kernel.shape
    rows = []
    for y in range(0, height - k, stride):
        for x in range(0, width - m, stride):
            mask = np.zeros((height, width))
            mask[y : y + k, x : x + m] = kernel
            rows.append(mask.ravel())
    return np.array(rows).reshape(-1, height * width)


@convolution_matrix.wrong(
    "There is no padding: leave out the windows that reach over the border of the image"
)
def convolution_matrix_padded(kernel, height, width, stride):
    k, m = kernel.shape
    rows = []
    for y in range(0, height, stride):
        for x in range(0, width, stride):
            mask = np.zeros((height + k, width + m))
            mask[y : y + k, x : x + m] = kernel
            rows.append(mask[:height, :width].ravel())
    return np.array(rows)


# --- bilinear_weights --------------------------------------------------------------------------

bilinear_weights = Question(
    "bilinear_weights", {"even factors": 1, "odd factors": 1, "several classes": 1}
)
for each_factor, number, unseen in [
    (2, 1, False), (4, 1, False), (8, 1, True), (6, 1, True),
]:  # fmt: skip
    bilinear_weights.case("even factors", each_factor, number, hidden=unseen)
for each_factor, number, unseen in [
    (3, 1, False), (1, 1, False), (5, 1, True), (7, 1, True),
]:  # fmt: skip
    bilinear_weights.case("odd factors", each_factor, number, hidden=unseen)
for each_factor, number, unseen in [
    (2, 2, False), (3, 2, False), (2, 4, True), (4, 3, True), (5, 2, True),
]:  # fmt: skip
    bilinear_weights.case("several classes", each_factor, number, hidden=unseen)


@bilinear_weights.oracle
def bilinear_weights_number_by_number(factor, classes):
    side = 2 * factor - 1 if factor % 2 else 2 * factor
    middle = (side - 1) / 2
    weights = np.zeros((side, side, classes, classes))
    for i, j, out, into in itertools.product(*map(range, weights.shape)):
        if out == into:
            down, right = abs(i - middle) / factor, abs(j - middle) / factor
            weights[i, j, out, into] = (1 - down) * (1 - right)
    return weights


@bilinear_weights.right
def bilinear_weights_by_outer_product(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.right
def bilinear_weights_class_by_class(factor, classes):
    k = 2 * factor - factor % 2
    i, j = np.mgrid[:k, :k] - (k - 1) / 2
    kernel = (1 - abs(i) / factor) * (1 - abs(j) / factor)
    weights = np.zeros((k, k, classes, classes))
    for c in range(classes):
        weights[:, :, c, c] = kernel
    return weights


@bilinear_weights.right
def bilinear_weights_as_box_times_box(factor, classes):
    box = np.ones(factor) / factor
    if factor % 2:
        profile = np.convolve(box, box) * factor  # a triangle is a box blurred by a box
    else:
        profile = np.convolve(np.convolve(box, box), [0.5, 0.5]) * factor
    return np.einsum("i,j,kl->ijkl", profile, profile, np.eye(classes))


@bilinear_weights.wrong(
    "Every class is enlarged on its own: weights between different classes are 0. Filling them all "
    "would add up the scores of all classes in each of them"
)
def bilinear_weights_between_all_classes(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.ones((classes, classes))


@bilinear_weights.wrong(
    "The weights must not sum to 1: a blur divides by the sum, but here each pixel of the result "
    "gets only a part of them, as the stamps stand factor pixels apart"
)
def bilinear_weights_with_sum_one(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    profile = profile / profile.sum()
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "For an odd factor the kernel has 2f − 1 rows, so that it has a pixel in the middle"
)
def bilinear_weights_of_even_size(factor, classes):
    k = 2 * factor
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "For an even factor the kernel has 2f rows: with 2f − 1 rows the enlarged map would be moved "
    "by half a pixel"
)
def bilinear_weights_of_odd_size(factor, classes):
    k = 2 * factor - 1
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "The middle of the k numbers 0 … k − 1 is (k − 1)/2, for odd and even k alike; k/2 is half a "
    "pixel off"
)
def bilinear_weights_off_the_middle(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - k / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "The kernel must reach from one value of the small map to the next on either side: about 2f "
    "pixels, not f"
)
def bilinear_weights_half_as_large(factor, classes):
    k = factor
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "Divide the distance from the middle by the factor: the weight falls to 0 one value of the "
    "small map away, which is just outside of the kernel, not at its edge"
)
def bilinear_weights_zero_at_the_edge(factor, classes):
    k = 2 * factor - factor % 2
    middle = (k - 1) / 2
    profile = 1 - np.abs(np.arange(k) - middle) / max(middle, 1)
    return np.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "Bilinear means linear in both directions: multiply the weight of the row with that of the "
    "column, do not take their mean"
)
def bilinear_weights_by_mean(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return (np.add.outer(profile, profile) / 2)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "Bilinear means linear in both directions: multiply the weight of the row with that of the "
    "column. A pyramid, or the smaller of both weights, is not the same"
)
def bilinear_weights_as_pyramid(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.minimum.outer(profile, profile)[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "The weights fall with the distances along rows and columns, not with the distance as the crow "
    "flies: a bilinear kernel is no cone"
)
def bilinear_weights_as_cone(factor, classes):
    k = 2 * factor - factor % 2
    i, j = np.mgrid[:k, :k] - (k - 1) / 2
    kernel = np.maximum(1 - np.sqrt(i**2 + j**2) / factor, 0)
    return kernel[:, :, None, None] * np.eye(classes)


@bilinear_weights.wrong(
    "The result has four axes, (k, k, classes, classes), even for one class: Keras wants a kernel "
    "for each pair of classes"
)
def bilinear_weights_of_two_axes(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(profile, profile)


@bilinear_weights.wrong(
    "In Keras, rows and columns come first and the classes last: (k, k, classes, classes)"
)
def bilinear_weights_with_classes_first(factor, classes):
    k = 2 * factor - factor % 2
    profile = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.eye(classes)[:, :, None, None] * np.outer(profile, profile)


# --- mean_iou (find the bug) -------------------------------------------------------------------

mean_iou = Question(
    "mean_iou", {"values": 1, "ignored pixels": 2, "absent classes": 1, "several images": 1}
)
TRUTH = np.array([[[0, 0, 1, 1], [0, 2, 1, 1], [2, 2, 2, 1]]])
GUESS = np.array([[[0, 1, 1, 1], [0, 0, 1, 2], [2, 2, 1, 1]]])
EDGE = np.array([[[0, 0, 9, 1], [0, 9, 1, 1], [0, 9, 1, 1]]])  # 9 is ignored
# truth, prediction, num_classes, ignore
mean_iou.case("values", TRUTH, GUESS, 3, 255)
mean_iou.case("values", TRUTH, TRUTH, 3, 255)
mean_iou.case("ignored pixels", EDGE, np.array([[[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 1, 0]]]), 2, 9)
mean_iou.case("ignored pixels", np.array([[[-1, 1, 1, -1, 0, 2, 2]]]),
              np.array([[[2, 1, 1, 2, 0, 0, 2]]]), 3, -1)  # fmt: skip
mean_iou.case("absent classes", TRUTH, GUESS, 5, 255)
mean_iou.case("absent classes", np.array([[[0, 0, 0, 1, 1]]]), np.array([[[0, 3, 0, 1, 0]]]), 5, 9)
mean_iou.case("several images", np.array([[[0, 0, 0, 1]], [[1, 1, 1, 0]], [[0, 0, 0, 0]]]),
              np.array([[[0, 0, 1, 0]], [[1, 1, 0, 0]], [[0, 0, 0, 0]]]), 2, 255)  # fmt: skip


def scene_case(check: str, shape, classes, used, wrong, ignored=0.0, ignore=255) -> None:
    """Adds a hidden case with random maps.

    Args:
        check: the check it belongs to.
        shape: images, height, width.
        classes: number of classes.
        used: the classes that occur.
        wrong: share of the pixels predicted at random.
        ignored: share of the pixels that are ignored.
        ignore: the label of these.
    """
    truth = rng.choice(used, shape)
    guess = np.where(rng.random(shape) < wrong, rng.choice(used, shape), truth)
    truth[rng.random(shape) < ignored] = ignore
    mean_iou.case(check, truth, guess, classes, ignore, hidden=True)


scene_case("values", (1, 8, 11), 4, [0, 1, 2, 3], 0.4)
scene_case("values", (2, 6, 6), 2, [0, 1], 0.7)
scene_case("ignored pixels", (2, 9, 7), 3, [0, 1, 2], 0.3, 0.25)
scene_case("ignored pixels", (3, 5, 8), 5, [0, 1, 2, 3, 4], 0.5, 0.4, -1)
scene_case("ignored pixels", (1, 12, 10), 21, [0, 7, 15], 0.2, 0.1)
scene_case("absent classes", (2, 8, 8), 21, [0, 3, 12, 20], 0.4)
scene_case("absent classes", (1, 7, 7), 6, [1, 2], 0.5)
scene_case("several images", (5, 4, 6), 4, [0, 1, 2, 3], 0.5)
scene_case("several images", (8, 3, 3), 3, [0, 0, 0, 0, 1, 2], 0.6, 0.2)


@mean_iou.oracle
def mean_iou_pixel_by_pixel(truth, prediction, num_classes, ignore):
    pairs = zip(truth.ravel().tolist(), prediction.ravel().tolist(), strict=True)
    pairs = [(t, p) for t, p in pairs if t != ignore]
    scores = []
    for c in range(num_classes):
        both = sum(1 for t, p in pairs if t == c and p == c)
        either = sum(1 for t, p in pairs if t == c or p == c)
        if either:
            scores.append(both / either)
    return math.fsum(scores) / len(scores)


@mean_iou.right
def mean_iou_with_masks(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        union = np.sum(true | said)
        if union > 0:
            scores.append(np.sum(true & said) / union)
    return np.mean(scores)


@mean_iou.right
def mean_iou_by_confusion_matrix(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    numbers = truth[labelled] * num_classes + prediction[labelled]
    confusion = np.bincount(numbers, minlength=num_classes**2).reshape(num_classes, num_classes)
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    return (both[either > 0] / either[either > 0]).mean()


@mean_iou.right
def mean_iou_with_nan(truth, prediction, num_classes, ignore):
    true = np.eye(num_classes, dtype=bool)[truth[truth != ignore]]
    said = np.eye(num_classes, dtype=bool)[prediction[truth != ignore]]
    return np.nanmean((true & said).sum(axis=0) / (true | said).sum(axis=0))


@mean_iou.wrong(
    "Ignored pixels must not count at all: here what is predicted there still counts in the union. "
    "Leave them out of the prediction as well"
)
def mean_iou_with_predictions_on_ignored(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, prediction == c
        union = np.sum(true | said)
        if union > 0:
            scores.append(np.sum(true & said) / union)
    return np.mean(scores)


@mean_iou.wrong("Ignored pixels are of no class: do not take them for background")
def mean_iou_with_ignored_as_background(truth, prediction, num_classes, ignore):
    truth = np.where(truth == ignore, 0, truth)
    scores = []
    for c in range(num_classes):
        true, said = truth == c, prediction == c
        if np.any(true | said):
            scores.append(np.sum(true & said) / np.sum(true | said))
    return np.mean(scores)


@mean_iou.wrong(
    "A class that is nowhere, neither true nor predicted, has no IoU: leave it out of the mean, it "
    "does not count as 0"
)
def mean_iou_with_absent_as_zero(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        scores.append(np.sum(true & said) / max(np.sum(true | said), 1))
    return np.mean(scores)


@mean_iou.wrong(
    "A class that is nowhere, neither true nor predicted, has no IoU: leave it out of the mean, it "
    "does not count as 1"
)
def mean_iou_with_absent_as_one(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        union = np.sum(true | said)
        scores.append(np.sum(true & said) / union if union else 1.0)
    return np.mean(scores)


@mean_iou.wrong(
    "The union of a class that is nowhere, neither true nor predicted, is 0, and 0 / 0 is not a "
    "number: leave this class out of the mean"
)
def mean_iou_with_absent_as_nan(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        scores.append(np.sum(true & said) / np.sum(true | said))
    return np.mean(scores)


@mean_iou.wrong(
    "A class that is predicted but nowhere true counts, with an IoU of 0: only classes that are "
    "neither true nor predicted are left out"
)
def mean_iou_of_true_classes(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        if true.any():
            scores.append(np.sum(true & said) / np.sum(true | said))
    return np.mean(scores)


@mean_iou.wrong(
    "Count the pixels of all images together, then divide: the mean IoU of a set is not the mean "
    "over its images, where a class of few pixels in one image would count as much as a full one"
)
def mean_iou_image_by_image(truth, prediction, num_classes, ignore):
    means = []
    for t, p in zip(truth, prediction, strict=True):
        labelled, scores = t != ignore, []
        for c in range(num_classes):
            true, said = (t == c) & labelled, (p == c) & labelled
            if np.any(true | said):
                scores.append(np.sum(true & said) / np.sum(true | said))
        means.append(np.mean(scores))
    return np.mean(means)


@mean_iou.wrong(
    "For each class, count the pixels of all images together: the IoU of a class is not the mean "
    "of its IoUs in single images"
)
def mean_iou_of_class_means(truth, prediction, num_classes, ignore):
    means = []
    for c in range(num_classes):
        scores = []
        for t, p in zip(truth, prediction, strict=True):
            true, said = (t == c) & (t != ignore), (p == c) & (t != ignore)
            if np.any(true | said):
                scores.append(np.sum(true & said) / np.sum(true | said))
        if scores:
            means.append(np.mean(scores))
    return np.mean(means)


@mean_iou.wrong(
    "This is the share of pixels that are right. It hardly notices small classes: compute the IoU "
    "of each class, then their mean"
)
def mean_iou_as_pixel_accuracy(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    return np.mean(truth[labelled] == prediction[labelled])


@mean_iou.wrong(
    "Divide by the union of true and predicted pixels, not by the true ones alone: who predicts a "
    "class everywhere would have a perfect score in it"
)
def mean_iou_as_class_accuracy(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        if np.any(true | said):
            scores.append(np.sum(true & said) / max(np.sum(true), 1))
    return np.mean(scores)


@mean_iou.wrong("The mean is over all classes: the background, class 0, is one of them")
def mean_iou_without_background(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(1, num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        if np.any(true | said):
            scores.append(np.sum(true & said) / np.sum(true | said))
    return np.mean(scores)


@mean_iou.wrong(
    "Divide class by class, then take the mean: all intersections over all unions would give "
    "classes with many pixels more weight"
)
def mean_iou_of_sums(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    both = either = 0
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        both, either = both + np.sum(true & said), either + np.sum(true | said)
    return both / either


@mean_iou.wrong(
    "This is the Dice coefficient, 2 · |A ∩ B| / (|A| + |B|). The union is |A| + |B| − |A ∩ B|"
)
def mean_iou_as_dice(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        if np.any(true | said):
            scores.append(2 * np.sum(true & said) / (np.sum(true) + np.sum(said)))
    return np.mean(scores)


@mean_iou.wrong("In |A| + |B| the intersection is counted twice: subtract it once to get the union")
def mean_iou_without_subtracting(truth, prediction, num_classes, ignore):
    labelled = truth != ignore
    scores = []
    for c in range(num_classes):
        true, said = (truth == c) & labelled, (prediction == c) & labelled
        if np.any(true | said):
            scores.append(np.sum(true & said) / (np.sum(true) + np.sum(said)))
    return np.mean(scores)


# --- count_paths -------------------------------------------------------------------------------

count_paths = Question(
    "count_paths", {"one layer": 1, "several layers": 1, "holes": 1, "the context module": 1}
)
# kernel size, dilations
count_paths.case("one layer", 3, [2])
count_paths.case("one layer", 5, [3])
count_paths.case("one layer", 3, [])
count_paths.case("several layers", 3, [1, 2])
count_paths.case("several layers", 3, [1, 1, 1])
count_paths.case("several layers", 5, [2, 1])
count_paths.case("holes", 3, [2, 2])
count_paths.case("holes", 3, [3, 6, 1])
count_paths.case("the context module", 3, [1, 1, 2, 4, 8, 16, 1])
count_paths.case("one layer", 7, [4], hidden=True)
count_paths.case("one layer", 1, [5], hidden=True)
count_paths.case("several layers", 7, [1, 3], hidden=True)
count_paths.case("several layers", 3, [3, 1, 2, 1], hidden=True)
count_paths.case("several layers", 5, [2, 2, 1, 4], hidden=True)
count_paths.case("holes", 3, [4, 2, 4], hidden=True)
count_paths.case("holes", 5, [6, 1], hidden=True)
count_paths.case("the context module", 3, [1, 1, 2, 4, 8, 1], hidden=True)
count_paths.case("the context module", 3, [16, 8, 4, 2, 1], hidden=True)


@count_paths.oracle
def count_paths_one_by_one(kernel_size, dilations):
    half = kernel_size // 2
    reach = half * sum(dilations)
    counts = [0] * (2 * reach + 1)
    steps = [[rate * tap for tap in range(-half, half + 1)] for rate in dilations]
    for path in itertools.product(*steps):
        counts[reach + sum(path)] += 1
    return np.array(counts)


@count_paths.right
def count_paths_by_convolution(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.right
def count_paths_by_shifts(kernel_size, dilations):
    paths = np.array([1])
    for dilation in dilations:
        longer = np.zeros(len(paths) + (kernel_size - 1) * dilation, int)
        for tap in range(kernel_size):
            longer[tap * dilation : tap * dilation + len(paths)] += paths
        paths = longer
    return paths


@count_paths.right
def count_paths_recursively(kernel_size, dilations):
    if not dilations:
        return np.array([1])
    rest = count_paths_recursively(kernel_size, dilations[1:])
    gap = dilations[0] * (kernel_size - 1)
    return sum(np.pad(rest, (n * dilations[0], gap - n * dilations[0])) for n in range(kernel_size))


@count_paths.wrong(
    "Count the paths, do not only mark the pixels that are seen: two ways to the same pixel are "
    "two paths"
)
def count_paths_as_marks(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel)
    return (paths > 0).astype(int)


@count_paths.wrong(
    "A dilated kernel has holes: of the (k − 1) · d + 1 pixels from its first tap to its last it "
    "sees only k"
)
def count_paths_without_holes(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        paths = np.convolve(paths, np.ones((kernel_size - 1) * dilation + 1))
    return paths


@count_paths.wrong("The taps of a kernel are d pixels apart: here the dilations have no effect")
def count_paths_without_dilation(kernel_size, dilations):
    paths = np.ones(1)
    for _ in dilations:
        paths = np.convolve(paths, np.ones(kernel_size))
    return paths


@count_paths.wrong(
    "With dilation d, neighbouring taps are d pixels apart, with d − 1 pixels between them, not d"
)
def count_paths_with_d_pixels_between(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * (dilation + 1) + 1)
        kernel[:: dilation + 1] = 1
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.wrong(
    "A dilated kernel ends with its last tap: it reaches over (k − 1) · d + 1 pixels, not k · d"
)
def count_paths_with_zeros_at_the_end(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros(kernel_size * dilation)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.wrong(
    "Dilations do not multiply up from layer to layer, as strides do: no layer makes the map "
    "smaller, so d is counted in pixels of the input everywhere"
)
def count_paths_with_rates_multiplied(kernel_size, dilations):
    paths, rate = np.ones(1), 1
    for dilation in dilations:
        rate = rate * dilation
        kernel = np.zeros((kernel_size - 1) * rate + 1)
        kernel[::rate] = 1
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.wrong(
    "The layers follow each other: each way through one goes on in every way through the next, so "
    "the numbers do not just add up layer by layer"
)
def count_paths_added(kernel_size, dilations):
    reach = (kernel_size - 1) * sum(dilations)
    paths = np.zeros(reach + 1)
    for dilation in dilations:
        start = reach // 2 - kernel_size // 2 * dilation
        paths[start : len(paths) - start : dilation] += 1
    return paths if dilations else np.ones(1)


@count_paths.wrong("Return numbers of paths, not shares of all paths: do not divide by their sum")
def count_paths_as_shares(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1 / kernel_size
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.wrong(
    "The window grows with every layer: do not cut it to the size of one kernel, as np.convolve "
    "does with mode='same'"
)
def count_paths_cut_to_the_largest(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel, mode="same")
    return paths


@count_paths.wrong(
    "Return both sides of the window, from its first pixel to its last, not only what lies right "
    "of its middle"
)
def count_paths_on_one_side(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel)
    return paths[len(paths) // 2 :]


@count_paths.wrong("The kernels have kernel_size taps, not always three")
def count_paths_of_three_taps(kernel_size, dilations):
    paths = np.ones(1)
    for dilation in dilations:
        kernel = np.zeros(2 * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel)
    return paths


@count_paths.wrong("Without any layer the output is the input: one pixel and one path, [1]")
def count_paths_of_nothing(kernel_size, dilations):
    paths = np.zeros(0)
    for dilation in dilations:
        kernel = np.zeros((kernel_size - 1) * dilation + 1)
        kernel[::dilation] = 1
        paths = np.convolve(paths, kernel) if len(paths) else kernel
    return paths


QUESTIONS = [
    transposed_convolution,
    convolution_matrix,
    bilinear_weights,
    mean_iou,
    count_paths,
]
