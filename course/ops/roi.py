"""Cutting regions of interest out of a feature map: RoIPool, RoIWarp, RoIAlign (lectures 11, 15).

Legend: B batch, R regions of a picture, H, W size of the map, C channels, s its stride in pixels,
P bins along each side of the result, S samples in a bin along each side.

All three lay P×P bins over the box and give one number per bin and channel. They differ in what
they round (column *box*: are its corners rounded to whole cells; *bins*: are those of the bins):

========= ============================== ======== ======== ==================================
function  paper                          box      bins     number of a bin
========= ============================== ======== ======== ==================================
roi_pool  Girshick 2015, section 2.1     rounded  rounded  maximum of its cells
roi_warp  Dai et al. 2016 (MNC)          rounded  exact    mean of S×S interpolated samples
roi_align He et al. 2017, section 3      exact    exact    mean of S×S interpolated samples
========= ============================== ======== ======== ==================================

Bilinear interpolation is a product of one factor for the row and one for the column, and so is the
mean over a grid of samples. Hence two small matrices per region, rows [P, H] and columns [P, W],
hold everything, and the region is rows · map · columnsᵀ: no gather, no loop, any backend.
"""

import itertools
import math

from keras import ops

from course.ops.boxes import area


def roi_align(features, boxes, size, stride, samples=2):
    """Cut regions out of a map without rounding anything (lecture 15).

    He et al. 2017, section 3. The value of cell (i, j) stands at its middle, ((j + ½)s, (i + ½)s)
    in pixels, as with ``aligned=True`` in torchvision; the map continues beyond its border as at
    the border, one cell far, and is 0 beyond that.

    Args:
        features: float tensor [B, H, W, C].
        boxes: float tensor [B, R, 4], xyxy pixels of the image. No gradient flows into them.
        size: P, for example 7 for boxes and 14 for masks.
        stride: s, pixels of the image per cell.
        samples: S (paper: 2, "even with one it is nearly as effective").

    Returns:
        float tensor [B, R, P, P, C].

    Raises:
        ValueError: if the shapes do not fit, or ``size`` or ``samples`` is not positive.
    """
    boxes = _in_cells(features, boxes, size, stride, samples) - 0.5
    rows = interpolation_matrix(boxes[..., 1], boxes[..., 3], size, features.shape[1], samples)
    columns = interpolation_matrix(boxes[..., 0], boxes[..., 2], size, features.shape[2], samples)
    return _cut(rows, features, columns)


def pyramid_cut(maps, boxes, size, cut=roi_align, canonical=224.0, level=4):
    """Cut each region out of the map of a pyramid that suits its size (lecture 15).

    Lin et al. 2017a, equation 1: level ⌊k₀ + log₂(√(w·h) / 224)⌋, brought into the range that is
    there. So a region is 14 to 28 cells large where its level exists.

    Args:
        maps: dict of float tensors ``{"P3": [B, H/8, W/8, C], "P4": …}``.
        boxes: float tensor [B, R, 4], xyxy pixels.
        size: P.
        cut: ``roi_align``, ``roi_warp`` or ``roi_pool``.
        canonical: side in pixels of a square region that belongs to ``level``.
        level: k₀.

    Returns:
        float tensor [B, R, P, P, C].

    Raises:
        ValueError: as ``roi_align``.
    """
    numbers = sorted(int(name[1:]) for name in maps)
    cuts = {k: cut(maps[f"P{k}"], boxes, size, 2**k) for k in numbers}
    if len(numbers) == 1:
        return cuts[numbers[0]]
    side = ops.sqrt(ops.maximum(area(boxes), 1e-6))
    wanted = ops.floor(level + ops.log(side / canonical) / math.log(2) + 1e-6)
    wanted = ops.clip(wanted, numbers[0], numbers[-1])[..., None, None, None]
    return sum(ops.where(wanted == k, cuts[k], 0.0) for k in numbers)


def roi_warp(features, boxes, size, stride, samples=2):
    """Cut regions out of a map, their corners rounded to whole cells first (lecture 15).

    Dai et al. 2016, as He et al. 2017, section 3, sum it up: bilinear, but with the rounded region
    of RoIPool. Nothing else differs from ``roi_align`` here, so that the rounding can be judged.

    Args:
        features: float tensor [B, H, W, C].
        boxes: float tensor [B, R, 4], xyxy pixels of the image.
        size: P.
        stride: s.
        samples: S.

    Returns:
        float tensor [B, R, P, P, C].

    Raises:
        ValueError: as ``roi_align``.
    """
    x0, y0, x1, y1 = _rounded(_in_cells(features, boxes, size, stride, samples))
    x0, y0, x1, y1 = x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5  # cell i stands at i + ½
    rows = interpolation_matrix(y0, y1, size, features.shape[1], samples)
    columns = interpolation_matrix(x0, x1, size, features.shape[2], samples)
    return _cut(rows, features, columns)


