"""TFDS builder `objects`: photographs of one object each, 96×96, for classification.

The cut-outs and backgrounds of `scenes`, composed by the same code with one object a picture:

* train: training cut-outs on training backgrounds,
* validation, test: cut-outs and backgrounds of their own, never seen in training,
* known: training cut-outs in new pictures on test backgrounds.

Every superclass has the same chance in every split.
"""

import io
import runpy
from pathlib import Path
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
assets = embedded["load_module"](HERE.parent / "scenes" / "assets.py")
compose = embedded["load_module"](HERE.parent / "scenes" / "compose.py")

SEED = 20261122
SETTINGS = compose.Settings(size=96, objects=(1, 1), blobs=(0, 0), long_side=(48, 88))
COUNTS = {"train": 3000, "validation": 500, "test": 1000, "known": 1000}
DESCRIPTION = """
Composited photos of one object each, 96×96, for classification: cut-outs of `cutouts` on
photographs of `backgrounds`. `label` is the superclass, `class` the fine class, `name` the object,
`xyxy` the tight box of its visible part in integer pixels (right and bottom edge excluded).
"""
CITATION = """
@misc{course-objects,
  title = {Composited photos of single objects from Tux Paint stamps and free photographs},
  note = {Credits in datasets/cutouts/CREDITS.md and datasets/backgrounds/CREDITS.md},
}
"""


def picture(split, index, cutouts, backgrounds):
    """Compose example `index` of a split; the same every time: `compose.Scene` of one object."""
    seed = [SEED, list(assets.SPLITS).index(split), index]
    return compose.compose(np.random.default_rng(seed), cutouts, backgrounds, SETTINGS)


class Objects(tfds.core.GeneratorBasedBuilder):
    """Composited photos of one object; reads the files of `cutouts` and `backgrounds`."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "First version."}

    def _info(self):
        side = SETTINGS.size
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(side, side, 3), encoding_format="jpeg"),
                    "label": tfds.features.ClassLabel(names=assets.labels()),
                    "class": tfds.features.ClassLabel(names=assets.classes()),
                    "name": tfds.features.Text(),
                    "xyxy": tfds.features.Tensor(shape=(4,), dtype=np.int32),
                }
            ),
            supervised_keys=("image", "label"),
            disable_shuffling=True,
            homepage="https://tuxpaint.org/stamps/",
            citation=CITATION,
            license="GPL-3.0-or-later as a whole; authors in the CREDITS.md of its parts",
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in COUNTS}

    def _generate_examples(self, split):
        cutouts, backgrounds = assets.cutouts(split), assets.backgrounds(split)
        for index in range(COUNTS[split]):
            scene = picture(split, index, cutouts, backgrounds)
            (item,) = scene.objects
            yield (
                index,
                {
                    "image": io.BytesIO(scene.jpeg),
                    "label": item["label"],
                    "class": item["class"],
                    "name": item["name"],
                    "xyxy": np.array(item["xyxy"], np.int32),
                },
            )
