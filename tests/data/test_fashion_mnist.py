"""Fashion-MNIST is complete, in order, and says in a sentence when a file is not right."""

import gzip
import shutil

import numpy as np
import pytest

from course import data
from course.data import embedded
from course.errors import CorruptData, MissingData, UnknownName

FOLDER = embedded.DATASETS / "fashion_mnist"


def read_idx(file):
    shape = (-1, 28, 28) if "images" in file else (-1,)
    content = gzip.decompress((FOLDER / file).read_bytes())
    return np.frombuffer(content, np.uint8, offset=16 if "images" in file else 8).reshape(shape)


@pytest.mark.parametrize(
    ("split", "file", "count"), [("train", "train", 6000), ("test", "t10k", 1000)]
)
def test_every_example_in_the_published_order(split, file, count):
    images, labels = data.load_arrays("fashion_mnist", split)
    assert images.shape == (10 * count, 28, 28, 1) and images.dtype == np.uint8
    assert labels.dtype == np.int32 and np.array_equal(np.bincount(labels), [count] * 10)
    assert np.array_equal(images[..., 0], read_idx(f"{file}-images-idx3-ubyte.gz"))
    assert np.array_equal(labels, read_idx(f"{file}-labels-idx1-ubyte.gz"))


def test_class_names():
    names = data.class_names("fashion_mnist")
    assert len(names) == 10 and names[0] == "T-shirt/top" and names[-1] == "Ankle boot"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "fashion_mnist")


def test_embedded_files_are_as_shipped():
    data.verify("fashion_mnist")


def test_corrupt_file_is_named_with_the_remedy(copy):
    path = copy / "train-labels-idx1-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptData, match=r"train-labels.*sha256.*git checkout"):
        data.verify("fashion_mnist", copy)


def test_missing_file_is_named_with_the_remedy(copy):
    (copy / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(MissingData, match=r"t10k-images.*is missing.*git checkout"):
        data.verify("fashion_mnist", copy)


def test_corrupt_file_stops_preparing_and_leaves_nothing(copy, monkeypatch, tmp_path):
    (copy / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    monkeypatch.setattr(embedded, "DATASETS", copy.parent)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "prepared"))
    with pytest.raises(ValueError, match="t10k-labels"):
        data.prepare("fashion_mnist")
    assert not (tmp_path / "prepared").exists()


def test_damaged_prepared_copy_is_named_with_the_remedy(monkeypatch, tmp_path):
    data.prepare("fashion_mnist")
    shutil.copytree(
        embedded.data_dir() / "embedded_fashion_mnist", tmp_path / "embedded_fashion_mnist"
    )
    (record,) = tmp_path.rglob("*-test.tfrecord*")
    content = bytearray(record.read_bytes())
    content[2000:2100] = bytes(100)
    record.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    with pytest.raises(CorruptData, match="Delete that folder"):
        data.load_arrays("fashion_mnist", "test")


def test_unknown_names_say_which_there_are():
    with pytest.raises(UnknownName, match=r"'mnist'.*fashion_mnist"):
        data.load_arrays("mnist", "train")
    with pytest.raises(UnknownName, match=r"'validation'.*'test', 'train'"):
        data.load_arrays("fashion_mnist", "validation")


def test_an_error_in_a_notebook_is_one_sentence():
    error = UnknownName("a sentence")
    assert error._render_traceback_() == ["UnknownName: a sentence"]
