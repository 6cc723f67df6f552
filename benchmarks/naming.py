"""How many objects of scenes/small can be named at all, where their boxes are known?

A frozen EfficientNet-Lite0 gives maps; the average under the true box goes into a logistic
regression, learnt from the objects of 1,000 training scenes. What it cannot name, a detector on the
same backbone will hardly name either, however good its boxes are.

    python benchmarks/naming.py
    python benchmarks/naming.py --sides 128
"""

import argparse

import numpy as np
from keras import ops
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course import data
from course.models.pretrained.efficientnet_lite import efficientnet_lite0_pyramid
from course.ops import roi_align

LEVELS, CHOICES = ("P3", "P4", "P5"), (("P3",), ("P4",), ("P5",), ("P3", "P4", "P5"))


def features(split, side):
    """Averages under the true boxes, level → [M, C], and the classes [M] of a split."""
    backbone = efficientnet_lite0_pyramid(LEVELS, input_shape=(side, side, 3))
    found, classes = {name: [] for name in LEVELS}, []
    for batch in data.load("scenes/small", split, batch_size=25, max_boxes=6, shuffle=False):
        images = ops.image.resize(ops.cast(batch["images"], "float32"), (side, side))
        real = np.asarray(batch["classes"]) >= 0
        for name, maps in backbone(images).items():
            stride = 2 ** int(name[1:]) * 128 / side  # in pixels of the scene
            regions = ops.mean(roi_align(maps, batch["boxes"], 2, stride), axis=(2, 3))
            found[name].append(ops.convert_to_numpy(regions)[real])
        classes.append(np.asarray(batch["classes"])[real])
    return {name: np.concatenate(x) for name, x in found.items()}, np.concatenate(classes)


def main():
    """Print one row of the table in README.md for each size and choice of maps."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[128, 192, 256])
    print("| side | maps | unseen | known |")
    for side in parser.parse_args().sides:
        splits = {split: features(split, side) for split in ("train[:1000]", "test", "known")}
        for levels in CHOICES:
            train, *others = (
                (np.concatenate([maps[name] for name in levels], axis=1), classes)
                for maps, classes in splits.values()
            )
            model = LogisticRegression(C=0.01, max_iter=300)
            model = make_pipeline(StandardScaler(), model).fit(*train)
            scores = " | ".join(f"{model.score(*split):.3f}" for split in others)
            print(f"| {side} | {', '.join(levels)} | {scores} |", flush=True)


if __name__ == "__main__":
    main()
