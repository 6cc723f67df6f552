"""Make the embedded hand signs from Debian's tuxpaint-stamps-default (maintainers only).

    apt-get download tuxpaint-stamps-default && dpkg -x tuxpaint-stamps-default_*.deb stamps
    python datasets/signs/make.py stamps

The sources are black lines on nothing. `signs.csv` is the curation, made by hand: letter, source,
and `bridges`, lines "x0 y0 x1 y1; …" in source pixels that close wide gaps in an outline. This
script finds the hand's area, and writes `images/*.png`, `SHA256SUMS` and `CREDITS.md`.
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
AUTHOR = "Wikipedia user Ds13; traced by Caroline Ford (T: Bill Kendrick)"
LONG_SIDE = 128  # pixels
CLOSINGS = (5, 9, 13, 17, 19, 21, 23, 25, 31)  # pixels: gaps in an outline that are closed
TITLE = f"""# Credits of `datasets/signs`

Drawings of the hand alphabet of American Sign Language from Debian's {SOURCE}. The
authors released drawing and tracing to the public domain, as the package's changelog says; the
package as a whole is under the GPL, version 2 or later, and so is this set (`LICENSE`). The
licence of the course's code does not cover it. Changed here: the area inside the outline is
filled with white, and the picture reduced to a long side of {LONG_SIDE} px."""


def outside(wall):
    """Flood from the corner what a (H, W) bool wall lets through: (H, W) bool."""
    flood = wall.astype(np.uint8)
    cv2.floodFill(flood, None, (0, 0), 2)
    return flood == 2


def fill(ink, bridges):
    """Find the area of the hand: (H, W) bool ink, with a margin of 40 px → (H, W) bool.

    Gaps are closed; the fill may leak into a gap, but not across ink to the next finger.
    """
    wall = ink.astype(np.uint8)
    for bridge in filter(None, bridges.split(";")):
        x0, y0, x1, y1 = (int(word) + 40 for word in bridge.split())
        cv2.line(wall, (x0, y0), (x1, y1), 1, 3)
    hand = ~outside(wall > 0)
    for side in CLOSINGS:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        closed = cv2.morphologyEx(wall, cv2.MORPH_CLOSE, kernel) > 0
        grown = (~closed & ~outside(closed)).astype(np.uint8)
        for _ in range(side // 2 + 1):
            grown = cv2.dilate(grown, np.ones((3, 3), np.uint8)) * (closed & ~ink | (grown > 0))
        hand |= grown > 0
    return hand


def prepare(path, bridges):
    """Read one stamp: (H, W, 4) uint8, black lines on white, alpha the area of the hand."""
    ink = np.pad(np.asarray(Image.open(path).convert("RGBA"))[..., 3], 40).astype(np.float32) / 255
    hand = np.maximum(fill(ink > 0.5, bridges), ink)
    factor = LONG_SIDE / (max(hand.shape) - 80)
    size = [round(n * factor) for n in hand.shape[::-1]]
    ink, hand = (cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (ink, hand))
    grey = 1 - np.clip(ink / np.maximum(hand, 1e-3), 0, 1)
    image = np.rint(255 * np.dstack([grey, grey, grey, hand])).astype(np.uint8)
    image[image[..., 3] == 0] = 0
    rows, columns = np.nonzero(image[..., 3])
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def main(folder):
    """Write images, SHA256SUMS and CREDITS.md from the unpacked package in `folder`."""
    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
    with (HERE / "signs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (HERE / "images").mkdir(exist_ok=True)
    for row in rows:
        sign = Image.fromarray(prepare(Path(folder) / STAMPS / row["source"], row["bridges"]))
        sign.save(HERE / row["file"], optimize=True)
    embedded["write_sums"](HERE, ["signs.csv"] + [row["file"] for row in rows])
    table = {
        "file": "signs.csv",
        "title": "letters, bridges and sources",
        "source": "this course",
        "author": "the course's authors",
        "licence": "GPL-2.0-or-later",
    }
    credit = [
        {
            "file": row["file"],
            "title": f"hand sign {row['letter']}",
            "source": f"{SOURCE}: {row['source']}",
            "author": AUTHOR,
            "licence": "GPL-2.0-or-later",
        }
        for row in rows
    ]
    embedded["write_credits"](HERE, TITLE, [table, *credit])


if __name__ == "__main__":
    main(sys.argv[1])
