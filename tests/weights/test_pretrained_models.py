"""Each pretrained model against outputs recorded from its source's runtime (record_*.py)."""

from pathlib import Path

import numpy as np
import pytest
from keras import ops
from photos import NAMES, golden_inputs, photo
from skimage import data

from course.models.pretrained.efficientnet_lite import (
    efficientnet_lite0,
    efficientnet_lite0_pyramid,
    imagenet_classes,
    top_classes,
)
from course.models.pretrained.face import NETS, FaceDetector, mtcnn_net, suppress
from course.models.pretrained.images import center_crop
from course.models.pretrained.pose import KEYPOINTS, LIMBS, PoseEstimator, body_box, pose_net
from course.models.pretrained.squeezenet import LAYERS, squeezenet
from course.models.pretrained.style import style_net, style_transfer, style_weights


def golden(name):
    return np.load(Path(__file__).parent / f"golden/{name}.npz")


# EfficientNet-Lite0


@pytest.fixture(scope="module")
def classifier():
    return efficientnet_lite0(classifier_activation=None)


def test_efficientnet_logits_equal_the_source(classifier):
    assert classifier.count_params() == 4_694_024
    expected = golden("efficientnet_lite0")["logits"]
    found = classifier.predict(golden_inputs(224), verbose=0)
    np.testing.assert_allclose(found, expected, atol=0.05)  # float16 storage: 0.033 measured
    np.testing.assert_array_equal(found.argmax(1), expected.argmax(1))


def test_efficientnet_names_what_is_in_the_photographs(classifier):
    rows = classifier.predict(np.stack([center_crop(photo(n)) for n in NAMES[1:4]]), verbose=0)
    cat, coffee, rocket = ([name for name, _ in row] for row in top_classes(rows, k=3))
    assert set(cat) == {"tiger cat", "Egyptian cat", "tabby, tabby cat"}
    assert coffee[0] == "espresso" and "cup" in coffee
    assert "missile" in rocket and "projectile, missile" in rocket


def test_efficientnet_pyramid_shapes_and_levels():
    model = efficientnet_lite0_pyramid(("P1", "P3", "P5"), weights=None, input_shape=(64, 96, 3))
    shapes = {level: tuple(x.shape[1:]) for level, x in model.output.items()}
    assert shapes == {"P1": (32, 48, 16), "P3": (8, 12, 40), "P5": (2, 3, 1280)}
    with pytest.raises(ValueError, match=r"'P6'.* expected some of"):
        efficientnet_lite0_pyramid(("P6",), weights=None)
    with pytest.raises(ValueError, match="weights='coco' was given"):
        efficientnet_lite0(weights="coco")


def test_class_names():
    names = imagenet_classes()
    assert len(names) == 1000 and names[0].startswith("tench") and names[967] == "espresso"
    with pytest.raises(ValueError, match="add a batch axis"):
        top_classes(np.zeros(1000))


# SqueezeNet


def test_squeezenet_features_equal_the_source():
    maps, expected = squeezenet().predict(golden_inputs(224), verbose=0), golden("squeezenet")
    for name, found in maps.items():
        for statistic in ("mean", "std"):
            value = expected[f"{name}/{statistic}"]
            error = np.abs(getattr(found, statistic)((1, 2)) - value).max() / value.max()
            assert error < 1e-3, (name, statistic, error)


def test_squeezenet_builds_only_what_is_asked_for():
    assert squeezenet(("fire9",), weights=None).count_params() == 722_496
    assert squeezenet(("conv1",), weights=None).count_params() == 1_792
    assert set(squeezenet(LAYERS, weights=None).output) == set(LAYERS)
    with pytest.raises(ValueError, match="'conv10'"):
        squeezenet(("conv10",))


# The style net


def test_style_net_equals_the_source():
    expected = golden("style26")
    net = style_net()
    assert net.count_params() == 166_104
    for image, painted in zip(golden_inputs(32)[:2], expected["painted"], strict=True):
        batch = np.repeat(image[None], len(painted), axis=0)
        found = ops.convert_to_numpy(net([batch, expected["styles"]]))
        assert np.abs(found - painted).max() < 1.5  # of 255; the record is in float16 too


def test_style_transfer_takes_any_size_and_mixtures():
    image = data.chelsea()[:50, :37]
    painted = style_transfer(image, 3)
    assert painted.shape == image.shape and painted.dtype == np.uint8
    mixture = style_transfer(image, np.eye(26)[3] + np.eye(26)[4])
    assert not np.array_equal(mixture, painted)
    np.testing.assert_array_equal(style_weights([2.0] + [0] * 25), style_weights(0))


@pytest.mark.parametrize("style", [26, -1, 0.5, True, [1, 2], [0] * 26, [-1] + [2] * 25, "night"])
def test_bad_style_gets_a_sentence(style):
    with pytest.raises(ValueError, match="expected an int 0–25 or 26 non-negative weights"):
        style_weights(style)


