"""The threshold explorer: what it keeps, what it counts, and the picture that stays."""

import base64

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from course import metrics, plots
from course.lectures import WIDGET

IMAGE = np.full((64, 96, 3), 90, "uint8")
TRUTH = np.array([[0, 0, 20, 20], [40, 0, 60, 20], [0, 0, 0, 0]]), np.array([0, 1, -1])
BOXES = np.array(
    [[0, 0, 20, 20], [0, 2, 20, 22], [40, 0, 60, 20], [70, 40, 90, 60], [0, 0, 9, 9]], "float32"
)
SCORES = np.array([0.9, 0.8, 0.2, 0.6, 0.99])
CLASSES = np.array([0, 0, 1, 1, -1])


def explorer(boxes=BOXES, scores=SCORES, classes=CLASSES, truth=TRUTH, **start):
    names = ("bird", "vehicle")
    return plots.ThresholdExplorer(
        IMAGE, boxes, scores, classes, names, truth, alt="Two grey objects.", **start
    )


def test_duplicates_go_with_the_nms_slider_and_objects_with_the_score_slider():
    shown = explorer(score=0.1, nms=0.5)
    counts = {"right": 2, "wrong": 1, "missed": 0, "precision": 2 / 3, "recall": 1}
    assert shown.counts() == pytest.approx(counts)
    shown.controls["nms"].value = 0.95  # the duplicate of the bird stays and is wrong
    assert shown.counts()["wrong"] == 2
    shown.controls["score"].value = 0.7  # the vehicle is lost, and its false alarm
    counts = shown.counts()
    assert (counts["right"], counts["wrong"], counts["missed"]) == (1, 1, 1)


def test_a_slider_redraws_and_the_alternative_text_follows():
    shown = explorer()
    before = shown.picture.value
    shown.controls["nms"].value = 1.0
    assert shown.picture.value != before and "nms 1.0" in shown.picture.value


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_those_of_the_metrics(seed):
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 4, (30, 2)) * 10
    boxes = np.concatenate([low, low + rng.choice([10, 15, 20], (30, 2))], 1).astype("float32")
    classes, scores = rng.integers(0, 2, 30), rng.random(30)
    truth = boxes[20:] + rng.integers(-2, 3, (10, 4)), classes[20:]
    shown = explorer(boxes, scores, classes, truth, score=0.2, nms=rng.choice([0.3, 0.6, 0.9]))
    found = dict(
        zip(("boxes", "scores", "classes"), ([v] for v in shown.detections()), strict=True)
    )
    wanted = {"boxes": [truth[0]], "classes": [truth[1]]}
    matches = metrics.match_detections(found, wanted)
    assert shown.counts()["right"] == matches.correct.sum()
    assert shown.counts()["wrong"] == (~matches.correct).sum()


def test_without_truth_and_without_candidates_there_is_still_a_picture():
    assert explorer(truth=None).figure().axes[1].get_title() == "2 detections"
    empty = explorer(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int))
    assert empty.counts()["missed"] == 2 and empty.counts()["precision"] == 0


def test_output_holds_the_widget_and_a_picture_that_stays_when_no_kernel_runs():
    data, metadata = DisplayFormatter().format(explorer())
    assert {WIDGET, "image/png", "text/plain"} <= set(data)
    assert data["text/plain"] == "Two grey objects." == metadata["image/png"]["alt"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="5 boxes, 2 scores and 5 classes"):
        explorer(scores=SCORES[:2])
    with pytest.raises(ValueError, match=r"no control \['iou'\]"):
        explorer(iou=0.3)
