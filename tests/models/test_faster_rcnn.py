"""Faster R-CNN: shapes, what its second stage sees, and that a few steps lower all four losses."""

import keras
import numpy as np
import pytest
from keras import ops

from course import models

SIZES = {"P3": 16, "P4": 32}


def small(**options):
    body = models.small_pyramid((64, 64, 3), (8, 16, 16, 16), (1, 1, 1, 1))
    options = {"sizes": SIZES, "width": 16, "hidden": 32, "num_proposals": 12} | options
    return models.FasterRCNN(body, 3, **options)


@pytest.fixture(scope="module")
def detector():
    keras.utils.set_random_seed(0)
    return small()


def scene(num=2, seed=0):
    """Bright squares on grey: images, boxes, classes; one slot of each image is padding."""
    rng = np.random.default_rng(seed)
    images = np.full((num, 64, 64, 3), 90, "float32")
    boxes, classes = np.zeros((num, 3, 4), "float32"), np.full((num, 3), -1, "int32")
    for k in range(num):
        for slot in range(2):
            x, y, kind = *rng.integers(2, 12, 2), rng.integers(3)
            x, y = x + 32 * slot, y + 32 * rng.integers(2)
            images[k, y : y + 18, x : x + 18, kind] = 250
            boxes[k, slot], classes[k, slot] = (x, y, x + 18, y + 18), kind
    return images, boxes, classes


def test_shapes(detector):
    images, _, _ = scene()
    outputs = detector(images)
    count = 3 * (8 * 8 + 4 * 4)
    assert detector.anchors.shape == (count, 4)
    shapes = {name: tuple(outputs[name].shape) for name in outputs if name != "maps"}
    assert shapes == {
        "rpn_deltas": (2, count, 4), "rpn_logits": (2, count), "regions": (2, 12, 4),
        "filled": (2, 12), "deltas": (2, 12, 3, 4), "logits": (2, 12, 4),
    }  # fmt: skip
    boxes, scores = detector.candidates(outputs)
    assert boxes.shape == (2, 12, 3, 4) and scores.shape == (2, 12, 3)
    assert np.min(boxes) >= 0 and np.max(boxes) <= 64


def test_proposals_lie_in_the_image_and_padding_never_scores(detector):
    outputs = detector(scene()[0])
    regions, filled = np.array(outputs["regions"]), np.array(outputs["filled"])
    assert regions.min() >= 0 and regions.max() <= 64
    assert (regions[~filled] == 0).all() and (regions[filled][:, 2:] > regions[filled][:, :2]).all()
    outputs["filled"] = ops.zeros_like(outputs["filled"])
    assert not np.array(detector.candidates(outputs)[1]).any()


def test_the_order_of_anchors_is_that_of_the_predictions(detector):
    """A head that is one only for the second shape: the wide, square and high anchors alternate."""
    last = detector.rpn.get_layer("rpn_logits")
    kept = last.bias.numpy()
    last.bias.assign([0.0, 1.0, 0.0])
    _, logits = detector.propose({"P3": np.zeros((1, 8, 8, 16)), "P4": np.zeros((1, 4, 4, 16))})
    last.bias.assign(kept)
    width, height = (detector.anchors[:, 2:] - detector.anchors[:, :2]).T
    np.testing.assert_array_equal(np.array(logits)[0] == 1, np.isclose(width, height))


@pytest.mark.slow
def test_a_few_steps_lower_the_loss_and_each_term_is_logged():
    keras.utils.set_random_seed(1)
    detector = small()
    images, boxes, classes = scene(8)
    detector.compile(keras.optimizers.Adam(3e-3))
    truth = {"boxes": boxes, "classes": classes}
    data = images, truth
    first = detector.fit(*data, batch_size=8, epochs=1, verbose=0).history
    last = detector.fit(*data, batch_size=8, epochs=15, verbose=0).history
    assert {"rpn_class", "rpn_box", "class", "box"} < set(last)
    for term in ("loss", "rpn_class", "rpn_box", "class"):
        assert np.mean(last[term][-3:]) < 0.8 * first[term][0], term
    total = sum(last[term][-1] for term in detector.TERMS)
    assert last["loss"][-1] == pytest.approx(total, rel=1e-3)


def test_no_gradient_flows_from_the_second_stage_into_the_proposals(detector):
    """Ren et al. 2015, section 3.2: the boxes are constants for the second stage."""
    import tensorflow as tf

    images, boxes, classes = scene()
    with tf.GradientTape() as tape:
        terms = detector.terms(detector(images, training=True), boxes, classes)
        second = terms["class"] + terms["box"]
    assert all(g is None for g in tape.gradient(second, detector.rpn.trainable_variables))


def test_it_learns_from_images_without_objects(detector):
    images, boxes, classes = scene()
    terms = detector.terms(detector(images, training=True), 0 * boxes, 0 * classes - 1)
    values = {name: float(value) for name, value in terms.items()}
    assert values["rpn_box"] == values["box"] == 0
    assert values["rpn_class"] > 0 and values["class"] > 0


def test_detections_are_padded_sorted_and_inside(detector):
    found = detector.detect(scene(3)[0], min_score=0.0, max_outputs=20, batch_size=2)
    assert {name: value.shape for name, value in found.items()} == {
        "boxes": (3, 20, 4), "scores": (3, 20), "classes": (3, 20),
    }  # fmt: skip
    assert (np.diff(found["scores"], axis=1) <= 0).all()
    assert (found["scores"][found["classes"] < 0] == 0).all()


@pytest.mark.parametrize("cut", ["warp", "pool"])
def test_regions_can_be_cut_in_other_ways(cut):
    images, boxes, classes = scene()
    detector = small(cut=cut)
    outputs = detector(images, training=True)
    assert np.isfinite([float(v) for v in detector.terms(outputs, boxes, classes).values()]).all()


def test_an_unknown_way_to_cut_is_told():
    with pytest.raises(ValueError, match="'crop'"):
        small(cut="crop")


def test_a_single_image_without_batch_axis_is_told(detector):
    with pytest.raises(ValueError, match=r"image\[None\]"):
        detector.detect(scene()[0][0])


def test_levels_that_are_not_there_are_told():
    with pytest.raises(ValueError, match="P9"):
        small(sizes={"P9": 16})
