"""LeNet-5 and its opponent: shapes and parameters, layer by layer, against the arithmetic."""

import numpy as np
import pytest

from course import models

LENET = {  # (5·5·in + 1)·out for convolutions, (in + 1)·out for dense layers
    "C1": ((None, 28, 28, 6), 156),
    "S2": ((None, 14, 14, 6), 0),
    "C3": ((None, 10, 10, 16), 2_416),
    "S4": ((None, 5, 5, 16), 0),
    "C5": ((None, 120), 48_120),
    "F6": ((None, 84), 10_164),
    "logits": ((None, 10), 850),
}


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_lenet_layer_by_layer(pooling):
    model = models.lenet5(pooling=pooling)
    for name, (shape, count) in LENET.items():
        assert model.get_layer(name).output.shape == shape
        assert model.get_layer(name).count_params() == count
    assert model.count_params() == 61_706


def test_logits_are_finite_and_depend_on_the_image():
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), dtype=np.uint8)
    logits = np.array(models.lenet5()(images))
    assert logits.shape == (4, 10) and np.isfinite(logits).all()
    assert np.ptp(logits, axis=0).min() > 0


def test_unknown_pooling_says_which_there_are():
    with pytest.raises(ValueError, match=r"'median'.*average.*max"):
        models.lenet5(pooling="median")


def test_mlp_has_at_least_the_parameters_of_lenet():
    assert models.mlp().count_params() == (784 + 1) * 78 + (78 + 1) * 10 == 62_020
    assert models.mlp(hidden=()).count_params() == 7_850
