"""TFDS builder `photos`: a dozen photographs with hand-made labels, for demonstrations."""

import io
import json
import runpy
from pathlib import Path
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

HERE = Path(__file__).parent
embedded = runpy.run_path(str(HERE.parent / "embedded.py"))

DESCRIPTION = """
Twelve photographs for inference demonstrations. `imagenet` lists the ImageNet class names that
are right answers (none where no class fits), `objects` boxes of the main objects (not of every
object), `keypoints` eyes, nose and mouth corners of the two faces; left and right are the
subject's own. Labels were made by hand.
"""
CITATION = """
@misc{course-photos,
  title = {Photographs from Debian, scikit-image and scikit-learn},
  note = {Authors and licences in datasets/photos/CREDITS.md},
}
"""


class Photos(tfds.core.GeneratorBasedBuilder):
    """Labelled photographs; reads only the files beside this module."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar = {"1.0.0": "12 photographs."}

    def _info(self):
        features = tfds.features
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=features.FeaturesDict(
                {
                    "image": features.Image(shape=(None, None, 3), encoding_format="jpeg"),
                    "title": features.Text(),
                    "caption": features.Text(),
                    "imagenet": features.Sequence(features.Text()),
                    "objects": features.Sequence(
                        {
                            "label": features.Text(),
                            "bbox": features.BBoxFeature(),
                            "xyxy": features.Tensor(shape=(4,), dtype=np.int32),
                        }
                    ),
                    "keypoints": features.Sequence(
                        {
                            "label": features.Text(),
                            "xy": features.Tensor(shape=(2,), dtype=np.float32),
                        }
                    ),
                }
            ),
            citation=CITATION,
            license="public domain, CC0, CC-BY, GPL and LGPL; for each picture in CREDITS.md",
        )

    def _split_generators(self, dl_manager):
        return {"test": self._generate_examples()}

    def _generate_examples(self):
        for photo in json.loads(embedded["read_bytes"](HERE, "photos.json")):
            data = embedded["read_bytes"](HERE, photo["file"])
            size = Image.open(io.BytesIO(data)).size
            yield (
                photo["file"],
                {
                    "image": io.BytesIO(data),
                    "title": photo["title"],
                    "caption": photo["caption"],
                    "imagenet": photo["imagenet"],
                    "objects": [box(item, *size) for item in photo["objects"]],
                    "keypoints": [{"label": k, "xy": xy} for k, xy in photo["keypoints"].items()],
                },
            )


def box(item, width, height):
    """Give one object both box formats: integer pixels and TFDS's normalised box."""
    x0, y0, x1, y1 = item["xyxy"]
    return {
        "label": item["label"],
        "xyxy": np.array(item["xyxy"], np.int32),
        "bbox": tfds.features.BBox(
            ymin=y0 / height, xmin=x0 / width, ymax=y1 / height, xmax=x1 / width
        ),
    }
