"""Occlusion: cover a part of the picture and see how far the score falls.

Zeiler & Fergus 2014 (https://arxiv.org/abs/1311.2901), section 4.2.

Legend: B batch; H, W image size; P positions of the cover.
"""

import numpy as np
from keras import ops

from course.explain.saliency import class_scores


def occlusion(model, images, classes, size=56, stride=24, fill=127, batch_size=16):
    """Slide a grey square over each picture and map the drop of the class score (lecture 06).

    Deviation: the paper draws the score over the square's centre; here a pixel gets the mean drop
    over all squares that covered it, so that the map has the picture's size.

    Args:
        model: ``keras.Model`` from images to scores [B, K], probabilities as in the paper.
        images: [B, H, W, C].
        classes: integers [B].
        size: side of the square in pixels.
        stride: step of the square in pixels, at most ``size``; the last one touches the border.
        fill: value under the square.
        batch_size: pictures at a time.

    Returns:
        float32 NumPy array [B, H, W]; negative where covering helped.

    Raises:
        ValueError: if the square does not fit or leaves gaps.
    """
    images = np.asarray(images, "float32")
    height, width = images.shape[1:3]
    if not 1 <= stride <= size <= min(height, width):
        raise ValueError(
            f"size={size} and stride={stride} were given for images of {height}×{width}; expected "
            "1 ≤ stride ≤ size ≤ the image's sides."
        )
    corners = [(y, x) for y in _starts(height, size, stride) for x in _starts(width, size, stride)]
    return np.stack(
        [
            _one(model, image, label, corners, size, fill, batch_size)
            for image, label in zip(images, classes, strict=True)
        ]
    )


def _starts(length, size, stride):
    """Where the square begins along one side; the last one ends at the border."""
    return sorted({*range(0, length - size + 1, stride), length - size})


def _one(model, image, label, corners, size, fill, batch_size):
    covered = np.repeat(image[None], len(corners), axis=0)  # [P, H, W, C]
    for picture, (y, x) in zip(covered, corners, strict=True):
        picture[y : y + size, x : x + size] = fill
    scores = [_score(model, covered[n : n + batch_size], label)
              for n in range(0, len(covered), batch_size)]  # fmt: skip
    drops = _score(model, image[None], label) - np.concatenate(scores)  # [P]
    total, times = np.zeros(image.shape[:2], "float32"), np.zeros(image.shape[:2], "float32")
    for drop, (y, x) in zip(drops, corners, strict=True):
        total[y : y + size, x : x + size] += drop
        times[y : y + size, x : x + size] += 1
    return total / times


def _score(model, images, label):
    scores = model(ops.convert_to_tensor(images), training=False)
    return ops.convert_to_numpy(class_scores(scores, [label] * len(images)))
