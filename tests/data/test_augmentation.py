"""Pictures, maps and boxes stay in step under any transform: property tests and slow oracles."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from course.data import Augmentation, affine, colour
from course.data.geometry import letterbox, stack_masks, tight_boxes

H, W, N = 40, 56, 6
FEW = settings(max_examples=25, deadline=None, derandomize=True)
GEOMETRY = st.builds(
    Augmentation,
    flip=st.sampled_from([0.0, 0.5, 1.0]),
    scale=st.sampled_from([(1.0, 1.0), (0.5, 2.0), (1.5, 1.6)]),
    translate=st.sampled_from([0.0, 0.2, 0.9]),
    rotate=st.sampled_from([0.0, 30.0, 180.0]),
    crop=st.sampled_from([1.0, 0.5]),
    min_visible=st.sampled_from([0.01, 0.1, 0.5]),
)


@st.composite
def boxes(draw):
    """Up to N boxes of whole pixels: any size from 1 px on, the border included, or none."""
    found = []
    for _ in range(draw(st.integers(0, N))):
        x0, y0 = draw(st.integers(0, W - 1)), draw(st.integers(0, H - 1))
        x1, y1 = draw(st.integers(x0 + 1, W)), draw(st.integers(y0 + 1, H))
        found.append((x0, y0, x1, y1))
    return found


def paint(objects):
    """Paint each object in a grey of its own (its id × 40), later ones over earlier ones."""
    instances = np.zeros((1, H, W), np.uint8)
    for slot, (x0, y0, x1, y1) in enumerate(objects):
        instances[0, y0:y1, x0:x1] = slot + 1
    found, areas = box_oracle(instances[0])
    classes = np.where(areas > 0, np.arange(N), -1).astype(np.int32)
    return {
        "images": np.repeat(instances[..., None] * 40, 3, axis=-1).astype(np.uint8),
        "instances": instances,
        "semantic": instances.copy(),
        "boxes": found[None],
        "classes": classes[None],
        "ignore": np.zeros((1, N), bool),
    }


def box_oracle(instances):
    """Tight boxes and areas of an instance map [H, W], by a loop over its pixels."""
    found = np.full((N, 4), [np.inf, np.inf, 0, 0], np.float32)
    areas = np.zeros(N, int)
    for y, x in np.argwhere(instances):
        slot = instances[y, x] - 1
        areas[slot] += 1
        found[slot, :2] = np.minimum(found[slot, :2], (x, y))
        found[slot, 2:] = np.maximum(found[slot, 2:], (x + 1, y + 1))
    found[areas == 0] = 0
    return found, areas


def tensors(batch):
    return {name: tf.constant(values) for name, values in batch.items()}


def arrays(batch):
    return {name: np.asarray(values)[0] for name, values in batch.items()}


def inner(ids):
    """Return where a pixel and its eight neighbours have one id."""
    padded = np.pad(ids.astype(int), 1, constant_values=-1)
    shifts = [padded[1 + i : 1 + i + H, 1 + j : 1 + j + W] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.all([shift == ids for shift in shifts], axis=0)


@FEW
@given(boxes())
def test_tight_boxes_equal_a_loop(objects):
    batch = paint(objects)
    found, areas = tight_boxes(tf.constant(batch["instances"]), N)
    expected, sizes = box_oracle(batch["instances"][0])
    assert np.array_equal(found[0], expected) and np.array_equal(areas[0], sizes)


@FEW
@given(boxes(), GEOMETRY, st.integers(0, 2**31))
def test_pictures_maps_and_boxes_move_together(objects, augmentation, seed):
    before = paint(objects)
    after = arrays(augmentation(tensors(before), [seed, 1]))
    ids, grey = after["instances"], after["images"][..., 0]
    assert {k: (v.shape, v.dtype) for k, v in after.items()} == {
        k: (v.shape[1:], v.dtype) for k, v in before.items()
    }
    expected, areas = box_oracle(ids)
    assert np.array_equal(after["boxes"], expected)  # tight, and 0 where dropped
    assert np.array_equal(after["classes"] >= 0, areas > 0)
    kept = after["classes"] >= 0
    assert np.array_equal(after["classes"][kept], before["classes"][0][kept])  # slots stay
    assert np.all((ids == 0) | (ids == after["semantic"]))
    where = inner(after["semantic"]) & (after["semantic"] > 0)
    assert np.all(np.abs(grey[where].astype(int) - 40 * after["semantic"][where]) <= 1)


@FEW
@given(boxes(), GEOMETRY, st.integers(0, 2**31))
def test_without_masks_boxes_hold_the_moved_corners(objects, augmentation, seed):
    objects = [(0, 0, W, H), *objects][:N]  # the whole picture, too
    batch = tensors(paint(objects))
    del batch["instances"]
    padded = np.zeros((N, 4), np.float32)
    padded[: len(objects)] = objects
    batch["boxes"] = tf.constant(padded[None])
    batch["classes"] = tf.constant(np.where(np.arange(N) < len(objects), 3, -1)[None], tf.int32)
    after = arrays(augmentation(batch, [seed, 1]))
    names = ("flip", "scale", "translate", "rotate", "crop")
    drawn = {name: getattr(augmentation, name) for name in names}
    geometry_seed = tf.random.split(tf.constant([seed, 1]), 5)[0]
    linear, source, target = (v[0].numpy() for v in affine.draw(geometry_seed, 1, H, W, **drawn))
    if augmentation == Augmentation(min_visible=augmentation.min_visible):
        linear, source, target = np.eye(2), np.zeros(2), np.zeros(2)
    for slot, (x0, y0, x1, y1) in enumerate(objects):
        corners = np.array([(x, y) for x in (x0, x1) for y in (y0, y1)], float)
        moved = (corners - source) @ linear.T + target
        low, high = moved.min(axis=0), moved.max(axis=0)
        inside = np.clip([*low, *high], 0, [W, H, W, H])
        share = np.prod(inside[2:] - inside[:2]) / np.prod(high - low)
        if abs(share - augmentation.min_visible) < 1e-4:
            continue
        kept = share > augmentation.min_visible
        assert (after["classes"][slot] == 3) == kept
        assert np.allclose(after["boxes"][slot], inside if kept else 0, atol=2e-3)


@FEW
@given(boxes(), st.integers(20, 90), st.integers(20, 90))
def test_letterbox_keeps_boxes_on_their_objects(objects, height, width):
    example = {name: tf.constant(values[0]) for name, values in paint(objects).items()}
    after = {k: v.numpy() for k, v in letterbox(example, (height, width)).items()}
    assert after["images"].shape == (height, width, 3) and after["images"].dtype == np.uint8
    expected, areas = box_oracle(after["instances"])
    assert np.array_equal(after["boxes"], expected)
    assert np.array_equal(after["classes"] >= 0, areas > 0)
    scale = min(height / H, width / W)
    offset = (np.array([width, height]) - np.array([W, H]) * scale) / 2
    for slot in np.flatnonzero(after["classes"] >= 0):
        exact = example["boxes"][slot].numpy() * scale + np.tile(offset, 2)
        assert np.all(np.abs(after["boxes"][slot] - exact) <= 1 + max(1, scale))


def test_letterbox_without_masks_is_arithmetic():
    example = {
        "images": tf.zeros([100, 200, 3], tf.uint8),
        "boxes": tf.constant([[0, 0, 200, 100], [50, 20, 51, 21], [0, 0, 0, 0]], tf.float32),
        "classes": tf.constant([1, 2, -1]),
        "ignore": tf.constant([True, False, False]),
    }
    after = letterbox(example, (64, 64))
    assert np.allclose(after["boxes"], [[0, 16, 64, 48], [16, 22.4, 16.32, 22.72], [0, 0, 0, 0]])
    assert after["ignore"].numpy().tolist() == [True, False, False]
    assert set(np.unique(after["images"])) == {0, 127}


def pictures(channels=3, count=4):
    rng = np.random.default_rng(0)
    return tf.constant(rng.integers(0, 256, (count, H, W, channels)), tf.uint8)


EVERYTHING = Augmentation(
    flip=0.5, scale=(0.8, 1.25), translate=0.1, rotate=10, crop=0.8, brightness=0.2, contrast=0.2,
    saturation=0.5, hue=20, noise=10, cutout=0.3, rain=0.3, fog=0.3, snow=0.3,
)  # fmt: skip


@pytest.mark.parametrize("channels", [1, 3])
def test_same_seed_same_pictures_other_seed_others(channels):
    first, second, other = (
        EVERYTHING((pictures(channels), tf.range(4)), seed) for seed in ([1, 2], [1, 2], [1, 3])
    )
    assert first[0].dtype == tf.uint8 and first[0].shape == (4, H, W, channels)
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], range(4))
    assert not np.array_equal(first[0], other[0])


def test_nothing_on_changes_nothing():
    batch = tensors(paint([(3, 4, 20, 30)]))
    after = Augmentation()(batch, [0, 0])
    assert all(np.array_equal(after[name], batch[name]) for name in batch)


@pytest.mark.parametrize("setting", ["brightness", "noise", "cutout", "rain", "fog", "snow"])
def test_each_appearance_changes_the_picture_and_nothing_else(setting):
    strength = {"noise": 20.0, "brightness": 0.3, "cutout": 0.5}.get(setting, 1.0)
    batch = tensors({**paint([(3, 4, 20, 30)]), "captions": np.array(["a box"])})
    after = Augmentation(**{setting: strength})(batch, [0, 0])
    changed = {name for name in batch if not np.array_equal(after[name], batch[name])}
    assert changed == {"images"}


def test_mirroring_is_numpy_s_and_drops_the_caption():
    batch = tensors({**paint([(0, 4, 1, 5), (50, 0, 56, 40)]), "captions": np.array(["left of"])})
    after = Augmentation(flip=1.0)(batch, [0, 0])
    assert "captions" not in after
    assert np.array_equal(after["images"], batch["images"][:, :, ::-1])
    assert after["boxes"][0, :2].numpy().tolist() == [[55, 4, 56, 5], [0, 0, 6, 40]]


def test_keypoints_move_and_a_mirrored_left_hand_is_the_right_one():
    points = np.zeros((1, N, 21, 3), np.float32)
    points[0, :2, 9] = 10.5, 6.5, 2  # the left wrist of a person, a finger of a hand
    points[0, :2, 10] = 0.5, 7.5, 1
    batch = tensors({**paint([(0, 4, 20, 9), (0, 9, 20, 30)]), "keypoints": points})
    batch["kinds"] = tf.constant([[0, 1, -1, -1, -1, -1]])
    after = arrays(Augmentation(flip=1.0)(batch, [0, 0]))["keypoints"]
    assert after[0, 10].tolist() == [45.5, 6.5, 2] and after[0, 9].tolist() == [55.5, 7.5, 1]
    assert after[1, 9].tolist() == [45.5, 6.5, 2] and not after[2:].any()
    gone = arrays(Augmentation(scale=(2.0, 2.0))(batch, [0, 0]))
    assert not gone["keypoints"].any()  # the middle is blown up, and these lie at the left
    example = {name: values[0] for name, values in batch.items()}
    small = letterbox(example, (20, 56))["keypoints"].numpy()
    assert small[0, 9].tolist() == [10.5 / 2 + 14, 6.5 / 2, 2]


def test_masks_move_as_the_instance_map_does():
    batch = tensors(paint([(0, 4, 10, 9)]))
    batch = stack_masks(batch)
    after = Augmentation(flip=1.0)(batch, [0, 0])
    assert np.array_equal(after["masks"][0, 0], after["instances"][0] == 1)


def test_colour_factors_are_tf_image_s():
    images = tf.cast(pictures(), tf.float32)
    grey = tf.image.rgb_to_grayscale(images / 255) * 255
    mixed = tf.einsum("bhwj,bij->bhwi", images, colour._saturation(tf.fill([4, 1], 0.3)))
    assert np.allclose(mixed, 0.3 * images + 0.7 * grey, atol=0.1)
    turned = tf.einsum("bhwj,bij->bhwi", images, colour._hue(tf.fill([4, 1], 2 * np.pi)))
    assert np.allclose(turned, images, atol=0.01)
    lifted = colour.jitter(images, [0, 0], brightness=0.1)
    shift = (lifted - images).numpy()
    assert np.allclose(shift, shift[:, :1, :1, :1], atol=1e-2) and np.abs(shift).max() <= 25.5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"scale": (0, 1)}, r"scale=\(0, 1\).*low ≤ high"),
        ({"crop": 0}, "crop=0.*share"),
        ({"flip": 2}, "flip=2.*probability"),
        ({"noise": -1}, "noise=-1.*≥ 0"),
        ({"rain": 0.6, "snow": 0.6}, r"1\.2.*at most 1"),
    ],
)
def test_wrong_settings_are_named(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Augmentation(**wrong)
