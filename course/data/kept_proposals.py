"""Proposals of selective search that the course keeps, because they take minutes to compute.

Legend: M pictures of a split, P = 200 proposals of a picture (padding: boxes of area 0).

``datasets/scenes/make_proposals.py`` made them, with the settings of lecture 11; a test searches
some pictures again and compares every box.
"""

import numpy as np

from course.checksums import check_file, read_sums
from course.data.embedded import DATASETS
from course.errors import UnknownName


def proposals(name, split):
    """Load the kept proposals of selective search (lecture 12).

    Args:
        name: ``"scenes/small"``, the only set that has some.
        split: ``"train"``, ``"test"`` or ``"known"``.

    Returns:
        float32 array [M, P, 4], xyxy pixels, the best rank first, padded with zeros; pictures in
        the order of ``load(name, split, shuffle=False)``.

    Raises:
        UnknownName: if no proposals of this set or split are kept.
        MissingData, CorruptData: if the file is missing or damaged.
    """
    folder, _, config = name.partition("/")
    file = f"proposals_{config}.npz"
    if folder != "scenes" or file not in read_sums(DATASETS / "scenes"):
        raise UnknownName(f"No proposals of {name!r} are kept; those of 'scenes/small' are.")
    with np.load(check_file(DATASETS / folder, file), allow_pickle=False) as arrays:
        if split not in arrays:
            raise UnknownName(
                f"No proposals of {name}, {split!r} are kept; choose from {[*arrays]}."
            )
        return arrays[split].astype("float32")
