"""Figures: determinism, keypoints on masks, visibility from depth, disjoint splits, builder."""

import io
import runpy
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

DATASETS = Path(__file__).parents[2] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
builder = embedded["load_module"](DATASETS / "figures" / "builder.py")
compose, assets = builder.compose, builder.assets
body, hands, surface = compose.body, compose.hands, compose.surface
cast, backgrounds = cache(builder.cast), cache(assets.backgrounds)
SUN = np.array([0.3, -0.6, 0.8])


def scene(split, index):
    return builder.scene("small", split, index, cast(split), backgrounds(split))


def figure(kind, label, unit=90.0, seed=0):
    """Draw one figure in a given activity or gesture."""
    module, _ = compose.KINDS[kind]
    compose_kinds = {kind: (module, (label,))}
    rng, actor = np.random.default_rng(seed), cast("test")[seed % 40]
    kinds, compose.KINDS = compose.KINDS, compose_kinds
    try:
        return compose.draw(rng, kind, unit, actor, SUN)
    finally:
        compose.KINDS = kinds


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(builder.CAST)), st.integers(0, 10**6))
def test_annotations_agree_on_random_scenes(split, index):
    item = scene(split, index)
    assert np.asarray(Image.open(io.BytesIO(item.jpeg))).shape == (128, 128, 3)
    assert 1 <= len(item.figures) <= compose.SMALL.figures[1]
    assert set(np.unique(item.instances)) - {0} == set(range(1, len(item.figures) + 1))
    for number, thing in enumerate(item.figures, start=1):
        mask = item.instances == number
        rows, columns = np.nonzero(mask)
        assert thing["xyxy"] == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert thing["area"] == mask.sum() and 0.6 <= thing["visible"] <= 1
        assert thing["label"] in compose.KINDS[thing["kind"]][1]
        assert thing["actor"] in builder.CAST[split]
        points = thing["keypoints"]
        assert points.shape == (21, 3) and points.dtype == np.float32
        assert set(points[:, 2]) <= {0, 1, 2} and not points[points[:, 2] == 0].any()
        assert thing["kind"] == "hand" or not points[17:].any()
        x0, y0, x1, y1 = thing["xyxy"]
        shown = [mask[int(y), int(x)] for x, y, v in points if v]
        assert sum(shown) >= compose.MIN_SHOWN * (17 if thing["kind"] == "person" else 21)
        for x, y, v in points:
            if v == 2:
                assert x0 <= x <= x1 and y0 <= y <= y1 and mask[int(y), int(x)]
            if v == 1:
                assert 0 <= x < 128 and 0 <= y < 128


def test_most_keypoints_of_a_free_figure_lie_on_it():
    """A joint is inside the body: without other figures, its pixel is in the drawn layer."""
    shares = []
    for kind, (_, labels) in compose.KINDS.items():
        for seed, label in enumerate(labels):
            drawn = figure(kind, label, seed=seed)
            alpha = drawn.layer[..., 3] > 0.5
            columns, rows = np.floor(drawn.points).astype(int).T
            shares.append(alpha[rows, columns].mean())
            assert shares[-1] >= 0.9, (kind, label)  # an eye in profile lies at the very edge
    assert np.mean(shares) >= 0.98


def test_finger_tips_are_where_the_fingers_end():
    """Two finger widths beyond the tip of a spread finger there is no hand."""
    for seed in range(6):
        drawn = figure("hand", "open", seed=seed)
        alpha = np.pad(drawn.layer[..., 3] > 0.5, 20)
        for tip in (8, 12, 16, 20):
            way = drawn.points[tip] - drawn.points[tip - 1]
            x, y = (drawn.points[tip] + 0.13 * 90 * way / np.linalg.norm(way) + 20).astype(int)
            assert not alpha[y, x]


def test_nearer_tube_hides_the_farther_one_in_any_order():
    near = surface.Tube(1, np.array([5.0, 20, 8]), np.array([35.0, 20, 8]), (4.0,))
    far = surface.Tube(2, np.array([20.0, 5, -8]), np.array([20.0, 35, -8]), (6.0, 3.0))
    first, second = surface.Surface([near, far], (40, 40)), surface.Surface([far, near], (40, 40))
    assert (first.material == second.material).all() and (first.depth == second.depth).all()
    assert first.material[20, 20] == 1 and first.material[8, 20] == 2
    for row in range(40):  # oracle: distance from the axis, pixel by pixel
        for column in range(40):
            x, y = column + 0.5, row + 0.5
            inside = np.hypot(x - np.clip(x, 5, 35), y - 20) < 4
            assert (first.material[row, column] == 1) == inside


def test_far_side_of_a_person_is_covered_and_the_near_side_seen():
    names = list(body.KEYPOINTS)
    person = body.Proportions(1, 0.069, 0.295, 0.11, 0.056, 1, 1, 1, 0)
    straight = {"trunk": (0, 0), "head": (0, 0)}
    straight |= {f"{side}_arm": (0, 9, 12, 14) for side in ("left", "right")}
    straight |= {f"{side}_leg": (2, 5, 4) for side in ("left", "right")}
    joints, _ = body.skeleton(person, straight)
    for yaw, near in ((90, "right"), (-90, "left")):
        depth = {name: (body.view(yaw, 0) @ joints[name])[2] for name in names}
        for part in ("shoulder", "hip", "eye", "ear"):
            far = "left" if near == "right" else "right"
            assert depth[f"{near}_{part}"] > depth[f"{far}_{part}"]
    front = {name: body.view(0, 0) @ joints[name] for name in names}
    assert front["left_shoulder"][0] > front["right_shoulder"][0]  # facing us: left is right
    assert front["nose"][1] < front["left_hip"][1] < front["left_knee"][1] < front["left_ankle"][1]


