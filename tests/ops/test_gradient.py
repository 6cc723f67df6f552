"""The gradient against the calculus, through a layer, and where there is none."""

import keras
import numpy as np
import pytest
from keras import ops

from course.ops import gradient


def test_gradient_of_a_polynomial():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert gradient(lambda t: ops.sum(t**3 - 2 * t), x) == pytest.approx(3 * x**2 - 2)


def test_gradient_of_several_values_is_that_of_their_sum():
    assert gradient(lambda t: ops.stack([t, 4 * t]), np.ones(3)) == pytest.approx(np.full(3, 5.0))


def test_gradient_through_a_layer_is_its_kernel():
    layer = keras.layers.Dense(1, use_bias=False)
    layer.build((None, 4))
    found = gradient(layer, np.ones((2, 4), "float32"))
    assert found == pytest.approx(np.tile(np.asarray(layer.kernel)[:, 0], (2, 1)))


def test_a_function_without_gradient_is_told():
    with pytest.raises(ValueError, match="does not depend on x"):
        gradient(lambda t: ops.sum(ops.ones(3)), np.ones(3))