def test_image_too_small_for_the_style_net():
    with pytest.raises(ValueError, match="at least 16×16"):
        style_transfer(np.zeros((15, 40, 3), "uint8"), 0)


# MTCNN


@pytest.mark.parametrize(("name", "side"), zip(NETS, (32, 24, 48), strict=True))
def test_face_networks_equal_the_source(name, side):
    rng, expected = np.random.default_rng(0), golden("mtcnn")
    stages = {"pnet": 32, "rnet": 24, "onet": 48}
    for stage, width in stages.items():  # the noise was drawn in this order
        noise = rng.uniform(-1, 1, (2, width, width, 3)).astype("float32")
        if stage == name:
            break
    assert width == side
    for i, found in enumerate(mtcnn_net(name)(noise)):
        value = expected[f"Stage{name[0].upper()}Net/{i}"]
        np.testing.assert_allclose(ops.convert_to_numpy(found), value, atol=1e-3)


@pytest.fixture(scope="module")
def faces():
    return FaceDetector(min_face=40).predict(data.astronaut())


def test_face_of_the_astronaut(faces):
    expected = golden("mtcnn")["astronaut"][0]  # image, box, score, five x, five y
    assert faces["boxes"].shape == (1, 4) and faces["keypoints"].shape == (1, 5, 2)
    np.testing.assert_allclose(faces["boxes"][0], expected[1:5], atol=6)  # another pyramid
    np.testing.assert_allclose(faces["keypoints"][0], expected[6:].reshape(2, 5).T, atol=3)
    assert faces["scores"][0] > 0.99 and faces["boxes"].dtype == np.float32


def test_no_face_gives_empty_arrays():
    found = FaceDetector(min_face=100).predict(np.full((120, 150, 3), 127, "uint8"))
    assert [found[k].shape for k in ("boxes", "scores", "keypoints")] == [(0, 4), (0,), (0, 5, 2)]
    found = FaceDetector().predict(np.zeros((1, 1, 3), "uint8"))  # smaller than any window
    assert found["boxes"].shape == (0, 4)


def test_face_detector_refuses_bad_settings():
    with pytest.raises(ValueError, match="min_face=5"):
        FaceDetector(min_face=5)
    with pytest.raises(ValueError, match="expected three in"):
        FaceDetector(thresholds=(0.5, 2, 0.7))
    with pytest.raises(ValueError, match="name='qnet'"):
        mtcnn_net("qnet")


def test_suppress_drops_what_any_better_box_overlaps():
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], float)  # a chain
    kept, scores = suppress(boxes, np.array([0.9, 0.8, 0.7]), 0.4)
    np.testing.assert_array_equal(scores, [0.9])  # greedy suppression would keep the third
    kept, _ = suppress(boxes[[0, 2]], np.array([0.7, 0.9]), 0.4)
    np.testing.assert_array_equal(kept, boxes[[2, 0]])


# BlazePose


def test_pose_network_equals_the_source():
    expected, net = golden("blazepose"), pose_net()
    found, person = net.predict(golden_inputs(256) / np.float32(255), verbose=0)
    np.testing.assert_allclose(found, expected["landmarks"], atol=0.02)  # 0.0035 measured
    np.testing.assert_allclose(person, expected["person"], atol=1e-3)


def test_pose_of_the_astronaut(faces):
    found = PoseEstimator().predict(data.astronaut(), body_box(faces["boxes"][0]))
    points = dict(zip(KEYPOINTS, found["keypoints"], strict=True))
    assert found["score"] > 0.9 and found["visibility"].shape == (33,)
    face = faces["keypoints"][0]  # the other model's eyes, nose and mouth; left is the viewer's
    np.testing.assert_allclose(points["right_eye"], face[0], atol=20)
    np.testing.assert_allclose(points["left_eye"], face[1], atol=20)
    np.testing.assert_allclose(points["nose"], face[2], atol=20)
    assert points["right_shoulder"][0] < 160 < 260 < points["left_shoulder"][0]
    assert 180 < points["right_shoulder"][1] < 260 and points["left_hip"][1] > 380


@pytest.mark.parametrize("name", ["chelsea", "rocket"])  # the coffee fools it: docs/data/weights.md
def test_nobody_where_nobody_is(name):
    assert PoseEstimator().predict(photo(name))["score"] < 0.5
    assert max(map(max, LIMBS)) < len(KEYPOINTS) == 33


def test_pose_refuses_bad_boxes():
    estimator = PoseEstimator(passes=1)
    for box in ([5, 5, 5, 9], [0, 0, np.nan, 9], [1, 2, 3]):
        with pytest.raises(ValueError, match=r"expected \[x1, y1, x2, y2\]"):
            estimator.predict(data.astronaut(), box)
    with pytest.raises(ValueError, match="passes=0"):
        PoseEstimator(passes=0)
    with pytest.raises(ValueError, match="pass boxes"):
        body_box(np.zeros((1, 4)))
