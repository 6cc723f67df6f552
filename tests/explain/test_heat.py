"""Maps of heat against what they must be where the answer is known without them."""

import keras
import numpy as np
import pytest
from keras import layers

from course import models
from course.explain import (
    energy_inside,
    grad_cam,
    inside,
    occlusion,
    pointing_game,
    saliency,
    shuffled_weights,
    smooth_grad,
)
from course.explain.occlusion import _starts

rng = np.random.default_rng(0)
IMAGES = rng.uniform(0, 255, (2, 6, 8, 3)).astype("float32")


@pytest.fixture(scope="module")
def linear():
    image = keras.Input((6, 8, 3))
    return keras.Model(image, layers.Dense(4, name="scores")(layers.Flatten()(image)))


@pytest.fixture(scope="module")
def convnet():
    image = keras.Input((6, 8, 3))
    maps = layers.Conv2D(5, 3, padding="same", activation="relu", name="maps")(image)
    average = layers.GlobalAveragePooling2D(name="average")(maps)
    return keras.Model(image, layers.Dense(4, name="scores")(average))


def weights_of(linear, label):
    return np.array(linear.get_layer("scores").kernel)[:, label].reshape(6, 8, 3)


@pytest.mark.parametrize("method", [saliency, smooth_grad])
def test_saliency_of_a_linear_model_is_its_weights(linear, method):
    found = method(linear, IMAGES, [1, 3])
    for heat, label in zip(found, (1, 3), strict=True):
        assert heat == pytest.approx(np.abs(weights_of(linear, label)).max(axis=-1), abs=1e-6)


def test_smooth_grad_without_noise_is_saliency(convnet):
    found = smooth_grad(convnet, IMAGES, [0, 2], samples=3, noise=0.0)
    assert found == pytest.approx(saliency(convnet, IMAGES, [0, 2]), abs=1e-6)


def test_grad_cam_before_average_and_dense_is_the_weighted_sum_of_maps(convnet):
    maps = np.array(keras.Model(convnet.inputs[0], convnet.get_layer("maps").output)(IMAGES))
    kernel = np.array(convnet.get_layer("scores").kernel)  # [5, 4]
    found = grad_cam(convnet, IMAGES, [0, 3], before="average", resize=False)
    for heat, A, label in zip(found, maps, (0, 3), strict=True):
        assert heat == pytest.approx(np.maximum(A @ kernel[:, label] / 48, 0), abs=1e-5)
    assert grad_cam(convnet, IMAGES, [0, 3], before="average") == pytest.approx(found, abs=1e-5)


def test_grad_cam_on_lenet_has_the_size_of_the_image():
    images = rng.uniform(0, 255, (2, 28, 28, 1)).astype("float32")
    heat = grad_cam(models.lenet5(), images, [0, 9], before="S4")
    assert heat.shape == (2, 28, 28) and heat.min() >= 0
    with pytest.raises(ValueError, match="does not read a map"):
        grad_cam(models.lenet5(), images, [0, 9], before="C5")


def test_occlusion_equals_a_slow_loop(linear):
    found = occlusion(linear, IMAGES, [1, 2], size=4, stride=3, fill=50, batch_size=3)
    for image, heat, label in zip(IMAGES, found, (1, 2), strict=True):
        total, times = np.zeros((6, 8)), np.zeros((6, 8))
        for y in (0, 2):
            for x in (0, 3, 4):
                part = (slice(y, y + 4), slice(x, x + 4))
                total[part] += (weights_of(linear, label)[part] * (image[part] - 50)).sum()
                times[part] += 1
        assert heat == pytest.approx(total / times, abs=1e-2)


@pytest.mark.parametrize(("length", "size", "stride"), [(224, 56, 24), (10, 4, 4), (7, 7, 3)])
def test_squares_leave_no_gap(length, size, stride):
    covered = {p for start in _starts(length, size, stride) for p in range(start, start + size)}
    assert covered == set(range(length))


def test_inside_counts_the_pixels_of_boxes():
    mask = inside([[2, 1, 5, 4], [4, 3, 6, 5], [0, 0, 0, 0]], 6, 8)
    assert mask.sum() == 3 * 3 + 2 * 2 - 1 and mask[1, 2] and not mask[0, 2] and not mask[5, 5]


def test_pointing_and_energy():
    mask = np.stack([inside([[0, 0, 4, 6]], 6, 8)] * 3)
    heat = np.zeros((3, 6, 8))
    heat[0, 2, 1], heat[0, 2, 6] = 3, 1  # hottest inside
    heat[1, 2, 1], heat[1, 2, 6], heat[1, 0, 0] = 1, 3, -5  # hottest outside; the cold is ignored
    heat[2] = 1
    assert pointing_game(heat, mask)[:2].tolist() == [True, False]
    assert energy_inside(heat, mask).tolist() == [0.75, 0.25, 0.5]


def test_shuffling_forgets_from_the_top_only():
    lenet = models.lenet5()
    before = {w.path: np.array(w) for w in lenet.weights}
    after = dict(zip(before, shuffled_weights(lenet, "C5", seed=1), strict=True))
    deeper = dict(zip(before, shuffled_weights(lenet, "C3", seed=1), strict=True))
    for path, values in before.items():
        forgotten = path.split("/")[-2] in ("C5", "F6", "logits")
        assert np.array_equal(np.sort(values, axis=None), np.sort(after[path], axis=None))
        if values.ndim > 1:
            assert np.array_equal(values, after[path]) != forgotten
        if forgotten:
            assert np.array_equal(after[path], deeper[path])
    with pytest.raises(ValueError, match="no weights in a layer 'C9'"):
        shuffled_weights(lenet, "C9")


def test_bad_settings_are_told(linear):
    with pytest.raises(ValueError, match="2 images and 1 classes"):
        saliency(linear, IMAGES, [1])
    with pytest.raises(ValueError, match="samples=0"):
        smooth_grad(linear, IMAGES, [1, 1], samples=0)
    with pytest.raises(ValueError, match="stride ≤ size"):
        occlusion(linear, IMAGES, [1, 1], size=2, stride=3)
