"""Histogram of oriented gradients against scikit-image and against a case done by hand."""

import numpy as np
import pytest
from skimage.feature import hog as skimage_hog

from course import data, ops


@pytest.mark.parametrize(("cell", "block", "bins"), [(7, 2, 9), (4, 2, 9), (4, 3, 6), (14, 1, 7)])
def test_equals_scikit_image_on_real_images(cell, block, bins):
    images = data.load_arrays("fashion_mnist", "test")[0][:40, ..., 0] / 255
    ours = np.array(ops.hog(images, bins=bins, cell=cell, block=block))
    theirs = [skimage_hog(image, bins, (cell, cell), (block, block)) for image in images]
    assert np.abs(ours - theirs).max() < 1e-5


def test_a_vertical_edge_votes_for_the_horizontal_gradient():
    image = np.zeros((1, 8, 8))
    image[:, :, 4:] = 1
    descriptor = np.array(ops.hog(image, bins=4, cell=8, block=1))
    assert np.allclose(descriptor, [[1, 0, 0, 0]])


def test_wrong_shape_is_named_with_the_remedy():
    with pytest.raises(ValueError, match=r"\(2, 28, 28, 1\).*Drop the channel axis"):
        ops.hog(np.zeros((2, 28, 28, 1)))
    with pytest.raises(ValueError, match="multiples of cell=5"):
        ops.hog(np.zeros((2, 28, 28)), cell=5)
