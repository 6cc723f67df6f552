"""Objects: determinism, one object with a tight box, disjoint splits, balance, builder."""

import io
import runpy
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

DATASETS = Path(__file__).parents[2] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
builder = embedded["load_module"](DATASETS / "objects" / "builder.py")
assets = builder.assets
cutouts, backgrounds = cache(assets.cutouts), cache(assets.backgrounds)


def picture(split, index):
    return builder.picture(split, index, cutouts(split), backgrounds(split))


def names(split):
    return {item.name for group in cutouts(split).values() for item in group}


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(builder.COUNTS)), st.integers(0, 10**6))
def test_one_object_in_a_tight_box(split, index):
    scene = picture(split, index)
    assert np.asarray(Image.open(io.BytesIO(scene.jpeg))).shape == (96, 96, 3)
    (item,) = scene.objects
    assert item["name"] in names(split)
    assert item["label"] in assets.labels() and item["class"] in assets.classes()
    rows, columns = np.nonzero(scene.instances)  # oracle: the mask that the composer drew
    assert set(np.unique(scene.instances)) == {0, 1}
    assert item["xyxy"] == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_the_same_index_gives_the_same_bytes_in_any_order():
    first = [picture("test", index).jpeg for index in range(4)]
    assert first == [picture("test", index).jpeg for index in (3, 2, 1, 0)][::-1]
    assert len({picture(split, 0).jpeg for split in builder.COUNTS}) == len(builder.COUNTS)


def test_test_objects_and_backgrounds_are_new_and_known_ones_are_the_training_objects():
    files = {split: {item.file for item in backgrounds(split)} for split in builder.COUNTS}
    for a, b in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert not names(a) & names(b) and not files[a] & files[b]
    assert names("known") == names("train") and files["known"] == files["test"]


def test_every_superclass_has_the_same_chance():
    """The label is drawn before the object: with 210 pictures each of 7 is within 4 σ of 30."""
    counts = Counter(picture("train", index).objects[0]["label"] for index in range(210))
    sigma = np.sqrt(210 * 1 / 7 * 6 / 7)
    assert set(counts) == set(assets.labels())
    assert all(abs(number - 30) < 4 * sigma for number in counts.values())
    sizes = {len(group) for group in cutouts("train").values()}
    assert max(sizes) > 3 * min(sizes)  # so a draw over objects would not have been balanced


def test_builder_writes_the_pictures_in_order(tmp_path, monkeypatch):
    few = {"train": 3, "validation": 1, "test": 4, "known": 1}
    monkeypatch.setattr(builder, "COUNTS", few)
    built = builder.Objects(data_dir=str(tmp_path))
    built.download_and_prepare()
    assert {split: built.info.splits[split].num_examples for split in few} == few
    features = built.info.features
    for index, example in enumerate(built.as_dataset(split="test").as_numpy_iterator()):
        scene = picture("test", index)
        pixels = np.asarray(Image.open(io.BytesIO(scene.jpeg))).astype(int)
        assert np.abs(example["image"] - pixels).max() <= 8  # two JPEG decoders
        (item,) = scene.objects
        assert features["label"].int2str(int(example["label"])) == item["label"]
        assert features["class"].int2str(int(example["class"])) == item["class"]
        assert example["name"].decode() == item["name"]
        assert example["xyxy"].tolist() == list(item["xyxy"])


def test_full_counts():
    assert builder.COUNTS == {"train": 3000, "validation": 500, "test": 1000, "known": 1000}


def test_missing_backgrounds_are_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "BACKGROUNDS", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"missing; expected .* Restore"):
        assets.backgrounds("test")
