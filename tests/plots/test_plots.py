"""Figures carry alternative text, and charts show the numbers they were given."""

import keras
import numpy as np
import pytest

from course import models, plots


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: calls.append((data, more)))
    return calls


def test_alternative_text_travels_with_the_picture(displayed):
    plots.show(plots.bars({"a": 1.0, "b": 2.0}, "length in m"), "Two bars.")
    (data, more), = displayed  # fmt: skip
    assert data["text/plain"] == "Two bars." == more["metadata"]["image/png"]["alt"]
    assert data["image/png"].startswith("iVBORw0KGgo")  # PNG


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="alternative text"):
        plots.show(plots.bars({"a": 1.0}, ""), " ")


def test_bars_write_their_values():
    figure = plots.bars({"LeNet": 0.9061, "MLP": 0.8834}, "accuracy")
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.906", "0.883"]


def test_curves_draw_error_bars_of_the_lengths_given():
    lines, spread = {"a": [1.0, 2.0, 4.0]}, {"a": [0.5, 0.25, 0.0]}
    axis = plots.curves(lines, "x", "y", x=[10, 20, 30], spread=spread).axes[0]
    bars = axis.containers[0].lines[2][0].get_segments()
    assert [tuple(map(tuple, bar)) for bar in bars] == [
        ((10, 0.5), (10, 1.5)), ((20, 1.75), (20, 2.25)), ((30, 4.0), (30, 4.0)),
    ]  # fmt: skip
    assert not plots.curves(lines, "x", "y").axes[0].containers  # without spread, a plain line


def test_confusion_matrix_shows_counts_and_names():
    figure = plots.confusion_matrix([[5, 0], [2, 3]], ["cat", "dog"])
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["2", "3", "5"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["cat", "dog"]


@pytest.mark.parametrize("shape", [(5, 28, 28), (5, 28, 28, 1), (5, 28, 28, 3)])
def test_image_grid_takes_grey_and_colour(shape):
    figure = plots.image_grid(np.zeros(shape), titles=list("abcde"), columns=3)
    assert sum(bool(axis.images) for axis in figure.axes) == 5


def test_image_grid_refuses_no_images_and_missing_titles():
    with pytest.raises(ValueError, match="0 images"):
        plots.image_grid([])
    with pytest.raises(ValueError, match="2 images and 1 titles"):
        plots.image_grid(np.zeros((2, 4, 4)), titles=["one"])


def test_learning_curve_counts_epochs_outside_a_notebook(capsys):
    model = models.mlp(hidden=(), input_shape=(2, 2, 1), num_classes=2)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(True), metrics=["accuracy"])
    curve = plots.LearningCurve()
    model.fit(np.zeros((4, 2, 2, 1)), np.zeros(4), epochs=3, verbose=0, callbacks=[curve])
    assert len(curve.values) == 3 and not curve.validation
    assert "epoch 3 of 3" in capsys.readouterr().err


def test_bubbles_have_areas_in_proportion_and_a_logarithmic_axis():
    figure = plots.bubbles({"small": (1e6, 0.5, 10), "large": (1e9, 0.7, 40)}, "x", "y")
    (axis,) = figure.axes
    areas = [c.get_sizes()[0] for c in axis.collections][::2]  # every second one is the centre
    assert areas[1] == 4 * areas[0] and axis.get_xscale() == "log"
    assert [text.get_text() for text in axis.texts] == ["small", "large"]


def test_bubbles_refuse_what_a_logarithm_cannot_show():
    with pytest.raises(ValueError, match=r"zero.*positive"):
        plots.bubbles({"zero": (0, 0.5, 10)}, "x", "y")


def test_heat_overlays_have_a_row_a_picture_and_a_bar():
    images, heat = np.zeros((2, 6, 8, 3)), {"a": np.ones((2, 6, 8)), "b": np.zeros((2, 6, 8))}
    boxes = [np.array([[1, 1, 4, 4]]), np.zeros((0, 4))]
    figure = plots.heat_overlays(images, heat, titles=["one", "two"], boxes=boxes)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:3] == ["photograph", "a", "b"] and len(figure.axes) == 2 * 3 + 1
    assert [len(axis.patches) for axis in figure.axes[:6:3]] == [1, 0]
    with pytest.raises(ValueError, match=r"'a' of shape \(1, 6, 8\)"):
        plots.heat_overlays(images, {"a": np.ones((1, 6, 8))})
