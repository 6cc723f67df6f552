"""COCO's format: by hand, and through pycocotools."""

import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course import metrics


def test_a_picture_by_hand():
    boxes = [np.array([[1, 2, 4, 8], [0, 0, 0, 0]], "float32"), np.zeros((0, 4))]
    entries = {"boxes": boxes, "classes": [np.array([2, -1]), np.zeros(0, int)]}
    entries |= {"scores": [np.array([0.5, 0.0]), np.zeros(0)]}
    data = json.loads(json.dumps(metrics.as_coco(entries, 3)))
    assert data["images"] == [{"id": 0}, {"id": 1}] and len(data["categories"]) == 3
    assert data["annotations"] == [
        {"id": 1, "image_id": 0, "category_id": 2, "bbox": [1, 2, 3, 6], "area": 18, "iscrowd": 0,
         "score": 0.5}
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_benchmark_reads_it_and_says_what_we_say(seed):
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 30, (4, 9, 2))
    boxes = np.concatenate([low, low + rng.integers(8, 40, (4, 9, 2))], -1).astype(float)
    objects = {
        "boxes": boxes,
        "classes": rng.integers(-1, 3, (4, 9)),
        "ignore": rng.random((4, 9)) < 0.2,
    }
    found = {"boxes": boxes + rng.integers(-3, 4, boxes.shape), "classes": objects["classes"]}
    found["scores"] = rng.random((4, 9))
    with contextlib.redirect_stdout(io.StringIO()):
        sets = COCO(), COCO()
        for coco, entries in zip(sets, (objects, found), strict=True):
            coco.dataset = metrics.as_coco(entries, 3)
            coco.createIndex()
        evaluation = COCOeval(*sets, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    ours = np.nan_to_num([*metrics.coco_metrics(found, objects).values()], nan=-1)
    assert evaluation.stats == pytest.approx(ours, abs=1e-6)
