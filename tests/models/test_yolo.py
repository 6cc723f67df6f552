"""YOLO: its thirty numbers, what the network may say, and that it can learn a few pictures."""

import keras
import numpy as np
import pytest

from course import losses, models, ops, training

SIDE = 32


def backbone(side=SIDE, maps=(("P3", 8), ("P4", 16))):
    """Random maps of a small image, one convolution each."""
    image = keras.Input((side, side, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    conv = keras.layers.Conv2D
    return keras.Model(image, {k: conv(16, 5, s, "same", activation="relu")(x) for k, s in maps})


def test_the_decks_network_has_seven_by_seven_by_thirty_numbers():
    maps = keras.Input((7, 7, 4), name="last")
    pass_through = keras.Model({"last": maps}, {"last": maps})
    for hidden in (0, 8):
        net = models.YOLO(pass_through, num_classes=20, width=4, hidden=hidden)
        outputs = net({"last": np.random.default_rng(0).random((2, 7, 7, 4))})
        assert outputs.shape == (2, 7, 7, 30)
        slots = np.array(losses.yolo_split(outputs)[0])
        assert (slots[..., 2:] >= 0).all()
        boxes, scores = net.candidates(outputs)
        assert boxes.shape == (2, 98, 4) and scores.shape == (2, 98, 20)


def test_a_grid_that_does_not_fit_the_map_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="hidden units"):
        models.YOLO(backbone(), 3, SIDE, grid=3)


def test_targets_decode_to_the_objects_they_were_made_of():
    rng = np.random.default_rng(0)
    low = np.array([[[1, 2], [18, 1], [3, 20]]]) + rng.random((1, 3, 2))
    boxes = np.concatenate([low, np.add(low, [10, 7])], -1).astype("float32")
    kinds = np.array([[2, 0, 1]], "int32")
    v1 = models.YOLO(backbone(), 3, SIDE, grid=4)
    v2 = models.YOLOAnchors(backbone(), 3, [[8, 8], [16, 8]], SIDE, grid=4)
    encoded = {
        v1: losses.yolo_targets(boxes, kinds, SIDE, 4, 2, 3),
        v2: losses.yolo_anchor_targets(boxes, kinds, SIDE, v2.anchors, 4, 3),
    }
    for net, targets in encoded.items():
        found = ops.detections(*net.candidates(targets), max_outputs=5)
        order = np.argsort(np.where(found["classes"][0] < 0, 9, found["classes"][0]))[:3]
        assert np.array(found["classes"])[0, order].tolist() == [0, 1, 2]
        assert np.array(found["boxes"])[0, order] == pytest.approx(boxes[0, [1, 2, 0]], abs=1e-3)
        assert (np.array(found["classes"])[0] >= 0).sum() == 3  # suppression left one box each


def test_scores_are_confidence_times_class_and_stay_probabilities():
    net = models.YOLO(backbone(), 2, SIDE, grid=4, boxes_per_cell=1)
    outputs = np.zeros((1, 4, 4, 7), "float32")
    outputs[0, 1, 2] = [0.5, 0.5, 0.25, 0.25, 0.8, 0.5, 1.5]
    boxes, scores = map(np.array, net.candidates(outputs))
    assert scores[0, 6] == pytest.approx([0.4, 0.8])
    assert boxes[0, 6] == pytest.approx([16, 8, 24, 16])


def test_an_anchor_with_nothing_to_say_is_its_own_shape_in_the_middle_of_its_cell():
    net = models.YOLOAnchors(backbone(), 2, [[4, 12], [20, 6]], SIDE, grid=4)
    net.network.get_layer("output").set_weights(
        [np.zeros_like(w) for w in net.network.get_layer("output").get_weights()]
    )
    outputs = np.array(net(np.zeros((1, SIDE, SIDE, 3))))
    assert outputs.shape == (1, 4, 4, 2, 7)
    boxes, scores = map(np.array, net.candidates(outputs))
    assert boxes[0, :2] == pytest.approx(np.array([[2, -2, 6, 10], [-6, 1, 14, 7]]))
    assert scores == pytest.approx(0.25)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["convolutional", "fully connected", "no root", "anchors"])
def test_learns_four_pictures_by_heart(kind):
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 80, (4, SIDE, SIDE, 3)).astype("uint8")
    low = np.add(rng.integers(0, 5, (4, 2, 2)), [[1, 1], [17, 17]])
    boxes = np.concatenate([low, low + rng.integers(6, 12, (4, 2, 2))], -1).astype("float32")
    kinds = rng.integers(0, 2, (4, 2)).astype("int32")
    for image, objects, names in zip(images, boxes.astype(int), kinds, strict=True):
        for (x0, y0, x1, y1), name in zip(objects, names, strict=True):
            image[y0:y1, x0:x1, name] = 255
    if kind == "anchors":
        net = models.YOLOAnchors(backbone(), 2, [[8, 8], [11, 8]], SIDE, grid=4, width=32)
    else:
        more = {"hidden": 64, "dropout": 0.0} if kind == "fully connected" else {}
        net = models.YOLO(backbone(), 2, SIDE, grid=4, width=32, root=kind != "no root", **more)
    batch = {"images": images, "boxes": boxes, "classes": kinds}
    batches = tf.data.Dataset.from_tensor_slices(batch).batch(4)
    history = training.train_detector(net, batches, 224, 5e-3, epochs=2)
    assert history["loss"][1] < 0.3 * history["loss"][0]
    values, found, _ = training.evaluate_detector(net, batches)
    assert values["AP50"] > 0.95
    assert found["boxes"].shape == (4, 50, 4)
