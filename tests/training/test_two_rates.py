"""Two rates in one optimizer: against two plain Adams, and what cannot be meant."""

import keras
import numpy as np
import pytest
from keras import layers

from course.training import AdamTwoRates


def network():
    body, head = layers.Dense(4, activation="tanh", name="body"), layers.Dense(2, name="head")
    model = keras.Sequential([keras.Input((3,)), body, head])
    for k, v in enumerate(model.variables):
        v.assign(np.random.default_rng(k).normal(size=v.shape))
    return model


def after(optimizer, steps=3):
    model, rng = network(), np.random.default_rng(9)
    model.compile(optimizer, "mse")
    for _ in range(steps):
        model.train_on_batch(rng.normal(size=(8, 3)), rng.normal(size=(8, 2)))
    return [np.array(v) for v in model.trainable_variables]


def test_the_first_step_is_adams_with_a_rate_of_its_own_for_each_part():
    start = [np.array(v) for v in network().trainable_variables]
    ours = after(AdamTwoRates(0.01, body_factor=0.1), steps=1)
    fast, slow = (after(keras.optimizers.Adam(rate), steps=1) for rate in (0.01, 0.001))
    for k, expected in enumerate([*slow[:2], *fast[2:]]):
        np.testing.assert_allclose(ours[k], expected, atol=1e-6)
        assert np.abs(ours[k] - start[k]).max() > 0


def test_factor_one_is_adam_and_factor_zero_freezes():
    for a, b in zip(
        after(AdamTwoRates(0.01, 1.0)), after(keras.optimizers.Adam(0.01)), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)
    frozen = after(AdamTwoRates(0.01, 0.0))
    for k, start in enumerate(np.array(v) for v in network().trainable_variables):
        assert np.array_equal(frozen[k], start) == (k < 2)


def test_settings_survive_saving():
    again = AdamTwoRates.from_config(AdamTwoRates(0.02, 0.3, head=("a", "b")).get_config())
    assert again.body_factor == 0.3 and again.head == ("a", "b")


def test_a_negative_factor_and_a_head_that_is_not_there_are_refused():
    with pytest.raises(ValueError, match=r"body_factor=-1 is negative; 0\.1 is usual"):
        AdamTwoRates(0.01, -1)
    with pytest.raises(ValueError, match=r"No variable belongs to the head \('top',\)"):
        after(AdamTwoRates(0.01, head="top"))
