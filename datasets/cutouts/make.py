"""Make the embedded cut-outs from Debian's tuxpaint-stamps-default (maintainers only).

    apt-get download tuxpaint-stamps-default && dpkg -x tuxpaint-stamps-default_*.deb stamps
    python datasets/cutouts/make.py stamps

`cutouts.csv` is the curation, made by hand: it names each object, its classes, its split,
its author and its source path. This script reads the sources and writes `images/*.png`,
`SHA256SUMS` and `CREDITS.md`.
"""

import csv
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
STAMPS = "usr/share/tuxpaint/stamps"
SOURCE = "tuxpaint-stamps-default 2022.06.04-1"
LONG_SIDE = 192  # pixels
SPECK = 0.005  # connected parts below this share of the matte are dirt
TITLE = f"""# Credits of `datasets/cutouts`

Photo cut-outs from Debian's {SOURCE}, cropped to the matte, reduced to a long side of at
most {LONG_SIDE} px and freed of specks. The set is under the GPL, version 2 or later (`LICENSE`),
as the package is; the licence of the course's code does not cover it. Authors are those that
the package's changelog names; "Tux Paint contributors" where it names none."""


def tidy(alpha):
    """Drop specks from a matte: (H, W) uint8 → (H, W) uint8."""
    alpha = np.where(alpha < 8, 0, np.where(alpha > 247, 255, alpha)).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats((alpha > 0).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < SPECK * areas[1:].sum()
    return np.where(small[parts], 0, alpha).astype(np.uint8)


def crop(image):
    """Crop (H, W, 4) to the box of its matte."""
    ys, xs = np.nonzero(image[..., 3])
    return image[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]


def reduce(image):
    """Area-resample (H, W, 4) uint8 to the long side, on premultiplied colour."""
    factor = LONG_SIDE / max(image.shape[:2])
    if factor >= 1:
        return image
    size = [max(1, round(n * factor)) for n in image.shape[1::-1]]
    image = image.astype(np.float32)
    image[..., :3] *= image[..., 3:] / 255
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    image[..., :3] *= 255 / np.maximum(image[..., 3:], 1)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def prepare(path):
    """Read one stamp and return the cut-out: (H, W, 4) uint8."""
    image = np.asarray(Image.open(path).convert("RGBA")).copy()
    image[..., 3] = tidy(image[..., 3])
    image = reduce(crop(image))
    image[..., 3] = tidy(image[..., 3])
    image = crop(image)
    image[image[..., 3] == 0] = 0
    return image


def main(folder):
    """Write images, SHA256SUMS and CREDITS.md from the unpacked package in `folder`."""
    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
    with (HERE / "cutouts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (HERE / "images").mkdir(exist_ok=True)
    for row in rows:
        cutout = Image.fromarray(prepare(Path(folder) / STAMPS / row["source"]))
        cutout.save(HERE / "images" / row["file"], optimize=True)
    embedded["write_sums"](HERE, ["cutouts.csv"] + [f"images/{row['file']}" for row in rows])
    table = {
        "file": "cutouts.csv",
        "title": "names, classes, splits and sources",
        "source": "this course",
        "author": "the course's authors",
        "licence": "GPL-2.0-or-later",
    }
    credit = [
        {
            "file": f"images/{row['file']}",
            "title": row["name"],
            "source": f"{SOURCE}: {row['source']}",
            "author": row["author"],
            "licence": "GPL-2.0-or-later",
        }
        for row in rows
    ]
    embedded["write_credits"](HERE, TITLE, [table, *credit])


if __name__ == "__main__":
    main(sys.argv[1])
