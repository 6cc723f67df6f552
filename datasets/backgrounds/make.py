"""Make the embedded backgrounds from Debian and PyPI packages (maintainers only).

    apt-get download mate-backgrounds lomiri-wallpapers-16.04 mypaint-data-extras \\
        plasma-workspace-wallpapers gimp-data
    for deb in *.deb; do dpkg -x "$deb" sources; done
    pip install --no-deps --target sources scikit-image
    python datasets/backgrounds/make.py sources

`backgrounds.csv` is the curation, made by hand: title, split, treatment, author, licence and
source path. This script writes `images/*.jpg`, `SHA256SUMS` and `CREDITS.md`.
"""

import csv
import runpy
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
LONG_SIDE = 640  # pixels
TILED_SIDE = 384  # pixels, for the small seamless tiles of GIMP
QUALITY = 88
TITLE = """# Credits of `datasets/backgrounds`

Photographs and photographed textures, reduced to a long side of at most 640 px and stored as
JPEG. Changes beyond that: "toned" in a title is a grey photograph given a colour, "tiled" a
small seamless texture repeated. Each picture is under the licence in its row; the texts are
the `LICENSE-*` files. The licence of the course's code does not cover them."""


def read_pattern(path):
    """Read a GIMP pattern (version 1): (H, W, 3) uint8 RGB."""
    data = path.read_bytes()
    header, _, width, height, channels, _ = struct.unpack(">6I", data[:24])
    pixels = np.frombuffer(data[header:], np.uint8)[: width * height * channels]
    return np.broadcast_to(pixels.reshape(height, width, channels)[..., :3], (height, width, 3))


def tile(image):
    """Repeat a seamless (H, W, 3) texture to a square of TILED_SIDE."""
    repeats = [-(-TILED_SIDE // n) for n in image.shape[:2]]
    return np.tile(image, (*repeats, 1))[:TILED_SIDE, :TILED_SIDE]


def tone(image, colour):
    """Give a grey (H, W, 3) picture a mean colour, black and white kept: (H, W, 3) uint8."""
    grey = image.mean(-1, keepdims=True) / 255
    gamma = np.log(np.asarray(colour) / 255) / np.log(grey.mean())
    return np.rint(255 * grey**gamma).astype(np.uint8)


def prepare(path, treatment):
    """Read and treat one source: (H, W, 3) uint8 RGB."""
    if treatment == "tiled":
        return tile(read_pattern(path))
    image = np.asarray(Image.open(path).convert("RGB"))
    if treatment.startswith("toned "):
        image = tone(image, [int(word) for word in treatment.split()[1:]])
    factor = min(1, LONG_SIDE / max(image.shape[:2]))
    size = [round(n * factor) for n in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def main(folder):
    """Write images, SHA256SUMS and CREDITS.md from the sources in `folder`."""
    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
    with (HERE / "backgrounds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (HERE / "images").mkdir(exist_ok=True)
    for row in rows:
        image = Image.fromarray(prepare(Path(folder) / row["path"], row["treatment"]))
        image.save(HERE / row["file"], quality=QUALITY, optimize=True)
    embedded["write_sums"](HERE, ["backgrounds.csv"] + [row["file"] for row in rows])
    table = {
        "file": "backgrounds.csv",
        "title": "titles, splits and sources",
        "source": "this course",
        "author": "the course's authors",
        "licence": "CC0-1.0",
    }
    credit = [{**row, "source": f"{row['source']}: {row['path']}"} for row in rows]
    embedded["write_credits"](HERE, TITLE, [table, *credit])


if __name__ == "__main__":
    main(sys.argv[1])
