"""Saliency: how much does a class score change when a pixel changes a little?

Legend: B batch; H, W image size; K classes; S_c the score of class c before the softmax.
"""

import numpy as np
from keras import ops

from course.ops import gradient


def saliency(model, images, classes):
    """The class-score gradient's size at each pixel (lecture 06).

    Simonyan, Vedaldi & Zisserman 2014 (https://arxiv.org/abs/1312.6034), section 3.1: the largest
    |∂S_c/∂x| over the colour channels. With ``with_backward_rule(model, "guided")`` it is guided
    back-propagation.

    Args:
        model: ``keras.Model`` from images to logits [B, K].
        images: [B, H, W, 3].
        classes: integers [B], the class c asked about.

    Returns:
        float32 NumPy array [B, H, W], ≥ 0.

    Raises:
        ValueError: if there is not one class for each image.
    """
    return np.abs(class_gradient(model, images, classes)).max(axis=-1)


def smooth_grad(model, images, classes, samples=16, noise=0.15, seed=0):
    """The mean saliency of noisy copies (lecture 06).

    Smilkov et al. 2017 (https://arxiv.org/abs/1706.03825), section 3.2.

    Args:
        model, images, classes: as for ``saliency``.
        samples: copies of each image, at least 1.
        noise: standard deviation, as a share of the image's range of values.
        seed: of the noise.

    Returns:
        float32 NumPy array [B, H, W], ≥ 0: the mean over the copies, as |mean gradient|.

    Raises:
        ValueError: as ``saliency``, or if ``samples`` is not positive.
    """
    if samples < 1:
        raise ValueError(f"samples={samples} was given, expected at least 1.")
    images, rng = np.asarray(images, "float32"), np.random.default_rng(seed)
    spread = noise * np.ptp(images, axis=(1, 2, 3), keepdims=True)
    total = 0.0
    for _ in range(samples):
        noisy = images + spread * rng.standard_normal(images.shape).astype("float32")
        total = total + class_gradient(model, noisy, classes)
    return np.abs(total / samples).max(axis=-1)


def class_gradient(model, images, classes):
    """Return ∂S_c/∂x of each image: float32 [B, H, W, 3]."""
    return gradient(lambda x: class_scores(model(x, training=False), classes), images)


def class_scores(scores, classes):
    """Pick one score of each row: tensor [B] from scores [B, K] and classes [B]."""
    if len(scores) != len(classes):
        raise ValueError(
            f"{len(scores)} images and {len(classes)} classes were given; name one class for "
            "each image."
        )
    index = ops.convert_to_tensor(np.asarray(classes), "int32")[:, None]
    return ops.take_along_axis(scores, index, axis=1)[:, 0]
