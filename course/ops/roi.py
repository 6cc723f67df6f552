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
    bins may share cells. A bin outside of the map is 0.

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
    rows = _cells_of_bins(y0, y1, size, features.shape[1])  # [B, R, P, H]
    columns = _cells_of_bins(x0, x1, size, features.shape[2])
    lowest = ops.min(features) - 1.0
    bands = []
    for p in range(size):  # [B, R, 1, W, C]: the maximum over the rows of bin p
        inside = rows[:, :, p, :, None, None]
        bands.append(ops.max(ops.where(inside, features[:, None], lowest), axis=2))
    bands = ops.stack(bands, axis=2)  # [B, R, P, W, C]
    cells = []
    for p in range(size):
        inside = columns[:, :, None, p, :, None]
        cells.append(ops.max(ops.where(inside, bands, lowest), axis=3))
    pooled = ops.stack(cells, axis=3)  # [B, R, P, P, C]
    return ops.where(pooled > lowest, pooled, 0.0)


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
    where = ops.clip(where, 0.0, length - 1.0)
    distance = ops.abs(where[..., None] - ops.arange(length, dtype="float32"))
    weights = ops.maximum(1.0 - distance, 0.0) * ops.cast(inside, "float32")[..., None]
    shape = (*ops.shape(weights)[:-2], size, samples, length)
    return ops.mean(ops.reshape(weights, shape), axis=-2)


def _cut(rows, features, columns):
    """Rows · map · columnsᵀ for each region: [B, R, P, P, C]."""
    bands = ops.einsum("brph,bhwc->brpwc", rows, features)
    return ops.einsum("brpwc,brqw->brpqc", bands, columns)


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


def _cells_of_bins(start, end, size, length):
    """Bool [..., P, length]: which cells are in which bin."""
    p = ops.arange(size, dtype="float32")
    height = (end - start)[..., None] / size
    first = start[..., None] + ops.floor(p * height)
    last = start[..., None] + ops.ceil((p + 1.0) * height)  # exclusive
    cells = ops.arange(length, dtype="float32")
    return ops.logical_and(cells >= first[..., None], cells < last[..., None])
