"""Pictures with boxes: every object is drawn once, where it is, and empty slots are not."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from course import plots

IMAGE = np.zeros((40, 60, 3), np.uint8)
BOXES = np.array([[5, 6, 20, 30], [0, 0, 60, 40], [0, 0, 0, 0]], np.float32)
CLASSES = np.array([1, 0, -1], np.int32)
NAMES = ("cat", "dog")


def rectangles(axis):
    """Return the coloured rectangles; each has a black one underneath."""
    return [p for p in axis.patches if to_hex(p.get_edgecolor()) != "#000000"]


def test_boxes_stand_where_they_are_with_names_and_scores():
    figure = plots.detections(IMAGE, BOXES, CLASSES, NAMES, scores=[0.5, 0.875, 0])
    (axis,) = figure.axes
    assert [t.get_text() for t in axis.texts] == ["dog 0.50", "cat 0.88"]
    assert [p.get_bbox().extents.tolist() for p in rectangles(axis)] == BOXES[:2].tolist()
    assert list(axis.images[0].get_extent()) == [0, 60, 40, 0]  # pixel i covers [i, i + 1]


def test_colours_tell_classes_apart_and_with_masks_objects():
    same = np.array([1, 1, -1])
    plain = plots.detections(IMAGE, BOXES, same, NAMES).axes[0]
    masks = np.zeros((3, 40, 60), np.uint8)
    masks[0, 6:30, 5:20] = 1
    masked = plots.detections(IMAGE, BOXES, same, NAMES, masks=masks).axes[0]
    assert len({to_hex(p.get_edgecolor()) for p in rectangles(plain)}) == 1
    assert len({to_hex(p.get_edgecolor()) for p in rectangles(masked)}) == 2
    assert np.array_equal(masked.images[1].get_array()[..., 3] > 0, masks[0] > 0)


def test_an_instance_map_is_as_good_as_masks():
    ids = np.zeros((40, 60), np.uint8)
    ids[6:30, 5:20] = 1
    axis = plots.detections(IMAGE, BOXES, CLASSES, NAMES, masks=ids).axes[0]
    assert np.array_equal(axis.images[1].get_array()[..., 3] > 0, ids > 0)


def test_ignored_objects_are_dashed():
    axis = plots.detections(IMAGE, BOXES, CLASSES, NAMES, ignore=[True, False, False]).axes[0]
    assert [p.get_linestyle() for p in rectangles(axis)] == ["--", "-"]


def test_no_objects_and_grey_pictures():
    figure = plots.detections(IMAGE[..., :1], np.zeros((0, 4)), [], NAMES, title="nothing")
    assert not figure.axes[0].patches and figure.axes[0].get_title() == "nothing"


def test_what_does_not_fit_together_is_named():
    with pytest.raises(ValueError, match="3 boxes and 2 classes"):
        plots.detections(IMAGE, BOXES, CLASSES[:2], NAMES)


def test_batch_of_every_structure():
    images = np.zeros((3, 40, 60, 3), np.uint8)
    pair = plots.batch((images, np.array([0, 1, 1])), NAMES)
    assert [axis.get_title() for axis in pair.axes[:3]] == ["cat", "dog", "dog"]
    found = {
        "images": images,
        "boxes": np.stack([BOXES] * 3),
        "classes": np.stack([CLASSES] * 3),
        "instances": np.ones((3, 40, 60), np.uint8),
        "captions": np.array([b"one dog", b"a dog", b"dogs"]),
    }
    figure = plots.batch(found, NAMES, count=2)
    assert [axis.get_title() for axis in figure.axes] == ["one dog", "a dog"]
    assert [len(rectangles(axis)) for axis in figure.axes] == [2, 2]
    segments = plots.batch({"images": images, "semantic": np.ones((3, 40, 60), int)}, NAMES)
    assert len(segments.axes[0].images) == 2
