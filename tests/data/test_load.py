"""Batches of the embedded sets: structure, static shapes, order, seeds, alignment."""

import numpy as np
import pytest
import tensorflow as tf

from course import data
from course.data import embedded
from course.errors import MissingData, UnknownName

SCENES = {"images", "boxes", "classes", "ignore", "instances", "semantic", "captions"}


def epochs(dataset, count=1):
    return [list(dataset.as_numpy_iterator()) for _ in range(count)]


def same(first, second):
    return all(np.array_equal(first[name], second[name]) for name in first)


def scenes(split="test[:24]", batch_size=8, **options):
    return data.load("scenes/small", split, batch_size, **options)


def test_classification_is_what_fit_wants_and_in_the_published_order():
    batches = data.load("fashion_mnist", "test[:100]", 32)
    assert [spec.shape for spec in batches.element_spec] == [(None, 28, 28, 1), (None,)]
    (parts,) = epochs(batches)
    assert [len(images) for images, _ in parts] == [32, 32, 32, 4] and len(batches) == 4
    images, labels = data.load_arrays("fashion_mnist", "test")
    assert np.array_equal(np.concatenate([x for x, _ in parts]), images[:100])
    assert np.array_equal(np.concatenate([y for _, y in parts]), labels[:100])


def test_scenes_have_static_shapes_and_one_structure():
    spec = scenes("train[:16]", masks=True).element_spec
    assert set(spec) == SCENES | {"masks"}
    assert all(s.shape.is_fully_defined() for s in spec.values())
    assert spec["masks"].shape == (8, 16, 128, 128) and spec["boxes"].shape == (8, 16, 4)


def test_scenes_boxes_are_tight_and_classes_match_the_semantic_map():
    names = data.class_names("scenes/small")
    for batch in epochs(scenes(masks=True))[0]:
        assert np.all(batch["boxes"][batch["classes"] < 0] == 0)
        for image, slot in np.argwhere(batch["classes"] >= 0):
            mask = batch["masks"][image, slot].astype(bool)
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            tight = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
            assert batch["boxes"][image, slot].tolist() == list(tight)
            label = batch["classes"][image, slot]
            assert set(batch["semantic"][image][mask]) == {label + 1} and label < len(names)


def test_max_boxes_drops_the_rest_from_boxes_and_map():
    for batch in epochs(scenes(max_boxes=1))[0]:
        assert batch["classes"].shape == (8, 1) and batch["instances"].max() <= 1


def test_image_size_resizes_pictures_maps_and_boxes():
    (batch, *_), (whole, *_) = epochs(scenes(image_size=(64, 96)))[0], epochs(scenes())[0]
    assert batch["images"].shape == (8, 64, 96, 3) and batch["semantic"].shape == (8, 64, 96)
    both = (batch["classes"] >= 0) & (whole["classes"] >= 0)
    expected = whole["boxes"] / 2 + [16, 0, 16, 0]
    assert np.abs(batch["boxes"] - expected)[both].max() <= 1.5


@pytest.mark.parametrize(
    "augment", [None, data.Augmentation(flip=0.5, rotate=10, noise=5, fog=0.3)]
)
def test_a_seed_fixes_every_epoch_and_epochs_differ(augment):
    options = {"shuffle": True, "seed": 3, "augment": augment}
    (one, two), (again, _) = epochs(scenes(**options), 2), epochs(scenes(**options), 2)
    (other,) = epochs(scenes(**{**options, "seed": 4}))
    assert all(same(a, b) for a, b in zip(one, again, strict=True))
    assert not same(one[0], two[0]) and not same(one[0], other[0])


def test_training_is_shuffled_and_full_batches_only_testing_neither():
    train, test = scenes("train[:20]"), scenes("test[:20]")
    assert [len(train), len(test)] == [2, 3]
    a, b = epochs(test, 2)
    assert all(same(x, y) for x, y in zip(a, b, strict=True))
    seen = [c for batch in epochs(scenes("train[:24]"))[0] for c in batch["captions"]]
    order = [
        c for batch in epochs(scenes("train[:24]", shuffle=False))[0] for c in batch["captions"]
    ]
    assert sorted(seen) == sorted(order) and seen != order


@pytest.mark.skipif("figures" not in data.EMBEDDED, reason="figures are not embedded")
def test_figures_have_keypoints_inside_their_pictures():
    turn = data.Augmentation(flip=0.5, rotate=20, translate=0.2)
    batches = data.load("figures/small", "test[:8]", 8, max_boxes=4, augment=turn)
    assert batches.element_spec["keypoints"].shape[1:] == (4, 21, 3)
    (batch,) = batches.as_numpy_iterator()
    assert np.all(batch["keypoints"][batch["classes"] < 0] == 0)
    assert np.all((batch["kinds"] >= 0) == (batch["classes"] >= 0))
    assert np.all((batch["keypoints"][..., :2] >= 0) & (batch["keypoints"][..., :2] <= 128))


def test_cutouts_lie_on_grey_in_one_size():
    images, labels = next(data.load("cutouts", "train", 16).as_numpy_iterator())
    assert images.shape == (16, 256, 256, 3) and labels.max() < len(data.class_names("cutouts"))
    assert np.all(images[:, 0, 0] == 127)


def test_photos_spell_their_classes():
    names = data.class_names("photos")
    batch = next(data.load("photos", "test", 12, image_size=(160, 160)).as_numpy_iterator())
    assert "cat" in names and list(names) == sorted(names)
    assert batch["classes"].max() == len(names) - 1 and batch["boxes"].max() <= 160


def test_backgrounds_are_pictures_only():
    spec = data.load("backgrounds", "test", 4, image_size=(96, 96)).element_spec
    assert set(spec) == {"images"} and spec["images"].dtype == tf.uint8


def test_every_folder_with_a_builder_is_embedded():
    assert {"fashion_mnist", "cutouts", "backgrounds", "photos", "scenes"} <= set(data.EMBEDDED)
    for name in data.EMBEDDED:
        data.verify(name)


def test_configs_are_part_of_a_name():
    assert embedded.builder("scenes").builder_config.name == "small"
    assert embedded.builder("scenes/large").builder_config.name == "large"
    with pytest.raises(UnknownName, match=r"'scenes/huge'.*'scenes/small', 'scenes/large'"):
        data.load("scenes/huge", "train")
    with pytest.raises(UnknownName, match=r"'photos/small'.*'photos'"):
        data.prepare("photos/small")


def test_wrong_wishes_are_named():
    with pytest.raises(UnknownName, match=r"no split 'tests'.*'known', 'test'"):
        scenes("tests")
    with pytest.raises(ValueError, match=r"max_boxes=300.*254"):
        scenes(max_boxes=300)
    with pytest.raises(ValueError, match="fashion_mnist has no instance masks"):
        data.load("fashion_mnist", "test", masks=True)


def test_a_composed_set_needs_no_checksums_but_a_set_with_files_does(tmp_path):
    (tmp_path / "builder.py").touch()
    data.verify("scenes", tmp_path)
    (tmp_path / "picture.png").touch()
    with pytest.raises(MissingData, match="SHA256SUMS is missing"):
        data.verify("scenes", tmp_path)
