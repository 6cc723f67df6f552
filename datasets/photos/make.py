"""Make the embedded photographs from Debian and PyPI packages (maintainers only).

    apt-get download mate-backgrounds lomiri-wallpapers-16.04 plasma-workspace-wallpapers
    for deb in *.deb; do dpkg -x "$deb" sources; done
    pip install --no-deps --target sources scikit-image scikit-learn
    python datasets/photos/make.py sources

`photos.json` is made by hand: titles, captions, ImageNet names, boxes (`xyxy`, pixels of the
embedded picture) and keypoints (`x, y`; left and right are the subject's own). This script
writes `images/*.jpg`, `SHA256SUMS` and `CREDITS.md`.
"""

import json
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

HERE = Path(__file__).parent
LONG_SIDE = 640  # pixels
QUALITY = 88
TITLE = """# Credits of `datasets/photos`

Photographs for demonstrations, reduced to a long side of at most 640 px and stored as JPEG;
labels by the course's authors. Each picture is under the licence in its row; the texts are
the `LICENSE-*` files. The licence of the course's code does not cover them."""


def prepare(path):
    """Read and reduce one photograph: (H, W, 3) uint8 RGB."""
    image = np.asarray(Image.open(path).convert("RGB"))
    factor = min(1, LONG_SIDE / max(image.shape[:2]))
    size = [round(n * factor) for n in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def main(folder):
    """Write images, SHA256SUMS and CREDITS.md from the sources in `folder`."""
    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
    photos = json.loads((HERE / "photos.json").read_text(encoding="utf-8"))
    (HERE / "images").mkdir(exist_ok=True)
    for photo in photos:
        image = Image.fromarray(prepare(Path(folder) / photo["path"]))
        image.save(HERE / photo["file"], quality=QUALITY, optimize=True)
    embedded["write_sums"](HERE, ["photos.json"] + [photo["file"] for photo in photos])
    labels = {
        "file": "photos.json",
        "title": "labels, boxes, keypoints and sources",
        "source": "this course",
        "author": "the course's authors",
        "licence": "CC0-1.0",
    }
    credit = [{**photo, "source": f"{photo['source']}: {photo['path']}"} for photo in photos]
    embedded["write_credits"](HERE, TITLE, [labels, *credit])


if __name__ == "__main__":
    main(sys.argv[1])
