"""Hand signs: drawings, augmentation, determinism, what the splits share, builder."""

import io
import re
import runpy
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

DATASETS = Path(__file__).parents[2] / "datasets"
SIGNS = DATASETS / "signs"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
builder = embedded["load_module"](SIGNS / "builder.py")
augment, assets = builder.augment, builder.assets
drawings, backgrounds = cache(builder.signs), cache(assets.backgrounds)
LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"


def picture(split, index):
    return builder.picture(split, index, drawings(), backgrounds(builder.SPLITS[split][1]))


def test_there_is_one_intact_drawing_for_each_letter():
    assert "".join(drawings()) == LETTERS
    for letter, image in drawings().items():
        alpha, white = image[..., 3], image[..., 0]
        assert 100 <= max(alpha.shape) <= 130, letter
        assert 0.25 < (alpha > 127).mean() < 0.9, letter
        hand = alpha > 127
        assert 0.1 < (white[hand] < 128).mean() < 0.6, letter  # lines on white
        assert not image[alpha == 0].any(), letter


def test_every_file_is_listed_credited_and_small():
    listed = embedded["sums"](SIGNS)
    images = {f"images/{path.name}" for path in (SIGNS / "images").iterdir()}
    assert images | {"signs.csv"} == set(listed)
    rows = {}
    for line in (SIGNS / "CREDITS.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.fullmatch("[0-9a-f]{64}", cells[-1]):
            assert len(cells) == 6 and all(cells)
            rows[cells[0]] = cells[-1]
    assert rows == listed
    assert "GNU GENERAL PUBLIC LICENSE" in (SIGNS / "LICENSE").read_text(encoding="utf-8")
    assert sum((SIGNS / file).stat().st_size for file in listed) < 0.3e6


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(builder.SPLITS)), st.integers(0, 10**6))
def test_pictures_are_right_on_random_indices(split, index):
    letter, jpeg, background = picture(split, index)
    assert letter == LETTERS[index % 24]
    assert np.asarray(Image.open(io.BytesIO(jpeg))).shape == (64, 64, 3)
    assert background in {item.file for item in backgrounds(builder.SPLITS[split][1])}


def test_the_whole_hand_stays_in_the_picture():
    for ranges in (augment.NEAR, augment.FAR):
        for seed, image in enumerate(drawings().values()):
            rng = np.random.default_rng(seed)
            alpha = augment.warp(rng, augment.paint(rng, image), ranges)[..., 3]
            edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
            assert (alpha > 0.5).mean() > 0.04 and (edge > 0.5).mean() < 0.1


def test_the_same_seed_gives_the_same_bytes_in_any_order():
    first = [picture("test", index) for index in range(4)]
    assert first == [picture("test", index) for index in (3, 2, 1, 0)][::-1]
    assert len({picture(split, 0)[1] for split in builder.SPLITS}) == len(builder.SPLITS)


def test_splits_share_drawings_but_no_background_and_far_no_range():
    files = {
        split: {item.file for item in backgrounds(split)} for split in list(builder.SPLITS)[:3]
    }
    assert not files["train"] & files["test"] and not files["train"] & files["validation"]
    assert not files["validation"] & files["test"]
    assert builder.SPLITS["far"][1] == "test"
    for name in ("angle", "shear", "tilt", "blur"):
        assert getattr(augment.FAR, name)[0] > getattr(augment.NEAR, name)[1], name
    assert augment.FAR.scale[1] < augment.NEAR.scale[0]


def test_builder_small(tmp_path, monkeypatch):
    few = {split: (1, *rest) for split, (_, *rest) in builder.SPLITS.items()}
    monkeypatch.setattr(builder, "SPLITS", few)
    built = builder.Signs(config="small", data_dir=str(tmp_path))
    built.download_and_prepare()
    names = built.info.features["label"].names
    assert "".join(names) == LETTERS
    assert {split: built.info.splits[split].num_examples for split in few} == dict.fromkeys(few, 24)
    for index, example in enumerate(built.as_dataset(split="test").take(5).as_numpy_iterator()):
        letter, jpeg, background = picture("test", index)
        pixels = np.asarray(Image.open(io.BytesIO(jpeg))).astype(int)
        assert np.abs(example["image"] - pixels).max() <= 8  # two JPEG decoders
        assert names[example["label"]] == letter and example["background"].decode() == background


def test_builder_plain(tmp_path):
    built = builder.Signs(config="plain", data_dir=str(tmp_path))
    built.download_and_prepare()
    examples = list(built.as_dataset(split="drawings").as_numpy_iterator())
    assert Counter(int(example["label"]) for example in examples) == Counter(range(24))
    for example, image in zip(examples, drawings().values(), strict=True):
        assert (example["image"] == image).all()


def test_full_counts():
    counts = {split: 24 * number for split, (number, *_) in builder.SPLITS.items()}
    assert counts == {"train": 2400, "validation": 480, "test": 480, "far": 480}


def test_missing_and_damaged_files_are_reported(tmp_path, monkeypatch):
    shutil.copytree(SIGNS, tmp_path / "signs", ignore=shutil.ignore_patterns("*.py", "__*"))
    monkeypatch.setattr(builder, "HERE", tmp_path / "signs")
    (tmp_path / "signs" / "images" / "c.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"c\.png is damaged: its sha256 .* expected .*git"):
        builder.signs()
    (tmp_path / "signs" / "images" / "c.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"c\.png is missing; expected .* Restore"):
        builder.signs()
