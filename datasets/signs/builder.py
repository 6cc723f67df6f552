"""TFDS builder `signs`: the hand alphabet of American Sign Language.

`small`: 64-px pictures, made from the drawings by strong augmentation, with the splits

* train, validation, test: the same ranges of augmentation, other backgrounds and other chance,
* far: the backgrounds of test, and ranges of augmentation that lie outside those of train.

`plain`: the 24 drawings themselves, in one split, `drawings`.

There is one drawing for each letter: it is the same in all splits.
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
augment = embedded["load_module"](HERE / "augment.py")

SEED = 20261123
SPLITS = {  # split: (pictures of each letter, split of the backgrounds, ranges)
    "train": (100, "train", augment.NEAR),
    "validation": (20, "validation", augment.NEAR),
    "test": (20, "test", augment.NEAR),
    "far": (20, "test", augment.FAR),
}
DESCRIPTION = """
Hand signs of the letters A to Y without J (J and Z are movements), drawn, one drawing for each
letter. `small` colours, bends, tilts and covers them on photographs of `backgrounds`; the
splits differ in backgrounds and chance (`far` also in the ranges), but not in the drawings.
"""
CITATION = """
@misc{tuxpaint-stamps-asl,
  title = {Tux Paint Stamps 2022.06.04: American Sign Language},
  author = {Ds13 and Ford, Caroline and Kendrick, Bill},
  howpublished = {https://tuxpaint.org/},
  year = {2022},
}
"""


def signs():
    """The drawings: dict of letter → (H, W, 4) uint8 RGBA."""
    rows = embedded["read_rows"](HERE, "signs.csv")
    return {row["letter"]: assets.decode(HERE, row["file"]) for row in rows}


def picture(split, index, drawings, backgrounds):
    """Make picture `index` of a split; the same every time: (letter, JPEG bytes, background)."""
    letter = list(drawings)[index % len(drawings)]
    rng = np.random.default_rng([SEED, list(SPLITS).index(split), index])
    return letter, *augment.augment(rng, drawings[letter], backgrounds, SPLITS[split][2])


class Signs(tfds.core.GeneratorBasedBuilder):
    """Hand signs; reads only the files beside this module and the backgrounds."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "24 letters."}
    BUILDER_CONFIGS: ClassVar = [
        tfds.core.BuilderConfig(name="small", description="augmented, 64 px"),
        tfds.core.BuilderConfig(name="plain", description="the 24 drawings"),
    ]

    def _info(self):
        rows = embedded["read_rows"](HERE, "signs.csv")
        label = tfds.features.ClassLabel(names=[row["letter"] for row in rows])
        if self.builder_config.name == "plain":
            image = tfds.features.Image(shape=(None, None, 4), encoding_format="png")
            features = {"image": image, "label": label}
        else:
            shape = (augment.SIZE, augment.SIZE, 3)
            image = tfds.features.Image(shape=shape, encoding_format="jpeg")
            features = {"image": image, "label": label, "background": tfds.features.Text()}
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "label"),
            homepage="https://tuxpaint.org/stamps/",
            citation=CITATION,
            license="plain: GPL-2.0-or-later; small: GPL-3.0-or-later as a whole (CREDITS.md)",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager):
        if self.builder_config.name == "plain":
            return {"drawings": self._generate_plain()}
        return {split: self._generate_examples(split) for split in SPLITS}

    def _generate_plain(self):
        for index, row in enumerate(embedded["read_rows"](HERE, "signs.csv")):
            image = io.BytesIO(embedded["read_bytes"](HERE, row["file"]))
            yield index, {"image": image, "label": row["letter"]}

    def _generate_examples(self, split):
        count, place, _ = SPLITS[split]
        drawings, backgrounds = signs(), assets.backgrounds(place)
        for index in range(count * len(drawings)):
            letter, jpeg, background = picture(split, index, drawings, backgrounds)
            image = io.BytesIO(jpeg)
            yield index, {"image": image, "label": letter, "background": background}
