"""TFDS builder `scenes`: composited photos with exact boxes, masks and captions.

`small` (128 px) and `large` (256 px), each with the splits

* train: training cut-outs on training backgrounds,
* validation, test: cut-outs and backgrounds of their own, never seen in training,
* known: training cut-outs in new scenes on test backgrounds.
"""

import io
import runpy
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import tensorflow_datasets as tfds

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
assets = embedded["load_module"](HERE / "assets.py")
captions = embedded["load_module"](HERE / "captions.py")
compose = embedded["load_module"](HERE / "compose.py")

SEED = 20261121
CONFIGS = {  # name: (settings, examples of each split)
    "small": (compose.SMALL, {"train": 2000, "validation": 300, "test": 300, "known": 300}),
    "large": (compose.LARGE, {"train": 1000, "validation": 200, "test": 200, "known": 200}),
}
DESCRIPTION = """
Composited photos: cut-outs of `cutouts` on photographs of `backgrounds`, under occlusion, with
pasted distractors. `instances` is 0 or 1 + the index into `objects`, `semantic` 0 or 1 + the
label. `label` is the superclass, `xyxy` the tight box of the visible mask in integer pixels
(right and bottom edge excluded), `bbox` the same normalised, `visible` the share of the object
that is neither covered nor outside. `caption` is one sentence of the grammar in captions.py.
"""
CITATION = """
@misc{course-scenes,
  title = {Composited photos from Tux Paint stamps and free photographs},
  note = {Credits in datasets/cutouts/CREDITS.md and datasets/backgrounds/CREDITS.md},
}
"""


def scene(config, split, index, cutouts, backgrounds):
    """Compose example `index` of a split; the same every time: `compose.Scene`."""
    seed = [SEED, list(CONFIGS).index(config), list(assets.SPLITS).index(split), index]
    return compose.compose(np.random.default_rng(seed), cutouts, backgrounds, CONFIGS[config][0])


def example(scene, size):
    """Turn a `compose.Scene` of side `size` into the features of the builder: dict."""
    return {
        "image": io.BytesIO(scene.jpeg),
        "instances": png(scene.instances),
        "semantic": png(scene.semantic),
        "objects": [
            {
                "bbox": bbox(item["xyxy"], size),
                "xyxy": np.array(item["xyxy"], np.int32),
                "label": item["label"],
                "class": item["class"],
                "name": item["name"],
                "visible": item["visible"],
            }
            for item in scene.objects
        ],
        "caption": captions.caption(scene.objects, size),
        "background": scene.background,
    }


def png(array):
    """Encode a (S, S) uint8 map without loss: file object."""
    return io.BytesIO(cv2.imencode(".png", array)[1].tobytes())


def bbox(xyxy, size):
    """Normalise a box of pixels: TFDS box (ymin, xmin, ymax, xmax)."""
    x0, y0, x1, y1 = (value / size for value in xyxy)
    return tfds.features.BBox(ymin=y0, xmin=x0, ymax=y1, xmax=x1)


class Scenes(tfds.core.GeneratorBasedBuilder):
    """Composited photos; reads only the cut-outs and backgrounds in the folders beside."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "small (128 px) and large (256 px)."}
    BUILDER_CONFIGS: ClassVar = [
        tfds.core.BuilderConfig(name="small", description="128 px, 1 to 5 objects"),
        tfds.core.BuilderConfig(name="large", description="256 px, 2 to 8 objects"),
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
                    "semantic": features.Image(shape=(size, size, 1), encoding_format="png"),
                    "objects": features.Sequence(
                        {
                            "bbox": features.BBoxFeature(),
                            "xyxy": features.Tensor(shape=(4,), dtype=np.int32),
                            "label": features.ClassLabel(names=assets.labels()),
                            "class": features.ClassLabel(names=assets.classes()),
                            "name": features.Text(),
                            "visible": np.float32,
                        }
                    ),
                    "caption": features.Text(),
                    "background": features.Text(),
                }
            ),
            citation=CITATION,
            license="GPL-3.0-or-later as a whole; parts in the CREDITS.md of both sources",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager):
        counts = CONFIGS[self.builder_config.name][1]
        return {split: self._generate_examples(split, count) for split, count in counts.items()}

    def _generate_examples(self, split, count):
        config = self.builder_config.name
        cutouts, backgrounds = assets.cutouts(split), assets.backgrounds(split)
        for index in range(count):
            item = scene(config, split, index, cutouts, backgrounds)
            yield index, example(item, CONFIGS[config][0].size)
