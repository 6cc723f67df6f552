"""Selective search (Uijlings, van de Sande, Gevers & Smeulders 2013): boxes that may hold objects.

Legend: H, W image size, R regions to begin with, F = 75 + 240 numbers that describe a region,
P proposals. A *strategy* is one segmentation and one set of measures of similarity.

All regions that occur while neighbours are joined, the most similar first, are candidates, from
the smallest to the whole picture; the box around each is a proposal. Nothing is learnt: NumPy.
"""

import numpy as np

from course.ops.graph_segmentation import graph_segmentation

STRATEGIES = (  # colour space, scale of the segmentation, measures; the paper's "fast" has eight
    ("hsv", 50, "CTSF"),
    ("lab", 50, "CTSF"),
    ("lab", 50, "TSF"),
)
COLOUR_BINS, TEXTURE_BINS, DIRECTIONS = 25, 10, 8


def selective_search(
    image, strategies=STRATEGIES, min_side=12, max_outputs=200, seed=0, segment=graph_segmentation
):
    """Propose boxes (lecture 11).

    The boxes of each strategy are ranked by their place in the hierarchy, the whole picture first,
    times a random number (section 4.3 of the paper); of equal boxes the best rank counts.

    Args:
        image: uint8 array [H, W, 3].
        strategies: triples of a colour space (``"rgb"``, ``"lab"``, ``"hsv"``), a scale and the
            measures, letters out of ``"CTSF"``: colour, texture, size, fill.
        min_side: boxes with a shorter side are dropped, in pixels.
        max_outputs: largest P.
        seed: of the random numbers.
        segment: function (image, scale) → regions [H, W]; by default ours, and
            ``skimage.segmentation.felzenszwalb`` where time matters.

    Returns:
        float32 array [P, 4], xyxy pixels, the best rank first.
    """
    rng, boxes, ranks = np.random.default_rng(seed), [], []
    regions = {}
    for space, scale, measures in strategies:
        if (space, scale) not in regions:
            pixels = colour_space(image, space)
            regions[space, scale] = describe_regions(pixels, segment(pixels, scale))
        found = group_regions(*regions[space, scale], image.shape[:2], measures)  # [2R − 1, 4]
        boxes.append(found)
        ranks.append(np.arange(len(found), 0, -1) * rng.random(len(found)))
    boxes, ranks = np.concatenate(boxes), np.concatenate(ranks)
    large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= min_side
    boxes = boxes[large][np.argsort(ranks[large])]
    first = np.sort(np.unique(boxes, axis=0, return_index=True)[1])
    return boxes[first[:max_outputs]].astype("float32")


def colour_space(image, space):
    """Convert an image to another colour space, scaled to [0, 1] (lecture 11).

    Args:
        image: uint8 array [H, W, 3], RGB.
        space: ``"rgb"``, ``"lab"`` or ``"hsv"``.

    Returns:
        float64 array [H, W, 3].

    Raises:
        ValueError: if there is no such space.
    """
    from skimage import color  # heavy, and only selective search needs it

    if space == "lab":
        low, high = np.array([0, -128, -128]), np.array([100, 127, 127])
        return np.clip((color.rgb2lab(image) - low) / (high - low), 0, 1)
    if space not in ("rgb", "hsv"):
        raise ValueError(f"There is no colour space {space!r} here; choose rgb, lab or hsv.")
    return color.rgb2hsv(image) if space == "hsv" else image / 255


def describe_regions(pixels, labels):
    """Describe regions by histograms, sizes and boxes, and find the neighbours (lecture 11).

    Colour: 25 bins for each channel. Texture: for each channel and eight directions 10 bins of the
    Gaussian derivative (σ = 1). Each half of the histograms sums to 1 (section 3.2 of the paper).

    Args:
        pixels: float array [H, W, 3] in [0, 1].
        labels: int array [H, W]: regions 0 … R − 1.

    Returns:
        histograms float64 [R, F], sizes float64 [R] in pixels, boxes float64 [R, 4] xyxy, and
        neighbours bool [R, R].
    """
    count, size = labels.max() + 1, np.bincount(labels.ravel()).astype("float64")
    texture = directional_derivatives(pixels)
    parts = []
    for values, bins in ((pixels, COLOUR_BINS), (texture, TEXTURE_BINS)):
        channels = values.shape[-1]
        places = np.minimum((values * bins).astype("int64"), bins - 1) + bins * np.arange(channels)
        places += labels[..., None] * (channels * bins)
        table = np.bincount(places.ravel(), minlength=count * channels * bins)
        parts.append(table.reshape(count, -1) / (size[:, None] * channels))
    return np.concatenate(parts, axis=1), size, _boxes_of(labels), _neighbours(labels)


