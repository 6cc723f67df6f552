"""The bank of exercise 01_images_and_filters: cases, oracles, right solutions, mistakes and hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(1970)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def pixels(*shape: int) -> np.ndarray:
    """Random pixel values 0 to 255."""
    return rng.integers(0, 256, shape, dtype=np.uint8)


# --- output_size -------------------------------------------------------------------------------

output_size = Question(
    "output_size", {"stride": 1, "padding": 1, "dilation": 1, "no room": 1}, tolerance=0.0
)
# size, kernel, stride, padding, dilation
output_size.case("stride", 7, 3, 1, 0, 1)
output_size.case("stride", 28, 5, 2, 0, 1)
output_size.case("padding", 5, 3, 2, 1, 1)
output_size.case("padding", 28, 5, 1, 2, 1)
output_size.case("dilation", 16, 3, 1, 0, 2)
output_size.case("dilation", 32, 3, 2, 2, 4)
output_size.case("no room", 5, 5, 1, 0, 1)
output_size.case("no room", 4, 9, 2, 1, 1)
output_size.case("stride", 227, 11, 4, 0, 1, hidden=True)
output_size.case("stride", 10, 1, 3, 0, 1, hidden=True)
output_size.case("stride", 9, 2, 4, 0, 1, hidden=True)
output_size.case("padding", 224, 7, 2, 3, 1, hidden=True)
output_size.case("padding", 6, 2, 3, 2, 1, hidden=True)
output_size.case("dilation", 65, 3, 1, 16, 16, hidden=True)
output_size.case("dilation", 40, 5, 3, 1, 3, hidden=True)
output_size.case("dilation", 12, 1, 2, 0, 7, hidden=True)
output_size.case("no room", 9, 3, 2, 0, 4, hidden=True)
output_size.case("no room", 8, 3, 2, 0, 4, hidden=True)
output_size.case("no room", 3, 7, 1, 1, 2, hidden=True)


@output_size.oracle
def output_size_by_trying_all_places(size, kernel, stride, padding, dilation):
    pixels = set(range(-padding, size + padding))
    count, start = 0, -padding
    while start in pixels:
        count += all(start + dilation * tap in pixels for tap in range(kernel))
        start += stride
    return count


@output_size.right
def output_size_by_formula(size, kernel, stride, padding, dilation):
    return max(0, (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)


@output_size.right
def output_size_by_range(size, kernel, stride, padding, dilation):
    extent = dilation * (kernel - 1) + 1
    return len(range(0, size + 2 * padding - extent + 1, stride))


@output_size.right
def output_size_by_moving_on(size, kernel, stride, padding, dilation):
    last = -padding + dilation * (kernel - 1)
    count = 0
    while last < size + padding:
        count += 1
        last += stride
    return count


@output_size.wrong("Padding is added at both ends: the padded side is size + 2 · padding long")
def output_size_with_one_padding(size, kernel, stride, padding, dilation):
    return max(0, (size + padding - dilation * (kernel - 1) - 1) // stride + 1)


@output_size.wrong("A dilated kernel reaches further: it spans dilation · (kernel − 1) + 1 pixels")
def output_size_without_dilation(size, kernel, stride, padding, dilation):
    return max(0, (size + 2 * padding - kernel) // stride + 1)


@output_size.wrong(
    "A dilated kernel spans dilation · (kernel − 1) + 1 pixels, not dilation · kernel: there are "
    "gaps between its taps, but none after the last one"
)
def output_size_with_gap_after_kernel(size, kernel, stride, padding, dilation):
    return max(0, (size + 2 * padding - dilation * kernel) // stride + 1)


@output_size.wrong("The stride matters: with a stride of 2 only every other place is used")
def output_size_without_stride(size, kernel, stride, padding, dilation):
    return max(0, size + 2 * padding - dilation * (kernel - 1))


@output_size.wrong("The first place counts too: add 1 after the division")
def output_size_without_first_place(size, kernel, stride, padding, dilation):
    return max(0, (size + 2 * padding - dilation * (kernel - 1) - 1) // stride)


@output_size.wrong("A step that would leave the image is not taken: round the quotient down")
def output_size_rounded_up(size, kernel, stride, padding, dilation):
    return max(0, int(np.ceil((size + 2 * padding - dilation * (kernel - 1) - 1) / stride)) + 1)


@output_size.wrong("Where the kernel does not fit there is no output: 0, not a negative size")
def output_size_negative(size, kernel, stride, padding, dilation):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


@output_size.wrong("Divide by the stride before you add 1: only the steps are divided")
def output_size_with_one_inside(size, kernel, stride, padding, dilation):
    return max(0, (size + 2 * padding - dilation * (kernel - 1) - 1 + 1) // stride)


# --- cross_correlate ---------------------------------------------------------------------------

cross_correlate = Question(
    "cross_correlate",
    {"values": 1, "padding": 1, "stride": 1, "dilation": 1, "pixel values": 1},
)
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
RAMP = np.arange(25.0).reshape(5, 5) ** 2
# image, kernel, padding, stride, dilation
cross_correlate.case("values", RAMP, np.array([[1.0, 2.0], [3.0, 5.0]]), 0, 1, 1)
cross_correlate.case("values", RAMP[:3], np.array([[1.0, 0.0, -2.0]]), 0, 1, 1)
cross_correlate.case("padding", RAMP[:4, :4] + 1, np.arange(1.0, 10.0).reshape(3, 3), 1, 1, 1)
cross_correlate.case("stride", RAMP, np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]), 0, 2, 1)
cross_correlate.case("stride", RAMP[:, :4] + 1, np.arange(1.0, 5.0).reshape(2, 2), 1, 3, 1)
cross_correlate.case("dilation", RAMP, np.array([[1.0, 2.0], [4.0, 7.0]]), 0, 1, 2)
cross_correlate.case("dilation", RAMP + 1, np.array([[1.0, 2.0], [4.0, 7.0]]), 1, 2, 3)
cross_correlate.case("pixel values", np.array([[9, 8, 7], [5, 9, 1], [0, 4, 2]], np.uint8) * 25,
                     SOBEL, 1, 1, 1)  # fmt: skip
cross_correlate.case("values", normal(6, 8), normal(3, 3), 0, 1, 1, hidden=True)
cross_correlate.case("values", normal(5, 7), normal(4, 2), 0, 1, 1, hidden=True)
cross_correlate.case("values", normal(4, 4), normal(1, 1), 0, 1, 1, hidden=True)
cross_correlate.case("padding", normal(5, 6), normal(3, 3), 1, 1, 1, hidden=True)
cross_correlate.case("padding", normal(2, 3), normal(5, 4), 3, 1, 1, hidden=True)
cross_correlate.case("stride", normal(9, 8), normal(3, 2), 0, 3, 1, hidden=True)
cross_correlate.case("stride", normal(7, 10), normal(3, 3), 2, 2, 1, hidden=True)
cross_correlate.case("dilation", normal(10, 9), normal(3, 3), 0, 1, 3, hidden=True)
cross_correlate.case("dilation", normal(11, 10), normal(2, 4), 2, 2, 2, hidden=True)
cross_correlate.case("pixel values", pixels(6, 7), SOBEL.T, 0, 1, 1, hidden=True)
cross_correlate.case("pixel values", pixels(8, 8), np.full((3, 3), 1 / 9), 1, 2, 1, hidden=True)


@cross_correlate.oracle
def cross_correlate_pixel_by_pixel(image, kernel, padding, stride, dilation):
    height, width = image.shape
    kernel_height, kernel_width = kernel.shape

    def pixel(i, j):
        return float(image[i, j]) if 0 <= i < height and 0 <= j < width else 0.0

    def value(top, left):
        return math.fsum(
            float(kernel[u, v]) * pixel(top + dilation * u, left + dilation * v)
            for u in range(kernel_height)
            for v in range(kernel_width)
        )

    bottom = height + padding - dilation * (kernel_height - 1)
    right = width + padding - dilation * (kernel_width - 1)
    lefts = range(-padding, right, stride)
    return np.array([[value(i, j) for j in lefts] for i in range(-padding, bottom, stride)])


@cross_correlate.right
def cross_correlate_by_two_loops(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    height, width = (dilation * (side - 1) + 1 for side in kernel.shape)
    rows = (padded.shape[0] - height) // stride + 1
    columns = (padded.shape[1] - width) // stride + 1
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = padded[top : top + height : dilation, left : left + width : dilation]
            result[i, j] = np.sum(window * kernel)
    return result


@cross_correlate.right
def cross_correlate_by_windows(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    return np.tensordot(windows[::stride, ::stride, ::dilation, ::dilation], kernel, 2)


@cross_correlate.right
def cross_correlate_tap_by_tap(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    rows = padded.shape[0] - dilation * (kernel.shape[0] - 1)
    columns = padded.shape[1] - dilation * (kernel.shape[1] - 1)
    result = 0.0
    for (u, v), weight in np.ndenumerate(kernel):
        top, left = u * dilation, v * dilation
        result = result + weight * padded[top : top + rows, left : left + columns]
    return result[::stride, ::stride]


@cross_correlate.wrong("Do not turn the kernel: its top left weight meets the window's top left")
def cross_correlate_flipped(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    windows = windows[::stride, ::stride, ::dilation, ::dilation]
    return np.einsum("ijuv,uv->ij", windows, kernel[::-1, ::-1])


@cross_correlate.wrong("Pad with zeros; do not repeat the pixels of the border")
def cross_correlate_with_edge_padding(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding, mode="edge")
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    windows = windows[::stride, ::stride, ::dilation, ::dilation]
    return np.einsum("ijuv,uv->ij", windows, kernel)


@cross_correlate.wrong("Pad all four sides, the bottom and the right one too")
def cross_correlate_padded_at_top_left(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), ((padding, 0), (padding, 0)))
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    windows = windows[::stride, ::stride, ::dilation, ::dilation]
    return np.einsum("ijuv,uv->ij", windows, kernel)


@cross_correlate.wrong(
    "Move the window by stride pixels: window (i, j) starts at pixel (i · s, j · s)"
)
def cross_correlate_without_stride(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    return np.einsum("ijuv,uv->ij", windows[..., ::dilation, ::dilation], kernel)


@cross_correlate.wrong("The output has the right size, but its windows must be stride pixels apart")
def cross_correlate_with_first_windows(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)[..., ::dilation, ::dilation]
    rows, columns = windows[::stride, ::stride].shape[:2]
    return np.einsum("ijuv,uv->ij", windows[:rows, :columns], kernel)


@cross_correlate.wrong(
    "The taps of the kernel lie dilation pixels apart: use every dilation-th pixel"
)
def cross_correlate_without_dilation(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return np.einsum("ijuv,uv->ij", windows, kernel)


@cross_correlate.wrong(
    "A dilated kernel has no zeros after its last tap: it spans dilation · (side − 1) + 1 pixels, "
    "and the last windows are missing from the output"
)
def cross_correlate_with_gap_after_kernel(image, kernel, padding, stride, dilation):
    padded = np.pad(image.astype(float), padding)
    extent = [dilation * side for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    windows = windows[::stride, ::stride, ::dilation, ::dilation]
    return np.einsum("ijuv,uv->ij", windows, kernel)


@cross_correlate.wrong(
    "A result may be negative, fractional or above 255: do not store it in the image's own type "
    "uint8, which wraps around; make the output an array of floats"
)
def cross_correlate_in_the_type_of_the_image(image, kernel, padding, stride, dilation):
    padded = np.pad(image, padding)
    extent = [dilation * (side - 1) + 1 for side in kernel.shape]
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent)
    windows = windows[::stride, ::stride, ::dilation, ::dilation]
    result = np.einsum("ijuv,uv->ij", windows.astype(float), kernel)
    return result.astype(np.int64).astype(np.uint8) if image.dtype == np.uint8 else result


# --- gaussian_kernel ---------------------------------------------------------------------------

gaussian_kernel = Question("gaussian_kernel", {"values": 1, "narrow and wide": 1, "even size": 1})
gaussian_kernel.case("values", 3, 1.0)
gaussian_kernel.case("values", 5, 1.4)
gaussian_kernel.case("narrow and wide", 5, 0.6)
gaussian_kernel.case("narrow and wide", 3, 5.0)
gaussian_kernel.case("even size", 4, 1.2)
gaussian_kernel.case("values", 7, 1.0, hidden=True)
gaussian_kernel.case("values", 1, 2.0, hidden=True)
gaussian_kernel.case("values", 13, 2.5, hidden=True)
gaussian_kernel.case("narrow and wide", 19, 0.5, hidden=True)
gaussian_kernel.case("narrow and wide", 7, 30.0, hidden=True)
gaussian_kernel.case("even size", 2, 0.8, hidden=True)
gaussian_kernel.case("even size", 10, 2.2, hidden=True)


@gaussian_kernel.oracle
def gaussian_kernel_weight_by_weight(size, sigma):
    def weight(i, j):
        y, x = (2 * i + 1 - size) / 2, (2 * j + 1 - size) / 2
        return math.exp(-(x * x + y * y) / (2 * sigma * sigma))

    weights = [[weight(i, j) for j in range(size)] for i in range(size)]
    total = math.fsum(math.fsum(row) for row in weights)
    return np.array([[value / total for value in row] for row in weights])


@gaussian_kernel.right
def gaussian_kernel_as_outer_product(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    g = np.exp(-(x**2) / (2 * sigma**2))
    return np.outer(g, g) / g.sum() ** 2


@gaussian_kernel.right
def gaussian_kernel_on_a_grid(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    g = np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    return g / np.sum(g)


@gaussian_kernel.right
def gaussian_kernel_by_loops(size, sigma):
    centre = (size - 1) / 2
    kernel = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            kernel[i, j] = np.exp(-0.5 * np.hypot(i - centre, j - centre) ** 2 / sigma**2)
    return kernel / kernel.sum()


@gaussian_kernel.wrong(
    "The weights do not sum to 1: the factor 1/(2πσ²) makes the integral over the whole plane 1, "
    "not the sum of these few samples. Divide by their sum"
)
def gaussian_kernel_by_the_density(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)


@gaussian_kernel.wrong(
    "Divide the exponentials by their sum, so that a grey picture keeps its grey"
)
def gaussian_kernel_not_normalised(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.exp(-(x**2 + y**2) / (2 * sigma**2))


@gaussian_kernel.wrong("Divide by the sum of the whole kernel, not row by row or column by column")
def gaussian_kernel_normalised_by_row(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    g = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return g / g.sum(axis=1, keepdims=True)


@gaussian_kernel.wrong("Square sigma: it is the standard deviation, and the exponent has 2σ²")
def gaussian_kernel_with_sigma_as_variance(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    g = np.exp(-(x**2 + y**2) / (2 * sigma))
    return g / g.sum()


@gaussian_kernel.wrong("There is a 2 in the exponent: −(x² + y²) / (2σ²)")
def gaussian_kernel_without_the_two(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    g = np.exp(-(x**2 + y**2) / sigma**2)
    return g / g.sum()


@gaussian_kernel.wrong("The exponent has the squared distance x² + y², without a square root")
def gaussian_kernel_of_the_distance(size, sigma):
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    g = np.exp(-np.sqrt(x**2 + y**2) / (2 * sigma**2))
    return g / g.sum()


@gaussian_kernel.wrong(
    "The kernel is off centre: the middle of the pixels 0 … size − 1 is (size − 1) / 2, which for "
    "an even size lies between two pixels"
)
def gaussian_kernel_off_centre(size, sigma):
    y, x = np.mgrid[:size, :size] - size // 2
    g = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return g / g.sum()


@gaussian_kernel.wrong(
    "For an even size this makes size + 1 weights in a row. Take exactly size of them, at "
    "distances of ±0.5, ±1.5, … from the centre"
)
def gaussian_kernel_of_odd_size_only(size, sigma):
    x = np.arange(-(size // 2), size // 2 + 1)
    g = np.exp(-(x**2) / (2 * sigma**2))
    return np.outer(g, g) / g.sum() ** 2


@gaussian_kernel.wrong(
    "Neighbouring pixels are 1 apart: size points from −size/2 to size/2 are further apart than "
    "that. The outermost pixels are at ± (size − 1) / 2"
)
def gaussian_kernel_on_a_stretched_grid(size, sigma):
    x = np.linspace(-size / 2, size / 2, size)
    g = np.exp(-(x**2) / (2 * sigma**2))
    return np.outer(g, g) / g.sum() ** 2


# --- receptive_field ---------------------------------------------------------------------------

receptive_field = Question(
    "receptive_field",
    {"convolutions": 1, "strides": 1, "dilation": 1, "no layer": 1},
    tolerance=0.0,
)


def layer(kernel: int, stride: int = 1, dilation: int = 1) -> dict:
    """A convolution or pooling layer."""
    return {"kernel": kernel, "stride": stride, "dilation": dilation}


VGG16 = [each for n in (2, 2, 3, 3, 3) for each in [*[layer(3)] * n, layer(2, 2)]]
CONTEXT = [*(layer(3, dilation=rate) for rate in (1, 1, 2, 4, 8, 16, 1)), layer(1)]
receptive_field.case("convolutions", [layer(5)])
receptive_field.case("convolutions", [layer(3), layer(3), layer(3)])
receptive_field.case("strides", [layer(3, 2), layer(3, 2), layer(5)])
receptive_field.case("strides", [layer(5), layer(2, 2), layer(5), layer(2, 2)])
receptive_field.case("dilation", [layer(3), layer(3, dilation=2), layer(3, dilation=4)])
receptive_field.case("dilation", [layer(3, 2, 2), layer(3, 1, 3)])
receptive_field.case("no layer", [])
receptive_field.case("convolutions", [layer(7), layer(1), layer(4)], hidden=True)
receptive_field.case("convolutions", [layer(2)] * 6, hidden=True)
receptive_field.case("convolutions", [layer(1, 2)], hidden=True)
receptive_field.case("strides", VGG16, hidden=True)
receptive_field.case("strides", [layer(7, 2), layer(3, 2), layer(1, 2), layer(3, 3)], hidden=True)
receptive_field.case("strides", [layer(11, 4), layer(3, 2), layer(5), layer(3, 2)], hidden=True)
receptive_field.case("dilation", CONTEXT, hidden=True)
receptive_field.case("dilation", [layer(4, 3, 2), layer(2, 2, 5), layer(3, 1, 2)], hidden=True)


@receptive_field.oracle
def receptive_field_by_tracing_pixels(layers):
    seen = {0}
    for each in reversed(layers):
        taps = [each["dilation"] * tap for tap in range(each["kernel"])]
        seen = {each["stride"] * place + tap for place in seen for tap in taps}
    return max(seen) - min(seen) + 1


@receptive_field.right
def receptive_field_forwards(layers):
    size, jump = 1, 1
    for layer in layers:
        size += (layer["kernel"] - 1) * layer["dilation"] * jump
        jump *= layer["stride"]
    return size


@receptive_field.right
def receptive_field_backwards(layers):
    size = 1
    for layer in layers[::-1]:
        size = (size - 1) * layer["stride"] + layer["dilation"] * (layer["kernel"] - 1) + 1
    return size


@receptive_field.right
def receptive_field_by_recursion(layers):
    if len(layers) == 0:
        return 1
    first = layers[0]
    above = receptive_field_by_recursion(layers[1:])
    return first["dilation"] * (first["kernel"] - 1) + 1 + (above - 1) * first["stride"]


@receptive_field.wrong(
    "A layer's own stride does not widen what that layer sees, only what later layers see: "
    "multiply the jump by the stride after adding the layer's share"
)
def receptive_field_with_own_stride(layers):
    size, jump = 1, 1
    for layer in layers:
        jump *= layer["stride"]
        size += (layer["kernel"] - 1) * layer["dilation"] * jump
    return size


@receptive_field.wrong(
    "Strides matter: after a stride of 2, one step in the feature map is two pixels of the image"
)
def receptive_field_without_strides(layers):
    return 1 + sum((layer["kernel"] - 1) * layer["dilation"] for layer in layers)


@receptive_field.wrong("Dilation matters: a layer's taps are dilation places apart")
def receptive_field_without_dilation(layers):
    size, jump = 1, 1
    for layer in layers:
        size += (layer["kernel"] - 1) * jump
        jump *= layer["stride"]
    return size


@receptive_field.wrong(
    "Dilation spreads the taps of its own layer only: unlike the stride, it does not enlarge the "
    "jump for the layers after it"
)
def receptive_field_with_lasting_dilation(layers):
    size, jump = 1, 1
    for layer in layers:
        jump *= layer["dilation"]
        size += (layer["kernel"] - 1) * jump
        jump *= layer["stride"]
    return size


@receptive_field.wrong("A layer adds kernel − 1 steps to what one pixel saw already, not kernel")
def receptive_field_with_whole_kernels(layers):
    size, jump = 1, 1
    for layer in layers:
        size += layer["kernel"] * layer["dilation"] * jump
        jump *= layer["stride"]
    return size


@receptive_field.wrong(
    "There are kernel − 1 gaps between a layer's taps, each dilation wide: "
    "dilation · (kernel − 1), not dilation · kernel − 1"
)
def receptive_field_with_gap_after_kernel(layers):
    size, jump = 1, 1
    for layer in layers:
        size += (layer["kernel"] * layer["dilation"] - 1) * jump
        jump *= layer["stride"]
    return size


@receptive_field.wrong("Start from 1: without any layer, a pixel sees itself")
def receptive_field_from_zero(layers):
    size, jump = 0, 1
    for layer in layers:
        size += (layer["kernel"] - 1) * layer["dilation"] * jump
        jump *= layer["stride"]
    return size


@receptive_field.wrong(
    "Strides multiply up: the jump is the product of all strides before the layer"
)
def receptive_field_with_last_stride_only(layers):
    size, jump = 1, 1
    for layer in layers:
        size += (layer["kernel"] - 1) * layer["dilation"] * jump
        jump = layer["stride"]
    return size


@receptive_field.wrong("A stride widens what the layers after it see, not the layers before it")
def receptive_field_in_wrong_order(layers):
    size, jump = 1, 1
    for layer in reversed(layers):
        size += (layer["kernel"] - 1) * layer["dilation"] * jump
        jump *= layer["stride"]
    return size


# --- wrong_entries (find the bug) --------------------------------------------------------------

wrong_entries = Question("wrong_entries", {"the slide": 1, "rounded tables": 1, "wrong shape": 1})
IMAGE = np.array(
    [[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]]
)
KERNEL = np.array([[2, 0, 1], [1, 0, 0], [0, 1, 1]])
SLIDE = np.array([[1, 6, 5], [7, 10, 9], [7, 10, 8]])
RIGHT = np.array([[1, 5, 6], [7, 8, 3], [3, 10, 4]])
MEAN = np.full((3, 3), 1 / 9)


def table(image, kernel, padding, stride, errors=()) -> tuple:
    """A case: a table with two decimals, and errors added to some of its entries."""
    printed = np.round(cross_correlate_pixel_by_pixel(image, kernel, padding, stride, 1), 2)
    for place, error in errors:
        printed[place] += error
    return image, kernel, padding, stride, printed


wrong_entries.case("the slide", IMAGE, KERNEL, 1, 2, SLIDE)
wrong_entries.case("the slide", IMAGE, KERNEL, 1, 2, RIGHT)
wrong_entries.case("rounded tables", *table(IMAGE, MEAN, 1, 2, [((0, 2), 0.1), ((2, 0), -0.1)]))
wrong_entries.case("rounded tables", *table(100 * IMAGE, KERNEL, 0, 1, [((1, 1), 2.0)]))
wrong_entries.case("wrong shape", IMAGE, KERNEL, 1, 2, RIGHT[:2, :2])
wrong_entries.case("the slide", IMAGE.T, KERNEL, 1, 2, SLIDE, hidden=True)
wrong_entries.case("the slide", IMAGE, KERNEL.T, 1, 2, RIGHT, hidden=True)
wrong_entries.case("the slide", *table(IMAGE, KERNEL, 2, 3, [((1, 2), 1.0)]), hidden=True)
wrong_entries.case("rounded tables", *table(normal(5, 7), normal(3, 2), 1, 1), hidden=True)
wrong_entries.case("rounded tables", *table(normal(6, 4, scale=9.0), normal(2, 2), 0, 2,
                   [((0, 0), -0.05), ((2, 1), 0.04)]), hidden=True)  # fmt: skip
wrong_entries.case("rounded tables", *table(normal(6, 6, scale=900.0), normal(3, 3), 1, 2,
                   [((0, 1), 3.0), ((1, 2), -3.0)]), hidden=True)  # fmt: skip
wrong_entries.case("wrong shape", IMAGE, KERNEL, 1, 2, RIGHT[:1], hidden=True)
wrong_entries.case("wrong shape", IMAGE, KERNEL, 1, 2, np.pad(RIGHT, (0, 1)), hidden=True)
wrong_entries.case("wrong shape", IMAGE, KERNEL, 0, 1, RIGHT[:, :1], hidden=True)
wrong_entries.case("rounded tables", *table(100 * IMAGE, KERNEL, 0, 1,
                   [((0, 0), 0.012), ((1, 1), -0.012), ((2, 2), 0.008)]), hidden=True)  # fmt: skip
wrong_entries.case("rounded tables", *table(0 * IMAGE, KERNEL, 0, 1, [((1, 2), 0.01)]), hidden=True)


@wrong_entries.oracle
def wrong_entries_one_by_one(image, kernel, padding, stride, printed):
    right = cross_correlate_pixel_by_pixel(image, kernel, padding, stride, 1)
    wrong = np.ones(printed.shape, bool)
    if wrong.shape == right.shape:
        for i, row in enumerate(printed.tolist()):
            for j, value in enumerate(row):
                wrong[i, j] = not value - 0.01 <= right[i, j] <= value + 0.01
    return wrong


@wrong_entries.right
def wrong_entries_by_windows(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return np.abs(right - printed) > 0.01


@wrong_entries.right
def wrong_entries_by_loops(image, kernel, padding, stride, printed):
    height, width = kernel.shape
    padded = np.pad(image.astype(float), padding)
    tops = range(0, padded.shape[0] - height + 1, stride)
    lefts = range(0, padded.shape[1] - width + 1, stride)
    if printed.shape != (len(tops), len(lefts)):
        return np.ones(printed.shape, dtype=bool)
    wrong = np.zeros(printed.shape, dtype=bool)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            value = np.sum(padded[top : top + height, left : left + width] * kernel)
            wrong[i, j] = (value - printed[i, j]) ** 2 > 1e-4
    return wrong


@wrong_entries.right
def wrong_entries_by_isclose(image, kernel, padding, stride, printed):
    padded = np.pad(image.astype(float), padding)
    rows, columns = (p - k + 1 for p, k in zip(padded.shape, kernel.shape, strict=True))
    right = np.zeros((rows, columns))
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            right += kernel[u, v] * padded[u : u + rows, v : v + columns]
    right = right[::stride, ::stride]
    if right.shape == printed.shape:
        return ~np.isclose(printed, right, rtol=0, atol=0.01)
    return np.ones_like(printed, dtype=bool)


@wrong_entries.wrong(
    "The size of the difference counts, not its sign: take np.abs. Without it, an entry that is "
    "printed too large is never found"
)
def wrong_entries_printed_too_small(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return right - printed > 0.01


@wrong_entries.wrong(
    "The size of the difference counts, not its sign: now an entry that is printed too small is "
    "never found. Take np.abs of the difference"
)
def wrong_entries_printed_too_large(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return printed - right > 0.01


@wrong_entries.wrong(
    "A printed number is rounded, so that it rarely equals the computed one: call it wrong only "
    "when the two are more than 0.01 apart"
)
def wrong_entries_compared_exactly(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return right != printed


@wrong_entries.wrong("This marks the entries that are right: True stands for a wrong one")
def wrong_entries_inverted(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return np.abs(right - printed) <= 0.01


@wrong_entries.wrong(
    "The computation above is right and does not turn the kernel: leave it as it is"
)
def wrong_entries_with_flipped_kernel(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel[::-1, ::-1])
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return np.abs(right - printed) > 0.01


@wrong_entries.wrong(
    "0.01 is an absolute difference: with a relative tolerance, large wrong entries pass"
)
def wrong_entries_with_relative_tolerance(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    if right.shape != printed.shape:
        return np.full(printed.shape, True)
    return np.abs(right - printed) > 0.01 * np.abs(right)


@wrong_entries.wrong(
    "A table of the wrong shape is wrong everywhere, also where an entry happens to be right"
)
def wrong_entries_of_the_common_part(image, kernel, padding, stride, printed):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    right = np.einsum("ijuv,uv->ij", windows[::stride, ::stride], kernel)
    rows = min(len(right), len(printed))
    columns = min(right.shape[1], printed.shape[1])
    wrong = np.full(printed.shape, True)
    difference = right[:rows, :columns] - printed[:rows, :columns]
    wrong[:rows, :columns] = np.abs(difference) > 0.01
    return wrong


QUESTIONS = [output_size, cross_correlate, gaussian_kernel, receptive_field, wrong_entries]
