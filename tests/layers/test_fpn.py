"""The feature pyramid against keras-cv, against a loop, and what it adds beyond."""

import keras
import keras_cv
import numpy as np
import pytest

from course.layers import fpn

rng = np.random.default_rng(0)
SHAPES = {"P3": (8, 12, 5), "P4": (4, 6, 7), "P5": (2, 3, 9)}
MAPS = {name: rng.normal(size=(2, *shape)).astype("float32") for name, shape in SHAPES.items()}


def pyramid(**options):
    inputs = {name: keras.Input(shape, name=name) for name, shape in SHAPES.items()}
    model = keras.Model(inputs, fpn(inputs, channels=4, **options))
    for weight in model.weights:  # biases that are not 0
        weight.assign(rng.normal(size=weight.shape))
    return model


def test_equals_keras_cv_with_the_same_weights():
    ours = pyramid()
    theirs = keras_cv.layers.FeaturePyramid(3, 5, num_channels=4)
    numbered = {int(name[1]): x for name, x in MAPS.items()}
    theirs(numbered)
    for level in numbered:
        for part in ("lateral", "output"):
            layer = getattr(theirs, f"{part}_layers")[level]
            layer.set_weights(ours.get_layer(f"P{level}_{part}").get_weights())
    for level, expected in theirs(numbered).items():
        np.testing.assert_allclose(ours(MAPS)[f"P{level}"], expected, atol=1e-4)


def test_the_middle_map_by_a_loop():
    model = pyramid()
    (a, b), (c, d), (kernel, bias) = (
        model.get_layer(n).get_weights() for n in ("P4_lateral", "P5_lateral", "P4_output")
    )
    merged = MAPS["P4"] @ a[0, 0] + b
    coarse = MAPS["P5"] @ c[0, 0] + d
    for i in range(4):
        for j in range(6):
            merged[:, i, j] += coarse[:, i // 2, j // 2]
    padded = np.pad(merged, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = np.zeros_like(merged) + bias
    for i in range(3):
        for j in range(3):
            expected += padded[:, i : i + 4, j : j + 6] @ kernel[i, j]
    np.testing.assert_allclose(model(MAPS)["P4"], expected, atol=1e-4)


def test_without_the_sums_no_map_knows_of_another():
    changed = {**MAPS, "P5": MAPS["P5"] + 1}
    for top_down in (True, False):
        model = pyramid(top_down=top_down)
        moved = np.abs(np.array(model(changed)["P3"]) - model(MAPS)["P3"]).max()
        assert (moved > 0.01) == top_down
    assert pyramid().count_params() == pyramid(top_down=False).count_params()


def test_coarser_maps_halve_what_came_before():
    model = pyramid(coarser=2)
    found = {name: tuple(x.shape) for name, x in model(MAPS).items()}
    assert found["P6"] == (2, 1, 2, 4) and found["P7"] == (2, 1, 1, 4)
    weights = model.get_layer("P6_output").get_weights()[0]
    assert weights.shape == (3, 3, 9, 4)  # on the backbone's map, not on the pyramid's
    negative = {**MAPS, "P5": 0 * MAPS["P5"]}  # then P6 is its bias, and P7 sees only ReLU(bias)
    model.get_layer("P6_output").bias.assign([-1.0] * 4)
    seven = np.array(model(negative)["P7"])
    bias = np.array(model.get_layer("P7_output").bias)
    np.testing.assert_allclose(seven, np.broadcast_to(bias, seven.shape), atol=1e-6)


def test_maps_that_do_not_fit_are_told():
    inputs = {"P3": keras.Input((7, 7, 2)), "P4": keras.Input((4, 4, 2))}
    with pytest.raises(ValueError, match="must be twice the next"):
        fpn(inputs)
