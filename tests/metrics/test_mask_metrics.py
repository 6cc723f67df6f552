"""Masks are compared, written and scored as pycocotools does it."""

import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course import metrics

CLASSES = 3


def blobs(rng, count, height, width):
    """Random rectangles with a corner bitten off, a few of them empty or of one pixel."""
    masks = np.zeros((count, height, width), bool)
    for mask in masks:
        (y0, y1), (x0, x1) = (np.sort(rng.integers(0, side + 1, 2)) for side in (height, width))
        mask[y0:y1, x0:x1] = True
        mask[y0 : (y0 + y1) // 2, x0 : x0 + rng.integers(0, 4)] = False
    return masks


def boxes_of(masks):
    rles = [coco_mask.encode(np.asfortranarray(mask, np.uint8)) for mask in masks]
    x, y, w, h = np.reshape([coco_mask.toBbox(rle) for rle in rles], (-1, 4)).T
    return np.stack([x, y, x + w, y + h], axis=1)


def random_case(seed, num_images=5):
    """Detections that are objects with some pixels moved; crowds, empty images, padding."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(40, 130, 2)
    found = {name: [] for name in ("boxes", "classes", "scores", "masks")}
    wanted = {name: [] for name in ("boxes", "classes", "ignore", "masks")}
    for _ in range(num_images):
        count = rng.choice([0, 1, 4, 9])
        masks = blobs(rng, count, height, width)
        kinds = rng.integers(-1, CLASSES, count)
        pick = rng.integers(0, count, rng.choice([0, 2, 8])) if count else np.zeros(0, int)
        shifted = [np.roll(masks[p], rng.integers(-4, 5, 2), (0, 1)) for p in pick]
        noise = blobs(rng, rng.integers(0, 4), height, width)
        theirs = np.concatenate([np.reshape(shifted, (-1, height, width)) > 0, noise])
        labels = np.concatenate([kinds[pick], rng.integers(-1, CLASSES, len(noise))])
        for entries, values in (
            (found, (boxes_of(theirs), labels, rng.integers(0, 9, len(labels)) / 8, theirs)),
            (wanted, (boxes_of(masks), kinds, rng.random(count) < 0.25, masks)),
        ):
            for name, value in zip(entries, values, strict=True):
                entries[name].append(value)
    return found, wanted


def pycocotools(found, wanted):
    """The twelve numbers of COCO for masks, from files written by ``as_coco``."""
    with contextlib.redirect_stdout(io.StringIO()):
        sets = COCO(), COCO()
        for coco, entries in zip(sets, (wanted, found), strict=True):
            coco.dataset = json.loads(json.dumps(metrics.as_coco(entries, CLASSES)))
            coco.createIndex()
        evaluation = COCOeval(*sets, "segm")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def padded(entries, width):
    """Lists of arrays as one array per field, class −1 behind the last entry."""

    def pad(values, fill):
        rest = np.full((width - len(values), *np.shape(values)[1:]), fill)
        return np.concatenate([values, rest])

    return {
        name: np.stack([pad(v, -1 if name == "classes" else 1) for v in values])
        for name, values in entries.items()
    }


def test_sixty_random_cases_equal_pycocotools():
    best = []
    for seed in range(60):
        found, wanted = random_case(seed)
        ours = metrics.coco_mask_metrics(found, wanted)
        theirs = pycocotools(found, wanted)
        assert np.nan_to_num([*ours.values()], nan=-1) == pytest.approx(theirs, abs=1e-6), seed
        best.append(ours["AP"])
    assert 0 < np.nanmean(best) < 1 and np.nanmax(best) > 0.3


@pytest.mark.parametrize("seed", range(8))
def test_overlaps_equal_those_of_run_lengths(seed):
    found, wanted = random_case(seed)
    tables = metrics.mask_overlaps(found, wanted)
    for i, table in enumerate(tables):
        a, b = (
            [coco_mask.encode(np.asfortranarray(m, np.uint8)) for m in entries["masks"][i]]
            for entries in (found, wanted)
        )
        assert table.shape == (len(a), len(b))
        if table.size:
            theirs = coco_mask.iou(a, b, wanted["ignore"][i].astype(np.uint8))
            there = np.ix_(found["classes"][i] >= 0, wanted["classes"][i] >= 0)
            assert table[there] == pytest.approx(theirs[there], abs=1e-6)
            assert table.sum() == pytest.approx(table[there].sum())  # padding overlaps nothing


def test_padding_changes_nothing():
    found, wanted = random_case(4)
    arrays = padded(found, 20), padded(wanted, 15)
    assert metrics.coco_mask_metrics(*arrays) == pytest.approx(
        metrics.coco_mask_metrics(found, wanted), nan_ok=True
    )
    assert [t.shape for t in metrics.mask_overlaps(*arrays)] == [(20, 15)] * 5


def test_a_picture_by_hand():
    """Two columns of three found; a crowd forgives what sticks out of it."""
    mask = np.zeros((1, 4, 6), np.uint8)
    mask[0, :, 1:3] = 1
    object_ = np.zeros((1, 4, 6), np.uint8)
    object_[0, :, 2:5] = 1
    found, wanted = {"masks": [mask], "classes": [[0]]}, {"masks": [object_], "classes": [[0]]}
    assert metrics.mask_overlaps(found, wanted)[0].tolist() == [[4 / 16]]
    assert metrics.mask_overlaps(found, wanted | {"ignore": [[True]]})[0].tolist() == [[4 / 8]]
    assert metrics.mask_areas(wanted)[0].tolist() == [12]
    entries = wanted | {"boxes": [[[2, 0, 5, 4]]]}
    data = json.loads(json.dumps(metrics.as_coco(entries, 1)))
    (row,) = data["annotations"]
    assert data["images"] == [{"id": 0, "height": 4, "width": 6}] and row["area"] == 12
    assert row["bbox"] == [2, 0, 3, 4] and isinstance(row["segmentation"]["counts"], str)
    assert np.array_equal(coco_mask.decode(row["segmentation"]), object_[0])


def test_what_does_not_fit_is_told():
    one = {"masks": np.zeros((1, 2, 4, 6)), "classes": [[0, 0]]}
    with pytest.raises(ValueError, match=r"masks of \(4, 6\) found and of \(8, 8\) wanted.*paste"):
        metrics.mask_overlaps(one, one | {"masks": np.zeros((1, 2, 8, 8))})
    with pytest.raises(ValueError, match="'masks' are missing; there are \\['classes'\\]"):
        metrics.mask_overlaps({"classes": [[0]]}, one)
