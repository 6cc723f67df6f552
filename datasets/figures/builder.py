"""TFDS builder `figures`: people and hands on photographs, with exact keypoints.

`small` (128 px) with the splits train, validation and test, each with backgrounds and actors
(bodies, skin, hair, clothes) of its own.
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
scenes = embedded["load_module"](HERE.parent / "scenes" / "builder.py")
compose = embedded["load_module"](HERE / "compose.py")
wardrobe = embedded["load_module"](HERE / "wardrobe.py")

SEED = 20261122
CAST = {"train": range(200), "validation": range(200, 240), "test": range(240, 280)}
CONFIGS = {  # name: (settings, examples of each split)
    "small": (compose.SMALL, {"train": 2000, "validation": 300, "test": 300}),
}
LABELS = [label for _, labels in compose.KINDS.values() for label in labels]
DESCRIPTION = """
People and hands on photographs of `backgrounds`, rendered from a joint-angle model, 1 to 4 in a
picture, with overlaps. `keypoints` has 21 rows (x, y, v) in pixels, v as in COCO: 0 outside the
picture, 1 covered by another figure or by itself, 2 visible. A person uses rows 0 to 16, the
COCO keypoints in COCO's order, and leaves the rest 0; a hand uses all: wrist, then thumb to
pinky from palm to tip. `label` is a person's activity or a hand's gesture; `xyxy` is the tight
box of the visible mask in integer pixels (right and bottom edge excluded), `bbox` the same
normalised; `instances` is 0 or 1 + the index into `figures`; a later figure is nearer.
"""
CITATION = """
@misc{course-figures,
  title = {People and hands from a joint-angle model, on free photographs},
  note = {Credits in datasets/figures/CREDITS.md},
}
"""


def cast(split):
    """The actors of a split: list of `wardrobe.Actor`."""
    photographs = [background.image for background in assets.backgrounds(split)]
    return [wardrobe.actor(np.random.default_rng([SEED, n]), n, photographs) for n in CAST[split]]


def scene(config, split, index, actors, backgrounds):
    """Compose example `index` of a split; the same every time: `compose.Scene`."""
    seed = [SEED, list(CONFIGS).index(config), list(CAST).index(split), index]
    return compose.compose(np.random.default_rng(seed), actors, backgrounds, CONFIGS[config][0])


def example(scene, size):
    """Turn a `compose.Scene` of side `size` into the features of the builder: dict."""
    return {
        "image": io.BytesIO(scene.jpeg),
        "instances": scenes.png(scene.instances),
        "figures": [
            {
                "bbox": scenes.bbox(figure["xyxy"], size),
                "xyxy": np.array(figure["xyxy"], np.int32),
                "kind": figure["kind"],
                "label": figure["label"],
                "keypoints": figure["keypoints"],
                "actor": figure["actor"],
                "visible": figure["visible"],
            }
            for figure in scene.figures
        ],
        "background": scene.background,
    }


class Figures(tfds.core.GeneratorBasedBuilder):
    """People and hands; reads only the backgrounds in the folder beside."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "small (128 px)."}
    BUILDER_CONFIGS: ClassVar = [
        tfds.core.BuilderConfig(name="small", description="128 px, 1 to 4 figures"),
    ]

    def _info(self):
        features, size = tfds.features, CONFIGS[self.builder_config.name][0].size
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=features.FeaturesDict(
                {
                    "image": features.Image(shape=(size, size, 3), encoding_format="jpeg"),
                    "instances": features.Image(shape=(size, size, 1), encoding_format="png"),
                    "figures": features.Sequence(
                        {
                            "bbox": features.BBoxFeature(),
                            "xyxy": features.Tensor(shape=(4,), dtype=np.int32),
                            "kind": features.ClassLabel(names=list(compose.KINDS)),
                            "label": features.ClassLabel(names=LABELS),
                            "keypoints": features.Tensor(
                                shape=(compose.NUM_KEYPOINTS, 3), dtype=np.float32
                            ),
                            "actor": np.int32,
                            "visible": np.float32,
                        }
                    ),
                    "background": features.Text(),
                }
            ),
            citation=CITATION,
            license="GPL-3.0-or-later as a whole; credits in CREDITS.md",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager):
        counts = CONFIGS[self.builder_config.name][1]
        return {split: self._generate_examples(split, count) for split, count in counts.items()}

    def _generate_examples(self, split, count):
        config = self.builder_config.name
        actors, backgrounds = cast(split), assets.backgrounds(split)
        for index in range(count):
            item = scene(config, split, index, actors, backgrounds)
            yield index, example(item, CONFIGS[config][0].size)
