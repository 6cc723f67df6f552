"""OverFeat: classify and localise at every window of a coarse grid, at several scales, and merge.

Sermanet, Eigen, Zhang, Mathieu, Fergus & LeCun 2014, sections 3.3, 4 and 5.
Legend: B pictures of side L; S scales: a picture is resized to each of the S sides; h, w map size;
C channels; a window is n×n cells of a map, and cells are ``STRIDE`` pixels apart; A windows of all
scales, ordered by scale, row, column; K classes, class K is background. Boxes are xyxy in pixels
of the picture, whatever the scale.

Deviations from the paper: the features are EfficientNet-Lite0's at stride 16, frozen, and no finer
grid is made by shifting the last pooling (section 3.3); one box for all classes instead of one for
each; a window learns an object by its overlap with the square around it, because our objects are of
all shapes; ``merge`` reads the match score as the authors must have meant it, and weighs means.
"""

import keras
import numpy as np
from keras import layers, ops

from course.models.convolutional import convolutional
from course.ops import centre_and_size, clip_boxes, match, pairwise_iou

STRIDE = 16
CHANNELS = 112  # of P4


def windows(sides, length, cells=3):
    """List the windows of all scales (lecture 08).

    Args:
        sides: S sides that the picture is resized to, multiples of 16.
        length: side L of the picture in pixels.
        cells: side n of a window in cells.

    Returns:
        float32 array [A, 4], xyxy pixels of the picture.

    Raises:
        ValueError: if a side is no multiple of the stride, or smaller than a window.
    """
    if wrong := [side for side in sides if side % STRIDE or side < cells * STRIDE]:
        raise ValueError(
            f"sides={wrong}; give multiples of {STRIDE} from {cells * STRIDE} on, "
            f"the size of a window of {cells} cells."
        )
    grids = []
    for side in sides:
        places = side // STRIDE - cells + 1
        y, x = np.indices((places, places)).reshape(2, -1)
        corners = np.stack([x, y, x + cells, y + cells], axis=-1)
        grids.append(corners * STRIDE * length / side)
    return np.concatenate(grids).astype("float32")


def feature_maps(backbone, images, sides, batch_size=50):
    """Resize pictures to every side and compute their features, once for all (lecture 08).

    Args:
        backbone: ``efficientnet_lite0_pyramid(("P4",), input_shape=(None, None, 3))``.
        images: array [B, L, L, 3] in 0–255.
        sides: S sides, multiples of 16.
        batch_size: pictures at a time.

    Returns:
        dict side → float32 array [B, side/16, side/16, C].
    """
    maps = {side: [] for side in sides}
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size].astype("float32")
        for side, parts in maps.items():
            resized = ops.image.resize(batch, (side, side), antialias=True)
            parts.append(backbone.predict_on_batch(resized)["P4"])
    return {side: np.concatenate(parts) for side, parts in maps.items()}


def cut_windows(maps, cells=3):
    """Cut every window out of a batch of maps, as a classifier of crops would see it (lecture 08).

    Args:
        maps: array [B, h, w, C].
        cells: side n.

    Returns:
        array [B, Y·X, n, n, C], a view where NumPy can make one.
    """
    cut = np.lib.stride_tricks.sliding_window_view(maps, (cells, cells), axis=(1, 2))
    cut = np.moveaxis(cut, 3, -1)  # [B, Y, X, n, n, C]
    return cut.reshape(len(maps), -1, *cut.shape[3:])


def encode_edges(boxes, windows):
    """Express the four edges of a box in a window: 0 its left or upper edge, 1 its right or lower.

    Args:
        boxes, windows: float arrays [..., 4] that broadcast, xyxy pixels (lecture 08).

    Returns:
        float array [..., 4].
    """
    corner, side = windows[..., [0, 1, 0, 1]], windows[..., 2:3] - windows[..., 0:1]
    return (boxes - corner) / side


def decode_edges(edges, windows):
    """Turn edges in windows back into boxes, the inverse of ``encode_edges`` (lecture 08).

    Args:
        edges, windows: float arrays [..., 4] that broadcast.

    Returns:
        float array [..., 4], xyxy pixels.
    """
    corner, side = windows[..., [0, 1, 0, 1]], windows[..., 2:3] - windows[..., 0:1]
    return corner + edges * side


def assign(boxes, classes, windows, high=0.5, low=0.35):
    """Decide which object each window holds (lecture 08).

    A window is compared with the smallest square around an object.

    Args:
        boxes: float [B, N, 4], xyxy pixels.
        classes: int [B, N], −1 for padding.
        windows: float [A, 4], as ``windows`` gives them.
        high: the window holds the object from this IoU on.
        low: it is background below this IoU; between the two it is left out.

    Returns:
        int32 array [B, A]: index of the object, −1 background, −2 left out.
    """
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    half = np.max(boxes[..., 2:] - boxes[..., :2], axis=-1, keepdims=True) / 2
    squares = np.concatenate([centre - half, centre + half], axis=-1).astype("float32")
    overlaps = pairwise_iou(windows, squares)  # [B, A, N]
    return ops.convert_to_numpy(match(overlaps, classes >= 0, high, low, force=False))


