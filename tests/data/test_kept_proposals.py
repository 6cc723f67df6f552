"""Kept proposals: what the search gives today, in the pictures' order; and what damage says."""

import runpy
import shutil

import numpy as np
import pytest

from course import checksums, data, errors
from course.data import kept_proposals
from course.data.embedded import DATASETS

COUNTS = {"train": 2000, "test": 300, "known": 300}


@pytest.mark.parametrize("split", COUNTS)
def test_a_search_of_some_pictures_gives_the_kept_boxes(split):
    make = runpy.run_path(str(DATASETS / "scenes" / "make_proposals.py"))
    kept = data.proposals("scenes/small", split)
    last = COUNTS[split] - 2
    parts = [data.load("scenes/small", f"{split}[{part}]", 2, shuffle=False)
             for part in (":2", f"{last}:")]  # fmt: skip
    images = np.concatenate([next(iter(part))["images"] for part in parts])
    for image, row in zip(images, kept[[0, 1, last, last + 1]], strict=True):
        found = make["search"](image)
        assert np.array_equal(row[: len(found)], found) and not row[len(found) :].any()


@pytest.mark.parametrize("split", COUNTS)
def test_boxes_lie_in_the_picture_and_padding_comes_last(split):
    kept = data.proposals("scenes/small", split)
    assert kept.shape == (COUNTS[split], 200, 4) and kept.dtype == np.float32
    filled = kept[..., 2] > kept[..., 0]
    assert not kept[~filled].any() and (np.diff(filled.astype(int), axis=1) <= 0).all()
    sides = kept[filled][:, 2:] - kept[filled][:, :2]
    assert sides.min() >= 12 and kept.min() >= 0 and kept.max() <= 128
    assert filled.sum(axis=1).min() >= 10
    for row, count in zip(kept[:100], filled.sum(axis=1), strict=False):
        assert len(np.unique(row[:count], axis=0)) == count


def test_wrong_names_are_told():
    with pytest.raises(errors.UnknownName, match=r"'scenes/large'.*'scenes/small'"):
        data.proposals("scenes/large", "train")
    with pytest.raises(errors.UnknownName, match="No proposals of 'objects'"):
        data.proposals("objects", "train")
    with pytest.raises(errors.UnknownName, match=r"'validation'.*'train', 'test', 'known'"):
        data.proposals("scenes/small", "validation")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder of its own with the kept file, for the tests that damage it."""
    (tmp_path / "scenes").mkdir()
    for name in ("proposals_small.npz", "SHA256SUMS"):
        shutil.copy(DATASETS / "scenes" / name, tmp_path / "scenes")
    monkeypatch.setattr(kept_proposals, "DATASETS", tmp_path)
    checksums.read_sums.cache_clear()
    return tmp_path / "scenes" / "proposals_small.npz"


def test_a_damaged_file_is_refused_before_it_is_read(copy):
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    with pytest.raises(errors.CorruptData, match=r"proposals_small\.npz is corrupt.*git checkout"):
        data.proposals("scenes/small", "test")


def test_a_missing_file_is_named_with_its_remedy(copy):
    copy.unlink()
    with pytest.raises(errors.MissingData, match=r"proposals_small\.npz is missing.*git checkout"):
        data.proposals("scenes/small", "test")
