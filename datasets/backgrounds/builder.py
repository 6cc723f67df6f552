"""TFDS builder `backgrounds`: photographs and photographed textures without objects."""

import io
import runpy
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))

DESCRIPTION = """
Photographs (landscapes, woods, water) and photographed textures (brick, grass, gravel,
wood, stone, paper) whose main content is none of the classes of `cutouts`. They are the
backgrounds of `scenes`; no picture appears in two splits.
"""
CITATION = """
@misc{course-backgrounds,
  title = {Backgrounds from Debian packages and scikit-image},
  note = {Authors and licences in datasets/backgrounds/CREDITS.md},
}
"""


class Backgrounds(tfds.core.GeneratorBasedBuilder):
    """Background photographs; reads only the files beside this module."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "37 pictures."}

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(None, None, 3), encoding_format="jpeg"),
                    "title": tfds.features.Text(),
                }
            ),
            citation=CITATION,
            license="GPL, LGPL, CC-BY-4.0, CC0 and public domain; for each picture in CREDITS.md",
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in ("train", "validation", "test")}

    def _generate_examples(self, split):
        for row in embedded["read_rows"](HERE, "backgrounds.csv"):
            if row["split"] == split:
                image = io.BytesIO(embedded["read_bytes"](HERE, row["file"]))
                yield row["file"], {"image": image, "title": row["title"]}
