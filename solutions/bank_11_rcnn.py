"""The bank of exercise 11_rcnn: cases, oracles, right solutions, mistakes with hints.

The oracles are slow loops in Python numbers, written without looking at the notebook's solutions.
"""

import math
from fractions import Fraction

import numpy as np

from course.grading.bank import Question

rng = np.random.default_rng(2014)


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal numbers with three decimals, the same on every CPU."""
    return np.round(scale * rng.standard_normal(shape), 3)


def histogram(bins: int) -> np.ndarray:
    """Shares of colours with three decimals that add up to 1."""
    cuts = np.sort(rng.integers(0, 1001, bins - 1))
    return np.diff(cuts, prepend=0, append=1000) / 1000


# --- region_similarity -------------------------------------------------------------------------

region_similarity = Question(
    "region_similarity", {"side by side": 1, "one inside the other": 1, "far apart": 1}
)


def similarity_case(check, first, second, image_size, bins=4, hidden=False) -> None:
    """Adds a case; a region fills about two thirds of its box."""
    regions = []
    for box in np.array([first, second]):
        area = (box[2] - box[0]) * (box[3] - box[1])
        size = int(area * rng.uniform(0.5, 0.8))
        regions.append({"size": size, "box": box, "colours": histogram(bins)})
    region_similarity.case(check, *regions, image_size, hidden=hidden)


similarity_case("side by side", [0, 0, 8, 10], [8, 2, 18, 9], 400)
similarity_case("side by side", [3, 4, 20, 12], [3, 10, 15, 24], 900, 6)
similarity_case("one inside the other", [2, 2, 22, 18], [6, 5, 10, 12], 480)
similarity_case("one inside the other", [8, 4, 16, 9], [0, 0, 30, 20], 700, 3)
similarity_case("far apart", [0, 0, 5, 6], [22, 14, 30, 20], 600)
similarity_case("side by side", [10, 30, 55, 60], [50, 10, 90, 62], 96 * 96, 8, hidden=True)
similarity_case("one inside the other", [0, 0, 64, 48], [5, 40, 13, 46], 64 * 64, 25, hidden=True)
similarity_case("far apart", [90, 3, 100, 13], [1, 70, 31, 99], 10000, 5, hidden=True)
similarity_case("far apart", [0, 0, 10, 100], [90, 0, 100, 100], 10000, 2, hidden=True)


@region_similarity.oracle
def region_similarity_pixel_by_pixel(first, second, image_size):
    common = [min(a, b) for a, b in zip(first["colours"], second["colours"], strict=True)]
    size = int(first["size"]) + int(second["size"])
    a, b = first["box"].tolist(), second["box"].tolist()
    around = 0
    for _ in range(min(a[1], b[1]), max(a[3], b[3])):
        for _ in range(min(a[0], b[0]), max(a[2], b[2])):
            around += 1
    empty = around - size
    return math.fsum(common), 1 - size / image_size, 1 - empty / image_size


@region_similarity.right
def region_similarity_by_minimum(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.right
def region_similarity_by_distance(first, second, image_size):
    colour = 1 - abs(first["colours"] - second["colours"]).sum() / 2
    rest = image_size - first["size"] - second["size"]
    (x0, y0, x1, y1), (u0, v0, u1, v1) = first["box"], second["box"]
    around = (max(x1, u1) - min(x0, u0)) * (max(y1, v1) - min(y0, v0))
    return colour, rest / image_size, 2 - (around + rest) / image_size


@region_similarity.right
def region_similarity_by_loop(first, second, image_size):
    colour, shares = 0.0, (first["size"] / image_size, second["size"] / image_size)
    for a, b in zip(first["colours"], second["colours"], strict=True):
        colour += a if a < b else b
    corners = np.stack([first["box"], second["box"]]).reshape(4, 2)
    width, height = corners.max(axis=0) - corners.min(axis=0)
    return colour, 1 - sum(shares), 1 - width * height / image_size + sum(shares)


@region_similarity.wrong(
    "What two histograms have in common is the smaller of the two shares of each colour, not their "
    "product"
)
def region_similarity_by_product(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.sum(first["colours"] * second["colours"])
    return colour, 1 - size / image_size, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.wrong(
    "1 minus the sum of the differences counts every difference twice, once for the colour that is "
    "missing and once for the one that is there instead: add up the minima"
)
def region_similarity_by_double_distance(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = 1 - np.abs(first["colours"] - second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.wrong(
    "The colours are the minima added up; they are not divided by the sum of the maxima, as an IoU "
    "would be"
)
def region_similarity_by_union_of_colours(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    a, b = first["colours"], second["colours"]
    colour = np.minimum(a, b).sum() / np.maximum(a, b).sum()
    return colour, 1 - size / image_size, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.wrong(
    "Small regions should be merged first, so their similarity is the greater one: 1 minus the "
    "share of the image"
)
def region_similarity_of_large_ones(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, size / image_size, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.wrong(
    "s_size asks how much of the image both fill together, not whether they are equally large"
)
def region_similarity_of_equal_ones(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.minimum(first["colours"], second["colours"]).sum()
    equal = 1 - abs(first["size"] - second["size"]) / image_size
    return colour, equal, 1 - (np.prod(high - low) - size) / image_size


@region_similarity.wrong(
    "The size of a region is its number of pixels, not the area of its box: regions have holes and "
    "crooked outlines"
)
def region_similarity_of_boxes(first, second, image_size):
    a, b = first["box"], second["box"]
    size = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    around = np.prod(np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2]))
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (around - size) / image_size


@region_similarity.wrong(
    "In s_fill too, take the pixels of the regions from the box around both, not the areas of "
    "their boxes"
)
def region_similarity_filling_with_boxes(first, second, image_size):
    a, b = first["box"], second["box"]
    boxes = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    around = np.prod(np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2]))
    colour = np.minimum(first["colours"], second["colours"]).sum()
    size = first["size"] + second["size"]
    return colour, 1 - size / image_size, 1 - (around - boxes) / image_size


@region_similarity.wrong(
    "The box around both reaches from the smaller of the two x₀ to the larger of the two x₁; you "
    "have taken what both boxes share"
)
def region_similarity_with_common_box(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.maximum(first["box"][:2], second["box"][:2])
    high = np.minimum(first["box"][2:], second["box"][2:])
    shared = np.prod(np.maximum(high - low, 0))
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (shared - size) / image_size


@region_similarity.wrong(
    "What counts in s_fill is the part of the box around both that neither region fills: take both "
    "sizes away"
)
def region_similarity_without_taking_away(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - np.prod(high - low) / image_size


@region_similarity.wrong("Divide the empty part by the size of the image, not by that of the box")
def region_similarity_with_share_of_box(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    around = np.prod(high - low)
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (around - size) / around


@region_similarity.wrong(
    "A box from x₀ to x₁ is x₁ − x₀ wide: here pixel i covers [i, i + 1], so nothing is added"
)
def region_similarity_with_one_pixel_more(first, second, image_size):
    size = first["size"] + second["size"]
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    around = np.prod(high - low + 1)
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour, 1 - size / image_size, 1 - (around - size) / image_size


@region_similarity.wrong("Return the three numbers, not their sum")
def region_similarity_summed(first, second, image_size):
    low = np.minimum(first["box"][:2], second["box"][:2])
    high = np.maximum(first["box"][2:], second["box"][2:])
    colour = np.minimum(first["colours"], second["colours"]).sum()
    return colour + 2 - np.prod(high - low) / image_size


# --- group_regions -----------------------------------------------------------------------------

group_regions = Question(
    "group_regions", {"one merge": 1, "several merges": 2, "new neighbours": 1, "parts": 1}
)


def grouping_case(check, columns, rows, bins=4, removed=(), hidden=False) -> None:
    """Adds a case: regions in a grid, neighbours to the right and below.

    Args:
        check: the check it belongs to.
        columns: number of regions in a row.
        rows: number of rows.
        bins: number of colours.
        removed: numbers of neighbourhoods that are left out.
        hidden: whether students may not see it.
    """
    xs = np.concatenate([[0], np.cumsum(rng.integers(3, 20, columns))])
    ys = np.concatenate([[0], np.cumsum(rng.integers(3, 20, rows))])
    boxes, neighbours = [], []
    for i in range(rows):
        for j in range(columns):
            boxes.append([xs[j], ys[i], xs[j + 1], ys[i + 1]])
            n = i * columns + j
            neighbours += [[n, n + 1]] * (j + 1 < columns) + [[n, n + columns]] * (i + 1 < rows)
    boxes = np.array(boxes)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    sizes = (areas * rng.uniform(0.3, 1.0, len(areas))).astype(int)
    colours = np.stack([histogram(bins) for _ in boxes])
    pairs = np.delete(np.reshape(np.array(neighbours, int), (-1, 2)), removed, axis=0)
    group_regions.case(check, sizes, boxes, colours, pairs, hidden=hidden)


grouping_case("one merge", 2, 1)
group_regions.case(
    "one merge",
    np.array([100, 50, 50]),
    np.array([[0, 0, 10, 10], [10, 0, 15, 10], [15, 0, 20, 10]]),
    np.array([[0.9, 0.1], [0.1, 0.9], [0.8, 0.2]]),
    np.array([[0, 1], [1, 2]]),
)
grouping_case("several merges", 5, 1, 3)
grouping_case("several merges", 3, 2)
grouping_case("several merges", 6, 1, 5)
grouping_case("new neighbours", 3, 3)
grouping_case("new neighbours", 4, 2, 3)
grouping_case("parts", 4, 1, removed=[1])
grouping_case("parts", 1, 1)
grouping_case("one merge", 1, 2, 8, hidden=True)
grouping_case("several merges", 10, 1, 6, hidden=True)
grouping_case("several merges", 4, 4, 8, hidden=True)
grouping_case("several merges", 7, 2, 3, hidden=True)
grouping_case("new neighbours", 5, 5, 4, hidden=True)
grouping_case("new neighbours", 3, 6, 5, hidden=True)
grouping_case("parts", 9, 1, 4, removed=[2, 5], hidden=True)
grouping_case("parts", 3, 1, removed=[0, 1], hidden=True)
group_regions.case(
    "several merges",
    np.array([60, 40, 30, 90]),
    np.array([[0, 0, 6, 10], [6, 0, 10, 10], [10, 0, 13, 10], [13, 0, 22, 10]]),
    np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.5, 0.5]]),
    np.array([[1, 0], [2, 1], [3, 2]]),
    hidden=True,
)


@group_regions.oracle
def group_regions_with_sets(sizes, boxes, colours, neighbours):
    """Regions are sets of first regions; everything is computed again from these."""
    total, found = int(sizes.sum()), boxes.tolist()
    links = {frozenset(pair) for pair in neighbours.tolist()}
    regions = [frozenset([n]) for n in range(len(sizes))]

    def shares(region):
        size = sum(int(sizes[n]) for n in region)
        return [
            math.fsum(int(sizes[n]) * float(colours[n, k]) for n in region) / size
            for k in range(colours.shape[1])
        ]

    def similarity(a, b):
        common = math.fsum(min(p) for p in zip(shares(a), shares(b), strict=True))
        return common + 1 - sum(int(sizes[n]) for n in a | b) / total

    while True:
        pairs = []
        for i, a in enumerate(regions):
            for b in regions[i + 1 :]:
                if any(frozenset([m, n]) in links for m in a for n in b):
                    pairs.append((similarity(a, b), i, a, b))
        if not pairs:
            return np.array(found)
        _, _, a, b = max(pairs, key=lambda pair: pair[0])
        regions = [region for region in regions if region not in (a, b)] + [a | b]
        corners = [boxes[n].tolist() for n in a | b]
        found.append([*map(min, zip(*corners, strict=True))][:2])
        found[-1] += [*map(max, zip(*corners, strict=True))][2:]


@group_regions.right
def group_regions_with_lists(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.right
def group_regions_with_a_matrix(sizes, boxes, colours, neighbours):
    n = len(sizes)
    touch = np.zeros((2 * n, 2 * n), bool)
    touch[neighbours[:, 0], neighbours[:, 1]] = True
    touch |= touch.T
    counts = np.concatenate([sizes[:, None] * colours, np.zeros((n, colours.shape[1]))])
    corners = np.concatenate([boxes, np.zeros((n, 4), int)])
    alive = n
    while touch.any():
        size = counts.sum(axis=1)
        shares = counts / np.maximum(size, 1)[:, None]
        common = np.minimum(shares[:, None], shares[None]).sum(axis=2)
        score = common - (size[:, None] + size[None]) / sizes.sum()
        score[~touch] = -np.inf
        a, b = np.unravel_index(score.argmax(), score.shape)
        counts[alive] = counts[a] + counts[b]
        corners[alive, :2] = np.minimum(corners[a, :2], corners[b, :2])
        corners[alive, 2:] = np.maximum(corners[a, 2:], corners[b, 2:])
        near = touch[a] | touch[b]
        near[[a, b]] = False
        touch[[a, b]], touch[:, [a, b]] = False, False
        touch[alive], touch[:, alive] = near, near
        alive += 1
    return corners[:alive]


@group_regions.right
def group_regions_by_renaming(sizes, boxes, colours, neighbours):
    regions = {n: (sizes[n], boxes[n], colours[n]) for n in range(len(sizes))}
    pairs, found = neighbours.tolist(), [box.tolist() for box in boxes]
    while len(pairs) > 0:
        scores = []
        for a, b in pairs:
            common = sum(min(p, q) for p, q in zip(regions[a][2], regions[b][2], strict=True))
            scores.append(common - (regions[a][0] + regions[b][0]) / sizes.sum())
        a, b = pairs[int(np.argmax(scores))]
        (s, box, c), (t, other, d) = regions.pop(a), regions.pop(b)
        around = [min(box[0], other[0]), min(box[1], other[1])]
        around += [max(box[2], other[2]), max(box[3], other[3])]
        new = len(found)
        regions[new] = (s + t, around, c + (d - c) * t / (s + t))
        found.append(around)
        renamed = [[new if n in (a, b) else n for n in pair] for pair in pairs]
        pairs = [pair for pair in renamed if pair[0] != pair[1]]
    return np.array(found)


@group_regions.wrong(
    "The histogram of a merged region is an average weighted by the sizes: a sky of 100,000 pixels "
    "does not turn half brown with a bird"
)
def group_regions_with_plain_average(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new = len(sizes)
        colours.append((colours[a] + colours[b]) / 2)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(sizes[a] + sizes[b])
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "The shares of a merged region add up to 1 again: divide the sum of the pixels of each colour "
    "by the new size"
)
def group_regions_with_summed_histograms(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new = len(sizes)
        colours.append(colours[a] + colours[b])
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(sizes[a] + sizes[b])
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "Compare the new region with its neighbours anew: its colours and its size are no longer those "
    "of its two parts"
)
def group_regions_with_old_similarities(sizes, boxes, colours, neighbours):
    total, boxes = sizes.sum(), list(boxes)
    scores = {}
    for a, b in neighbours.tolist():
        common = np.minimum(colours[a], colours[b]).sum()
        scores[min(a, b), max(a, b)] = common + 1 - (sizes[a] + sizes[b]) / total
    while scores:
        a, b = max(scores, key=scores.get)
        new, corners = len(boxes), np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        inherited = {}
        for pair, score in scores.items():
            left = set(pair) - {a, b}
            key = pair if len(left) == 2 else (*left, new)
            if left:
                inherited[key] = max(score, inherited.get(key, -1.0))
        scores = inherited
    return np.array(boxes)


@group_regions.wrong(
    "Only neighbours may be merged, however similar two regions are that do not touch"
)
def group_regions_without_neighbours(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    left = set(range(len(sizes)))

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while len(left) > 1:
        a, b = max(((a, b) for a in left for b in left if a < b), key=similarity)
        size = sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        left = left - {a, b} | {len(sizes)}
        sizes.append(size)
    return np.array(boxes)


@group_regions.wrong("Merge the two regions that are most similar first, not least")
def group_regions_least_similar_first(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = min(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "The similarity has two parts: without the second one, about size, a large region swallows its "
    "neighbours one by one"
)
def group_regions_by_colour_alone(sizes, boxes, colours, neighbours):
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}
    while pairs:
        a, b = max(pairs, key=lambda p: np.minimum(colours[p[0]], colours[p[1]]).sum())
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong("The first regions belong to the result too: they come before the merged ones")
def group_regions_merged_alone(sizes, boxes, colours, neighbours):
    total, first = sizes.sum(), len(sizes)
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes[first:]).reshape(-1, 4)


@group_regions.wrong(
    "The neighbours of both parts become neighbours of the new region, not only those of the first "
    "part"
)
def group_regions_losing_neighbours(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        others = {n for pair in pairs if a in pair for n in pair} - {a, b}
        pairs = {pair for pair in pairs if a not in pair and b not in pair}
        pairs |= {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "The new box is the smallest one around both boxes: the smaller x₀ and y₀, the larger x₁ and y₁"
)
def group_regions_with_mean_boxes(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        boxes.append((boxes[a] + boxes[b]) / 2)
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "The new region has as many pixels as its two parts together; the area of its box is larger"
)
def group_regions_with_size_of_box(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    while pairs:
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(np.prod(boxes[-1][2:] - boxes[-1][:2]))
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "Stop when no neighbours are left, even if there are several regions: parts of an image that "
    "do not touch are no object"
)
def group_regions_joining_parts(sizes, boxes, colours, neighbours):
    total = sizes.sum()
    sizes, boxes, colours = list(sizes), list(boxes), list(colours)
    pairs = {(min(a, b), max(a, b)) for a, b in neighbours.tolist()}

    def similarity(pair):
        a, b = pair
        return np.minimum(colours[a], colours[b]).sum() + 1 - (sizes[a] + sizes[b]) / total

    left = set(range(len(sizes)))
    while len(left) > 1:
        pairs = pairs or {(a, b) for a in left for b in left if a < b}
        a, b = max(pairs, key=similarity)
        new, size = len(sizes), sizes[a] + sizes[b]
        left = left - {a, b} | {new}
        colours.append((sizes[a] * colours[a] + sizes[b] * colours[b]) / size)
        corners = np.stack([boxes[a], boxes[b]])
        boxes.append(np.append(corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)))
        sizes.append(size)
        touched = {pair for pair in pairs if a in pair or b in pair}
        others = {n for pair in touched for n in pair} - {a, b}
        pairs = (pairs - touched) | {(n, new) for n in others}
    return np.array(boxes)


@group_regions.wrong(
    "Do not stop after the first merge: the new region has neighbours too, and large objects come "
    "late"
)
def group_regions_once(sizes, boxes, colours, neighbours):
    if len(neighbours) == 0:
        return boxes
    scores = [
        np.minimum(colours[a], colours[b]).sum() - (sizes[a] + sizes[b]) / sizes.sum()
        for a, b in neighbours
    ]
    a, b = neighbours[int(np.argmax(scores))]
    low, high = np.minimum(boxes[a, :2], boxes[b, :2]), np.maximum(boxes[a, 2:], boxes[b, 2:])
    return np.concatenate([boxes, [[*low, *high]]])


# --- crop_with_context -------------------------------------------------------------------------

crop_with_context = Question("crop_with_context", {"inside the image": 2, "over the border": 2})
# box, size, context, height, width
crop_with_context.case("inside the image", np.array([60.0, 40.0, 120.0, 70.0]), 20, 4, 200, 300)
crop_with_context.case("inside the image", np.array([50.0, 80.0, 80.0, 170.0]), 64, 8, 240, 200)
crop_with_context.case("inside the image", np.array([10.0, 20.0, 42.0, 52.0]), 32, 0, 96, 128)
crop_with_context.case("over the border", np.array([6.0, 60.0, 66.0, 90.0]), 20, 4, 200, 300)
crop_with_context.case("over the border", np.array([40.0, 50.0, 90.0, 96.0]), 50, 5, 100, 120)
crop_with_context.case("over the border", np.array([0.0, 2.0, 30.0, 62.0]), 40, 10, 64, 64)
crop_with_context.case("over the border", np.array([70.0, 5.0, 125.0, 45.0]), 48, 8, 160, 128)
crop_with_context.case("over the border", np.array([8.0, 4.0, 56.0, 60.0]), 32, 4, 64, 60)


def context_case(check, size, context, height, width, hidden=True) -> None:
    """Adds a case with a random box; far from the border, if nothing shall be cut."""
    margin = 0.35 if check == "inside the image" else 0.0
    x = np.sort(rng.uniform(margin, 1 - margin, 2)) * width
    y = np.sort(rng.uniform(margin, 1 - margin, 2)) * height
    box = np.round([x[0], y[0], x[1] + 2, y[1] + 2], 1)
    box = np.minimum(box, [width, height, width, height])
    crop_with_context.case(check, box, size, context, height, width, hidden=hidden)


for crop in (227, 16, 300, 400), (64, 5, 128, 96), (10, 1, 50, 200):
    context_case("inside the image", *crop)
for crop in (227, 16, 100, 150), (32, 8, 64, 48), (100, 40, 77, 60), (7, 1, 30, 30):
    context_case("over the border", *crop)
crop_with_context.case("over the border", np.array([0.0, 0.0, 50.0, 40.0]), 227, 16, 40, 50,
                       hidden=True)  # fmt: skip


@crop_with_context.oracle
def crop_with_context_in_fractions(box, size, context, height, width):
    source, target = [None] * 4, [None] * 4
    for axis, length in (0, width), (1, height):
        low, high = Fraction(float(box[axis])), Fraction(float(box[axis + 2]))
        pixel = (high - low) / (size - 2 * context)  # image pixels for each pixel of the crop
        origin = low - context * pixel
        for place, end in (axis, origin), (axis + 2, origin + size * pixel):
            source[place] = min(max(end, Fraction(0)), Fraction(length))
            target[place] = (source[place] - origin) / pixel
    return np.array([float(n) for n in source]), np.array([float(n) for n in target])


@crop_with_context.right
def crop_with_context_by_margins(box, size, context, height, width):
    x0, y0, x1, y1 = box
    scale_x, scale_y = (size - 2 * context) / (x1 - x0), (size - 2 * context) / (y1 - y0)
    left, top = x0 - context / scale_x, y0 - context / scale_y
    right, bottom = x1 + context / scale_x, y1 + context / scale_y
    source = np.array([max(left, 0), max(top, 0), min(right, width), min(bottom, height)])
    shifted = source - np.array([left, top, left, top])
    return source, shifted * np.array([scale_x, scale_y, scale_x, scale_y])


@crop_with_context.right
def crop_with_context_by_centres(box, size, context, height, width):
    corners = box.reshape(2, 2)
    centre, side = corners.mean(axis=0), corners[1] - corners[0]
    half = side / 2 * size / (size - 2 * context)
    source = np.clip(np.stack([centre - half, centre + half]), 0, [width, height])
    target = (source - centre) / half * size / 2 + size / 2
    return source.ravel(), target.ravel()


@crop_with_context.right
def crop_with_context_by_cutting_the_crop(box, size, context, height, width):
    inner = size - 2 * context
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context / inner * extent * np.array([-1, -1, 1, 1])
    limit = np.array([width, height, width, height])
    source = np.minimum(np.maximum(wanted, 0), limit)
    target = np.array([0.0, 0.0, size, size]) + (source - wanted) * inner / extent
    return source, target


@crop_with_context.wrong(
    "The context is measured in pixels of the crop; in the image it is as many pixels as the "
    "crop's pixels are wide there, w / (S − 2p) for each"
)
def crop_with_context_in_image_pixels(box, size, context, height, width):
    limit = np.array([width, height, width, height])
    wanted = box + context * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, limit)
    scale = np.tile(size / (wanted[2:] - wanted[:2]), 2)
    return source, (source - np.tile(wanted[:2], 2)) * scale


@crop_with_context.wrong(
    "There is context on both sides: the box itself is S − 2p pixels wide in the crop, not S − p"
)
def crop_with_context_on_one_side(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    scale = (size - context) / extent
    wanted = box + context / scale * np.array([-1, -1, 1, 1]) / 2
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, (source - np.tile(wanted[:2], 2)) * scale


@crop_with_context.wrong(
    "Divide by S − 2p, not by S: the box is to be S − 2p pixels wide in the crop, so one pixel of "
    "the crop is w / (S − 2p) pixels of the image"
)
def crop_with_context_divided_by_size(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context * extent / size * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    scale = np.tile(size / (wanted[2:] - wanted[:2]), 2)
    return source, (source - np.tile(wanted[:2], 2)) * scale


@crop_with_context.wrong(
    "x and y have scales of their own: R-CNN stretches the box to a square, whatever its shape"
)
def crop_with_context_with_one_scale(box, size, context, height, width):
    extent = max(box[2] - box[0], box[3] - box[1])
    centre = (box[:2] + box[2:]) / 2
    half = extent / 2 * size / (size - 2 * context)
    wanted = np.concatenate([centre - half, centre + half])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, (source - np.tile(wanted[:2], 2)) * (size - 2 * context) / extent


@crop_with_context.wrong(
    "Clip the source to the image: there are no pixels outside, and the crop is filled there with "
    "the mean colour"
)
def crop_with_context_without_clipping(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context / (size - 2 * context) * extent * np.array([-1, -1, 1, 1])
    return wanted, np.array([0.0, 0.0, size, size])


@crop_with_context.wrong("Clip x at the width of the image and y at its height, not vice versa")
def crop_with_context_with_sides_swapped(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    scale = (size - 2 * context) / extent
    wanted = box + context / scale * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([height, width, height, width]))
    return source, (source - np.tile(wanted[:2], 2)) * scale


@crop_with_context.wrong(
    "If a part of the source is cut off, the rest does not fill the crop: it stays where it would "
    "be, at the same scale"
)
def crop_with_context_stretched(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context / (size - 2 * context) * extent * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, np.array([0.0, 0.0, size, size])


@crop_with_context.wrong(
    "What is missing at the left or above moves the target: measure it from the corner of the "
    "enlarged box before it was clipped"
)
def crop_with_context_pushed_to_the_corner(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    scale = (size - 2 * context) / extent
    wanted = box + context / scale * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, (source - np.tile(source[:2], 2)) * scale


@crop_with_context.wrong(
    "Cut the enlarged box off at the border, do not push it back into the image: the object would "
    "no longer be in the middle of the crop"
)
def crop_with_context_moved_inside(box, size, context, height, width):
    extent = box[2:] - box[:2]
    low = box[:2] - context / (size - 2 * context) * extent
    side = extent * size / (size - 2 * context)
    low = np.maximum(np.minimum(low, np.array([width, height]) - side), 0)
    source = np.clip(np.concatenate([low, low + side]), 0, [width, height, width, height])
    return source, np.array([0.0, 0.0, size, size])


@crop_with_context.wrong(
    "The target is where the clipped source lands in the crop, context included, not where the box "
    "itself does"
)
def crop_with_context_target_of_the_box(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context / (size - 2 * context) * extent * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, np.array([context, context, size - context, size - context])


@crop_with_context.wrong(
    "The target is measured in pixels of the crop: multiply what is cut off in the image by "
    "(S − 2p) / w, or (S − 2p) / h"
)
def crop_with_context_target_in_image_pixels(box, size, context, height, width):
    extent = np.tile(box[2:] - box[:2], 2)
    wanted = box + context / (size - 2 * context) * extent * np.array([-1, -1, 1, 1])
    source = np.clip(wanted, 0, np.array([width, height, width, height]))
    return source, np.array([0.0, 0.0, size, size]) + source - wanted


# --- roi_pool (find the bug) -------------------------------------------------------------------

roi_pool = Question("roi_pool", {"whole bins": 1, "crooked bins": 1, "rounding": 1, "few cells": 1})


def pool_case(check, cells, bins, box, stride=8, channels=2, hidden=False) -> None:
    """Adds a case.

    Args:
        check: the check it belongs to.
        cells: rows and columns of the map.
        bins: bins in each direction.
        box: corners in cells; fractions of a cell are allowed.
        stride: pixels per cell.
        channels: of the map.
        hidden: whether students may not see it.
    """
    features = normal(*cells, channels) - 0.5
    roi_pool.case(check, features, np.array(box, float) * stride, stride, bins, hidden=hidden)


pool_case("whole bins", (6, 8), 2, [2, 1, 5, 4], channels=1)
pool_case("whole bins", (8, 9), 3, [1, 2, 6, 7], 16)
pool_case("crooked bins", (6, 8), 3, [0, 1, 6, 5], channels=1)
pool_case("crooked bins", (9, 7), 2, [1, 0, 5, 8])
pool_case("rounding", (8, 8), 2, [1.4, 0.75, 4.4, 5.6])
pool_case("rounding", (7, 9), 2, [2.5, 1.5, 7.5, 4.5], 4)
pool_case("few cells", (6, 6), 3, [1, 2, 2, 3])
pool_case("few cells", (5, 6), 2, [4.1, 2.2, 4.4, 2.3], 32)
pool_case("few cells", (6, 7), 4, [3, 0, 5, 2])
pool_case("whole bins", (16, 20), 7, [3, 1, 16, 14], 16, 3, hidden=True)
pool_case("whole bins", (5, 4), 1, [0, 0, 3, 4], hidden=True)
pool_case("crooked bins", (14, 22), 7, [2, 1, 19, 11], 16, hidden=True)
pool_case("crooked bins", (13, 12), 4, [1, 2, 10, 12], hidden=True)
pool_case("crooked bins", (10, 17), 5, [3, 0, 15, 8], 4, 4, hidden=True)
pool_case("rounding", (12, 15), 3, [2.3, 1.9, 10.2, 9.45], 16, hidden=True)
pool_case("rounding", (9, 9), 2, [0.5, 2.5, 5.5, 7.5], 2, hidden=True)
pool_case("few cells", (8, 8), 7, [4, 1, 6, 5], hidden=True)
pool_case("few cells", (8, 10), 6, [5.2, 3.3, 5.4, 6.6], 16, 3, hidden=True)
pool_case("few cells", (6, 6), 3, [4.3, 5.2, 4.45, 5.3], 8, hidden=True)


@roi_pool.oracle
def roi_pool_cell_by_cell(features, box, stride, bins):
    def nearest(value):
        return math.floor(Fraction(float(value)) / stride + Fraction(1, 2))

    x0, y0, x1, y1 = map(nearest, box)
    width, height = x1 - x0 + 1, y1 - y0 + 1

    def maximum(i, j, channel):
        values = []
        for row in range(height):
            for column in range(width):  # does this cell share an area with the bin?
                y_shared = row * bins < (i + 1) * height and (row + 1) * bins > i * height
                x_shared = column * bins < (j + 1) * width and (column + 1) * bins > j * width
                if y_shared and x_shared:
                    values.append(float(features[y0 + row, x0 + column, channel]))
        return max(values)

    shape = (bins, bins, features.shape[2])
    return np.array([maximum(*place) for place in np.ndindex(shape)]).reshape(shape)


@roi_pool.right
def roi_pool_by_slices(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1))
    return pooled


@roi_pool.right
def roi_pool_one_axis_after_the_other(features, box, stride, bins):
    corners = np.floor(np.asarray(box) / stride + 0.5).astype(int).tolist()
    result = features
    for axis in 1, 0:
        low = corners[1 - axis]
        length = corners[3 - axis] - low + 1
        parts = []
        for k in range(bins):
            cells = np.arange(k * length // bins, ((k + 1) * length + bins - 1) // bins)
            parts.append(result.take(low + cells, axis=axis).max(axis=axis))
        result = np.stack(parts, axis=axis)
    return result


@roi_pool.right
def roi_pool_by_masks(features, box, stride, bins):
    x0, y0, x1, y1 = (int(np.floor(n / stride + 0.5)) for n in box)
    region = features[y0 : y1 + 1, x0 : x1 + 1]

    def members(length):  # (bins, length)
        k, cell = np.arange(bins)[:, None], np.arange(length)
        return (cell * bins < (k + 1) * length) & ((cell + 1) * bins > k * length)

    rows, columns = members(region.shape[0]), members(region.shape[1])
    inside = rows[:, None, :, None, None] & columns[None, :, None, :, None]
    return np.where(inside, region, -np.inf).max(axis=(2, 3))


@roi_pool.wrong(
    "If the cells cannot be shared out evenly, the last rows and columns of the region are lost: "
    "the bin j ends at ⌈(j + 1) w / n⌉, and so the last bin ends where the region ends"
)
def roi_pool_with_equal_steps(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    step_x, step_y = max(width // bins, 1), max(height // bins, 1)
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        for j in range(bins):
            y, x = top + min(i * step_y, height - 1), left + min(j * step_x, width - 1)
            pooled[i, j] = features[y : y + step_y, x : x + step_x].max(axis=(0, 1))
    return pooled


@roi_pool.wrong(
    "The end of a bin is rounded up, not down: neighbouring bins may share a row or a column"
)
def roi_pool_rounding_ends_down(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = i * height // bins, (i + 1) * height // bins
        for j in range(bins):
            x0, x1 = j * width // bins, (j + 1) * width // bins
            bin_ = features[top + y0 : top + max(y1, y0 + 1), left + x0 : left + max(x1, x0 + 1)]
            pooled[i, j] = bin_.max(axis=(0, 1))
    return pooled


@roi_pool.wrong("A map is indexed by row and column: y comes first, then x")
def roi_pool_with_x_first(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[x0:x1, y0:y1].max(axis=(0, 1), initial=-100)
    return pooled


@roi_pool.wrong("The result is indexed by row and column too: bin (i, j) is the i-th row of bins")
def roi_pool_transposed(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[j, i] = features[y0:y1, x0:x1].max(axis=(0, 1))
    return pooled


@roi_pool.wrong("Take the maximum of a bin, not its mean")
def roi_pool_by_mean(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].mean(axis=(0, 1))
    return pooled


@roi_pool.wrong("The maximum of negative numbers is negative: do not start from 0")
def roi_pool_from_zero(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1), initial=0)
    return pooled


@roi_pool.wrong("Every channel has a maximum of its own: take it over rows and columns only")
def roi_pool_over_channels(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max()
    return pooled


@roi_pool.wrong(
    "Round the corners to the nearest line between cells, ⌊x / s + ½⌋; you have rounded them down"
)
def roi_pool_rounding_corners_down(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1))
    return pooled


@roi_pool.wrong(
    "Round halves up: np.round takes the even neighbour, so that 2.5 becomes 2; use np.floor(… + ½)"
)
def roi_pool_rounding_to_even(features, box, stride, bins):
    left, top, right, bottom = np.round(box / stride).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1))
    return pooled


@roi_pool.wrong(
    "The cells of both rounded corners belong to the region, so it has x₁ − x₀ + 1 columns"
)
def roi_pool_without_last_cell(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    width, height = max(right - left, 1), max(bottom - top, 1)
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1))
    return pooled


@roi_pool.wrong(
    "The box is measured in pixels of the image: divide it by the stride to find its cells"
)
def roi_pool_in_pixels(features, box, stride, bins):
    left, top, right, bottom = np.floor(box + 0.5).astype(int)
    width, height = right - left + 1, bottom - top + 1
    pooled = np.zeros((bins, bins, features.shape[2]))
    for i in range(bins):
        y0, y1 = top + i * height // bins, top - (-(i + 1) * height // bins)
        for j in range(bins):
            x0, x1 = left + j * width // bins, left - (-(j + 1) * width // bins)
            pooled[i, j] = features[y0:y1, x0:x1].max(axis=(0, 1), initial=-100)
    return pooled


@roi_pool.wrong(
    "np.array_split makes the first parts larger, and parts without a cell where there are not "
    "enough: use the two formulas for the first and the last cell of a bin"
)
def roi_pool_by_array_split(features, box, stride, bins):
    left, top, right, bottom = np.floor(box / stride + 0.5).astype(int)
    region = features[top : bottom + 1, left : right + 1]
    rows = [
        [part.max(axis=(0, 1), initial=-100) for part in np.array_split(row, bins, axis=1)]
        for row in np.array_split(region, bins, axis=0)
    ]
    return np.array(rows)


# --- fast_rcnn_loss ----------------------------------------------------------------------------

fast_rcnn_loss = Question(
    "fast_rcnn_loss", {"one region": 1, "several regions": 2, "background": 1}
)


def loss_case(check, labels, classes, weight=1.0, scale=1.0, logit_scale=2.0, hidden=False):
    """Adds a case with random logits, deltas and targets.

    Args:
        check: the check it belongs to.
        labels: the class of each region, 0 for background.
        classes: K, without background.
        weight: of the box term.
        scale: of the errors of the deltas.
        logit_scale: of the logits.
        hidden: whether students may not see it.
    """
    logits = normal(len(labels), classes + 1, scale=logit_scale)
    deltas, targets = normal(len(labels), 4 * classes, scale=scale), normal(len(labels), 4)
    fast_rcnn_loss.case(check, logits, deltas, np.array(labels), targets, weight, hidden=hidden)


fast_rcnn_loss.case(
    "one region",
    np.array([[0.0, 2.0, 1.0]]),
    np.array([[0.5, -1.0, 0.25, 3.0, 9.0, 9.0, 9.0, 9.0]]),
    np.array([1]),
    np.array([[0.25, -0.5, 0.25, 0.5]]),
    1.0,
)
loss_case("one region", [3], 3, scale=2.0)
loss_case("several regions", [1, 2, 2], 2)
loss_case("several regions", [4, 1, 3, 1], 4, 3.0, 2.0)
loss_case("background", [0, 2, 0, 1, 0], 2, 2.0)
loss_case("background", [0, 0, 3], 3, 0.5, 2.0)
loss_case("background", [0, 0], 2, logit_scale=900.0)
loss_case("one region", [2], 5, 2.0, 0.3, hidden=True)
loss_case("one region", [1], 1, 1.0, 4.0, hidden=True)
loss_case("several regions", [6, 2, 1, 5, 3, 4, 6], 6, 1.5, hidden=True)
loss_case("several regions", [1, 1, 1], 1, 0.5, 3.0, logit_scale=500.0, hidden=True)
loss_case("background", [0] * 9 + [2, 5, 1], 7, 1.0, 1.5, hidden=True)
loss_case("background", [0], 4, 10.0, hidden=True)
loss_case("background", [3, 0, 0, 1], 3, 0.25, 2.0, logit_scale=2000.0, hidden=True)


@fast_rcnn_loss.oracle
def fast_rcnn_loss_number_by_number(logits, deltas, labels, targets, weight):
    terms = []
    for n, u in enumerate(labels.tolist()):
        row = [float(z) for z in logits[n]]
        top = max(row)
        terms.append(top + math.log(math.fsum(math.exp(z - top) for z in row)) - row[u])
        if u == 0:
            continue
        for i in range(4):
            error = abs(float(deltas[n, 4 * (u - 1) + i]) - float(targets[n, i]))
            terms.append(weight * (error * error / 2 if error < 1 else error - 0.5))
    return math.fsum(terms) / len(labels)


@fast_rcnn_loss.right
def fast_rcnn_loss_by_picking(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    cross_entropy = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.right
def fast_rcnn_loss_by_loop(logits, deltas, labels, targets, weight):
    loss = 0.0
    for z, t, u, v in zip(logits, deltas, labels, targets, strict=True):
        loss += np.logaddexp.reduce(z) - z[u]
        if u > 0:
            error = np.abs(t[4 * u - 4 : 4 * u] - v)
            loss += weight * np.sum(np.minimum(error, 1) * (error - np.minimum(error, 1) / 2))
    return loss / len(labels)


@fast_rcnn_loss.right
def fast_rcnn_loss_with_one_hot(logits, deltas, labels, targets, weight):
    regions, outputs = logits.shape
    one_hot = np.eye(outputs)[labels]
    log_sum = np.logaddexp.reduce(logits, axis=1)
    class_loss = log_sum.sum() - (one_hot * logits).sum()
    error = deltas.reshape(regions, outputs - 1, 4) - targets[:, None]
    quadratic = np.clip(error, -1, 1)
    smooth = (quadratic * error - quadratic**2 / 2).sum(axis=2)
    return (class_loss + weight * (one_hot[:, 1:] * smooth).sum()) / regions


@fast_rcnn_loss.wrong(
    "Background has no box: the box term counts only where the label is at least 1"
)
def fast_rcnn_loss_with_background_boxes(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean(cross_entropy + weight * smooth)


@fast_rcnn_loss.wrong(
    "Background is a class too, number 0: its regions have no box term, but they do have a class "
    "term"
)
def fast_rcnn_loss_without_background(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean((labels > 0) * (cross_entropy + weight * smooth))


@fast_rcnn_loss.wrong(
    "There are no deltas for background, so the four of class u begin at column 4 (u − 1)"
)
def fast_rcnn_loss_one_class_too_far(logits, deltas, labels, targets, weight):
    loss = 0.0
    for z, t, u, v in zip(logits, deltas, labels, targets, strict=True):
        loss += np.logaddexp.reduce(z) - z[u]
        if u > 0:
            error = np.abs(np.resize(t[4 * u : 4 * u + 4], 4) - v)
            loss += weight * np.sum(np.where(error < 1, 0.5 * error**2, error - 0.5))
    return loss / len(labels)


@fast_rcnn_loss.wrong(
    "The four numbers of a class stand side by side, class after class: reshape to (R, K, 4), not "
    "to (R, 4, K)"
)
def fast_rcnn_loss_with_columns_by_coordinate(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), 4, -1)[rows, :, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong(
    "Take the deltas of the true class, not those of the class that the network would choose"
)
def fast_rcnn_loss_of_predicted_class(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    predicted = logits[:, 1:].argmax(axis=1)
    error = np.abs(deltas.reshape(len(labels), -1, 4)[rows, predicted] - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong(
    "Only the deltas of the true class learn from a region; those of the other classes are free"
)
def fast_rcnn_loss_of_all_classes(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    error = np.abs(deltas.reshape(len(labels), -1, 4) - targets[:, None])
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=(1, 2))
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong("Divide by the number of regions")
def fast_rcnn_loss_summed(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.sum(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong(
    "Divide both terms by the number of all regions: the box term is not a mean over the objects"
)
def fast_rcnn_loss_with_mean_over_objects(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    objects = labels > 0
    return np.mean(cross_entropy) + weight * np.sum(objects * smooth) / max(1, objects.sum())


@fast_rcnn_loss.wrong("The four errors of a box are summed, not averaged")
def fast_rcnn_loss_with_mean_of_four(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).mean(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong("Near 0 the smooth L1 loss is half the square of the error; this is plain L1")
def fast_rcnn_loss_with_plain_l1(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets).sum(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * error)


@fast_rcnn_loss.wrong(
    "From an error of 1 on the smooth L1 loss grows along a line, |e| − ½; with the square one bad "
    "box would rule the gradient"
)
def fast_rcnn_loss_with_squares(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = ((own - targets) ** 2).sum(axis=1) / 2
    return np.mean(cross_entropy + weight * (labels > 0) * error)


@fast_rcnn_loss.wrong(
    "The two pieces of the smooth L1 loss must meet at 1: ½ e² below, |e| − ½ above"
)
def fast_rcnn_loss_with_a_jump(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error).sum(axis=1)
    return np.mean(cross_entropy + weight * (labels > 0) * smooth)


@fast_rcnn_loss.wrong("The weight λ belongs to the box term alone")
def fast_rcnn_loss_with_everything_weighted(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    cross_entropy = np.logaddexp.reduce(logits, axis=1) - logits[rows, labels]
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return weight * np.mean(cross_entropy + (labels > 0) * smooth)


@fast_rcnn_loss.wrong(
    "e to the power of a large logit is infinite: take the row's greatest logit away first, or use "
    "np.logaddexp.reduce"
)
def fast_rcnn_loss_with_overflow(logits, deltas, labels, targets, weight):
    rows = np.arange(len(labels))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    own = deltas.reshape(len(labels), -1, 4)[rows, np.maximum(labels - 1, 0)]
    error = np.abs(own - targets)
    smooth = np.where(error < 1, 0.5 * error**2, error - 0.5).sum(axis=1)
    return np.mean(-np.log(p[rows, labels]) + weight * (labels > 0) * smooth)


QUESTIONS = [region_similarity, group_regions, crop_with_context, roi_pool, fast_rcnn_loss]
