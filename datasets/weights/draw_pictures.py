"""Draw the pictures of ``docs/data/weights.md``; look at them after any change.

$ python datasets/weights/draw_pictures.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from skimage import data

from course.models.pretrained.face import FaceDetector
from course.models.pretrained.pose import LIMBS, PoseEstimator, body_box
from course.models.pretrained.style import NUM_STYLES, style_transfer

DOCS = Path(__file__).resolve().parents[2] / "docs" / "data"


def styles():
    """All 26 styles on the cat, at 300 × 451 pixels each, shown smaller."""
    _, axes = plt.subplots(4, 7, figsize=(12, 5.2))
    for axis in axes.flat:
        axis.axis("off")
    axes[0, 0].imshow(data.chelsea())
    axes[0, 0].set_title("photograph", fontsize=8)
    for number in range(NUM_STYLES):
        axes.flat[number + 1].imshow(style_transfer(data.chelsea(), number))
        axes.flat[number + 1].set_title(number, fontsize=8)
    save("weights_styles.jpg")


def people():
    """The astronaut with face and pose, the photographer with pose."""
    _, axes = plt.subplots(1, 2, figsize=(9, 5.4))
    astronaut, photographer = data.astronaut(), np.stack([data.camera()] * 3, -1)
    face = FaceDetector().predict(astronaut)
    x1, y1, x2, y2 = face["boxes"][0]
    axes[0].add_patch(plt.Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, color="cyan", lw=2))
    axes[0].scatter(*face["keypoints"][0].T, c="magenta", s=18, zorder=4)
    by_hand = [190, 100, 270, 180]  # this face is turned away from the detector
    estimator = PoseEstimator()
    for axis, image, box in zip(
        axes, (astronaut, photographer), (face["boxes"][0], by_hand), strict=True
    ):
        points = estimator.predict(image, body_box(box))["keypoints"]
        axis.imshow(image)
        for a, b in LIMBS:
            axis.plot(*points[[a, b]].T, color="lime", lw=2)
        axis.axis((0, 512, 640, 0))
    save("weights_people.jpg")


def save(name):
    """Write the current figure into the docs."""
    plt.tight_layout()
    plt.savefig(DOCS / name, dpi=80, pil_kwargs={"quality": 80})
    plt.close()


if __name__ == "__main__":
    plt.switch_backend("agg")
    styles()
    people()
