"""TFDS builder `cutouts`: photo cut-outs with alpha, one object each, split by object."""

import io
import runpy
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))

DESCRIPTION = """
Photo cut-outs of single objects with their alpha mattes: birds, mammals, sea animals, flowers,
food, vehicles and household items, from Tux Paint's stamps, curated by hand. No object appears
in two splits. `class` is the fine class (duck), `superclass` the coarse one (bird), `name` the
object itself (mallard duck).
"""
CITATION = """
@misc{tuxpaint-stamps,
  title = {Tux Paint Stamps 2022.06.04},
  author = {Kendrick, Bill and contributors},
  howpublished = {https://tuxpaint.org/},
  year = {2022},
}
"""


class Cutouts(tfds.core.GeneratorBasedBuilder):
    """Photo cut-outs; reads only the files beside this module."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "212 objects in 7 superclasses."}

    def _info(self):
        rows = embedded["read_rows"](HERE, "cutouts.csv")
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(None, None, 4), encoding_format="png"),
                    "class": tfds.features.ClassLabel(names=sorted({r["class"] for r in rows})),
                    "superclass": tfds.features.ClassLabel(
                        names=sorted({r["superclass"] for r in rows})
                    ),
                    "name": tfds.features.Text(),
                }
            ),
            supervised_keys=("image", "superclass"),
            homepage="https://tuxpaint.org/stamps/",
            citation=CITATION,
            license="GPL-2.0-or-later; authors in CREDITS.md",
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in ("train", "validation", "test")}

    def _generate_examples(self, split):
        for row in embedded["read_rows"](HERE, "cutouts.csv"):
            if row["split"] == split:
                image = io.BytesIO(embedded["read_bytes"](HERE, f"images/{row['file']}"))
                yield (
                    row["file"],
                    {
                        "image": image,
                        "class": row["class"],
                        "superclass": row["superclass"],
                        "name": row["name"],
                    },
                )
