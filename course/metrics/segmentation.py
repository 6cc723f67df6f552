"""How well a picture was cut into classes: everything that is read off one confusion matrix.

Legend: B batch; H, W size; K classes, background (0) included. ``matrix[t, p]`` counts the pixels
of true class t that were called p. Matrices of several batches may simply be added.
"""

import numpy as np


def confusion_matrix(truth, predicted, num_classes, ignore=255):
    """Count every pair of true and predicted class (lecture 13).

    Args:
        truth: integers, any shape, for example [B, H, W].
        predicted: integers of the same shape, 0 … K−1.
        num_classes: K.
        ignore: pixels with this true class are not counted.

    Returns:
        int64 [K, K]; rows are true classes, columns predicted ones.

    Raises:
        ValueError: if the shapes differ or a class is not in 0 … K−1.
    """
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    if truth.shape != predicted.shape:
        raise ValueError(
            f"confusion_matrix got truth {truth.shape} and predictions {predicted.shape}; give "
            "class maps of the same shape (argmax of the logits; drop a last axis of 1)."
        )
    counted = truth != ignore
    pairs = np.stack([truth[counted], predicted[counted]]).astype("int64")
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < num_classes:
        raise ValueError(
            f"confusion_matrix got classes from {pairs.min()} to {pairs.max()}; with "
            f"num_classes={num_classes} they run from 0 to {num_classes - 1}."
        )
    counts = np.bincount(pairs[0] * num_classes + pairs[1], minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def pixel_accuracy(matrix):
    """Say which share of the pixels got its class; mostly background (lecture 13).

    Args:
        matrix: [K, K], from ``confusion_matrix``.

    Returns:
        float in [0, 1]; NaN without pixels.
    """
    return _ratio(np.trace(matrix), np.sum(matrix)).item()


def class_ious(matrix):
    """Intersection over union of every class, over all pictures together (lecture 13).

    Args:
        matrix: [K, K], from ``confusion_matrix``.

    Returns:
        float64 [K]; NaN for a class that is neither there nor predicted.
    """
    matrix = np.asarray(matrix)
    both = np.diag(matrix)
    return _ratio(both, matrix.sum(axis=0) + matrix.sum(axis=1) - both)


def mean_iou(matrix):
    """Average the IoU of all classes, background too (lecture 13).

    Long et al. 2015, section 5; the same as ``keras.metrics.MeanIoU``, which counts absent classes
    as we do: not at all.

    Args:
        matrix: [K, K], from ``confusion_matrix``.

    Returns:
        float in [0, 1].
    """
    return np.nanmean(class_ious(matrix)).item()


def frequency_weighted_iou(matrix):
    """Average the IoU of all classes, each with its share of the true pixels (lecture 13).

    Args:
        matrix: [K, K], from ``confusion_matrix``.

    Returns:
        float in [0, 1] (Long et al. 2015, section 5).
    """
    matrix = np.asarray(matrix)
    return (np.nansum(class_ious(matrix) * matrix.sum(axis=1)) / matrix.sum()).item()


def foreground_iou(matrix):
    """IoU of “some object” against background, whatever the object's class (lecture 13).

    Args:
        matrix: [K, K], from ``confusion_matrix``.

    Returns:
        float in [0, 1]; NaN if there is no object and none was predicted.
    """
    matrix = np.asarray(matrix)
    return _ratio(matrix[1:, 1:].sum(), matrix.sum() - matrix[0, 0]).item()


def boundary_iou(truth, predicted, num_classes, width=None, ignore=255):
    """Compare only the rims of objects: mean IoU over the object classes (lectures 13 and 14).

    Cheng et al. 2021, equation 2: of every class, true and predicted, keep the pixels that are at
    most ``width`` from its contour, inside it, and take the IoU of these. A pixel is so near if
    another class, or the border of the picture, lies in the square of 2·width + 1 pixels around
    it, as in the authors' code (which erodes ``width`` times by 3×3 pixels).

    Args:
        truth: integers [B, H, W].
        predicted: integers [B, H, W], 0 … K−1.
        num_classes: K; class 0, background, is left out of the mean.
        width: in pixels; by default the paper's 2 % of the picture's diagonal.
        ignore: pixels with this true class are not counted and no contour.

    Returns:
        float in [0, 1]; NaN if there is no object and none was predicted.
    """
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    width = width or max(1, round(0.02 * np.hypot(*truth.shape[1:]).item()))
    ignored = truth == ignore
    truth, predicted = (  # inside, away from any contour, is one more "class", number K
        np.where(_near_contour(labels, width), labels, num_classes)
        for labels in (np.where(ignored, predicted, truth), predicted)
    )
    truth[ignored] = ignore
    ious = class_ious(confusion_matrix(truth, predicted, num_classes + 1, ignore))
    ious = ious[1:num_classes]
    return np.nanmean(ious).item() if np.isfinite(ious).any() else float("nan")


def _near_contour(labels, width):
    """Mark the pixels [B, H, W] whose square of 2·width + 1 holds another class or the border."""
    from scipy import ndimage  # only who looks at contours needs scipy

    square = (1, 2 * width + 1, 2 * width + 1)
    labels = labels.astype("int16")
    lowest = ndimage.minimum_filter(labels, square, mode="constant", cval=-1)
    return lowest != ndimage.maximum_filter(labels, square, mode="nearest")


def _ratio(part, whole):
    part, whole = np.asarray(part, "float64"), np.asarray(whole, "float64")
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
