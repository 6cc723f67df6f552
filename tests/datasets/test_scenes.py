"""Scenes: determinism, exact annotations, true captions, disjoint splits, builder."""

import io
import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

DATASETS = Path(__file__).parents[2] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
builder = embedded["load_module"](DATASETS / "scenes" / "builder.py")
assets, captions, compose = builder.assets, builder.captions, builder.compose
cutouts, backgrounds = cache(assets.cutouts), cache(assets.backgrounds)


def scene(config, split, index):
    return builder.scene(config, split, index, cutouts(split), backgrounds(split))


def box_oracle(mask):
    """Tight box by loops over rows and columns."""
    ys = [y for y in range(len(mask)) if any(mask[y])]
    xs = [x for x in range(len(mask)) if any(mask[:, x])]
    return xs[0], ys[0], xs[-1] + 1, ys[-1] + 1


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["small", "small", "large"]),
    st.sampled_from(sorted(assets.SPLITS)),
    st.integers(0, 10**6),
)
def test_annotations_agree_on_random_scenes(config, split, index):
    item = scene(config, split, index)
    setting = builder.CONFIGS[config][0]
    image = np.asarray(Image.open(io.BytesIO(item.jpeg)))
    assert image.shape == (setting.size, setting.size, 3)
    assert 1 <= len(item.objects) <= setting.objects[1]
    assert (
        set(np.unique(item.instances)) == {0, *range(1, len(item.objects) + 1)}
        or (item.instances > 0).all()
    )
    assert not ((item.instances > 0) & (item.blobs > 0)).any()
    for number, thing in enumerate(item.objects, start=1):
        mask = item.instances == number
        assert thing["xyxy"] == box_oracle(mask)
        assert thing["area"] == mask.sum() >= compose.placement.MIN_AREA
        assert compose.placement.MIN_VISIBLE <= thing["visible"] <= 1
        label = assets.labels().index(thing["label"]) + 1
        assert (item.semantic[mask] == label).all()
    assert ((item.semantic > 0) == (item.instances > 0)).all()
    sentence = captions.caption(item.objects, setting.size)
    assert captions.is_true(sentence, item.objects), sentence


@pytest.mark.parametrize("config", builder.CONFIGS)
def test_the_same_seed_gives_the_same_bytes_in_any_order(config):
    first = [scene(config, "test", index) for index in (0, 1, 2)]
    again = [scene(config, "test", index) for index in (2, 1, 0)][::-1]
    for a, b in zip(first, again, strict=True):
        assert a.jpeg == b.jpeg and a.objects == b.objects and a.background == b.background
        assert (a.instances == b.instances).all() and (a.blobs == b.blobs).all()
    assert len({item.jpeg for item in first}) == 3


def test_mask_is_where_the_object_was_painted():
    """On a black background, without blobs, light pixels are the object's and no others."""
    white = np.dstack([np.ones((40, 30), np.float32)] * 4)
    cutout = assets.Cutout(white, "square", "white square", "white.png")
    black = assets.Background(np.zeros((200, 200, 3), np.uint8), "black.jpg")
    one = compose.Settings(size=128, objects=(1, 1), blobs=(0, 0), long_side=(24, 60))
    for seed in range(10):
        rng = np.random.default_rng(seed)
        item = compose.compose(rng, {"food": [cutout]}, [black], one)
        bright = np.asarray(Image.open(io.BytesIO(item.jpeg)).convert("L")) > 110
        union = (bright | (item.instances > 0)).sum()
        assert (bright & (item.instances > 0)).sum() / union > 0.88


def test_later_layers_hide_earlier_ones_and_no_layer_vanishes():
    hidden = [thing["visible"] for i in range(40) for thing in scene("small", "train", i).objects]
    assert min(hidden) >= compose.placement.MIN_VISIBLE and min(hidden) < 0.8
    assert sum(share > 0.99 for share in hidden) > len(hidden) / 4


