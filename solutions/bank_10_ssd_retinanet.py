"""The bank of exercise 10_ssd_retinanet: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2017)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def different(*shape: int, low: float = 0.02, high: float = 0.98) -> np.ndarray:
    """Numbers from low to high with three decimals, no two alike."""
    steps = np.arange(round(low * 1000), round(high * 1000))
    return rng.choice(steps, shape, replace=False) / 1000


# --- default_shapes ----------------------------------------------------------------------------

default_shapes = Question("default_shapes", {"scale": 1, "ratios": 1, "extra square": 1})
# level, levels, smallest, largest, ratios
default_shapes.case("scale", 3, 6, 0.2, 0.9, [1.0])
default_shapes.case("scale", 2, 3, 0.1, 0.7, [1.0])
default_shapes.case("ratios", 1, 6, 0.2, 0.9, [1.0, 2.0, 0.5])
default_shapes.case("ratios", 2, 4, 0.15, 0.75, [3.0, 1.0])
default_shapes.case("extra square", 6, 6, 0.2, 0.9, [1.0, 2.0])
default_shapes.case("scale", 1, 2, 0.3, 0.6, [1.0], hidden=True)
default_shapes.case("scale", 5, 7, 0.05, 0.95, [1.0], hidden=True)
default_shapes.case("ratios", 2, 6, 0.2, 0.9, [1.0, 2.0, 3.0, 0.5, 1 / 3], hidden=True)
default_shapes.case("ratios", 3, 5, 0.1, 0.8, [0.25, 4.0], hidden=True)
default_shapes.case("extra square", 4, 4, 0.3, 0.9, [1.0], hidden=True)
default_shapes.case("extra square", 2, 2, 0.5, 0.8, [0.5, 1.0, 2.0], hidden=True)


@default_shapes.oracle
def default_shapes_step_by_step(level, levels, smallest, largest, ratios):
    step, scale = (largest - smallest) / (levels - 1), smallest
    for _ in range(level - 1):
        scale += step
    shapes = []
    for ratio in ratios:  # w / h = ratio and w · h = scale²
        height = math.sqrt(scale * scale / ratio)
        shapes.append([ratio * height, height])
    side = math.exp((math.log(scale) + math.log(scale + step)) / 2)
    return np.array([*shapes, [side, side]])


@default_shapes.right
def default_shapes_by_formula(level, levels, smallest, largest, ratios):
    def scale(k):
        return smallest + (largest - smallest) * (k - 1) / (levels - 1)

    roots = np.sqrt(np.array(ratios))
    extra = np.sqrt(scale(level) * scale(level + 1))
    widths = np.append(scale(level) * roots, extra)
    heights = np.append(scale(level) / roots, extra)
    return np.stack([widths, heights], axis=1)


@default_shapes.right
def default_shapes_from_a_list_of_scales(level, levels, smallest, largest, ratios):
    scales = np.linspace(smallest, largest, levels)
    scales = np.append(scales, 2 * scales[-1] - scales[-2])
    s, following = scales[level - 1 : level + 1]
    shapes = [(s * ratio**0.5, s * ratio**-0.5) for ratio in ratios]
    return np.array([*shapes, ((s * following) ** 0.5,) * 2])


@default_shapes.right
def default_shapes_by_areas(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    areas = np.array([s * s] * len(ratios) + [s * (s + step)])
    widths = np.sqrt(areas * np.array([*ratios, 1.0]))
    return np.column_stack([widths, areas / widths])


@default_shapes.wrong(
    "All boxes of a level have the area s²: multiply and divide s by the square root of the ratio"
)
def default_shapes_without_root(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s + step))
    return np.array([[s * a, s / a] for a in ratios] + [[extra, extra]])


@default_shapes.wrong("The ratio is width divided by height: a ratio of 2 is a wide box")
def default_shapes_with_sides_swapped(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s + step))
    return np.array([[s / a**0.5, s * a**0.5] for a in ratios] + [[extra, extra]])


@default_shapes.wrong(
    "Keep the area when the ratio changes: a box that is made wider becomes lower too"
)
def default_shapes_with_one_height(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s + step))
    return np.array([[s * a, s] for a in ratios] + [[extra, extra]])


@default_shapes.wrong("Levels are counted from 1: level 1 has the scale smallest")
def default_shapes_counted_from_zero(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * level
    extra = np.sqrt(s * (s + step))
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios] + [[extra, extra]])


@default_shapes.wrong(
    "From the first to the last level there are m − 1 steps, not m: level m has the scale largest"
)
def default_shapes_with_one_step_too_many(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / levels
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s + step))
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios] + [[extra, extra]])


@default_shapes.wrong("Add the extra square, of a size between this level's and the next one's")
def default_shapes_without_extra(level, levels, smallest, largest, ratios):
    s = smallest + (largest - smallest) / (levels - 1) * (level - 1)
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios])


@default_shapes.wrong(
    "The side of the extra square is the geometric mean of two scales, the root of their product, "
    "not half of their sum"
)
def default_shapes_with_arithmetic_mean(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios] + [[s + step / 2] * 2])


@default_shapes.wrong("The extra square lies between this level and the next, not the one before")
def default_shapes_with_the_level_before(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s - step))
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios] + [[extra, extra]])


@default_shapes.wrong(
    "The last level has a next scale too, by the same formula: do not stop at the largest"
)
def default_shapes_up_to_largest(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * min(s + step, largest))
    return np.array([[s * a**0.5, s / a**0.5] for a in ratios] + [[extra, extra]])


@default_shapes.wrong("The extra square comes last, after all the ratios")
def default_shapes_with_extra_first(level, levels, smallest, largest, ratios):
    step = (largest - smallest) / (levels - 1)
    s = smallest + step * (level - 1)
    extra = np.sqrt(s * (s + step))
    return np.array([[extra, extra]] + [[s * a**0.5, s / a**0.5] for a in ratios])


# --- match_boxes -------------------------------------------------------------------------------

match_boxes = Question(
    "match_boxes", {"threshold": 1, "every object": 1, "conflicts": 1, "nothing to match": 1}
)
# overlaps, threshold
match_boxes.case("threshold", np.array([[0.7, 0.1], [0.6, 0.3], [0.2, 0.8], [0.4, 0.35]]), 0.5)
match_boxes.case("threshold", np.array([[0.5, 0.2], [0.1, 0.9], [0.0, 0.55], [0.8, 0.6]]), 0.5)
match_boxes.case("every object", np.array([[0.7, 0.1], [0.3, 0.4], [0.2, 0.35]]), 0.5)
match_boxes.case("every object", np.array([[0.7, 0.0], [0.05, 0.0], [0.52, 0.0]]), 0.5)
match_boxes.case("every object", np.array([[0.9, 0.0], [0.65, 0.6], [0.1, 0.2]]), 0.5)
match_boxes.case("conflicts", np.array([[0.3, 0.45], [0.25, 0.4], [0.1, 0.15]]), 0.5)
match_boxes.case("conflicts", np.array([[0.8, 0.85], [0.75, 0.1], [0.6, 0.7], [0.2, 0.3]]), 0.5)
match_boxes.case("nothing to match", np.zeros((3, 2)), 0.5)
match_boxes.case("nothing to match", np.zeros((4, 0)), 0.5)


def match_case(check, anchors, objects, threshold=0.5, low=0.02, high=0.98, empty=0.0) -> None:
    """Adds a hidden case with different overlaps, some of them 0."""
    overlaps = different(anchors, objects, low=low, high=high)
    overlaps[rng.random((anchors, objects)) < empty] = 0
    match_boxes.case(check, overlaps, threshold, hidden=True)


match_case("threshold", 20, 3)
match_case("threshold", 12, 2, threshold=0.7)
match_case("every object", 15, 5, high=0.4)
match_case("every object", 30, 6, high=0.6, empty=0.7)
match_case("conflicts", 6, 5, high=0.45)
match_case("conflicts", 5, 5)
match_case("conflicts", 8, 7, high=0.6, empty=0.3)
match_boxes.case("nothing to match", np.zeros((5, 0)), 0.4, hidden=True)
match_boxes.case("nothing to match", np.zeros((2, 6)), 0.4, hidden=True)


@match_boxes.oracle
def match_boxes_from_a_sorted_list(overlaps, threshold):
    number, objects = overlaps.shape
    matches = []
    for row in overlaps.tolist():
        best = max(row, default=0.0)
        matches.append(row.index(best) if best >= threshold else -1)
    pairs = [(overlaps[a, n], a, n) for a in range(number) for n in range(objects)]
    given, served = set(), set()
    for overlap, anchor, one in sorted(pairs, reverse=True):
        if overlap > 0 and anchor not in given and one not in served:
            matches[anchor] = one
            given.add(anchor)
            served.add(one)
    return np.array(matches)


@match_boxes.right
def match_boxes_crossing_out(overlaps, threshold):
    anchors, objects = overlaps.shape
    matches = np.full(anchors, -1)
    if objects == 0:
        return matches
    good = overlaps.max(axis=1) >= threshold
    matches[good] = overlaps.argmax(axis=1)[good]
    left = overlaps.copy()
    for _ in range(objects):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        if left[anchor, one] > 0:
            matches[anchor] = one
        left[anchor], left[:, one] = 0, 0
    return matches


@match_boxes.right
def match_boxes_forced_first(overlaps, threshold):
    number, objects = overlaps.shape
    forced = {}
    while len(forced) < min(number, objects):
        best, place = 0.0, None
        for a in range(number):
            for n in range(objects):
                if a not in forced and n not in forced.values() and overlaps[a, n] > best:
                    best, place = overlaps[a, n], (a, n)
        if place is None:
            break
        forced[place[0]] = place[1]
    matches = []
    for a in range(number):
        usual = np.argmax(overlaps[a]) if objects and overlaps[a].max() >= threshold else -1
        matches.append(forced.get(a, usual))
    return np.array(matches)


@match_boxes.right
def match_boxes_through_flat_order(overlaps, threshold):
    number, objects = overlaps.shape
    padded = np.concatenate([np.zeros((number, 1)), overlaps], axis=1)
    matches = np.where(padded.max(axis=1) >= threshold, padded.argmax(axis=1) - 1, -1)
    free_anchor, free_object = np.ones(number, bool), np.ones(objects, bool)
    for place in np.argsort(-overlaps, axis=None):
        anchor, one = divmod(place, objects)
        if free_anchor[anchor] and free_object[one] and overlaps[anchor, one] > 0:
            free_anchor[anchor] = free_object[one] = False
            matches[anchor] = one
    return matches


@match_boxes.wrong(
    "An object that no box overlaps by the threshold must not go without: give every object its "
    "best box (second rule)"
)
def match_boxes_by_threshold_alone(overlaps, threshold):
    if overlaps.shape[1] == 0:
        return np.full(len(overlaps), -1)
    return np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1), -1)


@match_boxes.wrong(
    "An object may have many boxes: besides the one that is forced, all that overlap it by the "
    "threshold or more (first rule)"
)
def match_boxes_by_force_alone(overlaps, threshold):
    anchors, objects = overlaps.shape
    matches, left = np.full(anchors, -1), overlaps.copy()
    for _ in range(objects):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        if left[anchor, one] > 0:
            matches[anchor] = one
        left[anchor], left[:, one] = 0, 0
    return matches


@match_boxes.wrong(
    "Two objects may have the same best box, and it can serve one only: then the other one takes "
    "the best of the boxes that are left"
)
def match_boxes_with_double_claims(overlaps, threshold):
    if overlaps.shape[1] == 0:
        return np.full(len(overlaps), -1)
    matches = np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1), -1)
    for one in range(overlaps.shape[1]):
        if overlaps[:, one].max() > 0:
            matches[overlaps[:, one].argmax()] = one
    return matches


@match_boxes.wrong(
    "Do not serve the objects in the order of their numbers: the pair with the greatest overlap of "
    "all comes first"
)
def match_boxes_in_order_of_objects(overlaps, threshold):
    if overlaps.shape[1] == 0:
        return np.full(len(overlaps), -1)
    matches = np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1), -1)
    left = overlaps.copy()
    for one in range(overlaps.shape[1]):
        anchor = left[:, one].argmax()
        if left[anchor, one] > 0:
            matches[anchor] = one
        left[anchor] = 0
    return matches


@match_boxes.wrong(
    "An object that no box touches gets none: force only where the overlap is above 0"
)
def match_boxes_forced_at_zero(overlaps, threshold):
    anchors, objects = overlaps.shape
    if objects == 0:
        return np.full(anchors, -1)
    matches = np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1), -1)
    left = overlaps.copy()
    for _ in range(min(anchors, objects)):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        matches[anchor] = one
        left[anchor], left[:, one] = -1, -1
    return matches


@match_boxes.wrong(
    "The second rule wins over the first: the box is taken from the object that it overlaps more"
)
def match_boxes_with_first_rule_winning(overlaps, threshold):
    anchors, objects = overlaps.shape
    if objects == 0:
        return np.full(anchors, -1)
    forced, left = np.full(anchors, -1), overlaps.copy()
    for _ in range(objects):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        if left[anchor, one] > 0:
            forced[anchor] = one
        left[anchor], left[:, one] = 0, 0
    return np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1), forced)


@match_boxes.wrong("An overlap of exactly the threshold is enough")
def match_boxes_above_threshold(overlaps, threshold):
    anchors, objects = overlaps.shape
    if objects == 0:
        return np.full(anchors, -1)
    matches = np.where(overlaps.max(axis=1) > threshold, overlaps.argmax(axis=1), -1)
    left = overlaps.copy()
    for _ in range(objects):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        if left[anchor, one] > 0:
            matches[anchor] = one
        left[anchor], left[:, one] = 0, 0
    return matches


@match_boxes.wrong("Background is −1; 0 is the first object")
def match_boxes_with_background_zero(overlaps, threshold):
    anchors, objects = overlaps.shape
    if objects == 0:
        return np.zeros(anchors, int)
    matches = np.where(overlaps.max(axis=1) >= threshold, overlaps.argmax(axis=1) + 1, 0)
    left = overlaps.copy()
    for _ in range(objects):
        anchor, one = np.unravel_index(left.argmax(), left.shape)
        if left[anchor, one] > 0:
            matches[anchor] = one + 1
        left[anchor], left[:, one] = 0, 0
    return matches


@match_boxes.wrong(
    "The result has one number for each default box, the object that it learns, not one for each "
    "object"
)
def match_boxes_per_object(overlaps, threshold):
    best = overlaps.max(axis=0, initial=0.0)
    if len(best) == 0:
        return np.zeros(0, int)
    return np.where(best >= threshold, overlaps.argmax(axis=0), -1)


# --- hard_negatives (find the bug) -------------------------------------------------------------

hard_negatives = Question(
    "hard_negatives", {"per image": 2, "hardest": 1, "images without objects": 1}
)


def negatives_case(check: str, positives, anchors: int, ratio: int = 3, hidden=False) -> None:
    """Adds a case.

    Args:
        check: the check it belongs to.
        positives: number of matched boxes in each image.
        anchors: boxes per image.
        ratio: negatives for each positive.
        hidden: whether students may not see it.
    """
    losses = different(len(positives), anchors, low=0.01, high=5.0)
    positive = np.zeros(losses.shape, bool)
    for image, number in enumerate(positives):
        positive[image, rng.permutation(anchors)[:number]] = True
    hard_negatives.case(check, losses, positive, ratio, hidden=hidden)


EASY_AND_HARD = np.array([[0.9, 2.0, 1.1, 0.8, 0.7, 1.4], [0.1, 3.0, 0.3, 0.2, 0.05, 0.4]])
ONE_EACH = np.array([[False, True, False, False, False, False]] * 2)
hard_negatives.case("per image", EASY_AND_HARD, ONE_EACH, 3)
negatives_case("per image", [1, 2], 8, 2)
negatives_case("hardest", [2], 10)
negatives_case("hardest", [2], 6)
hard_negatives.case("hardest", np.array([[0.5, 0.2, 0.5, 0.5, 0.1]]),
                    np.array([[False, True, False, False, False]]), 2)  # fmt: skip
negatives_case("images without objects", [0, 1, 0], 5, 2)
negatives_case("per image", [3, 1, 0, 5], 40, hidden=True)
negatives_case("per image", [1, 4, 2], 25, 2, hidden=True)
negatives_case("per image", [6, 1], 12, hidden=True)
negatives_case("hardest", [4], 30, hidden=True)
negatives_case("hardest", [3], 8, 5, hidden=True)
hard_negatives.case("hardest", np.ones((2, 7)), np.eye(7, dtype=bool)[[2, 0]], 3, hidden=True)
negatives_case("images without objects", [0, 0], 6, hidden=True)
negatives_case("images without objects", [2, 0, 1, 0], 15, 1, hidden=True)
hard_negatives.case("hardest", np.array([[0.4, 0.0, 0.0, 0.7]]),
                    np.array([[False, False, False, True]]), 3, hidden=True)  # fmt: skip
hard_negatives.case("hardest", np.array([[0.9, 0.4, 0.8, 0.7]]),
                    np.array([[True, False, True, True]]), 3, hidden=True)  # fmt: skip


@hard_negatives.oracle
def hard_negatives_image_by_image(losses, positive, ratio):
    chosen = np.zeros(losses.shape, bool)
    for n, (row, matched) in enumerate(zip(losses.tolist(), positive.tolist(), strict=True)):
        left = [(-loss, place) for place, loss in enumerate(row) if not matched[place]]
        for _, place in sorted(left)[: ratio * matched.count(True)]:
            chosen[n, place] = True
    return chosen


@hard_negatives.right
def hard_negatives_by_sorting_rows(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    return (rank < ratio * positive.sum(axis=1, keepdims=True)) & ~positive


@hard_negatives.right
def hard_negatives_by_loop(losses, positive, ratio):
    chosen = np.zeros_like(positive)
    for n in range(len(losses)):
        negatives = np.flatnonzero(~positive[n])
        hardest = negatives[np.argsort(-losses[n, negatives], kind="stable")]
        chosen[n, hardest[: ratio * np.count_nonzero(positive[n])]] = True
    return chosen


@hard_negatives.right
def hard_negatives_by_taking_away(losses, positive, ratio):
    chosen = np.zeros(positive.shape, dtype=bool)
    for n, wanted in enumerate(ratio * positive.sum(axis=1)):
        left = np.where(positive[n], -1.0, losses[n])
        while wanted > 0 and left.max() >= 0:
            chosen[n, left.argmax()] = True
            left[left.argmax()] = -1.0
            wanted -= 1
    return chosen


@hard_negatives.wrong(
    "Count and choose in each image on its own: over the whole batch, one difficult picture takes "
    "the negatives of all the others"
)
def hard_negatives_over_the_batch(losses, positive, ratio):
    wanted = ratio * positive.sum()
    order = np.argsort(np.where(positive, np.inf, -losses), axis=None, kind="stable")
    chosen = np.zeros(losses.size, bool)
    chosen[order[:wanted]] = True
    return chosen.reshape(losses.shape) & ~positive


@hard_negatives.wrong(
    "Choose in each image, and count in each image too: now every image gets the negatives for the "
    "positives of the whole batch"
)
def hard_negatives_counted_over_the_batch(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    return (np.argsort(order, axis=1) < ratio * positive.sum()) & ~positive


@hard_negatives.wrong("The hardest negatives have the greatest loss, not the smallest")
def hard_negatives_easiest(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, losses), axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    return (rank < ratio * positive.sum(axis=1, keepdims=True)) & ~positive


@hard_negatives.wrong(
    "Rank the negatives alone: a positive of great loss must not take the place of a negative"
)
def hard_negatives_ranked_with_positives(losses, positive, ratio):
    rank = np.argsort(np.argsort(-losses, axis=1, kind="stable"), axis=1)
    return (rank < ratio * positive.sum(axis=1, keepdims=True)) & ~positive


@hard_negatives.wrong("Mark the chosen negatives only; the positives are counted elsewhere")
def hard_negatives_with_positives(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    return (rank < ratio * positive.sum(axis=1, keepdims=True)) & ~positive | positive


@hard_negatives.wrong(
    "ratio negatives for each positive: multiply by the number of positives in the image"
)
def hard_negatives_ratio_in_all(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    return (np.argsort(order, axis=1) < ratio) & ~positive


@hard_negatives.wrong("In an image without objects nothing is chosen, not even one negative")
def hard_negatives_at_least_some(losses, positive, ratio):
    order = np.argsort(np.where(positive, np.inf, -losses), axis=1, kind="stable")
    wanted = ratio * np.maximum(positive.sum(axis=1, keepdims=True), 1)
    return (np.argsort(order, axis=1) < wanted) & ~positive


@hard_negatives.wrong(
    "Where several losses are equal, do not take all of them: the number is fixed, and the first "
    "ones count"
)
def hard_negatives_with_all_ties(losses, positive, ratio):
    chosen = np.zeros(positive.shape, bool)
    for n, wanted in enumerate(ratio * positive.sum(axis=1)):
        negative = np.sort(losses[n][~positive[n]])[::-1]
        if wanted > 0 and len(negative) > 0:
            least = negative[min(wanted, len(negative)) - 1]
            chosen[n] = (losses[n] >= least) & ~positive[n]
    return chosen


@hard_negatives.wrong("Of equal losses the first ones count: sort the negated losses stably")
def hard_negatives_with_last_ties(losses, positive, ratio):
    order = np.argsort(np.where(positive, -np.inf, losses), axis=1, kind="stable")[:, ::-1]
    rank = np.argsort(order, axis=1)
    return (rank < ratio * positive.sum(axis=1, keepdims=True)) & ~positive


@hard_negatives.wrong(
    "The last k of a list are order[-k:], but for k = 0 this is the whole list: an image without "
    "objects chooses everything. Sort the hardest to the front and take order[:k]"
)
def hard_negatives_from_the_end(losses, positive, ratio):
    chosen = np.zeros(positive.shape, bool)
    for n in range(len(losses)):
        order = np.argsort(np.where(positive[n], -np.inf, losses[n]), kind="stable")
        chosen[n, order[-ratio * positive[n].sum() :]] = True
    return chosen & ~positive


# --- focal_loss --------------------------------------------------------------------------------

focal_loss = Question(
    "focal_loss", {"objects": 1, "background": 1, "nothing in the image": 1, "sure logits": 1}
)


def focal_case(check, labels, classes, alpha=0.25, gamma=2.0, scale=2.0, hidden=False) -> None:
    """Adds a case with random logits.

    Args:
        check: the check it belongs to.
        labels: the class of each anchor, −1 for background.
        classes: number of classes.
        alpha: weight of the ones.
        gamma: how fast easy examples fade.
        scale: spread of the logits.
        hidden: whether students may not see it.
    """
    logits = normal(len(labels), classes, scale=scale)
    focal_loss.case(check, logits, np.array(labels), alpha, gamma, hidden=hidden)


focal_case("objects", [0, 1], 2)
focal_case("objects", [2, 0, 1], 3, gamma=0.0)
focal_case("background", [-1, 1, -1, -1], 3)
focal_case("background", [-1, 0, -1, 0], 1, alpha=0.4, gamma=1.0)
focal_case("nothing in the image", [-1, -1, -1], 2)
focal_loss.case(
    "sure logits", np.array([[-40.0, 50.0], [3.0, -60.0]]), np.array([0, -1]), 0.25, 2.0
)
focal_loss.case("sure logits", np.array([[900.0], [-900.0]]), np.array([-1, 0]), 0.25, 1.0)
focal_case("objects", [4, 4, 0, 2], 5, gamma=3.0, hidden=True)
focal_case("objects", [0], 1, alpha=0.9, gamma=0.5, hidden=True)
focal_case("background", [-1, -1, 7, -1, -1, 2, -1, -1, -1, -1], 8, hidden=True)
focal_case("background", [1, -1, 0, -1, -1], 2, alpha=0.6, gamma=0.0, hidden=True)
focal_case("nothing in the image", [-1] * 6, 4, alpha=0.3, gamma=1.5, hidden=True)
focal_case("nothing in the image", [-1], 1, hidden=True)
focal_case("sure logits", [1, -1, 0, -1], 3, scale=300.0, hidden=True)
focal_case("sure logits", [-1, 2, -1], 3, gamma=5.0, scale=40.0, hidden=True)


@focal_loss.oracle
def focal_loss_number_by_number(logits, labels, alpha, gamma):
    def log_sigmoid(z):
        return min(z, 0.0) - math.log1p(math.exp(-abs(z)))

    total = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        for k, z in enumerate(row):
            yes = k == label
            towards = z if yes else -z  # p_t is the sigmoid of this
            fade = math.exp(gamma * log_sigmoid(-towards))
            total.append((alpha if yes else 1 - alpha) * fade * -log_sigmoid(towards))
    return math.fsum(total) / max(1, sum(label >= 0 for label in labels.tolist()))


@focal_loss.right
def focal_loss_by_logaddexp(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    cross_entropy = np.logaddexp(0, -signed)  # −log p_t
    fade = np.exp(-gamma * np.logaddexp(0, signed))  # (1 − p_t)^γ
    weights = np.where(yes, alpha, 1 - alpha)
    return np.sum(weights * fade * cross_entropy) / max(1, np.sum(labels >= 0))


@focal_loss.right
def focal_loss_anchor_by_anchor(logits, labels, alpha, gamma):
    loss, positives = 0.0, 0
    for z, label in zip(logits, labels, strict=True):
        target = np.zeros(len(z))
        if label >= 0:
            target[label] = 1
            positives += 1
        cross_entropy = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
        wrong = 1 - np.exp(-cross_entropy)  # 1 − p_t
        loss += np.sum((alpha * target + (1 - alpha) * (1 - target)) * wrong**gamma * cross_entropy)
    return loss / max(positives, 1)


@focal_loss.right
def focal_loss_in_two_sums(logits, labels, alpha, gamma):
    def part(z):  # of logits that should be large
        small = np.exp(-np.abs(z))
        wrong = np.where(z > 0, small, 1) / (1 + small)
        minus_log = np.where(z > 0, 0, -z) + np.log1p(small)
        return np.sum(wrong**gamma * minus_log)

    objects = np.flatnonzero(labels >= 0)
    yes = np.zeros(logits.shape, bool)
    yes[objects, labels[objects]] = True
    total = alpha * part(logits[yes]) + (1 - alpha) * part(-logits[~yes])
    return total / (len(objects) or 1)


@focal_loss.wrong(
    "The factor is (1 − p_t)^γ, not p_t^γ: what is classified well should fade, not what is "
    "classified badly"
)
def focal_loss_fading_hard_ones(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    cross_entropy = np.logaddexp(0, -signed)
    loss = np.where(yes, alpha, 1 - alpha) * np.exp(-gamma * cross_entropy) * cross_entropy
    return loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong("Without the factor (1 − p_t)^γ this is the ordinary weighted cross-entropy")
def focal_loss_without_gamma(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    cross_entropy = np.logaddexp(0, np.where(yes, -logits, logits))
    loss = np.where(yes, alpha, 1 - alpha) * cross_entropy
    return loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong("The zeros have the weight 1 − α, not α: α_t depends on the target like p_t")
def focal_loss_with_one_alpha(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    return alpha * loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong(
    "α is the weight of the ones and 1 − α that of the zeros, not the other way round"
)
def focal_loss_with_alpha_swapped(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    return np.sum(np.where(yes, 1 - alpha, alpha) * loss) / max(1, np.sum(labels >= 0))


@focal_loss.wrong(
    "Divide by the number of anchors with an object, not by the number of all anchors"
)
def focal_loss_mean_over_anchors(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    return np.sum(np.where(yes, alpha, 1 - alpha) * loss) / len(labels)


@focal_loss.wrong(
    "If there is no object in the image, divide by 1: the loss of the background still counts, and "
    "0 is no divisor"
)
def focal_loss_divided_by_zero(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    return np.sum(np.where(yes, alpha, 1 - alpha) * loss) / np.sum(labels >= 0)


@focal_loss.wrong(
    "A background anchor has a target too, 0 for every class: here it has the last class, because "
    "−1 as an index means the last"
)
def focal_loss_with_background_as_last_class(logits, labels, alpha, gamma):
    yes = np.eye(logits.shape[1])[labels] > 0
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    return np.sum(np.where(yes, alpha, 1 - alpha) * loss) / max(1, np.sum(labels >= 0))


@focal_loss.wrong(
    "The background counts too: do not leave its anchors out, the loss was invented for them"
)
def focal_loss_without_background(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    signed = np.where(yes, logits, -logits)
    loss = np.exp(-gamma * np.logaddexp(0, signed)) * np.logaddexp(0, -signed)
    loss = np.where(yes, alpha, 1 - alpha) * loss * (labels >= 0)[:, None]
    return loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong("Every class counts, also those that an anchor is not: their targets are 0")
def focal_loss_of_the_right_class_alone(logits, labels, alpha, gamma):
    objects = labels >= 0
    z = logits[objects, labels[objects]]
    loss = np.exp(-gamma * np.logaddexp(0, z)) * np.logaddexp(0, -z)
    return alpha * loss.sum() / max(1, objects.sum())


@focal_loss.wrong(
    "Each class has a sigmoid of its own, p = 1 / (1 + e^(−z)); with a softmax the probabilities "
    "would add up to 1, and background could not be said"
)
def focal_loss_with_softmax(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    right = np.clip(np.where(yes, p, 1 - p), 1e-12, 1)
    loss = np.where(yes, alpha, 1 - alpha) * (1 - right) ** gamma * -np.log(right)
    return loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong(
    "For a large wrong logit p_t is rounded to 0, and the logarithm of 0 is −∞: compute log p_t "
    "from the logits, for example with np.logaddexp(0, …)"
)
def focal_loss_with_log_of_zero(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    p = 1 / (1 + np.exp(-logits))
    right = np.where(yes, p, 1 - p)
    loss = np.where(yes, alpha, 1 - alpha) * (1 - right) ** gamma * -np.log(right)
    return loss.sum() / max(1, np.sum(labels >= 0))


@focal_loss.wrong(
    "Clipping p hides how wrong a sure mistake is, and has no gradient: compute log p_t from the "
    "logits, for example with np.logaddexp(0, …)"
)
def focal_loss_with_clipping(logits, labels, alpha, gamma):
    yes = labels[:, None] == np.arange(logits.shape[1])
    p = np.clip(1 / (1 + np.exp(-logits)), 1e-7, 1 - 1e-7)
    right = np.where(yes, p, 1 - p)
    loss = np.where(yes, alpha, 1 - alpha) * (1 - right) ** gamma * -np.log(right)
    return loss.sum() / max(1, np.sum(labels >= 0))


# --- top_down ----------------------------------------------------------------------------------

top_down = Question("top_down", {"two levels": 1, "more levels": 1, "odd sizes": 1})


def pyramid_case(check: str, height: int, width: int, levels: int, channels=1, hidden=False):
    """Adds a case; each level is half as large as the one before, rounded up."""
    maps = []
    for _ in range(levels):
        maps.append(normal(height, width, channels))
        height, width = -(-height // 2), -(-width // 2)
    top_down.case(check, maps, hidden=hidden, keeps=True)


pyramid_case("two levels", 2, 4, 2)
pyramid_case("two levels", 4, 2, 2, 2)
pyramid_case("more levels", 8, 8, 3)
pyramid_case("more levels", 4, 8, 4)
pyramid_case("odd sizes", 3, 5, 2)
pyramid_case("odd sizes", 5, 6, 3)
pyramid_case("two levels", 6, 8, 2, 3, hidden=True)
pyramid_case("two levels", 4, 4, 1, 2, hidden=True)
pyramid_case("more levels", 16, 8, 4, 2, hidden=True)
pyramid_case("more levels", 8, 16, 5, hidden=True)
pyramid_case("odd sizes", 7, 11, 3, 2, hidden=True)
pyramid_case("odd sizes", 13, 9, 4, hidden=True)


@top_down.oracle
def top_down_place_by_place(laterals):
    def value(level, i, j, c):
        own = float(laterals[level][i, j, c])
        if level == len(laterals) - 1:
            return own
        return own + value(level + 1, i // 2, j // 2, c)

    return [
        np.array([value(level, *place) for place in np.ndindex(x.shape)]).reshape(x.shape)
        for level, x in enumerate(laterals)
    ]


@top_down.right
def top_down_by_repeat(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = maps[0].repeat(2, axis=0).repeat(2, axis=1)
        maps.insert(0, x + up[: x.shape[0], : x.shape[1]])
    return maps


@top_down.right
def top_down_by_index(laterals):
    maps = [np.array(x, float) for x in laterals]
    for level in range(len(maps) - 2, -1, -1):
        rows, columns = (np.arange(side) // 2 for side in maps[level].shape[:2])
        maps[level] += maps[level + 1][rows][:, columns]
    return maps


@top_down.right
def top_down_in_four_steps(laterals):
    maps = [laterals[-1].copy()]
    for x in reversed(laterals[:-1]):
        above, merged = maps[-1], x.copy()
        for a in 0, 1:
            for b in 0, 1:
                part = merged[a::2, b::2]
                part += above[: part.shape[0], : part.shape[1]]
        maps.append(merged)
    return maps[::-1]


@top_down.wrong(
    "Add the merged map of the level above, not its lateral: what the top has seen must reach the "
    "bottom"
)
def top_down_one_level_deep(laterals):
    maps = [laterals[-1]]
    for x, above in zip(laterals[-2::-1], laterals[:0:-1], strict=True):
        up = above.repeat(2, axis=0).repeat(2, axis=1)
        maps.insert(0, x + up[: x.shape[0], : x.shape[1]])
    return maps


@top_down.wrong(
    "Nearest upsampling repeats every place two times in a row, a a b b; np.tile repeats the whole "
    "map, a b a b"
)
def top_down_by_tile(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = np.tile(maps[0], (2, 2, 1))
        maps.insert(0, x + up[: x.shape[0], : x.shape[1]])
    return maps


@top_down.wrong("Return the maps in the order in which they came: the finest first")
def top_down_coarsest_first(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = maps[-1].repeat(2, axis=0).repeat(2, axis=1)
        maps.append(x + up[: x.shape[0], : x.shape[1]])
    return maps


@top_down.wrong("The two maps are added, not averaged")
def top_down_averaged(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = maps[0].repeat(2, axis=0).repeat(2, axis=1)
        maps.insert(0, (x + up[: x.shape[0], : x.shape[1]]) / 2)
    return maps


@top_down.wrong("The top level belongs to the result too, unchanged")
def top_down_without_top(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = maps[0].repeat(2, axis=0).repeat(2, axis=1)
        maps.insert(0, x + up[: x.shape[0], : x.shape[1]])
    return maps[:-1]


@top_down.wrong(
    "Fill all four places of each 2 × 2 block; with zeros between them (a bed of nails) three of "
    "four places learn nothing from above"
)
def top_down_with_bed_of_nails(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        merged = x.copy()
        merged[::2, ::2] += maps[0]
        maps.insert(0, merged)
    return maps


@top_down.wrong(
    "Where the side is odd, cut the upsampled map off at the bottom and the right: row i takes row "
    "i // 2 from above"
)
def top_down_cut_at_top_left(laterals):
    maps = [laterals[-1]]
    for x in laterals[-2::-1]:
        up = maps[0].repeat(2, axis=0).repeat(2, axis=1)
        maps.insert(0, x + up[up.shape[0] - x.shape[0] :, up.shape[1] - x.shape[1] :])
    return maps


@top_down.wrong("Leave the laterals as they are: += on an array changes the caller's array")
def top_down_in_place(laterals):
    for level in range(len(laterals) - 2, -1, -1):
        rows, columns = (np.arange(side) // 2 for side in laterals[level].shape[:2])
        laterals[level] += laterals[level + 1][rows][:, columns]
    return laterals


@top_down.wrong(
    "The information flows from the coarse maps to the fine ones: start at the last map, and add "
    "to the finer one below"
)
def top_down_from_below(laterals):
    maps = [laterals[0]]
    for x in laterals[1:]:
        maps.append(x + maps[-1][::2, ::2])
    return maps


QUESTIONS = [default_shapes, match_boxes, hard_negatives, focal_loss, top_down]
