"""AlexNet: the paper's shapes and kernels, layer by layer, and what its two groups mean."""

import math

import numpy as np
import pytest

from course import models

PAPER = {  # section 3.5: kernel as printed, output map
    "C1": ((11, 11, 3, 96), (55, 55, 96)),
    "C2": ((5, 5, 48, 256), (27, 27, 256)),
    "C3": ((3, 3, 256, 384), (13, 13, 384)),
    "C4": ((3, 3, 192, 384), (13, 13, 384)),
    "C5": ((3, 3, 192, 256), (13, 13, 256)),
    "F6": ((9216, 4096), (4096,)),
    "F7": ((4096, 4096), (4096,)),
    "logits": ((4096, 1000), (1000,)),
}


@pytest.fixture(scope="module")
def small():
    return models.alexnet((28, 28, 1), 10, width=0.125, hidden=32, stem=(5, 1))


def test_layer_by_layer():
    model = models.alexnet()
    for name, (kernel, shape) in PAPER.items():
        layer = model.get_layer(name)
        assert tuple(layer.kernel.shape) == kernel and layer.output.shape[1:] == shape
    counts = [math.prod(kernel) + kernel[-1] for kernel, _ in PAPER.values()]
    assert model.count_params() == sum(counts) == 60_965_224
    assert sum(math.prod(shape) for _, shape in PAPER.values()) == 659_272  # neurons


def test_one_group_sees_nothing_of_the_other(small):
    """The first half of C4's maps must not change when the second half of C3's maps does."""
    layer = small.get_layer("C4")
    maps = np.random.default_rng(0).normal(size=(1, 5, 5, layer.input.shape[-1])).astype("float32")
    changed = maps.copy()
    half_in, half_out = maps.shape[-1] // 2, layer.output.shape[-1] // 2
    changed[..., half_in:] += 1
    before, after = np.array(layer(maps)), np.array(layer(changed))
    np.testing.assert_array_equal(before[..., :half_out], after[..., :half_out])
    assert np.abs(before[..., half_out:] - after[..., half_out:]).max() > 0.1


def test_without_groups_the_kernels_see_all_maps():
    single = models.alexnet((28, 28, 1), 10, width=0.125, hidden=32, stem=(5, 1), groups=1)
    double = models.alexnet((28, 28, 1), 10, width=0.125, hidden=32, stem=(5, 1))
    for name in ("C2", "C4", "C5"):
        assert single.get_layer(name).kernel.shape[2] == 2 * double.get_layer(name).kernel.shape[2]
    assert single.get_layer("C3").kernel.shape == double.get_layer("C3").kernel.shape


def test_logits_are_finite_and_depend_on_the_image(small):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), dtype=np.uint8)
    logits = np.array(small(images))
    assert logits.shape == (4, 10) and np.isfinite(logits).all()
    assert np.ptp(logits, axis=0).min() > 0


def test_bad_sizes_are_told():
    with pytest.raises(ValueError, match=r"groups=2 must divide"):
        models.alexnet(width=0.01)
    with pytest.raises(ValueError, match=r"\(48, 48, 3\).*stem=\(11, 4\)"):
        models.alexnet((48, 48, 3))
