"""Keep the proposals of selective search for `scenes/small` (maintainers only).

    python datasets/scenes/make_proposals.py    # two minutes on one CPU core

Writes `proposals_small.npz`, `SHA256SUMS` and `CREDITS.md`. For each split that lecture 12 trains
or tests on: uint8 (M, 200, 4), xyxy pixels, in the order of the search, padded with zeros. Boxes
are whole pixels of pictures of 128 px, so that a byte holds a coordinate. Nothing is random: one
seed for all, and the pictures in the order of `data.load(…, shuffle=False)`.
"""

import runpy
from pathlib import Path

import numpy as np
from skimage.segmentation import felzenszwalb
from tqdm import tqdm

from course import data, ops

HERE = Path(__file__).parent
NAME, SPLITS, COUNT = "proposals_small.npz", ("train", "test", "known"), 200
TITLE = f"""# Credits of `datasets/scenes`

The pictures are composed when first used, from [cut-outs](../cutouts/CREDITS.md) and
[backgrounds](../backgrounds/CREDITS.md); `{NAME}` holds boxes around regions of them, no
pixel, and is made by `make_proposals.py` alone."""


def segment(pixels, scale):
    """The regions that a search starts from: (H, W, 3) floats → (H, W) ints."""
    return felzenszwalb(pixels, scale, sigma=0.8, min_size=20)


def search(image):
    """Propose boxes on one picture: uint8 (H, W, 3) → uint8 (P, 4), P ≤ 200."""
    return ops.selective_search(image, max_outputs=COUNT, segment=segment).astype(np.uint8)


def keep(split):
    """Search all pictures of a split: uint8 (M, 200, 4)."""
    batches = data.load("scenes/small", split, 100, shuffle=False)
    images = np.concatenate([batch["images"] for batch in batches])
    kept = np.zeros((len(images), COUNT, 4), np.uint8)
    for row, image in zip(kept, tqdm(images, split), strict=True):
        found = search(image)
        row[: len(found)] = found
    return kept


def main():
    """Write the boxes, SHA256SUMS and CREDITS.md."""
    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
    np.savez_compressed(HERE / NAME, **{split: keep(split) for split in SPLITS})
    embedded["write_sums"](HERE, [NAME])
    credit = {
        "file": NAME,
        "title": "proposals of selective search",
        "source": "this course: `make_proposals.py`, from `scenes/small`",
        "author": "the course's authors",
        "licence": "Apache-2.0",
    }
    embedded["write_credits"](HERE, TITLE, [credit])


if __name__ == "__main__":
    main()
