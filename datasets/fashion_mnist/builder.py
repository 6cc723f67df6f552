"""Fashion-MNIST, the whole set, embedded: 60,000 + 10,000 grey images of 28×28 pixels.

The four IDX files beside this module are those of Zalando Research, byte for byte. The TFDS
builder is called ``embedded_fashion_mnist`` because TFDS has a ``fashion_mnist`` of its own, which
downloads; both give the same examples.
"""

import gzip
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

HERE = Path(__file__).parent
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
CITATION = """\
@article{xiao2017fashion,
  title = {Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms},
  author = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  journal = {arXiv:1708.07747},
  year = {2017}
}"""


def read_idx(path):
    """Read one gzipped IDX file of unsigned bytes (the format of LeCun's MNIST page).

    Args:
        path: ``pathlib.Path`` of an ``.gz`` file.

    Returns:
        uint8 array whose shape is the one in the file's header.
    """
    with gzip.open(path) as file:
        content = file.read()
    rank = content[3]
    shape = np.frombuffer(content, ">u4", count=rank, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


class EmbeddedFashionMnist(tfds.core.GeneratorBasedBuilder):
    """Fashion-MNIST from the files that the course ships."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            disable_shuffling=True,  # keep the order of the published files
            description=__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(28, 28, 1)),
                    "label": tfds.features.ClassLabel(names=CLASSES),
                }
            ),
            supervised_keys=("image", "label"),
            homepage="https://github.com/zalandoresearch/fashion-mnist",
            citation=CITATION,
            license="MIT",
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # nothing is downloaded
        return {"train": self._generate_examples("train"), "test": self._generate_examples("t10k")}

    def _generate_examples(self, prefix):
        images = read_idx(HERE / f"{prefix}-images-idx3-ubyte.gz")[..., None]
        labels = read_idx(HERE / f"{prefix}-labels-idx1-ubyte.gz")
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            yield index, {"image": image, "label": label}
