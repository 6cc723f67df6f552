"""Public sets: TFDS's own mock data go through the adapters; without files, a sentence says so."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.testing import mocking

from course import data
from course.data import adapters, public
from course.errors import MissingData, UnknownName

N = 20


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("COURSE_DOWNLOAD", raising=False)


def mock_objects(builder, **_):
    """TFDS's fakes of a builder's features, whose objects have as many boxes as labels."""
    features = builder.info.features
    key = "objects" if "objects" in features else "panoptic_objects"

    def examples():
        for example in mocking.RandomFakeGenerator(features, num_examples=5):
            count = min(len(values) for values in example[key].values())
            example[key] = {k: v[:count] for k, v in example[key].items()}
            if "panoptic_image" in example:
                example["panoptic_image"] = example["image"]
            yield example

    return tf.data.Dataset.from_generator(examples, output_signature=features.get_tensor_spec())


def first_batch(name, as_dataset=None, **options):
    with tfds.testing.mock_data(num_examples=5, as_dataset_fn=as_dataset):
        batches = data.load(name, "train", 4, shuffle=False, download=True, **options)
        return batches.element_spec, next(batches.as_numpy_iterator())


@pytest.mark.parametrize("name", ["voc/2007", "voc/2012", "coco/2014", "coco/2017"])
def test_detection_sets_give_padded_pixel_boxes(name):
    spec, batch = first_batch(
        name, mock_objects, image_size=(96, 128), max_boxes=N, drop_remainder=True
    )
    assert set(batch) == {"images", "boxes", "classes", "ignore"}
    assert spec["images"].shape == (4, 96, 128, 3) and spec["images"].dtype == tf.uint8
    assert spec["boxes"].shape == (4, N, 4) and spec["boxes"].dtype == tf.float32
    assert spec["classes"].shape == (4, N) and spec["classes"].dtype == tf.int32
    assert spec["ignore"].shape == (4, N) and spec["ignore"].dtype == tf.bool
    assert np.all(batch["boxes"][batch["classes"] < 0] == 0)
    assert (batch["classes"] >= 0).any()
    assert np.all((batch["boxes"] >= 0) & (batch["boxes"] <= [128, 96, 128, 96]))


@pytest.mark.parametrize(("name", "size"), [("cifar10", 32), ("mnist", 28), ("stl10", 96)])
def test_classification_sets_give_images_and_labels(name, size):
    spec, (images, labels) = first_batch(name)
    assert images.shape[:3] == (4, size, size) and images.dtype == np.uint8
    assert labels.shape == (4,) and labels.dtype == np.int32 and spec[1].dtype == tf.int32


def test_pets_give_a_semantic_map_of_breeds():
    _, batch = first_batch("oxford_iiit_pet", image_size=(64, 64))
    assert set(batch) == {"images", "labels", "semantic"}
    assert batch["images"].shape == (4, 64, 64, 3) and batch["semantic"].dtype == np.uint8
    assert len(data.class_names("oxford_iiit_pet")) == 37


def test_panoptic_coco_gives_instances():
    _, batch = first_batch(
        "coco/2017_panoptic", mock_objects, image_size=(64, 64), max_boxes=N, masks=True
    )
    assert batch["masks"].shape == (4, N, 64, 64)
    assert {"boxes", "classes", "ignore", "instances", "semantic"} < set(batch)


VOC = {
    "image": tf.zeros([100, 200, 3], tf.uint8),
    "objects": {
        "bbox": tf.constant([[0.1, 0.2, 0.5, 0.6], [0, 0, 1, 1]], tf.float32),
        "label": tf.constant([7, 3], tf.int64),
        "is_difficult": tf.constant([False, True]),
    },
}


def test_a_recorded_voc_example_by_hand():
    after = adapters.adapter(public.public_builder("voc/2007"), (100, 200), 3)(VOC)
    assert np.allclose(after["boxes"], [[40, 10, 120, 50], [0, 0, 200, 100], [0, 0, 0, 0]])
    assert after["classes"].numpy().tolist() == [7, 3, -1]
    assert after["ignore"].numpy().tolist() == [False, True, False]


def test_a_panoptic_example_by_hand():
    ids = np.array([[1000, 1000, 70000, 5], [5, 5, 5, 0]])  # two cats (1000, 70000), sky (5)
    picture = np.stack([ids % 256, ids // 256 % 256, ids // 65536], axis=-1).astype(np.uint8)
    segments = {
        "id": tf.constant([70000, 5, 1000], tf.int64),
        "label": tf.constant([15, 119, 15], tf.int64),
        "bbox": tf.constant([[0, 0.5, 0.5, 0.75], [0, 0, 1, 1], [0, 0, 0.5, 0.5]], tf.float32),
        "is_crowd": tf.constant([False, False, False]),
    }
    example = {
        "image": tf.zeros([2, 4, 3], tf.uint8),
        "panoptic_image": tf.constant(picture),
        "panoptic_objects": segments,
    }
    adapt = adapters.adapter(public.public_builder("coco/2017_panoptic"), (2, 4), 4)
    after = adapt(example)
    assert after["instances"].numpy().tolist() == [[2, 2, 1, 0], [0, 0, 0, 0]]
    assert after["semantic"].numpy().tolist() == [[16, 16, 16, 120], [120, 120, 120, 0]]
    assert after["classes"].numpy().tolist() == [15, 15, -1, -1]
    assert after["boxes"].numpy()[:2].tolist() == [[2, 0, 3, 1], [0, 0, 2, 1]]


def test_a_pet_trimap_by_hand():
    example = {
        "image": tf.zeros([1, 3, 3], tf.uint8),
        "label": tf.constant(4, tf.int64),
        "segmentation_mask": tf.constant([[[1], [2], [3]]], tf.uint8),
    }
    after = adapters.adapter(public.public_builder("oxford_iiit_pet"), (1, 3))(example)
    assert after["semantic"].numpy().tolist() == [[5, 0, 255]] and after["labels"] == 4


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("voc/2007", "scenes/small"),
        ("coco/2017", "scenes/small"),
        ("oxford_iiit_pet", "scenes/small"),
        ("cifar10", "fashion_mnist"),
        ("tf_flowers", "cutouts"),
    ],
)
def test_offline_names_the_embedded_alternative_and_the_command(name, other):
    with pytest.raises(MissingData, match=f"{other}.*COURSE_DOWNLOAD=1 python -m course.data"):
        data.load(name, "train")


def test_a_failed_download_is_one_sentence(monkeypatch):
    def fail(self, **_):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", fail)
    monkeypatch.setenv("COURSE_DOWNLOAD", "1")
    with pytest.raises(MissingData, match=r"no route to host.*scenes/small"):
        data.load("voc/2007", "train")


def test_unknown_names_are_named():
    with pytest.raises(UnknownName, match=r"'vocc/2007'.*fashion_mnist"):
        data.load("vocc/2007", "train")
    with pytest.raises(UnknownName, match=r"'voc/1907'"):
        data.load("voc/1907", "train")
    with (
        pytest.raises(UnknownName, match=r"imdb_reviews has no pictures"),
        tfds.testing.mock_data(),
    ):
        data.load("imdb_reviews", "train", download=True)
    assert data.class_names("voc/2007")[14] == "person"
