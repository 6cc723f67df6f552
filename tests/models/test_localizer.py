"""The localizer: its shapes, its parameters, what it shares and what it can still tell."""

import keras
import numpy as np
import pytest

from course.models import localizer

MAPS = {"P4": (6, 6, 8), "P5": (3, 3, 16)}
RNG = np.random.default_rng(0)


def inputs(number, maps=MAPS):
    return {k: RNG.normal(size=(number, *shape)).astype("float32") for k, shape in maps.items()}


def test_every_head_gets_its_numbers_and_parameters_are_counted():
    net = localizer(MAPS, {"class": 7, "box": 4, "keypoints": 34}, channels=5, units=10)
    shapes = {name: tuple(x.shape) for name, x in net(inputs(2)).items()}
    assert shapes == {"class": (2, 7), "box": (2, 4), "keypoints": (2, 34)}
    reduce = 5 * (8 + 16) + 2 * 4 * 5  # two convolutions without bias, two batch normalisations
    assert net.count_params() == reduce + (36 * 5 + 9 * 5 + 1) * 10 + (10 + 1) * (7 + 4 + 34)


def test_heads_start_near_zero():
    outputs = localizer(MAPS, {"class": 7, "box": 4})(inputs(50))
    assert max(float(np.abs(np.array(x)).max()) for x in outputs.values()) < 0.5
    wild = localizer(MAPS, {"box": 4}, spread=1.0)(inputs(50))
    assert np.abs(np.array(wild["box"])).max() > 2


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_box_loss_reaches_the_shared_layer_but_not_the_class_head():
    net = localizer(MAPS, {"class": 7, "box": 4}, dropout=0.0)
    before = {v.path: np.array(v) for v in net.trainable_variables}
    net.compile("sgd", {"class": None, "box": "mse"})
    net.train_on_batch(inputs(4), {"box": np.ones((4, 4))})
    moved = {v.path for v in net.trainable_variables if not np.allclose(before[v.path], v)}
    assert any("shared" in path for path in moved) and any("box" in path for path in moved)
    assert not any("class" in path for path in moved)


def test_it_learns_where_a_bright_place_is():
    keras.utils.set_random_seed(0)
    places = RNG.integers(0, 6, (600, 2))
    maps = np.zeros((600, 6, 6, 2), "float32")
    maps[np.arange(600), places[:, 1], places[:, 0]] = 1
    net = localizer({"map": (6, 6, 2)}, {"xy": 2}, channels=4, units=32, dropout=0.0)
    net.compile(keras.optimizers.Adam(1e-2), "mse", steps_per_execution=16)
    targets = (places + 0.5) / 6 - 0.5
    net.fit({"map": maps[:500]}, {"xy": targets[:500]}, batch_size=32, epochs=15, verbose=0)
    found = net.predict({"map": maps[500:]}, verbose=0)["xy"]
    assert np.abs(found - targets[500:]).max() < 1 / 12, "every place is told from its neighbours"


@pytest.mark.parametrize(("maps", "heads"), [({}, {"box": 4}), (MAPS, {})])
def test_nothing_to_see_or_to_say(maps, heads):
    with pytest.raises(ValueError, match="at least one of each"):
        localizer(maps, heads)
