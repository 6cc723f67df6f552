"""Cut-outs, backgrounds and photos: schema, counts, mattes, splits, labels."""

import io
import json
import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DATASETS = Path(__file__).parents[2] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
ROWS = embedded["read_rows"](DATASETS / "cutouts", "cutouts.csv")
COUNTS = {
    "bird": (18, 4, 8),
    "flower": (10, 3, 4),
    "food": (26, 6, 10),
    "household item": (22, 5, 9),
    "mammal": (33, 8, 14),
    "sea animal": (9, 2, 4),
    "vehicle": (10, 3, 4),
}
SPLITS = ("train", "validation", "test")


def build(name, class_name, data_dir):
    module = embedded["load_module"](DATASETS / name / "builder.py")
    builder = getattr(module, class_name)(data_dir=str(data_dir))
    builder.download_and_prepare()
    return builder


def test_counts_of_each_superclass_and_split():
    found = Counter((row["superclass"], row["split"]) for row in ROWS)
    assert found == {
        (label, split): count
        for label, counts in COUNTS.items()
        for split, count in zip(SPLITS, counts, strict=True)
    }
    assert all(sum(counts) >= 15 for counts in COUNTS.values())


def test_each_object_occurs_once():
    for key in ("file", "name", "source"):
        assert len({row[key] for row in ROWS}) == len(ROWS)


def test_poses_of_one_animal_share_a_split():
    splits = {row["file"]: row["split"] for row in ROWS}
    assert splits["gnu_calf_standing.png"] == splits["gnu_calf_grazing.png"]
    assert splits["tamworth_pig_standing.png"] == splits["tamworth_pig_lying.png"]


def test_mattes_are_tight_clean_and_small_enough():
    for row in ROWS:
        data = embedded["read_bytes"](DATASETS / "cutouts", f"images/{row['file']}")
        image = np.asarray(Image.open(io.BytesIO(data)))
        alpha = image[..., 3]
        assert image.shape[2] == 4 and 20 <= max(alpha.shape) <= 192, row["file"]
        assert all(alpha[edge].any() for edge in (0, -1)), row["file"]
        assert all(alpha[:, edge].any() for edge in (0, -1)), row["file"]
        assert 0.05 < (alpha > 127).mean() < 0.97, row["file"]
        assert not image[alpha == 0].any(), row["file"]


def test_cutouts_builder(tmp_path):
    builder = build("cutouts", "Cutouts", tmp_path)
    features = builder.info.features
    assert features["superclass"].names == sorted(COUNTS)
    for index, split in enumerate(SPLITS):
        assert builder.info.splits[split].num_examples == sum(c[index] for c in COUNTS.values())
    rows = {row["name"]: row for row in ROWS}
    for example in builder.as_dataset(split="test").take(5).as_numpy_iterator():
        row = rows[example["name"].decode()]
        assert row["split"] == "test" and example["image"].shape[2] == 4
        assert features["superclass"].int2str(int(example["superclass"])) == row["superclass"]
        assert features["class"].int2str(int(example["class"])) == row["class"]


def test_backgrounds_builder(tmp_path):
    builder = build("backgrounds", "Backgrounds", tmp_path)
    assert {s: builder.info.splits[s].num_examples for s in SPLITS} == {
        "train": 24,
        "validation": 5,
        "test": 8,
    }
    for example in builder.as_dataset(split="test").as_numpy_iterator():
        assert max(example["image"].shape) <= 640 and min(example["image"].shape[:2]) >= 256


def test_photos_builder(tmp_path):
    builder = build("photos", "Photos", tmp_path)
    examples = list(builder.as_dataset(split="test").as_numpy_iterator())
    assert len(examples) == 12
    for example in examples:
        height, width = example["image"].shape[:2]
        boxes = example["objects"]["xyxy"]
        assert len(boxes) and (boxes[:, :2] < boxes[:, 2:]).all()
        assert (boxes >= 0).all() and (boxes <= (width, height) * 2).all()
        scaled = example["objects"]["bbox"][:, [1, 0, 3, 2]] * ((width, height) * 2)
        assert scaled == pytest.approx(boxes, abs=1e-3)
        assert (example["keypoints"]["xy"] < (width, height)).all()


def test_imagenet_names_of_photos_exist():
    path = DATASETS / "weights" / "imagenet_classes.txt"
    if not path.is_file():
        pytest.skip("datasets/weights/imagenet_classes.txt is not there")
    names = {
        name.strip()
        for line in path.read_text().splitlines()
        for name in line.split("\t")[-1].split(",")
    }
    photos = json.loads((DATASETS / "photos" / "photos.json").read_text(encoding="utf-8"))
    assert {name for photo in photos for name in photo["imagenet"]} <= names
