"""Mask R-CNN: what goes in, what comes out, what is kept on disk."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from course import data, models, training
from course.errors import UnknownName
from course.ops import iou, mask_iou

SMALL = {"sizes": {"P3": 16, "P4": 32}, "width": 16, "hidden": 16, "mask_width": 8}
SMALL |= {"num_proposals": 12, "num_samples": 8}


def detector(**options):
    pyramid = models.small_pyramid((64, 64, 3), (8, 8, 8, 8), (1, 1, 1, 1))
    return models.MaskRCNN(pyramid, 3, **SMALL | options)


def batch():
    """Two pictures: one with a bright square and a dark one, one without anything."""
    images = np.full((2, 64, 64, 3), 128, "float32")
    images[0, 8:24, 8:24], images[0, 30:56, 32:60] = 255, 0
    masks = np.zeros((2, 3, 64, 64), "uint8")
    masks[0, 0, 8:24, 8:24], masks[0, 1, 30:56, 32:60] = 1, 1
    boxes = np.zeros((2, 3, 4), "float32")
    boxes[0, :2] = [[8, 8, 24, 24], [32, 30, 60, 56]]
    classes = np.full((2, 3), -1, "int32")
    classes[0, :2] = [0, 2]
    return images, {"boxes": boxes, "classes": classes, "masks": masks}


@pytest.mark.slow
def test_it_learns_two_squares_by_heart():
    keras.utils.set_random_seed(0)
    images, truth = batch()
    model = detector()
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=25)
    pictures = tf.data.Dataset.from_tensors((images, truth)).repeat()
    model.fit(pictures, steps_per_epoch=150, shuffle=False, verbose=0)
    found = model.detect(images, min_score=0.5)
    assert list(found["classes"][0][:2]) in ([0, 2], [2, 0]) and found["classes"][0][2] == -1
    assert (found["classes"][1] == -1).all()
    order = np.argsort(found["classes"][0][:2])
    boxes = iou(ops.convert_to_tensor(found["boxes"][0][:2][order]), truth["boxes"][0, :2])
    assert (ops.convert_to_numpy(boxes) > 0.7).all()
    one = model.predict(images[0])
    overlap = ops.convert_to_numpy(mask_iou(one["masks"], truth["masks"][0, :2]))

    assert (overlap.max(axis=1) > 0.6).all()


def test_a_batch_without_objects_gives_finite_losses_and_gradients():
    images, truth = batch()
    truth["classes"][:] = -1
    model = detector()
    model.compile(keras.optimizers.SGD(1e-2))
    losses = model.train_on_batch(images, truth, return_dict=True)
    assert all(np.isfinite(value) for value in losses.values()) and losses["mask"] == 0
    assert all(np.isfinite(v.numpy()).all() for v in model.trainable_variables)


@pytest.mark.parametrize("cut", ["align", "warp", "pool"])
def test_saved_and_loaded_it_finds_the_same(cut, tmp_path):
    images, _ = batch()
    model = detector(cut=cut)
    expected = model.detect(images, min_score=0.0, max_outputs=5)
    model.save(tmp_path / "detector.keras")
    loaded = keras.saving.load_model(tmp_path / "detector.keras")
    assert loaded.settings["cut"] == cut
    for name, values in loaded.detect(images, min_score=0.0, max_outputs=5).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-5)


def test_predict_takes_photographs_of_any_size():
    model = detector()
    for shape in ((40, 100, 3), (301, 77, 3)):
        found = model.predict(np.zeros(shape, "uint8"), min_score=0.0, max_outputs=4)
        assert found["masks"].shape == (len(found["classes"]), *shape[:2])
        assert (found["boxes"] <= np.array([shape[1], shape[0]] * 2)).all()
    with pytest.raises(ValueError, match=r"one RGB picture \[H, W, 3\]"):
        model.predict(np.zeros((2, 64, 64, 3)))


def test_settings_that_do_not_exist():
    with pytest.raises(ValueError, match="choose from"):
        detector(cut="crop")
    with pytest.raises(UnknownName, match="scenes"):
        models.MaskRCNN.from_checkpoint("coco")


@pytest.mark.slow
def test_xla_compiles_a_training_step_with_the_same_losses():
    images, truth = batch()
    losses = []
    for compiled in (False, True):
        keras.utils.set_random_seed(0)
        model = detector()
        model.dice = lambda like: ops.zeros_like(ops.cast(like, "float32"))  # draws the first
        model.compile(keras.optimizers.SGD(1e-3), jit_compile=compiled)
        losses.append([float(model.train_on_batch(images, truth)[0]) for _ in range(2)])
    np.testing.assert_allclose(*losses, rtol=1e-4)


@pytest.mark.slow
def test_the_checkpoint_finds_known_objects():
    model = models.MaskRCNN.from_checkpoint("scenes")
    scenes = data.load("scenes/small", "known[:60]", 20, max_boxes=6, masks=True)
    metrics, *_ = training.evaluate_detector(model, scenes)
    assert metrics["AP50"] > 0.65 and metrics["mask_AP50"] > 0.55


def test_the_scenes_detector_takes_other_sizes():
    detector = models.MaskRCNN.for_scenes(weights=None, side=64)
    found = detector.detect(np.zeros((1, 64, 64, 3), "float32"), min_score=0.0, max_outputs=3)
    assert found["masks"].shape == (1, 3, 28, 28)
    with pytest.raises(ValueError, match="side=100, expected a positive multiple of 32"):
        models.MaskRCNN.for_scenes(weights=None, side=100)
