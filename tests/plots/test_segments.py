"""Class maps over pictures: colours, legend and what does not fit."""

import numpy as np
import pytest
from matplotlib import colors

from course import plots
from course.plots.boxes import BRIGHT


def test_classes_have_their_colours_and_their_names():
    images = np.full((2, 4, 6, 3), 100, "uint8")
    truth = np.zeros((2, 4, 6), int)
    truth[0, 1:3, 1:3], truth[1, 0, 0], truth[1, 3, 3] = 1, 3, 255
    figure = plots.segments(images, {"truth": truth, "guess": 0 * truth}, ["cat", "dog", "cow"])
    assert len(figure.axes) == 6
    first, second = (figure.axes[k].images[1].get_array() for k in (1, 4))
    assert np.allclose(first[1, 1], colors.to_rgba(BRIGHT[0], 0.6)) and not first[0].any()
    assert np.allclose(second[0, 0, :3], colors.to_rgb(BRIGHT[2])) and second[3, 3, 3] == 0.9
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cat", "cow"]
    assert [axis.get_title() for axis in figure.axes[:3]] == ["picture", "truth", "guess"]


def test_many_names_wrap_to_the_width_of_the_figure():
    names = [f"household item {k}" for k in range(7)]
    truth = np.arange(8).reshape(1, 2, 4)
    figure = plots.segments(np.zeros((1, 2, 4, 3), "uint8"), {"truth": truth}, names)
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().width <= figure.bbox.width


def test_pictures_without_objects_need_no_legend():
    images = np.zeros((1, 4, 4, 3), "uint8")
    assert not plots.segments(images, {"truth": np.zeros((1, 4, 4), int)}, ["cat"]).legends


def test_what_does_not_fit_is_told():
    images = np.zeros((1, 4, 4, 3), "uint8")
    with pytest.raises(ValueError, match=r"maps 'truth' of shape \(1, 2, 2\) for pictures"):
        plots.segments(images, {"truth": np.zeros((1, 2, 2), int)}, ["cat"])
    with pytest.raises(ValueError, match="7 colours for 9 classes"):
        plots.segments(images, {}, list("abcdefghi"))
