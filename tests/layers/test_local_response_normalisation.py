"""LRN against the paper's formula written as a loop, and against TensorFlow's own operation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course.layers import LocalResponseNormalisation

RESPONSES = np.random.default_rng(0).normal(0, 50, (2, 3, 4, 11)).astype("float32")


def loop(a, k, n, alpha, beta):
    b, maps = np.zeros_like(a), a.shape[-1]
    for i in range(maps):
        activity = np.zeros(a.shape[:-1])
        for j in range(max(0, i - n // 2), min(maps - 1, i + n // 2) + 1):
            activity += a[..., j].astype("float64") ** 2
        b[..., i] = a[..., i] / (k + alpha * activity) ** beta
    return b


@pytest.mark.parametrize("constants", [(2, 5, 1e-4, 0.75), (1, 1, 0.5, 0.5), (3, 9, 1e-2, 1)])
def test_equals_the_formula_of_the_paper(constants):
    ours = np.array(LocalResponseNormalisation(*constants)(RESPONSES))
    np.testing.assert_allclose(ours, loop(RESPONSES, *constants), rtol=1e-5)


def test_equals_tensorflow():
    theirs = tf.nn.lrn(RESPONSES, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(LocalResponseNormalisation()(RESPONSES), theirs, rtol=1e-5)


def test_neighbours_compete_and_distant_maps_do_not():
    alone, crowded, distant = np.zeros((3, 1, 1, 1, 8), "float32")
    for a in (alone, crowded, distant):
        a[..., 2] = 10
    crowded[..., 3], distant[..., 5] = 200, 200
    first, second, third = (
        np.array(LocalResponseNormalisation()(a))[..., 2].item() for a in (alone, crowded, distant)
    )
    assert second < 0.6 * first and third == first


def test_a_model_with_it_can_be_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((3, 4, 11)), LocalResponseNormalisation(n=3, alpha=0.1)])
    model.save(tmp_path / "model.keras")
    kinds = {"LocalResponseNormalisation": LocalResponseNormalisation}
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects=kinds)
    np.testing.assert_array_equal(model(RESPONSES), again(RESPONSES))


@pytest.mark.parametrize("n", [0, 4])
def test_an_even_window_is_refused(n):
    with pytest.raises(ValueError, match=rf"n={n} .*odd"):
        LocalResponseNormalisation(n=n)
