"""Detection metrics equal pycocotools: thousands of small cases made to be nasty."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course import metrics
from course.metrics.matching import COCO_AREAS, COCO_THRESHOLDS

LIMITS = (1, 3, 100)


def random_case(seed, num_images=4, num_classes=50):
    """Few places, sizes and scores, so that ties, exact thresholds and rivals are the rule.

    Each class is a case of its own. Images and classes may be empty, on either side or both.
    """
    rng = np.random.default_rng(seed)
    objects, detections = ({k: [] for k in ("boxes", "classes", "scores", "ignore")} for _ in "ab")
    for _ in range(num_images):
        some = rng.random(num_classes) < 0.7
        classes = rng.choice(np.flatnonzero(some), rng.integers(0, 3 * num_classes + 15))
        low = rng.integers(0, 3, (len(classes), 2)) * 10
        size = rng.choice([10, 20, 32, 40, 96, 100], (len(classes), 2))
        boxes = np.concatenate([low, low + size], 1).astype(float)
        pick = rng.permutation(len(boxes))[: rng.integers(0, len(boxes) + 1)]
        wrong = rng.integers(-1, num_classes, len(pick) // 2)
        moved = boxes[pick] + rng.integers(-4, 5, (len(pick), 4))
        order = rng.permutation(2 * len(pick) + len(wrong))
        rows = np.concatenate([boxes[pick], moved, boxes[pick[: len(wrong)]]])[order]
        kinds = np.concatenate([classes[pick], classes[pick], wrong])[order]
        for name, values in zip(
            ("boxes", "classes", "scores", "ignore"),
            (rows, kinds, rng.integers(0, 5, len(rows)) / 4, np.zeros(len(rows), bool)),
            strict=True,
        ):
            detections[name].append(values)
        objects["boxes"].append(boxes)
        objects["classes"].append(np.where(rng.random(len(boxes)) < 0.1, -1, classes))
        objects["ignore"].append(rng.random(len(boxes)) < 0.2)
    del objects["scores"], detections["ignore"]
    return detections, objects


def coco(entries, num_classes, masks=None):
    """Write the course's structure as a COCO data set."""
    annotations = []
    for image, classes in enumerate(entries["classes"]):
        for slot, kind in enumerate(classes):
            if kind < 0:
                continue
            x0, y0, x1, y1 = map(float, entries["boxes"][image][slot])
            record = {"id": len(annotations) + 1, "image_id": image, "category_id": int(kind)}
            record |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0)}
            record["iscrowd"] = int(entries["ignore"][image][slot]) if "ignore" in entries else 0
            if "scores" in entries:
                record["score"] = float(entries["scores"][image][slot])
            if masks is not None:
                encoded = coco_mask.encode(np.asfortranarray(masks[image][slot]))
                record |= {"segmentation": encoded, "area": float(coco_mask.area(encoded))}
            annotations.append(record)
    data = COCO()
    data.dataset = {
        "images": [{"id": n, "height": 6, "width": 6} for n in range(len(entries["classes"]))],
        "categories": [{"id": n} for n in range(num_classes)],
        "annotations": annotations,
    }
    data.createIndex()
    return data


def pycocotools(detections, objects, num_classes, kind="bbox", masks=(None, None), **settings):
    with contextlib.redirect_stdout(io.StringIO()):
        found, wanted = (
            coco(entries, num_classes, m)
            for entries, m in zip((detections, objects), masks, strict=True)
        )
        evaluation = COCOeval(wanted, found, kind)
        for name, value in settings.items():
            setattr(evaluation.params, name, value)
        evaluation.evaluate()
        evaluation.accumulate()
        if not settings:
            evaluation.summarize()
    return evaluation


def agree(seed, num_classes=50, thresholds=(0.3, 0.5, 0.8, 1.0)):
    detections, objects = random_case(seed, num_classes=num_classes)
    evaluation = pycocotools(
        detections, objects, num_classes, iouThrs=np.array(thresholds), maxDets=list(LIMITS)
    )
    matches = metrics.match_detections(detections, objects, thresholds, COCO_AREAS.values())
    ap, ar = metrics.average_precisions(matches, 101), metrics.average_recalls(matches, LIMITS)
    theirs = evaluation.eval["precision"][..., -1].mean(axis=1).swapaxes(1, 2)  # [T, R, K]
    num = ap.shape[-1]  # classes beyond this one do not occur at all
    assert (theirs[..., num:] == -1).all()
    assert np.nan_to_num(ap, nan=-1) == pytest.approx(theirs[..., :num], abs=1e-6)
    theirs = evaluation.eval["recall"].swapaxes(1, 2)[..., :num, :]
    assert np.nan_to_num(ar, nan=-1) == pytest.approx(theirs, abs=1e-6)
    return int((matches.num_objects[0] > 0).sum())


def test_a_thousand_cases_equal_pycocotools():
    assert sum(agree(seed) for seed in range(24)) >= 1000


@pytest.mark.slow
def test_five_thousand_more_cases_equal_pycocotools():
    assert sum(agree(seed, 400) for seed in range(100, 114)) >= 5000


@pytest.mark.parametrize("seed", range(3))
def test_the_twelve_numbers_of_coco(seed):
    detections, objects = random_case(seed, num_images=6, num_classes=3)
    if seed == 2:  # nothing large
        for entries in (detections, objects):
            entries["boxes"] = [boxes / 4 for boxes in entries["boxes"]]
    theirs = pycocotools(detections, objects, 3).stats
    ours = list(metrics.coco_metrics(detections, objects).values())
    assert np.nan_to_num(ours, nan=-1) == pytest.approx(theirs, abs=1e-6)
    assert seed != 2 or np.isnan(ours[5])


