"""What scenes are made of: the cut-outs and backgrounds of one split, decoded and checked."""

import runpy
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
CUTOUTS, BACKGROUNDS = HERE.parent / "cutouts", HERE.parent / "backgrounds"
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
SPLITS = {  # split of `scenes`: (split of its cut-outs, split of its backgrounds)
    "train": ("train", "train"),
    "validation": ("validation", "validation"),
    "test": ("test", "test"),
    "known": ("train", "test"),
}


@dataclass(frozen=True)
class Cutout:
    """One object: premultiplied RGB and alpha, (H, W, 4) float32 in 0…1, and its names."""

    image: np.ndarray
    class_name: str
    name: str
    file: str


@dataclass(frozen=True)
class Background:
    """One photograph: (H, W, 3) uint8 RGB and its file."""

    image: np.ndarray
    file: str


def decode(folder, name):
    """Decode an embedded picture, checked: (H, W, 3 or 4) uint8, RGB or RGBA."""
    data = np.frombuffer(embedded["read_bytes"](folder, name), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def clean_edge(image):
    """Fill a matte's soft edge with the colours inside, free of the old background.

    Args:
        image: (H, W, 4) float32 in 0…1, RGB not premultiplied.

    Returns:
        (H, W, 4) float32, premultiplied.
    """
    rgb, alpha = image[..., :3], image[..., 3:]
    solid = cv2.erode((image[..., 3] > 0.95).astype(np.float32), np.ones((3, 3)))[..., None]
    weight = cv2.GaussianBlur(solid, (0, 0), 2)[..., None]
    inner = cv2.GaussianBlur(rgb * solid, (0, 0), 2) / np.maximum(weight, 1e-3)
    rgb = np.where((solid < 1) & (weight > 0.02), inner, rgb)
    return np.dstack([rgb * alpha, alpha]).astype(np.float32)


def labels():
    """The superclasses in label order: list of str."""
    return sorted({row["superclass"] for row in embedded["read_rows"](CUTOUTS, "cutouts.csv")})


def classes():
    """The fine classes in label order: list of str."""
    return sorted({row["class"] for row in embedded["read_rows"](CUTOUTS, "cutouts.csv")})


def cutouts(split):
    """The cut-outs of a split of `scenes`: dict of superclass → list of `Cutout`."""
    groups = {label: [] for label in labels()}
    for row in embedded["read_rows"](CUTOUTS, "cutouts.csv"):
        if row["split"] == SPLITS[split][0]:
            image = clean_edge(decode(CUTOUTS, f"images/{row['file']}").astype(np.float32) / 255)
            cutout = Cutout(image, row["class"], row["name"], row["file"])
            groups[row["superclass"]].append(cutout)
    return groups


def backgrounds(split):
    """The backgrounds of a split of `scenes`: list of `Background`."""
    return [
        Background(decode(BACKGROUNDS, row["file"]), row["file"])
        for row in embedded["read_rows"](BACKGROUNDS, "backgrounds.csv")
        if row["split"] == SPLITS[split][1]
    ]