def heads(num_classes, cells=3, hidden=128):
    """Build a classifier and a box regressor of windows, side by side (lecture 08).

    They share nothing but the window, so one can be trained after the other, as in the paper. The
    regressor begins at edges 0; started at random, it would keep much of its start.

    Args:
        num_classes: K.
        cells: side n.
        hidden: units of the hidden layer of each head.

    Returns:
        ``keras.Model``: windows [B, n, n, C] → dict of ``kind``, logits [B, K + 1], the last one
        background, and ``box``, edges [B, 4].
    """
    window = keras.Input((cells, cells, CHANNELS), name="window")
    kind = _head(window, "kind", num_classes + 1, hidden, 0.5)
    return keras.Model(
        window, {"kind": kind, "box": _head(window, "box", 4, hidden, 0.1, "zeros")}, name="heads"
    )


def _head(x, name, units, hidden, dropout, initializer="glorot_uniform"):
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    x = layers.Flatten(name=f"{name}_flatten")(x)  # n·n·C
    x = layers.Dropout(dropout, name=f"{name}_dropout1")(x)
    x = layers.Dense(hidden, "relu", name=f"{name}_hidden")(x)
    x = layers.Dropout(dropout, name=f"{name}_dropout2")(x)
    return layers.Dense(units, kernel_initializer=initializer, name=name)(x)


def sweep(heads, maps, length, batch_size=100):
    """Slide both heads over the maps of all scales: the candidates (lecture 08).

    Args:
        heads: trained ``heads``.
        maps: dict side → array [B, h, w, C], the feature maps of each scale.
        length: side L of the picture in pixels.
        batch_size: pictures at a time.

    Returns:
        float32 arrays: boxes [B, A, 4], xyxy pixels inside the picture, and scores [B, A, K],
        probabilities with the background left out.
    """
    sliding, cells = convolutional(heads), heads.input_shape[1]
    boxes, scores = [], []
    for side, grid in maps.items():
        answers = sliding.predict(grid, batch_size=batch_size, verbose=0)
        edges = answers["box"].reshape(len(grid), -1, 4)  # [B, Y·X, 4]
        found = clip_boxes(decode_edges(edges, windows([side], length, cells)), length, length)
        logits = answers["kind"].reshape(*edges.shape[:2], -1)
        boxes.append(ops.convert_to_numpy(found))
        scores.append(ops.convert_to_numpy(ops.softmax(logits))[..., :-1])
    return np.concatenate(boxes, axis=1), np.concatenate(scores, axis=1)


def candidates(boxes, scores, min_score=0.1):
    """List every pair of a window and a class with a good score, picture by picture (lecture 08).

    Args:
        boxes: array [B, A, 4], as ``sweep`` gives it.
        scores: array [B, A, K].
        min_score: pairs with a greater score are listed.

    Returns:
        list of B triples: boxes [N, 4], scores [N] and classes [N].
    """
    found = []
    for own, score in zip(boxes, scores, strict=True):
        window, kind = np.nonzero(score > min_score)
        found.append((own[window], score[window, kind], kind))
    return found


def merge(boxes, scores, classes, threshold=0.7):
    """Merge the boxes of one picture greedily, instead of suppressing them (lecture 08).

    Section 4.3: of all pairs, take that with the least match score; stop if it is above a
    threshold; else put one box in their place. Scores add up: many windows that agree are worth
    more than one that is sure. The paper's match score is “the sum of the distance between centers
    … and the intersection area”, which would be *smallest* for boxes without intersection; ours is
    the distance of the centres in mean sides, plus 1 − IoU.

    Args:
        boxes: float [N, 4], xyxy pixels.
        scores: float [N].
        classes: int [N]; only boxes of one class are merged.
        threshold: greatest match score of a pair that is merged.

    Returns:
        boxes [M, 4], each the mean of its windows' boxes; scores [M], their sums, so above 1 at
        times; classes [M]; by falling score.
    """
    boxes, scores = np.array(boxes, "float64"), np.array(scores, "float64")
    classes, votes = np.asarray(classes), np.ones(len(boxes))
    cost = _match_score(boxes, boxes)  # [N, N], ∞ for pairs that cannot be merged
    cost[(classes[:, None] != classes) | np.eye(len(boxes), dtype=bool)] = np.inf
    while cost.min(initial=np.inf) <= threshold:
        i, j = np.unravel_index(cost.argmin(), cost.shape)
        boxes[i] = (votes[i] * boxes[i] + votes[j] * boxes[j]) / (votes[i] + votes[j])
        scores[i], votes[i], votes[j] = scores[i] + scores[j], votes[i] + votes[j], 0
        cost[j], cost[:, j] = np.inf, np.inf  # j is gone
        partners = np.flatnonzero(np.isfinite(cost[i]))
        cost[i, partners] = cost[partners, i] = _match_score(boxes[[i]], boxes[partners])
    left = np.flatnonzero(votes)
    left = left[np.argsort(-scores[left], kind="stable")]
    return boxes[left], scores[left], classes[left]


def _match_score(a, b):
    """Distance of the centres in mean sides, plus 1 − IoU: [N, 4], [M, 4] → [N, M]."""
    (centre_a, size_a), (centre_b, size_b) = centre_and_size(a), centre_and_size(b)
    area_a, area_b = size_a.prod(axis=1)[:, None] + 1e-6, size_b.prod(axis=1) + 1e-6  # never 0
    distance = np.linalg.norm(centre_a[:, None] - centre_b, axis=-1)
    sides = (np.sqrt(area_a) + np.sqrt(area_b)) / 2
    common = np.minimum(a[:, None, 2:], b[:, 2:]) - np.maximum(a[:, None, :2], b[:, :2])
    common = np.maximum(common, 0).prod(axis=-1)
    return distance / sides + 1 - common / (area_a + area_b - common)
