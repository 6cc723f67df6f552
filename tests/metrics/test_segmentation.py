"""Measures of segmentation: against slow loops, scikit-learn, Keras and the paper's erosion."""

import keras
import numpy as np
import pytest
import sklearn.metrics
from scipy import ndimage

from course import metrics

K = 4


def two_maps(seed=0, shape=(3, 17, 23)):
    """Blobs of classes, and the same with some mistakes."""
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.normal(size=(K, *shape)), (0, 0, 3, 3))
    truth = noise.argmax(axis=0)
    return truth, (noise + 0.07 * rng.normal(size=noise.shape)).argmax(axis=0)


def test_confusion_matrix_is_scikit_learns():
    truth, predicted = two_maps()
    expected = sklearn.metrics.confusion_matrix(truth.ravel(), predicted.ravel(), labels=range(K))
    assert np.array_equal(metrics.confusion_matrix(truth, predicted, K), expected)


def test_ious_are_a_slow_loops_and_scikit_learns_and_keras():
    truth, predicted = two_maps(1)
    matrix = metrics.confusion_matrix(truth, predicted, K)
    pairs = list(zip(truth.ravel().tolist(), predicted.ravel().tolist(), strict=True))
    slow = [
        sum(t == k == p for t, p in pairs) / sum(k in (t, p) for t, p in pairs) for k in range(K)
    ]
    assert metrics.class_ious(matrix) == pytest.approx(slow)
    expected = sklearn.metrics.jaccard_score(truth.ravel(), predicted.ravel(), average=None)
    assert metrics.class_ious(matrix) == pytest.approx(expected)
    library = keras.metrics.MeanIoU(num_classes=K)
    library.update_state(truth, predicted)
    assert metrics.mean_iou(matrix) == pytest.approx(float(library.result()), abs=1e-6)
    weighted = sum(iou * sum(t == k for t, _ in pairs) for k, iou in enumerate(slow)) / len(pairs)
    assert metrics.frequency_weighted_iou(matrix) == pytest.approx(weighted)
    assert metrics.pixel_accuracy(matrix) == np.mean([t == p for t, p in pairs])
    both, either = (sum(f([t > 0, p > 0]) for t, p in pairs) for f in (all, any))
    assert metrics.foreground_iou(matrix) == pytest.approx(both / either)


def test_matrices_of_batches_add_up():
    truth, predicted = two_maps(2)
    parts = [metrics.confusion_matrix(t, p, K) for t, p in zip(truth, predicted, strict=True)]
    assert np.array_equal(sum(parts), metrics.confusion_matrix(truth, predicted, K))


def test_ignored_pixels_and_absent_classes_do_not_count():
    truth, predicted = np.array([[0, 1, 255, 1]]), np.array([[0, 1, 2, 0]])
    matrix = metrics.confusion_matrix(truth, predicted, K)
    assert matrix.sum() == 3
    np.testing.assert_array_equal(metrics.class_ious(matrix), [0.5, 0.5, np.nan, np.nan])
    assert metrics.mean_iou(matrix) == 0.5 and metrics.foreground_iou(matrix) == 0.5


@pytest.mark.parametrize("width", [1, 2, 4])
def test_boundary_iou_is_that_of_masks_eroded_one_by_one(width):
    truth, predicted = two_maps(3)

    def rim(mask):  # the authors' code: pad with zeros, erode `width` times by 3×3, subtract
        return mask & ~ndimage.binary_erosion(mask, np.ones((3, 3)), width)

    slow = []
    for k in range(1, K):
        pairs = [(rim(t == k), rim(p == k)) for t, p in zip(truth, predicted, strict=True)]
        slow.append(sum((t & p).sum() for t, p in pairs) / sum((t | p).sum() for t, p in pairs))
    assert metrics.boundary_iou(truth, predicted, K, width) == pytest.approx(np.mean(slow))


def test_boundary_iou_sees_what_mean_iou_forgives():
    truth = np.zeros((1, 100, 100), int)
    truth[:, 20:80, 20:80] = 1
    predicted = np.roll(truth, 2, axis=1)
    whole = metrics.class_ious(metrics.confusion_matrix(truth, predicted, 2))[1]
    assert whole > 0.9 and metrics.boundary_iou(truth, predicted, 2) < 0.6
    assert metrics.boundary_iou(truth, truth, 2) == 1
    assert np.isnan(metrics.boundary_iou(0 * truth, 0 * truth, 2))


def test_boundary_iou_leaves_ignored_pixels_alone():
    truth, predicted = np.zeros((2, 1, 20, 20), int)
    truth[..., :10] = predicted[..., :10] = 1
    truth[..., 8:12] = 255  # nobody knows where the object ends
    predicted[..., 10] = 1
    assert metrics.boundary_iou(truth, predicted, 2, width=1) == 1


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"truth \(2, 3\) and predictions \(3, 2\)"):
        metrics.confusion_matrix(np.zeros((2, 3), int), np.zeros((3, 2), int), 2)
    with pytest.raises(ValueError, match=r"classes from 0 to 7; with num_classes=7"):
        metrics.confusion_matrix(np.zeros(3, int), np.array([0, 7, 1]), 7)
