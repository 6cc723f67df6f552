"""Pictures with masks: every object once, in its colour, where it is; weak detections are not."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from course import plots
from course.plots.show import new_figure, png

IMAGE = np.zeros((20, 30, 3), np.uint8)
NAMES = ("cat", "dog")


def two():
    masks = np.zeros((3, 20, 30), bool)
    masks[0, 5:10, 2:8] = masks[1, 0:12, 20:30] = True
    boxes = np.array([[2, 5, 8, 10], [20, 0, 30, 12], [0, 0, 0, 0]], "float32")
    return {"boxes": boxes, "classes": np.array([1, 1, -1]), "masks": masks}


def lines(axis):
    """Return the coloured outlines; each has a black one underneath."""
    found = [c for c in axis.collections if isinstance(c, LineCollection)]
    return [c for c in found if to_hex(c.get_color()[0]) != "#000000"]


def test_outlines_run_along_the_edges_of_pixels_and_close_at_the_border():
    (axis,) = plots.instances(IMAGE, two(), NAMES).axes
    found = lines(axis)
    assert [len(outline.get_segments()) for outline in found] == [2 * (5 + 6), 2 * (12 + 10)]
    for outline, box in zip(found, two()["boxes"], strict=False):
        points = np.concatenate(outline.get_segments())
        assert [*points.min(0), *points.max(0)] == box.tolist()
        assert (np.abs(np.diff(outline.get_segments(), axis=1)).sum(-1) == 1).all()
    assert len({to_hex(outline.get_color()[0]) for outline in found}) == 2


def test_every_pixel_of_a_bent_mask_is_fenced_in():
    """An edge lies wherever a pixel of the object meets one that is none, by a loop."""
    rng = np.random.default_rng(0)
    mask = rng.random((1, 20, 30)) < 0.5
    one = {"boxes": [[0, 0, 30, 20]], "classes": [0], "masks": mask}
    (outline,) = lines(plots.instances(IMAGE, one, NAMES).axes[0])
    drawn = {tuple(sorted(map(tuple, s.astype(int).tolist()))) for s in outline.get_segments()}
    wanted = set()
    inside = set(map(tuple, np.argwhere(mask[0])))
    for y, x in inside:
        for (v, u), edge in (
            ((y - 1, x), ((x, y), (x + 1, y))),
            ((y + 1, x), ((x, y + 1), (x + 1, y + 1))),
            ((y, x - 1), ((x, y), (x, y + 1))),
            ((y, x + 1), ((x + 1, y), (x + 1, y + 1))),
        ):
            if (v, u) not in inside:
                wanted.add(edge)
    assert drawn == wanted


def test_scores_choose_what_is_drawn():
    (axis,) = plots.instances(IMAGE, two() | {"scores": [0.9, 0.3, 0]}, NAMES).axes
    assert [t.get_text() for t in axis.texts] == ["dog 0.90"] and len(lines(axis)) == 1
    (axis,) = plots.instances(IMAGE, two() | {"scores": [0.9, 0.3, 0]}, NAMES, 0.2).axes
    assert len(axis.texts) == len(lines(axis)) == 2


def test_without_masks_without_objects_and_in_a_grid():
    figure, axes = new_figure(4, 2, 1, 2)
    boxes = {name: two()[name] for name in ("boxes", "classes")}
    assert plots.instances(IMAGE, boxes, NAMES, axis=axes[0], title="boxes") is figure
    none = {"boxes": np.zeros((0, 4)), "classes": [], "masks": np.zeros((0, 20, 30))}
    plots.instances(IMAGE[..., :1], none, NAMES, axis=axes[1])
    assert len(axes[0].texts) == 2 and axes[0].get_title() == "boxes" and not lines(axes[0])
    assert not axes[1].texts and png(figure)


def test_what_does_not_fit_is_told():
    small = two() | {"masks": np.zeros((3, 28, 28))}
    with pytest.raises(ValueError, match=r"masks \[3, 28, 28\] for a picture of 20×30.*paste"):
        plots.instances(IMAGE, small, NAMES)
    with pytest.raises(ValueError, match="There is a class 1, and names only for 1"):
        plots.instances(IMAGE, two(), NAMES[:1])
    with pytest.raises(ValueError, match="3 boxes and 1 scores"):
        plots.instances(IMAGE, two() | {"scores": [0.9]}, NAMES)