def roi_pool(features, boxes, size, stride):
    """Take the maximum in each of P×P bins of whole cells (lecture 11).

    Girshick 2015, section 2.1, as in Caffe's layer: corners are rounded to cells, the last one is
    part of the region; bin p holds the rows from ⌊p·h/P⌋ to ⌈(p + 1)·h/P⌉, so that neighbouring
    bins may share cells. A bin outside of the map is 0. Bins differ in size, so no pooling layer
    can do it; but the maximum of any range is that of two overlapping ranges of 1, 2, 4, … cells,
    and those are computed once for the whole map.

    Args:
        features: float tensor [B, H, W, C].
        boxes: float tensor [B, R, 4], xyxy pixels of the image.
        size: P (paper: 7).
        stride: s.

    Returns:
        float tensor [B, R, P, P, C].

    Raises:
        ValueError: as ``roi_align``.
    """
    x0, y0, x1, y1 = _rounded(_in_cells(features, boxes, size, stride, 1))
    tables = _window_maxima(_window_maxima(features, 1), 3)  # [B, levels_x, levels_y, H, W, C]
    _, wide, high, height, width, channels = tables.shape
    level_y, rows, some_y = _windows(y0, y1, size, height)
    level_x, columns, some_x = _windows(x0, x1, size, width)
    picture = ops.arange(ops.shape(features)[0], dtype="int32")[:, None, None, None]
    table = (picture * wide + level_x[:, :, None]) * high + level_y[..., None]  # [B, R, P, P]
    cells, pooled = ops.reshape(tables, (-1, channels)), None
    for row, column in itertools.product(rows, columns):  # four windows cover a bin
        place = (table * height + row[..., None]) * width + column[:, :, None]
        corner = ops.take(cells, place, axis=0)  # [B, R, P, P, C]
        pooled = corner if pooled is None else ops.maximum(pooled, corner)
    inside = ops.logical_and(some_y[..., None], some_x[:, :, None])
    return ops.where(inside[..., None], pooled, 0.0)


def interpolation_matrix(start, end, size, length, samples=2):
    """Weights with which the cells along one axis enter the bins of regions (lecture 15).

    Args:
        start, end: float tensors [...], the region's borders in cells; cell i stands at i.
        size: P bins from start to end.
        length: number of cells.
        samples: S per bin, in the middles of S equal parts.

    Returns:
        float tensor [..., P, length]; a row adds up to 1 unless it lies outside.
    """
    steps = (ops.arange(size * samples, dtype="float32") + 0.5) / (size * samples)
    where = start[..., None] + (end - start)[..., None] * steps  # [..., P·S]
    inside = ops.logical_and(where >= -1.0, where <= length)
    weights = linear_weights(ops.clip(where, 0.0, length - 1.0), length)
    weights = weights * ops.cast(inside, "float32")[..., None]
    shape = (*ops.shape(weights)[:-2], size, samples, length)
    return ops.mean(ops.reshape(weights, shape), axis=-2)


def linear_weights(where, length):
    """How much of each cell of a line a place between them takes, max(0, 1 − distance).

    Args:
        where: float tensor [...], in cells; cell i stands at i.
        length: number of cells.

    Returns:
        float tensor [..., length].
    """
    return ops.relu(1.0 - ops.abs(where[..., None] - ops.arange(length, dtype="float32")))


def _cut(rows, features, columns):
    """Rows · map · columnsᵀ for each region: [B, R, P, P, C]."""
    bands = ops.einsum("brph,bhwc->brpwc", rows, features)
    return ops.matmul(columns[:, :, None], bands)  # six times as fast as the einsum, on a CPU


def _in_cells(features, boxes, size, stride, samples):
    """Check the arguments; pixels → cells, without gradient."""
    features, boxes = ops.convert_to_tensor(features), ops.convert_to_tensor(boxes)
    if len(features.shape) != 4 or len(boxes.shape) != 3 or boxes.shape[-1] != 4:
        raise ValueError(
            f"Regions need a map [B, H, W, C] and boxes [B, R, 4], xyxy pixels; got "
            f"{tuple(features.shape)} and {tuple(boxes.shape)}."
        )
    if not (size >= 1 and samples >= 1 and stride > 0):
        raise ValueError(
            f"Regions need size ≥ 1, samples ≥ 1 and stride > 0; got size={size}, "
            f"samples={samples} and stride={stride}."
        )
    return ops.stop_gradient(ops.cast(boxes, features.dtype)) / stride


def _rounded(boxes):
    """Corners of the nearest whole cells; the region ends behind its last cell."""
    x0, y0, x1, y1 = ops.unstack(ops.floor(boxes + 0.5), 4, axis=-1)
    return x0, y0, ops.maximum(x1 + 1.0, x0 + 1.0), ops.maximum(y1 + 1.0, y0 + 1.0)


def _window_maxima(x, axis):
    """Maxima of the 1, 2, 4, … values from each one on: [B, levels, …]; "sparse table" elsewhere.

    Windows that reach beyond the end are not used.
    """
    tables, step = [x], 1
    while 2 * step <= x.shape[axis]:
        rest = ops.split(tables[-1], [step], axis=axis)[1]
        padding = [(0, step if k == axis else 0) for k in range(len(x.shape))]
        tables.append(ops.maximum(tables[-1], ops.pad(rest, padding)))
        step *= 2
    return ops.stack(tables, axis=1)


def _windows(start, end, size, length):
    """Two overlapping windows of 2^level cells that make up each bin along one axis.

    Returns int level [B, R, P]; the first cells of both windows, a pair of the same shape; and
    bool [B, R, P]: False where the bin lies outside.
    """
    p = ops.arange(size, dtype="float32")
    height = (end - start)[..., None] / size
    first = ops.clip(start[..., None] + ops.floor(p * height), 0, length)
    last = ops.clip(start[..., None] + ops.ceil((p + 1.0) * height), 0, length)  # exclusive
    level = ops.floor(ops.log(ops.maximum(last - first, 1.0)) / math.log(2) + 1e-4)
    starts = ops.minimum(first, length - 1), ops.maximum(last - 2.0**level, 0)
    return ops.cast(level, "int32"), [ops.cast(x, "int32") for x in starts], last > first