def padded(entries, width):
    """Lists of arrays as one padded array per field."""
    return {
        name: np.stack(
            [
                np.concatenate([v, np.full((width - len(v), *v.shape[1:]), -(name == "classes"))])
                for v in values
            ]
        )
        for name, values in entries.items()
    }


def test_padding_and_the_order_of_images_change_nothing_else():
    detections, objects = random_case(7, num_classes=4)
    lists = metrics.coco_metrics(detections, objects)
    arrays = metrics.coco_metrics(padded(detections, 60), padded(objects, 50))
    assert arrays == pytest.approx(lists)


def test_masks_equal_pycocotools():
    """Overlaps of masks are passed in; matching and averaging are the same code."""
    rng = np.random.default_rng(0)
    detections, objects = random_case(1, num_images=5, num_classes=2)
    sides = {"a": detections, "b": objects}
    masks = {
        name: [(rng.random((len(c), 6, 6)) < 0.6).astype("uint8") for c in entries["classes"]]
        for name, entries in sides.items()
    }
    for n, mask in enumerate(masks["b"]):  # some detections are nearly right
        few = min(len(mask), len(masks["a"][n]))
        masks["a"][n][:few] = mask[:few] ^ (rng.random((few, 6, 6)) < 0.1)
        few = min(few, len(objects["classes"][n]))
        detections["classes"][n][:few] = objects["classes"][n][:few]
    overlaps = []
    for a, b, crowd in zip(masks["a"], masks["b"], objects["ignore"], strict=True):
        common = np.einsum("dyx,gyx->dg", a.astype(float), b)
        area_a, area_b = a.sum((1, 2))[:, None], b.sum((1, 2))
        overlaps.append(common / np.where(crowd, area_a, area_a + area_b - common))
        assert overlaps[-1].shape == (len(a), len(b))
    for name, entries in sides.items():
        entries["areas"] = [mask.sum((1, 2)) for mask in masks[name]]
    theirs = pycocotools(detections, objects, 2, "segm", masks.values()).stats
    ours = metrics.coco_metrics(detections, objects, overlaps)
    assert 0 < ours["AP"] < 1
    assert np.nan_to_num(list(ours.values()), nan=-1) == pytest.approx(theirs, abs=1e-6)


def test_a_mean_over_images_is_another_number():
    """The classic mistake: one average precision per image, then their mean."""
    box = np.array([[0, 0, 10, 10.0]])
    detections = {"boxes": [box, box + 50], "classes": [[0], [0]], "scores": [[0.5], [0.9]]}
    objects = {"boxes": [box, box], "classes": [[0], [0]]}

    def ap(images):
        pick = [{k: v[images] for k, v in entries.items()} for entries in (detections, objects)]
        return metrics.average_precisions(metrics.match_detections(*pick)).item()

    assert ap(slice(0, 2)) == 0.25  # the confident mistake stands first on the common list
    assert np.mean([ap(slice(0, 1)), ap(slice(1, 2))]) == 0.5


def test_nothing_found_and_nothing_to_find():
    none = {"boxes": [np.zeros((0, 4))], "classes": [[]], "scores": [[]]}
    one = {"boxes": [[[0, 0, 9, 9]]], "classes": [[0]], "scores": [[0.5]]}
    assert metrics.coco_metrics(none, one)["AP"] == 0
    assert np.isnan(metrics.coco_metrics(one, none)["AP"])
    assert np.isnan(metrics.coco_metrics(none, none)["AR_100"])
    assert metrics.coco_metrics(one, one)["AP"] == pytest.approx(1)
    assert len(COCO_THRESHOLDS) == 10


def test_what_does_not_fit_is_told():
    one = {"boxes": [[[0, 0, 9, 9]]], "classes": [[0]], "scores": [[0.5]]}
    two = {"boxes": [[[0, 0, 9, 9]], []], "classes": [[0], []]}
    with pytest.raises(ValueError, match="detections for 1 images and objects for 2; give both"):
        metrics.match_detections(one, two)
    with pytest.raises(ValueError, match="as many scores as classes"):
        metrics.match_detections(one | {"scores": [[0.5, 0.4]]}, one)
    with pytest.raises(ValueError, match="Some boxes are not finite"):
        metrics.match_detections(one | {"boxes": [[[0, 0, np.nan, 9]]]}, one)
    with pytest.raises(ValueError, match="'scores' are missing"):
        metrics.match_detections(two, two)


def test_keras_cvs_callback_still_ignores_class_0():
    """keras-cv 0.9 counts only ground truths with class > 0; PyCOCOCallback loses class 0."""
    import keras_cv.callbacks
    import tensorflow as tf

    boxes = np.array([[[0, 0, 20, 20], [30, 30, 60, 60], [5, 40, 25, 60.0]]], "float32")
    found = {}
    for first in (0, 1):
        truth = {"boxes": boxes, "classes": np.array([[first, first + 1, first + 1]], "float32")}
        callback = keras_cv.callbacks.PyCOCOCallback(
            tf.data.Dataset.from_tensors((np.zeros((1, 64, 64, 3), "float32"), truth)), "xyxy"
        )
        perfect = truth | {"confidence": [[0.5, 0.6, 0.9]], "num_detections": np.array([3])}
        callback.set_model(type("Model", (), {"predict": lambda *_, p=perfect: p})())
        logs = {"loss": 0.0}
        with contextlib.redirect_stdout(io.StringIO()):
            callback.on_epoch_end(0, logs)
        found[first] = logs["val_AP"]
    assert found == pytest.approx({0: 0.75, 1: 1.0}, abs=1e-3)
