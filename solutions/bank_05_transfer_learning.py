"""The bank of exercise 05_transfer_learning: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2014)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


# --- split_by_object ---------------------------------------------------------------------------

split_by_object = Question(
    "split_by_object", {"whole objects": 1, "share of the pictures": 1, "order": 1, "ends": 1}
)
DUCKS = np.array([5, 5, 5, 5, 2, 2, 8, 3])
CUPS = np.array([30, 11, 30, 12, 30, 11, 30, 44, 30, 12])

split_by_object.case("whole objects", DUCKS, 0.25, np.array([2, 8, 5, 3]))
split_by_object.case("whole objects", CUPS, 0.25, np.array([11, 30, 12, 44]))
split_by_object.case("share of the pictures", DUCKS, 0.5, np.array([5, 2, 8, 3]))
split_by_object.case("share of the pictures", CUPS, 0.5, np.array([44, 12, 11, 30]))
split_by_object.case("share of the pictures", CUPS, 0.5, np.array([11, 30, 12, 44]))
split_by_object.case("order", CUPS, 0.25, np.array([44, 12, 11, 30]))
split_by_object.case("ends", CUPS, 0.0, np.array([12, 30, 44, 11]))
split_by_object.case("ends", DUCKS, 1.0, np.array([8, 2, 5, 3]))


def split_case(check: str, objects: int, pictures: int, share: float) -> None:
    """Adds a hidden case with numbers of pictures that differ."""
    ids = rng.choice(1000, objects, replace=False)
    seen = np.append(ids, ids[rng.integers(0, objects, pictures - objects) ** 2 % objects])
    split_by_object.case(check, rng.permutation(seen), share, rng.permutation(ids), hidden=True)


split_case("whole objects", 8, 30, 0.25)
split_case("share of the pictures", 8, 40, 0.125)
split_case("share of the pictures", 8, 64, 0.375)
split_case("order", 12, 24, 0.25)
split_case("ends", 5, 11, 1.0)
split_case("ends", 5, 12, 0.0)


@split_by_object.oracle
def split_by_object_with_sets(object_ids, share, order):
    pictures = object_ids.tolist()
    test = set()
    for one in order.tolist():
        if sum(each in test for each in pictures) < share * len(pictures):
            test.add(one)
    return np.array([each in test for each in pictures])


@split_by_object.right
def split_by_object_one_by_one(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in order:
        if test.sum() >= share * len(object_ids):
            break
        test |= object_ids == one
    return test


@split_by_object.right
def split_by_object_by_cumulative_counts(object_ids, share, order):
    counts = (object_ids == order[:, None]).sum(axis=1)
    before = np.cumsum(counts) - counts
    return np.isin(object_ids, order[before < share * len(object_ids)])


@split_by_object.right
def split_by_object_by_place_in_order(object_ids, share, order):
    place = np.argmax(object_ids[:, None] == order, axis=1)
    number = 0
    while np.mean(place < number) < share:
        number += 1
    return place < number


@split_by_object.wrong(
    "An object has pictures on both sides, or the test set is not made of whole objects: put all "
    "pictures of an object into the test set, or none"
)
def split_by_object_by_picture(object_ids, share, order):
    return np.arange(len(object_ids)) < share * len(object_ids)


@split_by_object.wrong(
    "The share is one of the pictures, not of the objects: count the pictures of the objects that "
    "you have taken"
)
def split_by_object_by_share_of_objects(object_ids, share, order):
    return np.isin(object_ids, order[: int(np.ceil(share * len(order)))])


@split_by_object.wrong(
    "At least the share: take the object that crosses it too, and stop after it, not before"
)
def split_by_object_at_most(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in order:
        larger = test | (object_ids == one)
        if larger.sum() > share * len(object_ids):
            break
        test = larger
    return test


@split_by_object.wrong("True marks the test set, False the training set")
def split_by_object_marking_training(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in order:
        if test.sum() >= share * len(object_ids):
            break
        test |= object_ids == one
    return ~test


@split_by_object.wrong(
    "Stop as soon as the share is reached exactly: go on while the count is less than the share, "
    "not while it is less or equal"
)
def split_by_object_one_too_many(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in order:
        if test.sum() > share * len(object_ids):
            break
        test |= object_ids == one
    return test


@split_by_object.wrong("Take the objects in the given order, not sorted by their numbers")
def split_by_object_sorted(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in np.unique(object_ids):
        if test.sum() >= share * len(object_ids):
            break
        test |= object_ids == one
    return test


@split_by_object.wrong(
    "Do not leave out an object because it is too large, and go on with smaller ones: this would "
    "keep much-photographed objects out of the test set. Take them as they come"
)
def split_by_object_leaving_out_large_ones(object_ids, share, order):
    test = np.zeros(len(object_ids), bool)
    for one in order:
        larger = test | (object_ids == one)
        if larger.sum() <= share * len(object_ids):
            test = larger
    return test


# --- num_trainable -----------------------------------------------------------------------------

num_trainable = Question(
    "num_trainable",
    {"convolution and dense": 1, "batch normalisation": 1, "frozen": 1, "names": 1},
    tolerance=0.0,
)


def conv(name: str, size: int, inputs: int, filters: int, bias: bool = False) -> dict:
    """A convolution."""
    values = {"size": size, "inputs": inputs, "filters": filters, "bias": bias}
    return {"name": name, "type": "conv"} | values


def depthwise(name: str, size: int, inputs: int) -> dict:
    """A depthwise convolution without bias."""
    return {"name": name, "type": "depthwise", "size": size, "inputs": inputs}


def norm(name: str, inputs: int) -> dict:
    """A batch normalisation."""
    return {"name": name, "type": "batch_norm", "inputs": inputs}


def dense(name: str, inputs: int, units: int) -> dict:
    """A dense layer with biases."""
    return {"name": name, "type": "dense", "inputs": inputs, "units": units}


STEM = [conv("stem", 3, 3, 32), norm("stem_bn", 32)]
BLOCK = [
    *(depthwise("block1_depthwise", 3, 32), norm("block1_bn", 32)),
    *(conv("block1_project", 1, 32, 16), norm("block1_project_bn", 16)),
]
HEAD = [dense("head", 16, 7)]
DEEP = [conv(f"conv{n}", 3, 4, 4, bias=True) for n in (1, 2, 10, 11)]
num_trainable.case("convolution and dense", [conv("a", 5, 1, 6, True), dense("b", 120, 84)], [])
num_trainable.case("convolution and dense", [conv("a", 3, 3, 8), depthwise("b", 3, 8)], [])
num_trainable.case("batch normalisation", [norm("bn", 32)], [])
num_trainable.case("batch normalisation", STEM + BLOCK + HEAD, [])
num_trainable.case("frozen", STEM + HEAD, ["stem"])
num_trainable.case("frozen", STEM + BLOCK + HEAD, [layer["name"] for layer in STEM + BLOCK])
num_trainable.case("names", DEEP, ["conv1"])
num_trainable.case(
    "convolution and dense",
    [conv("x", 7, 3, 5, True), depthwise("y", 5, 5), conv("z", 1, 5, 9), dense("d", 9, 4)],
    [],
    hidden=True,
)
num_trainable.case(
    "batch normalisation", [conv("c", 1, 2, 3), norm("n", 3), norm("o", 7)], [], hidden=True
)
num_trainable.case("frozen", STEM + BLOCK + HEAD, ["stem_bn", "block1_depthwise"], hidden=True)
num_trainable.case("frozen", STEM + HEAD, ["stem", "stem_bn", "head"], hidden=True)
num_trainable.case("names", DEEP, ["conv11", "conv2"], hidden=True)
num_trainable.case("names", STEM + BLOCK + DEEP, ["block1_project", "conv1"], hidden=True)


@num_trainable.oracle
def num_trainable_by_building_the_weights(layers, frozen):
    count = 0
    for layer in layers:
        inputs, weights = layer["inputs"], []
        if layer["type"] == "conv":
            weights = [np.zeros((layer["size"], layer["size"], inputs, layer["filters"]))]
            weights += [np.zeros(layer["filters"])] if layer["bias"] else []
        if layer["type"] == "depthwise":
            weights = [np.zeros((layer["size"], layer["size"])) for _ in range(inputs)]
        if layer["type"] == "batch_norm":
            weights = [np.ones(inputs), np.zeros(inputs)]
        if layer["type"] == "dense":
            weights = [np.zeros((inputs, layer["units"])), np.zeros(layer["units"])]
        if not any(name == layer["name"] for name in frozen):
            count += sum(array.size for array in weights)
    return count


@num_trainable.right
def num_trainable_by_cases(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.right
def num_trainable_by_patterns(layers, frozen):
    def count(layer):
        match layer:
            case {"name": name} if name in set(frozen):
                return 0
            case {"type": "conv", "size": k, "inputs": n, "filters": f, "bias": bias}:
                return k * k * n * f + (f if bias else 0)
            case {"type": "depthwise", "size": k, "inputs": n}:
                return k * k * n
            case {"type": "batch_norm", "inputs": n}:
                return n + n
            case {"type": "dense", "inputs": n, "units": m}:
                return n * m + m

    return sum(map(count, layers))


@num_trainable.right
def num_trainable_by_table(layers, frozen):
    formulas = {
        "conv": lambda d: (
            np.prod([d["size"], d["size"], d["inputs"], d["filters"]]) + d["bias"] * d["filters"]
        ),
        "depthwise": lambda d: np.prod([d["size"], d["size"], d["inputs"]]),
        "batch_norm": lambda d: 4 * d["inputs"] - 2 * d["inputs"],
        "dense": lambda d: (d["inputs"] + 1) * d["units"],
    }
    counts = [formulas[layer["type"]](layer) for layer in layers]
    free = [layer["name"] not in frozen for layer in layers]
    return int(np.dot(counts, free))


@num_trainable.wrong(
    "Moving mean and moving variance are never trained: of a batch normalisation's four arrays "
    "only γ and β count"
)
def num_trainable_with_moving_statistics(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 4 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong(
    "A batch normalisation learns too: γ and β, two numbers per channel, unless it is frozen"
)
def num_trainable_without_batch_norm(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "dense":
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong(
    "Count the layers whose names are not in frozen, instead of those whose names are"
)
def num_trainable_of_frozen_layers(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] not in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong("Leave out the layers whose names are in frozen")
def num_trainable_ignoring_frozen(layers, frozen):
    total = 0
    for layer in layers:
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong(
    "Compare whole names: “conv1” is the beginning of “conv10”, and “stem” that of “stem_bn”, but "
    "they are different layers"
)
def num_trainable_with_prefixes(layers, frozen):
    total = 0
    for layer in layers:
        if any(layer["name"].startswith(name) for name in frozen):
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong('A convolution has biases only where its "bias" is True')
def num_trainable_always_with_bias(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + 1)
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


@num_trainable.wrong(
    "A depthwise convolution has one filter of size × size per channel, which sees this channel "
    "only: size² · inputs weights"
)
def num_trainable_with_full_depthwise(layers, frozen):
    total = 0
    for layer in layers:
        if layer["name"] in frozen:
            continue
        n = layer["inputs"]
        if layer["type"] == "conv":
            total += layer["filters"] * (layer["size"] ** 2 * n + layer["bias"])
        elif layer["type"] == "depthwise":
            total += layer["size"] ** 2 * n * n
        elif layer["type"] == "batch_norm":
            total += 2 * n
        else:
            total += (n + 1) * layer["units"]
    return total


# --- depthwise_separable_cost ------------------------------------------------------------------

depthwise_separable_cost = Question(
    "depthwise_separable_cost", {"stride 1": 1, "stride 2": 1, "odd sizes": 1}, tolerance=0.0
)
depthwise_separable_cost.case("stride 1", 8, 8, 16, 32, 3, 1)
depthwise_separable_cost.case("stride 1", 5, 4, 2, 3, 5, 1)
depthwise_separable_cost.case("stride 2", 8, 6, 4, 10, 3, 2)
depthwise_separable_cost.case("odd sizes", 7, 5, 3, 4, 3, 2)
depthwise_separable_cost.case("stride 1", 112, 96, 24, 24, 3, 1, hidden=True)
depthwise_separable_cost.case("stride 2", 12, 20, 7, 5, 5, 2, hidden=True)
depthwise_separable_cost.case("stride 2", 24, 12, 6, 11, 3, 4, hidden=True)
depthwise_separable_cost.case("odd sizes", 15, 9, 8, 12, 5, 2, hidden=True)
depthwise_separable_cost.case("odd sizes", 10, 11, 4, 6, 3, 3, hidden=True)


@depthwise_separable_cost.oracle
def depthwise_separable_cost_by_counting(height, width, in_channels, filters, kernel, stride):
    products = 0
    for _ in range(0, height, stride):
        for _ in range(0, width, stride):
            for _ in range(in_channels):
                products += len([None for _ in range(kernel) for _ in range(kernel)])
            for _ in range(filters):
                products += in_channels
    weights = np.zeros((kernel, kernel, in_channels)), np.zeros((in_channels, filters))
    return weights[0].size + weights[1].size, products


@depthwise_separable_cost.right
def depthwise_separable_cost_by_places(height, width, in_channels, filters, kernel, stride):
    parameters = kernel**2 * in_channels + in_channels * filters
    places = -(-height // stride) * -(-width // stride)
    return parameters, parameters * places


@depthwise_separable_cost.right
def depthwise_separable_cost_in_two_parts(height, width, in_channels, filters, kernel, stride):
    rows, columns = (height - 1) // stride + 1, (width - 1) // stride + 1
    depthwise, pointwise = kernel * kernel * in_channels, in_channels * filters
    products = rows * columns * depthwise + rows * columns * pointwise
    return depthwise + pointwise, products


@depthwise_separable_cost.right
def depthwise_separable_cost_with_ceil(height, width, in_channels, filters, kernel, stride):
    output = np.ceil(np.array([height, width]) / stride).astype(int)
    parameters = in_channels * (kernel**2 + filters)
    return parameters, int(output.prod()) * parameters


@depthwise_separable_cost.wrong(
    "These are the numbers of an ordinary convolution, kernel² · in_channels · filters. Here a "
    "depthwise part, kernel² · in_channels, and a pointwise one, in_channels · filters, are added"
)
def depthwise_separable_cost_of_ordinary(height, width, in_channels, filters, kernel, stride):
    parameters = kernel**2 * in_channels * filters
    return parameters, parameters * -(-height // stride) * -(-width // stride)


@depthwise_separable_cost.wrong(
    "With padding “same” an incomplete step still gives an output: round height / stride and "
    "width / stride up, not down"
)
def depthwise_separable_cost_rounded_down(height, width, in_channels, filters, kernel, stride):
    parameters = kernel**2 * in_channels + in_channels * filters
    return parameters, parameters * (height // stride) * (width // stride)


@depthwise_separable_cost.wrong(
    "Round height / stride and width / stride up, each on its own, and multiply them then: "
    "height · width / stride² is not the number of places when a side is odd"
)
def depthwise_separable_cost_by_area(height, width, in_channels, filters, kernel, stride):
    parameters = kernel**2 * in_channels + in_channels * filters
    return parameters, parameters * height * width // stride**2


@depthwise_separable_cost.wrong(
    "The pointwise part works on what the depthwise part gives out, which the stride has made "
    "smaller"
)
def depthwise_separable_cost_pointwise_on_input(
    height, width, in_channels, filters, kernel, stride
):
    places = -(-height // stride) * -(-width // stride)
    depthwise, pointwise = kernel**2 * in_channels, in_channels * filters
    return depthwise + pointwise, depthwise * places + pointwise * height * width


@depthwise_separable_cost.wrong(
    "Multiply-adds are counted per output place: the stride makes fewer of them in both parts"
)
def depthwise_separable_cost_without_stride(height, width, in_channels, filters, kernel, stride):
    parameters = kernel**2 * in_channels + in_channels * filters
    return parameters, parameters * height * width


@depthwise_separable_cost.wrong(
    "Only the depthwise part has the stride; the pointwise one has stride 1, and as many output "
    "places as the depthwise"
)
def depthwise_separable_cost_with_two_strides(height, width, in_channels, filters, kernel, stride):
    rows, columns = -(-height // stride), -(-width // stride)
    depthwise, pointwise = kernel**2 * in_channels, in_channels * filters
    fewer = -(-rows // stride) * -(-columns // stride)
    return depthwise + pointwise, depthwise * rows * columns + pointwise * fewer


@depthwise_separable_cost.wrong("There are no biases here: count the weights alone")
def depthwise_separable_cost_with_biases(height, width, in_channels, filters, kernel, stride):
    weights = kernel**2 * in_channels + in_channels * filters
    places = -(-height // stride) * -(-width // stride)
    return weights + in_channels + filters, weights * places


@depthwise_separable_cost.wrong("A filter has kernel × kernel weights per channel, not kernel")
def depthwise_separable_cost_without_square(height, width, in_channels, filters, kernel, stride):
    parameters = kernel * in_channels + in_channels * filters
    return parameters, parameters * -(-height // stride) * -(-width // stride)


# --- multitask_loss ----------------------------------------------------------------------------

multitask_loss = Question(
    "multitask_loss",
    {"all labels": 1, "missing labels": 1, "task without labels": 1, "meaningless losses": 1},
)


def task_case(check: str, n: int, tasks: int, missing=(), unlabelled=(), fill=None, hidden=False):
    """Adds a case.

    Args:
        check: the check it belongs to.
        n: number of pictures.
        tasks: number of tasks.
        missing: pairs (picture, task) without a label.
        unlabelled: tasks without any label.
        fill: the loss where there is no label; by default a number like the others.
        hidden: whether students may not see it.
    """
    losses, present = np.abs(normal(n, tasks)) + 0.1, np.ones((n, tasks), bool)
    for place in missing:
        present[place] = False
    present[:, list(unlabelled)] = False
    if fill is not None:
        losses[~present] = fill
    weights = np.round(rng.uniform(0.5, 3.0, tasks), 2)
    multitask_loss.case(check, losses, weights, present, hidden=hidden)


task_case("all labels", 2, 2)
task_case("all labels", 3, 2)
task_case("missing labels", 3, 2, [(0, 1)])
task_case("missing labels", 4, 2, [(0, 0), (1, 0), (3, 1)])
task_case("task without labels", 2, 2, unlabelled=[1])
task_case("meaningless losses", 3, 2, [(2, 0)], fill=np.nan)
task_case("all labels", 5, 3, hidden=True)
task_case("all labels", 4, 1, hidden=True)
task_case("missing labels", 6, 3, [(0, 0), (1, 0), (4, 0), (5, 2)], hidden=True)
task_case("missing labels", 5, 2, [(0, 1), (1, 1), (2, 1), (3, 1)], hidden=True)
task_case("task without labels", 3, 3, [(0, 2)], unlabelled=[0], hidden=True)
task_case("task without labels", 2, 2, unlabelled=[0, 1], hidden=True)
task_case("meaningless losses", 4, 3, [(0, 0), (3, 2)], fill=np.inf, hidden=True)
task_case("meaningless losses", 5, 2, [(1, 1), (2, 1)], fill=np.nan, hidden=True)


@multitask_loss.oracle
def multitask_loss_by_loops(losses, weights, present):
    total = 0.0
    for task, weight in enumerate(weights.tolist()):
        known = [float(losses[n, task]) for n in range(len(losses)) if present[n, task]]
        if known:
            total += weight * math.fsum(known) / len(known)
    return total


@multitask_loss.right
def multitask_loss_by_where(losses, weights, present):
    sums = np.where(present, losses, 0.0).sum(axis=0)
    counts = np.maximum(present.sum(axis=0), 1)
    return np.sum(weights * sums / counts)


@multitask_loss.right
def multitask_loss_task_by_task(losses, weights, present):
    total = 0.0
    for t in range(len(weights)):
        if present[:, t].any():
            total += weights[t] * losses[present[:, t], t].mean()
    return total


@multitask_loss.right
def multitask_loss_by_masked_array(losses, weights, present):
    means = np.ma.masked_array(losses, mask=~present).mean(axis=0)
    return float(np.dot(weights, np.ma.filled(means, 0.0)))


@multitask_loss.wrong(
    "Divide by the number of labels of the task, not by the number of pictures: otherwise a task "
    "counts less the more of its labels are missing"
)
def multitask_loss_divided_by_pictures(losses, weights, present):
    return np.where(present, losses, 0.0).mean(axis=0) @ weights


@multitask_loss.wrong(
    "Where a label is missing the loss may be NaN or infinite, and 0 × NaN is NaN: choose with "
    "np.where or an index, do not multiply by the mask"
)
def multitask_loss_by_multiplying_with_mask(losses, weights, present):
    sums = (losses * present).sum(axis=0)
    return np.sum(weights * sums / np.maximum(present.sum(axis=0), 1))


@multitask_loss.wrong(
    "A task without any label in the batch contributes 0: take care not to divide 0 by 0"
)
def multitask_loss_with_zero_by_zero(losses, weights, present):
    sums = np.where(present, losses, 0.0).sum(axis=0)
    return np.sum(weights * sums / present.sum(axis=0))


@multitask_loss.wrong("Take the mean over the labelled pictures of each task, not their sum")
def multitask_loss_summed(losses, weights, present):
    return np.where(present, losses, 0.0).sum(axis=0) @ weights


@multitask_loss.wrong(
    "Average each task on its own, then add up the tasks: one mean over all losses together is "
    "ruled by the task with most labels"
)
def multitask_loss_pooled(losses, weights, present):
    return np.sum(np.where(present, losses, 0.0) * weights) / max(1, present.sum())


@multitask_loss.wrong("The tasks are added up with their weights: do not divide by Σ weights")
def multitask_loss_with_normalised_weights(losses, weights, present):
    sums = np.where(present, losses, 0.0).sum(axis=0)
    return np.sum(weights * sums / np.maximum(present.sum(axis=0), 1)) / weights.sum()


@multitask_loss.wrong("Multiply each task's mean by the weight of the task")
def multitask_loss_without_weights(losses, weights, present):
    sums = np.where(present, losses, 0.0).sum(axis=0)
    return np.sum(sums / np.maximum(present.sum(axis=0), 1))


@multitask_loss.wrong("present is True where there is a label: use these losses, not the others")
def multitask_loss_of_missing_labels(losses, weights, present):
    sums = np.where(present, 0.0, losses).sum(axis=0)
    return np.sum(weights * sums / np.maximum((~present).sum(axis=0), 1))


@multitask_loss.wrong(
    "Leave out the losses that have no label, even where they look like numbers: present tells "
    "which ones count"
)
def multitask_loss_without_present(losses, weights, present):
    return losses.mean(axis=0) @ weights


# --- nearest_neighbour (find the bug) ----------------------------------------------------------

nearest_neighbour = Question(
    "nearest_neighbour", {"values": 1, "one test picture": 2, "constant feature": 1}
)


def neighbour_case(check: str, n: int, features: int, tests: int, constant=None, hidden=False):
    """Adds a case whose features have other scales, and test pictures from elsewhere."""
    scales = np.round(10.0 ** rng.uniform(-1, 2, features), 2)
    train, test = normal(n, features) * scales, (1.5 * normal(tests, features) + 0.5) * scales
    if constant is not None:
        train[:, constant] = 7.0
    labels = rng.integers(0, 4, n)
    nearest_neighbour.case(check, train, labels, test, hidden=hidden)


neighbour_case("values", 5, 2, 3)
neighbour_case("values", 6, 3, 4)
neighbour_case("one test picture", 5, 2, 1)
neighbour_case("one test picture", 7, 3, 1)
neighbour_case("constant feature", 4, 3, 2, constant=1)
neighbour_case("values", 12, 5, 6, hidden=True)
neighbour_case("values", 9, 2, 20, hidden=True)
neighbour_case("one test picture", 10, 4, 1, hidden=True)
neighbour_case("constant feature", 8, 4, 5, constant=0, hidden=True)
neighbour_case("constant feature", 6, 2, 1, constant=1, hidden=True)


@nearest_neighbour.oracle
def nearest_neighbour_by_loops(train, labels, test):
    columns = list(zip(*train.tolist(), strict=True))
    means = [math.fsum(column) / len(column) for column in columns]
    spreads = [
        math.sqrt(math.fsum((x - mean) ** 2 for x in column) / len(column)) or 1.0
        for column, mean in zip(columns, means, strict=True)
    ]
    known = [[x / s for x, s in zip(row, spreads, strict=True)] for row in train.tolist()]
    found = []
    for row in test.tolist():
        point = [x / s for x, s in zip(row, spreads, strict=True)]
        found.append(min((math.dist(point, other), i) for i, other in enumerate(known)))
    return np.array([labels[i] for _, i in found]), np.array([distance for distance, _ in found])


@nearest_neighbour.right
def nearest_neighbour_by_broadcasting(train, labels, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1
    train, test = (train - mean) / spread, (test - mean) / spread
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.right
def nearest_neighbour_picture_by_picture(train, labels, test):
    spread = np.where(train.std(axis=0) > 0, train.std(axis=0), 1.0)
    classes, distances = [], []
    for picture in test:
        squares = (((picture - train) / spread) ** 2).sum(axis=1)
        classes.append(labels[np.argmin(squares)])
        distances.append(np.sqrt(np.min(squares)))
    return np.array(classes), np.array(distances)


@nearest_neighbour.right
def nearest_neighbour_by_expanded_square(train, labels, test):
    centred = train - train.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    spread = spread + (spread == 0)
    a, b = (test - train.mean(axis=0)) / spread, centred / spread
    squares = (a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1)
    nearest = squares.argmin(axis=1)
    return labels[nearest], np.sqrt(np.maximum(squares[np.arange(len(test)), nearest], 0))


@nearest_neighbour.wrong(
    "Take mean and standard deviation from the training features alone. Test pictures may not "
    "change how a test picture is treated: in use there is only the one"
)
def nearest_neighbour_with_statistics_of_all(train, labels, test):
    features = np.concatenate([train, test])
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1
    train, test = (train - mean) / spread, (test - mean) / spread
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.wrong(
    "Standardise the test features with the training set's mean and standard deviation, not with "
    "their own: a single test picture would have the spread 0"
)
def nearest_neighbour_with_own_statistics(train, labels, test):
    spread, own = train.std(axis=0), test.std(axis=0)
    spread[spread == 0] = 1
    own[own == 0] = 1
    train, test = (train - train.mean(axis=0)) / spread, (test - test.mean(axis=0)) / own
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.wrong(
    "Standardise the features first: without, the feature with the largest numbers decides alone"
)
def nearest_neighbour_without_standardising(train, labels, test):
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.wrong(
    "A feature that is the same in all training pictures has the standard deviation 0: divide by "
    "1 instead"
)
def nearest_neighbour_divided_by_zero(train, labels, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    train, test = (train - mean) / spread, (test - mean) / spread
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.wrong("One standard deviation per feature: axis=0, not one for all numbers")
def nearest_neighbour_with_one_spread(train, labels, test):
    mean, spread = train.mean(), train.std()
    train, test = (train - mean) / spread, (test - mean) / spread
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


@nearest_neighbour.wrong("The distance is the root of the sum of squares: take the root")
def nearest_neighbour_with_squared_distance(train, labels, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1
    train, test = (train - mean) / spread, (test - mean) / spread
    squares = ((test[:, None] - train) ** 2).sum(axis=2)
    return labels[squares.argmin(axis=1)], squares.min(axis=1)


@nearest_neighbour.wrong("Divide by the number n for the variance, not by n − 1: np.std as it is")
def nearest_neighbour_with_sample_deviation(train, labels, test):
    mean, spread = train.mean(axis=0), train.std(axis=0, ddof=1)
    spread[spread == 0] = 1
    train, test = (train - mean) / spread, (test - mean) / spread
    distances = np.linalg.norm(test[:, None] - train, axis=2)
    return labels[distances.argmin(axis=1)], distances.min(axis=1)


QUESTIONS = [
    split_by_object,
    num_trainable,
    depthwise_separable_cost,
    multitask_loss,
    nearest_neighbour,
]
