"""Grad-CAM: which places of a late feature map speak for a class?

Selvaraju et al. 2017 (https://arxiv.org/abs/1610.02391), equations 1 and 2.

Legend: B batch; H, W image size; A feature maps [B, h, w, C]; S_c score of class c.
"""

import keras
import numpy as np
from keras import ops

from course.explain.saliency import class_scores
from course.ops import gradient


def grad_cam(model, images, classes, before, resize=True):
    """Weigh the maps by their mean gradient, add them up, keep what is positive (lecture 06).

    Args:
        model: functional ``keras.Model`` from images to logits [B, K].
        images: [B, H, W, 3].
        classes: integers [B], the class asked about.
        before: name of the layer that reads the maps, for example the global average pooling.
        resize: bring the map to the size of the image, bilinearly.

    Returns:
        float32 NumPy array [B, H, W], ≥ 0, or [B, h, w] without ``resize``.

    Raises:
        ValueError: if that layer does not read one map [B, h, w, C].
    """
    maps = model.get_layer(before).input
    if isinstance(maps, list) or len(maps.shape) != 4:
        raise ValueError(f"Layer {before!r} does not read a map [B, h, w, C]; name one that does.")
    features, head = keras.Model(model.inputs[0], maps), keras.Model(maps, model.outputs[0])
    A = features(ops.convert_to_tensor(images, "float32"), training=False)
    slope = gradient(lambda a: class_scores(head(a, training=False), classes), A)
    alpha = slope.mean(axis=(1, 2), keepdims=True)  # equation 1: [B, 1, 1, C]
    heat = np.maximum((alpha * ops.convert_to_numpy(A)).sum(axis=-1), 0)  # equation 2
    if not resize:
        return heat
    size = tuple(np.shape(images)[1:3])
    return ops.convert_to_numpy(ops.image.resize(heat[..., None], size))[..., 0]