def test_some_objects_touch():
    touching = 0
    for index in range(30):
        ids = scene("small", "train", index).instances.astype(int)
        for a, b in ((ids[:, 1:], ids[:, :-1]), (ids[1:], ids[:-1])):
            touching += bool(((a != b) & (a > 0) & (b > 0)).any())
    assert touching >= 10


def test_splits_share_neither_objects_nor_backgrounds():
    names = {
        split: {item.file for group in cutouts(split).values() for item in group}
        for split in assets.SPLITS
    }
    places = {split: {item.file for item in backgrounds(split)} for split in assets.SPLITS}
    for a, b in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert not names[a] & names[b] and not places[a] & places[b]
    assert names["known"] == names["train"] and places["known"] == places["test"]
    assert all(group for split in names for group in cutouts(split).values())


def thing(label, x, y, area=100):
    return {"label": label, "xyxy": (x - 5, y - 5, x + 5, y + 5), "area": area}


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([thing("bird", 20, 50)], "a bird"),
        ([thing("food", 20, 50), thing("food", 60, 50)], "two pieces of food"),
        (
            [thing("bird", 20, 50), thing("bird", 30, 60), thing("food", 90, 55, 120)],
            "two birds left of a piece of food",
        ),
        ([thing("bird", 20, 90, 300), thing("vehicle", 30, 40)], "a bird below a vehicle"),
        ([thing("flower", 50, 50, 300), thing("mammal", 51, 52)], "a flower and a mammal"),
        (
            [thing("bird", 20, 50), thing("bird", 90, 52), thing("food", 50, 51)],
            "two birds and a piece of food",
        ),
    ],
)
def test_caption_says_what_the_grammar_asks(objects, expected):
    assert captions.caption(objects, 128) == expected
    assert captions.is_true(expected, objects)


def test_oracle_refuses_false_captions():
    objects = [thing("bird", 20, 50), thing("bird", 30, 60), thing("food", 90, 55)]
    for wrong in (
        "two birds right of a piece of food",
        "a bird left of a piece of food",
        "two birds left of two pieces of food",
        "three mammals",
    ):
        assert not captions.is_true(wrong, objects)
    with pytest.raises(ValueError, match="'some birds' is no group of the grammar; expected"):
        captions.parse("some birds")


def test_builder_writes_the_scenes_in_order(tmp_path, monkeypatch):
    few = {"train": 4, "validation": 2, "test": 2, "known": 2}
    monkeypatch.setitem(builder.CONFIGS, "small", (compose.SMALL, few))
    built = builder.Scenes(config="small", data_dir=str(tmp_path))
    built.download_and_prepare()
    assert {split: built.info.splits[split].num_examples for split in few} == few
    names = built.info.features["objects"]["label"].names
    for index, example in enumerate(built.as_dataset(split="train").as_numpy_iterator()):
        item = scene("small", "train", index)
        pixels = np.asarray(Image.open(io.BytesIO(item.jpeg))).astype(int)
        assert np.abs(example["image"] - pixels).max() <= 8  # two JPEG decoders
        assert (example["instances"][..., 0] == item.instances).all()
        assert (example["semantic"][..., 0] == item.semantic).all()
        assert [names[i] for i in example["objects"]["label"]] == [o["label"] for o in item.objects]
        assert example["objects"]["xyxy"].tolist() == [list(o["xyxy"]) for o in item.objects]
        scaled = example["objects"]["bbox"][:, [1, 0, 3, 2]] * 128
        assert scaled == pytest.approx(example["objects"]["xyxy"], abs=1e-4)
        assert example["caption"].decode() == captions.caption(item.objects, 128)


def test_full_counts():
    counts = {config: splits for config, (_, splits) in builder.CONFIGS.items()}
    assert counts["small"] == {"train": 2000, "validation": 300, "test": 300, "known": 300}
    assert counts["large"] == {"train": 1000, "validation": 200, "test": 200, "known": 200}