def test_knees_and_elbows_bend_the_human_way():
    person = body.Proportions(1, 0.069, 0.295, 0.11, 0.056, 1, 1, 1, 0)
    rng = np.random.default_rng(0)
    for activity in body.ACTIVITIES:
        angles = body.pose(rng, activity)
        for name, values in angles.items():
            low, high = np.transpose(body.LIMITS[name.split("_")[-1]])
            assert (low <= values).all() and (values <= high).all()
        joints, frames = body.skeleton(person, angles)
        for side in ("left", "right"):
            thigh = joints[f"{side}_hip"] - joints[f"{side}_knee"]
            shank = joints[f"{side}_ankle"] - joints[f"{side}_knee"]
            forward = frames[f"{side}_foot"][:, 2]
            assert np.linalg.norm(thigh) == pytest.approx(0.245)
            assert np.linalg.norm(shank) == pytest.approx(0.235)
            assert (thigh + shank) @ forward <= 1e-9 + 0.245 * np.sin(np.radians(1))


def test_the_same_seed_gives_the_same_bytes_in_any_order():
    first = [scene("test", index) for index in range(3)]
    again = [scene("test", index) for index in (2, 1, 0)][::-1]
    for a, b in zip(first, again, strict=True):
        assert a.jpeg == b.jpeg and (a.instances == b.instances).all()
        for one, other in zip(a.figures, b.figures, strict=True):
            assert (one["keypoints"] == other["keypoints"]).all() and one["xyxy"] == other["xyxy"]
    actor, same = builder.cast("test")[3], cast("test")[3]
    assert (actor.tiles == same.tiles).all() and actor.person == same.person


def test_there_are_overlaps_and_all_labels_and_degrees_of_visibility():
    figures = [f for index in range(120) for f in scene("train", index).figures]
    assert {f["label"] for f in figures} == set(builder.LABELS)
    assert {f["kind"] for f in figures} == set(compose.KINDS)
    assert sum(f["visible"] < 0.95 for f in figures) > len(figures) / 8
    shares = np.bincount(
        np.concatenate(
            [f["keypoints"][: 17 if f["kind"] == "person" else 21, 2] for f in figures]
        ).astype(int)
    )
    assert shares[2] > shares[1] > 0.1 * shares.sum() and shares[0] > 0


def test_splits_share_neither_backgrounds_nor_actors():
    splits = list(builder.CAST)
    files = {split: {item.file for item in backgrounds(split)} for split in splits}
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not files[splits[a]] & files[splits[b]]
        assert not set(builder.CAST[splits[a]]) & set(builder.CAST[splits[b]])


def test_limbs_join_existing_keypoints():
    for module, count in ((body, 17), (hands, 21)):
        assert len(module.KEYPOINTS) == count == len(set(module.KEYPOINTS))
        assert {i for limb in module.LIMBS for i in limb} == set(range(count))
    assert hands.LIMBS[:5] == ((0, 1), (1, 2), (2, 3), (3, 4), (0, 5))


def test_builder_writes_the_scenes_in_order(tmp_path, monkeypatch):
    few = {"train": 3, "validation": 2, "test": 2}
    monkeypatch.setitem(builder.CONFIGS, "small", (compose.SMALL, few))
    built = builder.Figures(config="small", data_dir=str(tmp_path))
    built.download_and_prepare()
    assert {split: built.info.splits[split].num_examples for split in few} == few
    features = built.info.features["figures"]
    for index, example in enumerate(built.as_dataset(split="train").as_numpy_iterator()):
        item, found = scene("train", index), example["figures"]
        pixels = np.asarray(Image.open(io.BytesIO(item.jpeg))).astype(int)
        assert np.abs(example["image"] - pixels).max() <= 8  # two JPEG decoders
        assert (example["instances"][..., 0] == item.instances).all()
        assert found["xyxy"].tolist() == [list(f["xyxy"]) for f in item.figures]
        assert (found["keypoints"] == np.stack([f["keypoints"] for f in item.figures])).all()
        for key in ("kind", "label"):
            names = [features[key].int2str(int(i)) for i in found[key]]
            assert names == [f[key] for f in item.figures]
        assert found["bbox"][:, [1, 0, 3, 2]] * 128 == pytest.approx(found["xyxy"], abs=1e-4)


def test_full_counts():
    assert builder.CONFIGS["small"][1] == {"train": 2000, "validation": 300, "test": 300}


def test_missing_and_damaged_backgrounds_are_reported(tmp_path, monkeypatch):
    folder = tmp_path / "backgrounds"
    shutil.copytree(DATASETS / "backgrounds", folder)
    monkeypatch.setattr(assets, "BACKGROUNDS", folder)
    (folder / "images" / "moss.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"moss\.jpg is damaged: its sha256 .* expected .*git"):
        assets.backgrounds("test")
    (folder / "images" / "moss.jpg").unlink()
    with pytest.raises(FileNotFoundError, match=r"moss\.jpg is missing; expected .* Restore"):
        assets.backgrounds("test")


def test_credits_name_where_the_photographs_come_from():
    text = (DATASETS / "figures" / "CREDITS.md").read_text(encoding="utf-8")
    assert "datasets/backgrounds/CREDITS.md" in text and "GPL" in text
