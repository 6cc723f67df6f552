"""The bank of exercise 06_inside_the_network: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2013)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


WORKED = np.array([[2.0, 6, 4, 5], [7, 3, 3, 8], [2, 1, 0, 0], [4, 3, 4, 3]])[..., None]

# --- max_pool_with_switches --------------------------------------------------------------------

max_pool_with_switches = Question(
    "max_pool_with_switches",
    {"one channel": 1, "several channels": 1, "ties": 1, "incomplete windows": 1},
)
TIES = np.array([[0.0, 0, 5, 1], [0, 0, 5, 5], [3, 1, 2, 2], [1, 3, 2, 2]])[..., None]
max_pool_with_switches.case("one channel", WORKED, 2)
max_pool_with_switches.case("one channel", -1 - np.abs(normal(2, 6, 1)), 2)
max_pool_with_switches.case("several channels", normal(4, 4, 2), 2)
max_pool_with_switches.case("ties", TIES, 2)
max_pool_with_switches.case("incomplete windows", normal(5, 5, 1), 2)
max_pool_with_switches.case("one channel", normal(6, 9, 1), 3, hidden=True)
max_pool_with_switches.case("one channel", -1 - np.abs(normal(6, 4, 1)), 2, hidden=True)
max_pool_with_switches.case("several channels", normal(6, 4, 3), 2, hidden=True)
max_pool_with_switches.case("several channels", normal(3, 6, 5), 3, hidden=True)
max_pool_with_switches.case("ties", np.maximum(normal(6, 8, 2), 0.0), 2, hidden=True)
max_pool_with_switches.case("ties", np.zeros((3, 6, 1)), 3, hidden=True)
max_pool_with_switches.case("incomplete windows", normal(8, 7, 2), 3, hidden=True)
max_pool_with_switches.case("incomplete windows", normal(5, 4, 1), 2, hidden=True)


@max_pool_with_switches.oracle
def max_pool_with_switches_by_loops(x, size):
    height, width, channels = x.shape
    pooled = np.zeros((height // size, width // size, channels))
    switches = np.zeros(pooled.shape, int)
    for i in range(height // size):
        for j in range(width // size):
            for c in range(channels):
                best = None
                for row in range(i * size, (i + 1) * size):
                    for column in range(j * size, (j + 1) * size):
                        if best is None or x[row, column, c] > best[0]:
                            best = x[row, column, c], row * width + column
                pooled[i, j, c], switches[i, j, c] = best
    return pooled, switches


@max_pool_with_switches.right
def max_pool_with_switches_by_argmax(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = window.argmax(axis=0)
            pooled[i, j] = window.max(axis=0)
            switches[i, j] = (top + best // size) * x.shape[1] + left + best % size
    return pooled, switches


@max_pool_with_switches.right
def max_pool_with_switches_by_reshaping(x, size):
    height, width = x.shape[:2]
    rows, columns = height // size, width // size

    def windows(a):
        a = a[: rows * size, : columns * size]
        a = a.reshape(rows, size, columns, size, -1).transpose(0, 2, 4, 1, 3)
        return a.reshape(rows, columns, a.shape[2], size * size)

    numbers = np.broadcast_to(np.arange(height * width).reshape(height, width, 1), x.shape)
    best = windows(x).argmax(axis=-1)[..., None]
    pooled = np.take_along_axis(windows(x), best, axis=-1)[..., 0]
    return pooled, np.take_along_axis(windows(numbers), best, axis=-1)[..., 0]


@max_pool_with_switches.right
def max_pool_with_switches_by_shifted_slices(x, size):
    height, width, _ = x.shape
    rows, columns = height // size * size, width // size * size
    numbers = np.arange(height * width).reshape(height, width, 1) + np.zeros_like(x, int)
    pooled, switches = x[:rows:size, :columns:size], numbers[:rows:size, :columns:size]
    for i in range(size):
        for j in range(size):
            values = x[i:rows:size, j:columns:size]
            larger = values > pooled
            switches = np.where(larger, numbers[i:rows:size, j:columns:size], switches)
            pooled = np.where(larger, values, pooled)
    return pooled, switches


@max_pool_with_switches.wrong(
    "A switch tells the place in the whole map, row · W + column, not the place in its window"
)
def max_pool_with_switches_in_the_window(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            pooled[i, j], switches[i, j] = window.max(axis=0), window.argmax(axis=0)
    return pooled, switches


@max_pool_with_switches.wrong(
    "Count the places of a map row by row, from 0, and without the channels: row · W + column, "
    "where W is the width of x. This number has the channel in it"
)
def max_pool_with_switches_counting_channels(x, size):
    rows, columns, channels = x.shape[0] // size, x.shape[1] // size, x.shape[2]
    pooled = np.empty((rows, columns, channels))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = window.argmax(axis=0)
            pooled[i, j] = window.max(axis=0)
            place = (top + best // size) * x.shape[1] + left + best % size
            switches[i, j] = place * channels + np.arange(channels)
    return pooled, switches


@max_pool_with_switches.wrong(
    "Of equal largest values take the first, row by row: replace the best one only by a larger "
    "value (>), not by an equal one (>=)"
)
def max_pool_with_switches_of_the_last(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = size * size - 1 - window[::-1].argmax(axis=0)
            pooled[i, j] = window.max(axis=0)
            switches[i, j] = (top + best // size) * x.shape[1] + left + best % size
    return pooled, switches


@max_pool_with_switches.wrong(
    "Each channel has its own largest value and its own switch: search over rows and columns only"
)
def max_pool_with_switches_shared_by_channels(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = window.max(axis=1).argmax()
            pooled[i, j] = window.max(axis=0)
            switches[i, j] = (top + best // size) * x.shape[1] + left + best % size
    return pooled, switches


@max_pool_with_switches.wrong(
    "Rows are as long as x is wide: row · W + column with W = x.shape[1], also where the last "
    "columns do not fill a window"
)
def max_pool_with_switches_in_the_cut_map(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = window.argmax(axis=0)
            pooled[i, j] = window.max(axis=0)
            switches[i, j] = (top + best // size) * columns * size + left + best % size
    return pooled, switches


@max_pool_with_switches.wrong("Count row by row: row · W + column, not column · H + row")
def max_pool_with_switches_column_by_column(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    pooled = np.empty((rows, columns, x.shape[2]))
    switches = np.empty(pooled.shape, int)
    for i in range(rows):
        for j in range(columns):
            top, left = i * size, j * size
            window = x[top : top + size, left : left + size].reshape(size * size, -1)
            best = window.argmax(axis=0)
            pooled[i, j] = window.max(axis=0)
            switches[i, j] = top + best // size + (left + best % size) * x.shape[0]
    return pooled, switches


# --- max_unpool --------------------------------------------------------------------------------

max_unpool = Question("max_unpool", {"one channel": 1, "several channels": 1, "any shape": 1})


def unpool_case(check: str, x: np.ndarray, size: int, hidden: bool = False) -> None:
    """Adds a case: what comes back may be changed by the layers above."""
    pooled, switches = max_pool_with_switches_by_loops(x, size)
    if x is not WORKED:
        pooled = normal(*pooled.shape)
    max_unpool.case(check, pooled, switches, x.shape, hidden=hidden)


unpool_case("one channel", WORKED, 2)
unpool_case("several channels", normal(4, 4, 2), 2)
unpool_case("any shape", normal(2, 6, 1), 2)
unpool_case("any shape", normal(5, 3, 1), 2)
unpool_case("one channel", normal(6, 6, 1), 3, hidden=True)
unpool_case("several channels", normal(6, 6, 4), 2, hidden=True)
unpool_case("several channels", normal(4, 2, 3), 2, hidden=True)
unpool_case("any shape", normal(7, 4, 2), 2, hidden=True)
unpool_case("any shape", normal(3, 10, 1), 3, hidden=True)


@max_unpool.oracle
def max_unpool_place_by_place(pooled, switches, shape):
    height, width, channels = shape
    values = [
        {
            int(place): float(value)
            for place, value in zip(switches[..., c].ravel(), pooled[..., c].ravel(), strict=True)
        }
        for c in range(channels)
    ]
    return np.array(
        [
            [[values[c].get(i * width + j, 0.0) for c in range(channels)] for j in range(width)]
            for i in range(height)
        ]
    )


@max_unpool.right
def max_unpool_into_flat_map(pooled, switches, shape):
    height, width, channels = shape
    flat = np.zeros((height * width, channels))
    for c in range(channels):
        flat[switches[..., c], c] = pooled[..., c]
    return flat.reshape(shape)


@max_unpool.right
def max_unpool_by_put_along_axis(pooled, switches, shape):
    flat = np.zeros((shape[0] * shape[1], shape[2]))
    rows = switches.reshape(-1, shape[2])
    np.put_along_axis(flat, rows, pooled.reshape(-1, shape[2]), axis=0)
    return flat.reshape(shape)


@max_unpool.right
def max_unpool_by_row_and_column(pooled, switches, shape):
    result = np.zeros(shape)
    for i, j, c in np.ndindex(*pooled.shape):
        row, column = divmod(int(switches[i, j, c]), shape[1])
        result[row, column, c] = pooled[i, j, c]
    return result


@max_unpool.wrong(
    "Put each value where its switch says, not into the upper left corner of its window"
)
def max_unpool_bed_of_nails(pooled, switches, shape):
    result = np.zeros(shape)
    rows, columns = pooled.shape[:2]
    high, wide = shape[0] // rows, shape[1] // columns
    result[: rows * high : high, : columns * wide : wide] = pooled
    return result


@max_unpool.wrong(
    "Only the place of the switch gets the value; the other places of the window stay 0"
)
def max_unpool_nearest(pooled, switches, shape):
    result = np.zeros(shape)
    rows, columns = pooled.shape[:2]
    high, wide = shape[0] // rows, shape[1] // columns
    result[: rows * high, : columns * wide] = pooled.repeat(high, axis=0).repeat(wide, axis=1)
    return result


@max_unpool.wrong("Each channel has switches of its own: take switches[..., c] for channel c")
def max_unpool_with_switches_of_the_first_channel(pooled, switches, shape):
    flat = np.zeros((shape[0] * shape[1], shape[2]))
    flat[switches[..., 0].ravel()] = pooled.reshape(-1, shape[2])
    return flat.reshape(shape)


@max_unpool.wrong(
    "A switch is row · W + column with the width of the large map: row = switch // W and "
    "column = switch % W, with W = shape[1]. You have divided by the height"
)
def max_unpool_divided_by_height(pooled, switches, shape):
    result = np.zeros(shape)
    for i, j, c in np.ndindex(*pooled.shape):
        row, column = divmod(int(switches[i, j, c]), shape[0])
        result[row % shape[0], column % shape[1], c] = pooled[i, j, c]
    return result


@max_unpool.wrong(
    "Row and column are exchanged: row = switch // W is the first index, column = switch % W the "
    "second"
)
def max_unpool_transposed(pooled, switches, shape):
    result = np.zeros(shape)
    for i, j, c in np.ndindex(*pooled.shape):
        row, column = divmod(int(switches[i, j, c]), shape[1])
        result[column % shape[0], row % shape[1], c] = pooled[i, j, c]
    return result


@max_unpool.wrong(
    "A switch counts the places of one channel: index the map with row, column and channel. Your "
    "flat array runs through the channels as well"
)
def max_unpool_into_flat_array(pooled, switches, shape):
    result = np.zeros(shape)
    result.flat[switches.ravel()] = pooled.ravel()
    return result


# --- relu_backward -----------------------------------------------------------------------------

relu_backward = Question(
    "relu_backward", {"gradient": 1, "deconvnet": 1, "guided": 1, "input unchanged": 1}
)
SIGNS = np.array([[-2.0, -1.0, 0.0], [0.0, 1.0, 3.0]])
ERRORS = np.array([[0.5, -4.0, 2.0], [-1.5, -2.5, 1.5]])
for rule in ("gradient", "deconvnet", "guided"):
    relu_backward.case(rule, SIGNS, ERRORS, rule)
    relu_backward.case(rule, normal(3, 4), normal(3, 4), rule)
    relu_backward.case(rule, normal(2, 3, 4), normal(2, 3, 4), rule, hidden=True)
    relu_backward.case(rule, np.round(normal(30)), normal(30), rule, hidden=True)
    relu_backward.case("input unchanged", normal(2, 4), normal(2, 4), rule, keeps=True)
    relu_backward.case("input unchanged", normal(9), normal(9), rule, hidden=True, keeps=True)


@relu_backward.oracle
def relu_backward_number_by_number(z, error, rule):
    passed = []
    for below, above in zip(z.ravel().tolist(), error.ravel().tolist(), strict=True):
        closed = (rule != "deconvnet" and below <= 0) or (rule != "gradient" and above <= 0)
        passed.append(0.0 if closed else above)
    return np.array(passed).reshape(z.shape)


@relu_backward.right
def relu_backward_by_where(z, error, rule):
    if rule == "gradient":
        return np.where(z > 0, error, 0.0)
    if rule == "deconvnet":
        return np.where(error > 0, error, 0.0)
    return np.where((z > 0) & (error > 0), error, 0.0)


@relu_backward.right
def relu_backward_by_masks(z, error, rule):
    mask = np.ones(z.shape)
    if rule in ("gradient", "guided"):
        mask *= z > 0
    if rule in ("deconvnet", "guided"):
        mask *= error > 0
    return error * mask


@relu_backward.right
def relu_backward_in_a_copy(z, error, rule):
    result = np.maximum(error, 0) if rule != "gradient" else error.copy()
    if rule != "deconvnet":
        result[z <= 0] = 0
    return result


@relu_backward.wrong(
    "Look at what each rule asks for: the gradient for the sign of z, the input of the forward "
    "pass; the deconvnet for the sign of the error, which comes from above"
)
def relu_backward_exchanged(z, error, rule):
    if rule == "deconvnet":
        return np.where(z > 0, error, 0.0)
    if rule == "gradient":
        return np.where(error > 0, error, 0.0)
    return np.where((z > 0) & (error > 0), error, 0.0)


@relu_backward.wrong(
    "Only the gradient asks for z > 0 alone: the deconvnet asks for error > 0, and guided "
    "backpropagation for both"
)
def relu_backward_always_gradient(z, error, rule):
    return np.where(z > 0, error, 0.0)


@relu_backward.wrong(
    "The deconvnet does not look at z: it applies the ReLU to the error. With z as well it would "
    "be guided backpropagation"
)
def relu_backward_with_guided_deconvnet(z, error, rule):
    if rule == "gradient":
        return np.where(z > 0, error, 0.0)
    return np.where((z > 0) & (error > 0), error, 0.0)


@relu_backward.wrong(
    "Guided backpropagation asks for both, z > 0 and error > 0; one of them is not enough"
)
def relu_backward_guided_by_either(z, error, rule):
    if rule == "gradient":
        return np.where(z > 0, error, 0.0)
    if rule == "deconvnet":
        return np.where(error > 0, error, 0.0)
    return np.where((z > 0) | (error > 0), error, 0.0)


@relu_backward.wrong(
    "Where z is exactly 0 the unit is off, and the error does not pass: z > 0, not z >= 0"
)
def relu_backward_open_at_zero(z, error, rule):
    if rule == "gradient":
        return np.where(z >= 0, error, 0.0)
    if rule == "deconvnet":
        return np.where(error > 0, error, 0.0)
    return np.where((z >= 0) & (error > 0), error, 0.0)


@relu_backward.wrong(
    "Pass the error on as it is where it may pass: z only opens or closes the way, it does not "
    "multiply. The derivative of the ReLU is 0 or 1"
)
def relu_backward_multiplied_by_activation(z, error, rule):
    if rule == "gradient":
        return np.maximum(z, 0) * error
    if rule == "deconvnet":
        return np.maximum(error, 0)
    return np.maximum(z, 0) * np.maximum(error, 0)


@relu_backward.wrong(
    "The gradient passes negative errors as well as positive ones: only the sign of z closes the "
    "way"
)
def relu_backward_with_guided_gradient(z, error, rule):
    if rule == "deconvnet":
        return np.where(error > 0, error, 0.0)
    return np.where((z > 0) & (error > 0), error, 0.0)


@relu_backward.wrong("Do not write into error, which belongs to the caller: work on a copy")
def relu_backward_in_place(z, error, rule):
    if rule != "gradient":
        error[error < 0] = 0
    if rule != "deconvnet":
        error[z <= 0] = 0
    return error


# --- occluded ----------------------------------------------------------------------------------

occluded = Question("occluded", {"squares": 1, "border": 1, "channels": 1, "input unchanged": 1})
occluded.case("squares", np.arange(1.0, 17).reshape(4, 4, 1), 2, 2, np.zeros(1))
occluded.case("squares", np.arange(1.0, 41).reshape(5, 8, 1), 2, 3, np.array([50.0]))
occluded.case("border", np.arange(1.0, 16).reshape(3, 5, 1), 2, 2, np.array([-1.0]))
occluded.case("border", np.arange(1.0, 13).reshape(3, 4, 1), 3, 1, np.array([20.0]))
occluded.case("channels", normal(4, 2, 3), 2, 2, np.array([7.0, 8.0, 9.0]))
occluded.case("input unchanged", np.ones((2, 2, 1)), 1, 1, np.zeros(1), keeps=True)
occluded.case("squares", normal(6, 4, 1), 1, 2, np.array([5.0]), hidden=True)
occluded.case("squares", normal(6, 9, 1), 1, 3, np.array([5.0]), hidden=True)
occluded.case("border", normal(7, 5, 1), 3, 3, np.array([4.0]), hidden=True)
occluded.case("border", normal(3, 4, 1), 8, 2, np.array([4.0]), hidden=True)
occluded.case("channels", normal(6, 3, 2), 3, 3, np.array([3.0, -3.0]), hidden=True)
occluded.case(
    "input unchanged", normal(4, 2, 2), 2, 2, np.array([1.0, 6.0]), hidden=True, keeps=True
)


@occluded.oracle
def occluded_place_by_place(image, size, stride, value):
    height, width, channels = image.shape
    copies, corners = [], []
    for top in range(height):
        for left in range(width):
            if top % stride or left % stride:
                continue
            corners.append([top, left])
            copies.append(
                [
                    [
                        [
                            float(
                                value[c]
                                if 0 <= i - top < size and 0 <= j - left < size
                                else image[i, j, c]
                            )
                            for c in range(channels)
                        ]
                        for j in range(width)
                    ]
                    for i in range(height)
                ]
            )
    return np.array(copies), np.array(corners)


@occluded.right
def occluded_copy_by_copy(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.right
def occluded_in_one_stack(image, size, stride, value):
    tops, lefts = (np.arange(0, side, stride) for side in image.shape[:2])
    corners = np.stack(np.meshgrid(tops, lefts, indexing="ij"), axis=-1).reshape(-1, 2)
    copies = np.repeat(image[None], len(corners), axis=0)
    for copy, (top, left) in zip(copies, corners, strict=True):
        copy[top : top + size, left : left + size] = value
    return copies, corners


@occluded.right
def occluded_by_masks(image, size, stride, value):
    height, width, _ = image.shape
    corners = np.array([(i, j) for i in range(0, height, stride) for j in range(0, width, stride)])
    rows = np.arange(height) - corners[:, :1]
    columns = np.arange(width) - corners[:, 1:]
    rows, columns = (rows >= 0) & (rows < size), (columns >= 0) & (columns < size)
    covered = rows[:, :, None] & columns[:, None, :]
    return np.where(covered[..., None], value, image), corners


@occluded.wrong(
    "Squares that reach over the border are cut off there, not left out: take a corner at every "
    "multiple of stride inside the picture, or the border is never covered"
)
def occluded_by_whole_squares_only(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0] - size + 1, stride):
        for left in range(0, image.shape[1] - size + 1, stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((top, left))
    return np.array(copies), np.array(corners)


@occluded.wrong(
    "Each copy has one square: start each one from the original picture, not from the copy before"
)
def occluded_more_and_more(image, size, stride, value):
    copies, corners, copy = [], [], image.copy()
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            copy[top : top + size, left : left + size] = value
            copies.append(copy.copy())
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.wrong("A corner is (row, column): the top first, then the left")
def occluded_with_corners_exchanged(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((left, top))
    return np.stack(copies), np.array(corners)


@occluded.wrong("Go row by row: the outer loop runs over the tops, the inner one over the lefts")
def occluded_column_by_column(image, size, stride, value):
    copies, corners = [], []
    for left in range(0, image.shape[1], stride):
        for top in range(0, image.shape[0], stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.wrong("Move the square by stride, not by its size")
def occluded_with_stride_of_size(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], size):
        for left in range(0, image.shape[1], size):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.wrong("Put value into the square, one number per channel, not 0")
def occluded_with_black(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = 0
            copies.append(copy)
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.wrong(
    "All entries of your list are the same array, which is covered more and more: put a copy of "
    "the picture into the list, and leave the picture itself as it is"
)
def occluded_without_copies(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            image[top : top + size, left : left + size] = value
            copies.append(image)
            corners.append((top, left))
    return np.stack(copies), np.array(corners)


@occluded.wrong("Return two arrays, np.stack(copies) and np.array(corners), not two lists")
def occluded_as_lists(image, size, stride, value):
    copies, corners = [], []
    for top in range(0, image.shape[0], stride):
        for left in range(0, image.shape[1], stride):
            copy = image.copy()
            copy[top : top + size, left : left + size] = value
            copies.append(copy)
            corners.append((top, left))
    return copies, corners


# --- grad_cam (find the bug) -------------------------------------------------------------------

grad_cam = Question("grad_cam", {"values": 1, "evidence against the class": 2, "nothing found": 1})


def cam_case(check: str, *shape: int, shift: float = 0.0, hidden: bool = False) -> None:
    """Adds a case; activations come from a ReLU, the shift moves the gradients."""
    activations = np.maximum(normal(*shape) + 0.3, 0.0)
    grad_cam.case(check, np.round(activations, 3), normal(*shape) + shift, hidden=hidden)


cam_case("values", 2, 3, 1, shift=2.0)
cam_case("values", 3, 2, 2, shift=2.0)
cam_case("evidence against the class", 3, 3, 4)
cam_case("evidence against the class", 4, 3, 6, shift=0.1)
cam_case("nothing found", 2, 2, 2, shift=-3.0)
cam_case("values", 5, 4, 3, shift=2.0, hidden=True)
cam_case("values", 2, 1, 5, shift=3.0, hidden=True)
cam_case("evidence against the class", 6, 5, 8, hidden=True)
cam_case("evidence against the class", 7, 7, 16, shift=0.05, hidden=True)
cam_case("nothing found", 3, 4, 3, shift=-2.0, hidden=True)
grad_cam.case("nothing found", np.zeros((2, 3, 4)), normal(2, 3, 4), hidden=True)


@grad_cam.oracle
def grad_cam_by_loops(activations, gradients):
    height, width, channels = activations.shape
    heat = [[0.0] * width for _ in range(height)]
    for c in range(channels):
        slope = sum(float(g) for g in gradients[..., c].ravel()) / (height * width)
        for i in range(height):
            for j in range(width):
                heat[i][j] += slope * float(activations[i, j, c])
    largest = max(max(row) for row in heat)
    if largest <= 0:
        return np.zeros((height, width))
    return np.array([[max(value, 0.0) / largest for value in row] for row in heat])


@grad_cam.right
def grad_cam_by_sum(activations, gradients):
    weights = gradients.mean(axis=(0, 1))
    heat = np.maximum((weights * activations).sum(axis=-1), 0)
    return heat / heat.max() if heat.max() > 0 else heat


@grad_cam.right
def grad_cam_by_matrix_product(activations, gradients):
    heat = activations @ np.einsum("hwc->c", gradients)
    heat = np.where(heat > 0, heat, 0.0)
    return heat / (heat.max() or 1.0)


@grad_cam.right
def grad_cam_channel_by_channel(activations, gradients):
    heat = np.zeros(activations.shape[:2])
    for c in range(activations.shape[2]):
        heat += np.average(gradients[:, :, c]) * activations[:, :, c]
    heat[heat < 0] = 0
    if heat.any():
        heat /= np.max(heat)
    return heat


@grad_cam.wrong(
    "The ReLU comes last: first add up all weighted channels, negative ones too, then cut off what "
    "is below 0. Otherwise what speaks against the class is thrown away, not subtracted"
)
def grad_cam_with_early_relu(activations, gradients):
    weights = gradients.mean(axis=(0, 1))
    heat = np.maximum(weights * activations, 0).sum(axis=-1)
    largest = heat.max()
    return heat / largest if largest > 0 else heat


@grad_cam.wrong("Set what is below 0 to 0: there is a ReLU after the sum over the channels")
def grad_cam_without_relu(activations, gradients):
    heat = (gradients.mean(axis=(0, 1)) * activations).sum(axis=-1)
    largest = heat.max()
    return heat / largest if largest > 0 else heat


@grad_cam.wrong(
    "Where something speaks against the class the map is 0: apply a ReLU to the sum, not np.abs"
)
def grad_cam_with_absolute_value(activations, gradients):
    heat = np.abs((gradients.mean(axis=(0, 1)) * activations).sum(axis=-1))
    largest = heat.max()
    return heat / largest if largest > 0 else heat


@grad_cam.wrong(
    "A channel has one weight: average its gradients over all places before you multiply, instead "
    "of multiplying place by place"
)
def grad_cam_place_by_place(activations, gradients):
    heat = np.maximum((gradients * activations).sum(axis=-1), 0)
    largest = heat.max()
    return heat / largest if largest > 0 else heat


@grad_cam.wrong(
    "Average the gradients as they are, negative ones too: there is no ReLU before the mean, only "
    "one after the sum over the channels"
)
def grad_cam_with_relu_on_gradients(activations, gradients):
    weights = np.maximum(gradients, 0).mean(axis=(0, 1))
    heat = (weights * activations).sum(axis=-1)
    largest = heat.max()
    return heat / largest if largest > 0 else heat


@grad_cam.wrong(
    "The map may be 0 everywhere, when nothing speaks for the class: it stays 0, do not divide by "
    "its largest value"
)
def grad_cam_with_zero_by_zero(activations, gradients):
    heat = np.maximum((gradients.mean(axis=(0, 1)) * activations).sum(axis=-1), 0)
    return heat / heat.max()


@grad_cam.wrong(
    "Divide by the largest value after the ReLU. Stretching the map from its smallest to its "
    "largest value makes 0 out of the weakest evidence, and evidence out of what is against"
)
def grad_cam_stretched(activations, gradients):
    heat = (gradients.mean(axis=(0, 1)) * activations).sum(axis=-1)
    reach = heat.max() - heat.min()
    return (heat - heat.min()) / reach if reach > 0 else np.zeros(heat.shape)


@grad_cam.wrong("Divide by the map's largest value, so that its maximum is 1, not by its sum")
def grad_cam_divided_by_sum(activations, gradients):
    heat = np.maximum((gradients.mean(axis=(0, 1)) * activations).sum(axis=-1), 0)
    return heat / heat.sum() if heat.any() else heat


@grad_cam.wrong("Weight the channels by their mean gradients: this is the plain sum of activations")
def grad_cam_without_gradients(activations, gradients):
    heat = np.maximum(activations.sum(axis=-1), 0)
    largest = heat.max()
    return heat / largest if largest > 0 else heat


QUESTIONS = [max_pool_with_switches, max_unpool, relu_backward, occluded, grad_cam]
