"""The bank of exercise 02_lenet: cases, oracles, right solutions and mistakes with their hints.

The oracles are slow loops in Python floats, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(1998)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


# --- softmax -----------------------------------------------------------------------------------

softmax = Question(
    "softmax", {"values": 1, "any batch shape": 1, "large logits": 1, "input unchanged": 1}
)
softmax.case("values", np.array([1.0, 2.0, 3.0]))
softmax.case("any batch shape", np.array([[0.0, 0.0], [2.0, -1.0], [0.5, 0.0]]))
softmax.case("large logits", np.array([[1000.0, 1001.0], [-1000.0, -1002.0]]))
softmax.case("input unchanged", np.array([[2.0, 1.0, 0.0]]), keeps=True)
softmax.case("values", normal(7), hidden=True)
softmax.case("values", normal(1, 4), hidden=True)
softmax.case("any batch shape", normal(5, 3), hidden=True)
softmax.case("any batch shape", normal(2, 3, 4), hidden=True)
softmax.case("any batch shape", normal(2, 2, 2, 3).astype(np.float32), hidden=True)
softmax.case("large logits", normal(4, 6, scale=2000.0), hidden=True)
softmax.case("large logits", np.array([900.0, -900.0]), hidden=True)
softmax.case("input unchanged", normal(3, 5), hidden=True, keeps=True)


@softmax.oracle
def softmax_by_ratios(logits):
    rows = [
        [1 / math.fsum(math.exp(min(other - one, 700.0)) for other in row) for one in row]
        for row in logits.reshape(-1, logits.shape[-1]).astype(float).tolist()
    ]
    return np.array(rows).reshape(logits.shape)


@softmax.right
def softmax_of_shifted_rows(logits):
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    weights = np.exp(shifted)
    return weights / np.sum(weights, axis=-1, keepdims=True)


@softmax.right
def softmax_by_logarithm(logits):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=-1)[..., None])


@softmax.right
def softmax_row_by_row(logits):
    rows = logits.reshape(-1, logits.shape[-1])
    result = np.empty(rows.shape)
    for i, row in enumerate(rows):
        e = np.exp(row - row.max())
        result[i] = e / e.sum()
    return result.reshape(logits.shape)


@softmax.wrong(
    "Subtract the largest logit of each row before np.exp: exp(1000) overflows to infinity, and "
    "the shift does not change the result"
)
def softmax_without_shift(logits):
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


@softmax.wrong("Normalise each row by its own sum: pass axis=-1, keepdims=True to np.sum")
def softmax_over_everything(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


@softmax.wrong("The classes lie along the last axis: use axis=-1, not axis=0")
def softmax_along_first_axis(logits):
    e = np.exp(logits - logits.max(axis=0))
    return e / e.sum(axis=0)


@softmax.wrong(
    "Use the largest logit of each row, not of the whole array: otherwise every exp of a row far "
    "below it underflows to 0 and the row becomes 0/0"
)
def softmax_shifted_by_global_maximum(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=-1, keepdims=True)


@softmax.wrong("Do not change the input: -= and out= write into the caller's array; make a new one")
def softmax_in_place(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=-1, keepdims=True)


# --- cross_entropy -----------------------------------------------------------------------------

cross_entropy = Question(
    "cross_entropy", {"values": 1, "mean over the batch": 1, "large logits": 2}
)
cross_entropy.case("values", np.array([[2.0, 1.0, 0.0]]), np.array([0]))
cross_entropy.case("mean over the batch", np.zeros((4, 10)), np.array([3, 1, 4, 1]))
cross_entropy.case("large logits", np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([1, 1]))
cross_entropy.case("large logits", np.array([[1000.0, 0.0]]), np.array([0]))
cross_entropy.case("values", normal(1, 6), np.array([4]), hidden=True)
cross_entropy.case("mean over the batch", normal(5, 3), np.array([2, 0, 1, 1, 2]), hidden=True)
cross_entropy.case(
    "mean over the batch", normal(3, 10).astype(np.float32), np.array([9, 0, 5]), hidden=True
)
cross_entropy.case("large logits", normal(4, 5, scale=900.0), np.array([0, 1, 2, 3]), hidden=True)
cross_entropy.case("large logits", np.array([[-800.0, -900.0]]), np.array([1]), hidden=True)


@cross_entropy.oracle
def cross_entropy_by_loops(logits, labels):
    losses = []
    for row, label in zip(logits.astype(float).tolist(), labels.tolist(), strict=True):
        top = max(row)
        log_sum = top + math.log(math.fsum(math.exp(z - top) for z in row))
        losses.append(log_sum - row[label])
    return math.fsum(losses) / len(losses)


@cross_entropy.right
def cross_entropy_by_logaddexp(logits, labels):
    log_sum = np.logaddexp.reduce(logits, axis=-1)
    return np.mean(log_sum - logits[np.arange(len(labels)), labels])


@cross_entropy.right
def cross_entropy_by_shift(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.take_along_axis(log_p, labels[:, None], axis=1).mean()


@cross_entropy.right
def cross_entropy_by_one_hot(logits, labels):
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    one_hot = np.eye(logits.shape[1])[labels]
    return float((log_sum - (one_hot * logits).sum(axis=1)).mean())


@cross_entropy.wrong(
    "Do not take the log of a probability that may have underflowed to 0: compute the log-sum-exp, "
    "max + log Σ exp(z − max), and subtract the label's logit"
)
def cross_entropy_by_log_of_softmax(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels]).mean()


@cross_entropy.wrong(
    "Adding a small number inside the log hides log(0) but caps the loss (at 27.6 for 1e-12): "
    "a loss of 1000 must come out as 1000. Work from the logits with the log-sum-exp"
)
def cross_entropy_with_epsilon(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels] + 1e-12).mean()


@cross_entropy.wrong("Average over the batch: np.mean, not np.sum")
def cross_entropy_summed(logits, labels):
    log_sum = np.logaddexp.reduce(logits, axis=-1)
    return np.sum(log_sum - logits[np.arange(len(labels)), labels])


@cross_entropy.wrong("Divide by the number of examples, not by examples × classes")
def cross_entropy_mean_over_everything(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=-1)[:, None]
    return -np.mean(np.eye(logits.shape[1])[labels] * log_p)


@cross_entropy.wrong("The loss is the negative log-likelihood: change the sign")
def cross_entropy_with_wrong_sign(logits, labels):
    log_sum = np.logaddexp.reduce(logits, axis=-1)
    return np.mean(logits[np.arange(len(labels)), labels] - log_sum)


@cross_entropy.wrong("Subtract the largest logit before np.exp: the log-sum-exp overflows without")
def cross_entropy_without_shift(logits, labels):
    log_sum = np.log(np.exp(logits).sum(axis=1))
    return np.mean(log_sum - logits[np.arange(len(labels)), labels])


# --- max_pool2d --------------------------------------------------------------------------------

max_pool2d = Question(
    "max_pool2d", {"values": 1, "size and stride": 1, "no partial windows": 1, "channels": 1}
)
max_pool2d.case("values", np.arange(16.0).reshape(4, 4, 1), 2, 2)
max_pool2d.case("size and stride", np.arange(25.0).reshape(5, 5, 1) % 7, 3, 2)
max_pool2d.case("no partial windows", np.arange(20.0).reshape(4, 5, 1), 2, 2)
max_pool2d.case("channels", np.stack([-np.eye(4) - 1, np.eye(4)], axis=-1), 2, 2)
max_pool2d.case("values", normal(6, 8, 1), 2, 2, hidden=True)
max_pool2d.case("size and stride", normal(7, 7, 1), 3, 2, hidden=True)
max_pool2d.case("size and stride", normal(6, 5, 1), 2, 1, hidden=True)
max_pool2d.case("size and stride", normal(7, 10, 1), 1, 3, hidden=True)
max_pool2d.case("no partial windows", normal(7, 6, 1), 2, 2, hidden=True)
max_pool2d.case("no partial windows", normal(8, 9, 1), 3, 2, hidden=True)
max_pool2d.case("channels", normal(6, 4, 3), 2, 2, hidden=True)
max_pool2d.case("channels", -np.abs(normal(4, 4, 2)), 2, 2, hidden=True)


@max_pool2d.oracle
def max_pool2d_by_six_loops(x, size, stride):
    height, width, channels = x.shape
    tops = [i for i in range(0, height, stride) if i + size <= height]
    lefts = [j for j in range(0, width, stride) if j + size <= width]

    def largest(i, j, c):
        return max(float(x[i + di, j + dj, c]) for di in range(size) for dj in range(size))

    return np.array([[[largest(i, j, c) for c in range(channels)] for j in lefts] for i in tops])


@max_pool2d.right
def max_pool2d_by_windows(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(0, 1))
    return windows[::stride, ::stride].max(axis=(-2, -1))


@max_pool2d.right
def max_pool2d_by_two_loops(x, size, stride):
    rows = (x.shape[0] - size) // stride + 1
    columns = (x.shape[1] - size) // stride + 1
    result = np.empty((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            result[i, j] = x[top : top + size, left : left + size].max(axis=(0, 1))
    return result


@max_pool2d.right
def max_pool2d_by_shifted_slices(x, size, stride):
    rows = (x.shape[0] - size) // stride * stride + 1
    columns = (x.shape[1] - size) // stride * stride + 1
    result = np.full_like(x[:rows:stride, :columns:stride], -np.inf)
    for i in range(size):
        for j in range(size):
            result = np.maximum(result, x[i : i + rows : stride, j : j + columns : stride])
    return result


@max_pool2d.wrong("Move the window by stride, not by its own size")
def max_pool2d_with_stride_of_size(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(0, 1))
    return windows[::size, ::size].max(axis=(-2, -1))


@max_pool2d.wrong("The output is one short: there are (H − size) // stride + 1 windows, with + 1")
def max_pool2d_without_last_window(x, size, stride):
    rows, columns = (x.shape[0] - size) // stride, (x.shape[1] - size) // stride
    result = np.empty((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            result[i, j] = x[top : top + size, left : left + size].max(axis=(0, 1))
    return result


@max_pool2d.wrong("Valid pooling: leave out windows that reach over the border")
def max_pool2d_with_partial_windows(x, size, stride):
    rows, columns = -(-x.shape[0] // stride), -(-x.shape[1] // stride)
    result = np.empty((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            result[i, j] = x[top : top + size, left : left + size].max(axis=(0, 1))
    return result


@max_pool2d.wrong("Start from −∞ or from the first value, not from 0: all values may be negative")
def max_pool2d_from_zero(x, size, stride):
    rows = (x.shape[0] - size) // stride + 1
    columns = (x.shape[1] - size) // stride + 1
    result = np.zeros((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[top : top + size, left : left + size]
            result[i, j] = np.maximum(result[i, j], window.max(axis=(0, 1)))
    return result


@max_pool2d.wrong("Pool each channel on its own: take the maximum over axes 0 and 1 of the window")
def max_pool2d_across_channels(x, size, stride):
    rows = (x.shape[0] - size) // stride + 1
    columns = (x.shape[1] - size) // stride + 1
    result = np.empty((rows, columns, x.shape[2]))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            result[i, j] = x[top : top + size, left : left + size].max()
    return result


@max_pool2d.wrong("This is average pooling: take the maximum of each window, not its mean")
def max_pool2d_by_mean(x, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(0, 1))
    return windows[::stride, ::stride].mean(axis=(-2, -1))


# --- num_parameters ----------------------------------------------------------------------------

num_parameters = Question(
    "num_parameters",
    {"dense": 1, "convolution": 1, "pooling and flatten": 1, "LeNet-5": 1},
    tolerance=0.0,
)


def conv(filters: int, size: int, padding: str = "valid") -> dict:
    """A convolution, stride 1, with biases."""
    return {"type": "conv", "filters": filters, "size": size, "padding": padding}


def pool(size: int) -> dict:
    """A pooling layer with stride = size."""
    return {"type": "pool", "size": size}


def dense(units: int) -> dict:
    """A dense layer with biases."""
    return {"type": "dense", "units": units}


FLATTEN = {"type": "flatten"}
LENET5 = [
    *(conv(6, 5, "same"), pool(2), conv(16, 5), pool(2), FLATTEN),
    *(dense(120), dense(84), dense(10)),
]
num_parameters.case("dense", [dense(10)], (784,))
num_parameters.case("dense", [dense(64), dense(10)], (20,))
num_parameters.case("convolution", [conv(6, 5)], (32, 32, 1))
num_parameters.case("convolution", [conv(8, 3), conv(16, 3)], (12, 12, 3))
num_parameters.case("pooling and flatten", [pool(2), FLATTEN, dense(3)], (4, 4, 2))
num_parameters.case("LeNet-5", LENET5, (28, 28, 1))
num_parameters.case("dense", [dense(31), dense(17), dense(5)], (13,), hidden=True)
num_parameters.case("convolution", [conv(7, 1), conv(5, 7, "same")], (20, 11, 4), hidden=True)
num_parameters.case("pooling and flatten", [conv(4, 3), FLATTEN, dense(6)], (9, 7, 2), hidden=True)
num_parameters.case(
    "pooling and flatten",
    [conv(5, 5, "same"), pool(3), FLATTEN, dense(2)],
    (11, 14, 3),
    hidden=True,
)
num_parameters.case("LeNet-5", LENET5, (36, 44, 3), hidden=True)
num_parameters.case("LeNet-5", [conv(6, 5), *LENET5[1:]], (32, 32, 1), hidden=True)


@num_parameters.oracle
def num_parameters_by_building_the_weights(layers, input_shape):
    x, count = np.zeros(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            k = layer["size"]
            weights, bias = (
                np.zeros((layer["filters"], k, k, x.shape[2])),
                np.zeros(layer["filters"]),
            )
            if layer["padding"] == "same":
                x = np.pad(x, (((k - 1) // 2, k // 2), ((k - 1) // 2, k // 2), (0, 0)))
            x = np.zeros((*(len(range(n - k + 1)) for n in x.shape[:2]), layer["filters"]))
            count += weights.size + bias.size
        elif layer["type"] == "pool":
            x = max_pool2d_by_six_loops(x, layer["size"], layer["size"])
        elif layer["type"] == "flatten":
            x = x.ravel()
        else:
            count += np.zeros((len(x), layer["units"])).size + layer["units"]
            x = np.zeros(layer["units"])
    return count


@num_parameters.right
def num_parameters_by_shapes(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += (size * size * shape[2] + 1) * filters
            cut = size - 1 if layer["padding"] == "valid" else 0
            shape = (shape[0] - cut, shape[1] - cut, filters)
        elif layer["type"] == "pool":
            shape = (shape[0] // layer["size"], shape[1] // layer["size"], shape[2])
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            total += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
    return total


@num_parameters.right
def num_parameters_by_recursion(layers, input_shape):
    if not layers:
        return 0
    layer, rest = layers[0], layers[1:]
    match layer:
        case {"type": "conv", "filters": f, "size": k, "padding": p}:
            h, w, c = input_shape
            cut = (k - 1) * (p == "valid")
            return f * (k**2 * c + 1) + num_parameters_by_recursion(rest, (h - cut, w - cut, f))
        case {"type": "pool", "size": k}:
            h, w, c = input_shape
            return num_parameters_by_recursion(rest, (h // k, w // k, c))
        case {"type": "flatten"}:
            return num_parameters_by_recursion(rest, (int(np.prod(input_shape)),))
        case {"type": "dense", "units": n}:
            return n * (input_shape[0] + 1) + num_parameters_by_recursion(rest, (n,))


@num_parameters.wrong("Count the biases: one per filter of a convolution, one per unit of a dense")
def num_parameters_without_biases(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += size * size * shape[2] * filters
            cut = size - 1 if layer["padding"] == "valid" else 0
            shape = (shape[0] - cut, shape[1] - cut, filters)
        elif layer["type"] == "pool":
            shape = (shape[0] // layer["size"], shape[1] // layer["size"], shape[2])
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            total += shape[0] * layer["units"]
            shape = (layer["units"],)
    return total


@num_parameters.wrong(
    "A filter reaches through all input channels: it has size × size × channels weights"
)
def num_parameters_without_channels(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += (size * size + 1) * filters
            cut = size - 1 if layer["padding"] == "valid" else 0
            shape = (shape[0] - cut, shape[1] - cut, filters)
        elif layer["type"] == "pool":
            shape = (shape[0] // layer["size"], shape[1] // layer["size"], shape[2])
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            total += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
    return total


@num_parameters.wrong("Pooling has no parameters but divides height and width by its size")
def num_parameters_without_pooling(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += (size * size * shape[2] + 1) * filters
            cut = size - 1 if layer["padding"] == "valid" else 0
            shape = (shape[0] - cut, shape[1] - cut, filters)
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        elif layer["type"] == "dense":
            total += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
    return total


@num_parameters.wrong("With padding 'valid' a convolution shrinks height and width by size − 1")
def num_parameters_with_same_padding(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += (size * size * shape[2] + 1) * filters
            shape = (shape[0], shape[1], filters)
        elif layer["type"] == "pool":
            shape = (shape[0] // layer["size"], shape[1] // layer["size"], shape[2])
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            total += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
    return total


@num_parameters.wrong("With padding 'same' a convolution keeps height and width")
def num_parameters_with_valid_padding(layers, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in layers:
        if layer["type"] == "conv":
            size, filters = layer["size"], layer["filters"]
            total += (size * size * shape[2] + 1) * filters
            shape = (shape[0] - size + 1, shape[1] - size + 1, filters)
        elif layer["type"] == "pool":
            shape = (shape[0] // layer["size"], shape[1] // layer["size"], shape[2])
        elif layer["type"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            total += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
    return total


# --- sgd_epoch (find the bug) ------------------------------------------------------------------

sgd_epoch = Question(
    "sgd_epoch", {"one batch": 1, "several batches": 1, "incomplete last batch": 1}
)


def sgd_case(check: str, n: int, features: int, classes: int, size: int, rate: float, **which):
    """Adds a case with n examples, in a shuffled order."""
    weights, images = normal(features, classes), normal(n, features)
    labels, order = rng.integers(0, classes, n), rng.permutation(n)
    sgd_epoch.case(check, weights, images, labels, order, size, rate, **which)


sgd_case("one batch", 4, 3, 2, 4, 0.5)
sgd_case("several batches", 6, 3, 2, 2, 0.5, keeps=True)
sgd_case("incomplete last batch", 7, 3, 2, 3, 0.5)
sgd_case("one batch", 9, 5, 4, 9, 0.1, hidden=True)
sgd_case("several batches", 12, 4, 3, 4, 0.3, hidden=True)
sgd_case("several batches", 5, 4, 3, 1, 0.2, hidden=True)
sgd_case("incomplete last batch", 11, 6, 3, 4, 0.2, hidden=True)
sgd_case("incomplete last batch", 3, 2, 5, 8, 0.7, hidden=True)
sgd_epoch.case(  # logits whose exponentials would overflow
    "one batch",
    np.array([[900.0, -900.0], [100.0, 1100.0]]),
    np.array([[1.0, 0.5], [-1.0, 1.0]]),
    np.array([1, 0]),
    np.array([1, 0]),
    2,
    0.5,
    hidden=True,
    keeps=True,
)


@sgd_epoch.oracle
def sgd_epoch_example_by_example(weights, images, labels, order, batch_size, learning_rate):
    w = weights.tolist()
    order = order.tolist()
    while order:
        batch, order = order[:batch_size], order[batch_size:]
        gradient = [[0.0 for _ in row] for row in w]
        for n in batch:
            x = images[n].tolist()
            logits = [math.fsum(x[d] * w[d][k] for d in range(len(x))) for k in range(len(w[0]))]
            powers = [math.exp(z - max(logits)) for z in logits]
            for k, power in enumerate(powers):
                error = power / math.fsum(powers) - (k == labels[n])
                for d, value in enumerate(x):
                    gradient[d][k] += value * error / len(batch)
        w = [
            [value - learning_rate * slope for value, slope in zip(row, slopes, strict=True)]
            for row, slopes in zip(w, gradient, strict=True)
        ]
    return np.array(w)


@sgd_epoch.right
def sgd_epoch_that_shuffles_both(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    images, labels = images[order], labels[order]
    for start in range(0, len(order), batch_size):
        x, y = images[start : start + batch_size], labels[start : start + batch_size]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / len(y)
    return weights


@sgd_epoch.right
def sgd_epoch_with_one_hot(weights, images, labels, order, batch_size, learning_rate):
    one_hot = np.eye(weights.shape[1])[labels]
    for batch in np.split(order, range(batch_size, len(order), batch_size)):
        logits = images[batch] @ weights
        p = np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
        gradient = np.einsum("nd,nk->dk", images[batch], p - one_hot[batch]) / len(batch)
        weights = weights - learning_rate * gradient
    return weights


@sgd_epoch.wrong(
    "Take the labels in the same shuffled order as the images: labels[order[…]], not labels[…]. "
    "With other images' labels there is nothing to learn"
)
def sgd_epoch_with_unshuffled_labels(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order), batch_size):
        x = images[order[start : start + batch_size]]
        y = labels[start : start + batch_size]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / len(y)
    return weights


@sgd_epoch.wrong("Use the incomplete last batch too: let start run up to len(order)")
def sgd_epoch_without_last_batch(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order) - batch_size + 1, batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / len(y)
    return weights


@sgd_epoch.wrong("The last batch may be smaller: divide by len(y), not by batch_size")
def sgd_epoch_divided_by_batch_size(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / batch_size
    return weights


@sgd_epoch.wrong("Average the gradient over the batch: divide by the number of its examples")
def sgd_epoch_with_summed_gradient(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p
    return weights


@sgd_epoch.wrong("Go down the gradient: subtract learning_rate × gradient")
def sgd_epoch_uphill(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights += learning_rate * x.T @ p / len(y)
    return weights


@sgd_epoch.wrong(
    "Update the weights after each batch, and compute the next batch's logits with the new ones"
)
def sgd_epoch_with_frozen_weights(weights, images, labels, order, batch_size, learning_rate):
    result = weights.copy()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        result -= learning_rate * x.T @ p / len(y)
    return result


@sgd_epoch.wrong(
    "Work on a copy: weights -= … changes the array of the caller, who may need the old weights"
)
def sgd_epoch_in_place(weights, images, labels, order, batch_size, learning_rate):
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        x, y = images[batch], labels[batch]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / len(y)
    return weights


@sgd_epoch.wrong("Take the images in the given order: order is a permutation of their numbers")
def sgd_epoch_without_shuffling(weights, images, labels, order, batch_size, learning_rate):
    weights = weights.copy()
    for start in range(0, len(order), batch_size):
        x, y = images[start : start + batch_size], labels[start : start + batch_size]
        logits = x @ weights
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        weights -= learning_rate * x.T @ p / len(y)
    return weights


QUESTIONS = [softmax, cross_entropy, max_pool2d, num_parameters, sgd_epoch]