def directional_derivatives(pixels):
    """How fast every channel rises in each of eight directions, 0 where it falls (lecture 11).

    Args:
        pixels: float array [H, W, C] in [0, 1].

    Returns:
        float64 array [H, W, 8·C] in [0, 1]; 1 is the steepest possible edge.
    """
    from scipy.ndimage import gaussian_filter

    x, y = (gaussian_filter(pixels, (1, 1, 0), order) for order in ((0, 1, 0), (1, 0, 0)))
    angles = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
    rises = [np.maximum(np.cos(a) * x + np.sin(a) * y, 0) for a in angles]
    return np.minimum(np.concatenate(rises, axis=-1) * np.sqrt(2 * np.pi), 1)


def group_regions(histograms, size, boxes, neighbours, image_size, measures="CTSF"):
    """Join the two most similar neighbours until one region is left (lecture 11).

    Algorithm 1 of the paper. The joined region takes the place of one of the two, so tables keep
    their size; its histogram is the mean of both, weighted by size, and never counted again.

    Args:
        histograms, size, boxes, neighbours: of R regions, as ``describe_regions`` gives them.
        image_size: (H, W).
        measures: letters out of ``"CTSF"``, whose similarities are added up.

    Returns:
        float64 array [2R − 1, 4], xyxy: the boxes of the R regions, then in the order of joining.
    """
    histograms, size, boxes, neighbours = (
        np.array(x) for x in (histograms, size, boxes, neighbours)
    )
    found, count = list(boxes.copy()), len(boxes)
    table = np.full((count, count), -np.inf)
    state = histograms, size, boxes, np.prod(image_size), measures
    for i in range(count):
        others = np.flatnonzero(neighbours[i])
        table[i, others] = similarity(i, others, *state)
    for _ in range(count - 1):
        i, j = divmod(int(table.argmax()), count)
        share = size[i] / (size[i] + size[j])
        histograms[i] = share * histograms[i] + (1 - share) * histograms[j]
        size[i] += size[j]
        boxes[i] = _around(boxes[i], boxes[j])
        found.append(boxes[i].copy())
        neighbours[i] |= neighbours[j]
        neighbours[i, [i, j]] = False
        neighbours[:, j] = neighbours[j] = False
        neighbours[:, i] = neighbours[i]
        table[[i, j]] = table[:, [i, j]] = -np.inf
        others = np.flatnonzero(neighbours[i])
        table[i, others] = table[others, i] = similarity(i, others, *state)
    return np.array(found)


def similarity(i, others, histograms, size, boxes, whole, measures):
    """How well a region goes with others, by the measures asked for (lecture 11).

    Colour and texture: the intersection of histograms. Size: small regions first, so that all parts
    of the picture grow alike. Fill: regions that leave no holes in the box around both
    (equations 1 to 4 of the paper, section 3.2).

    Args:
        i: number of a region.
        others: int array [M], numbers of regions.
        histograms, size, boxes: of all regions, as ``describe_regions`` gives them.
        whole: pixels of the picture.
        measures: letters out of ``"CTSF"``.

    Returns:
        float64 array [M], from 0 to the number of measures.
    """
    colours = 3 * COLOUR_BINS
    both = size[i] + size[others]
    total = np.zeros(len(others))
    for letter, part in (("C", slice(colours)), ("T", slice(colours, None))):
        if letter in measures:
            total += np.minimum(histograms[i, part], histograms[others, part]).sum(axis=1)
    if "S" in measures:
        total += 1 - both / whole
    if "F" in measures:
        hull = _around(boxes[i], boxes[others])
        total += 1 - ((hull[..., 2] - hull[..., 0]) * (hull[..., 3] - hull[..., 1]) - both) / whole
    return total


def _around(box, others):
    """The smallest box around two."""
    return np.concatenate(
        [np.minimum(box[..., :2], others[..., :2]), np.maximum(box[2:], others[..., 2:])], axis=-1
    )


def _boxes_of(labels):
    from scipy.ndimage import find_objects

    return np.array(
        [(x.start, y.start, x.stop, y.stop) for y, x in find_objects(labels + 1)], float
    )


def _neighbours(labels):
    """Which regions touch, to the side or above: bool [R, R]."""
    count = labels.max() + 1
    touch = np.zeros((count, count), bool)
    for a, b in ((labels[:, 1:], labels[:, :-1]), (labels[1:], labels[:-1])):
        touch[a, b] = touch[b, a] = True
    touch[np.arange(count), np.arange(count)] = False
    return touch
