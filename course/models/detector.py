"""What the detectors of the course share: how they are trained and how they are asked.

Legend: B images, A places where a box is predicted, K classes, N objects (padding has class −1),
D slots for detections.
"""

import inspect

import keras
import numpy as np

from course.ops import detections


class Detector(keras.Model):
    """Images to raw outputs; a loss made of terms; raw outputs to detections (lecture 09).

    A subclass defines three functions, one for each thing that a paper describes, and names its
    terms:

    ``call(images, training=False)``
        the network: outputs of any structure. It hands ``training`` on; Keras trains a model
        whose ``call`` does not ask for it as if it were at test, without batch statistics.
    ``terms(outputs, boxes, classes)``
        dict name → scalar; the loss is their sum, and each is logged under its name. One that
        needs more of a batch (masks) lists it in ``TRUTH``.
    ``candidates(outputs)``
        boxes [B, A, 4], xyxy pixels, and their scores [B, A, K], probabilities.

    The rest is Keras: ``fit`` takes images and a dict of ``boxes`` [B, N, 4] and ``classes``
    [B, N]. ``training.train_detector`` does that with what ``data.load`` gives.

    Args:
        options: as for ``keras.Model``, for example ``name``.
    """

    TERMS = ()
    TRUTH = ("boxes", "classes")  # of a batch, what terms() asks for

    def __init_subclass__(cls, **options):
        """Refuse a ``call`` that would be trained in inference mode."""
        super().__init_subclass__(**options)
        if "training" not in inspect.signature(cls.call).parameters:
            raise TypeError(f"{cls.__name__}.call must take training=False and hand it on.")

    def __init__(self, **options):
        super().__init__(**options)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.TERMS}

    def terms(self, outputs, boxes, classes):
        """Return the terms of the loss: dict name → float scalar."""
        raise NotImplementedError(f"{type(self).__name__} must define terms().")

    def candidates(self, outputs):
        """Return boxes [B, A, 4] and scores [B, A, K] of raw outputs."""
        raise NotImplementedError(f"{type(self).__name__} must define candidates().")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Add the terms up; Keras calls this in every training step."""
        terms = self.terms(y_pred, **y)
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return sum(terms.values())

    def detect(self, images, min_score=0.05, threshold=0.5, max_outputs=50, batch_size=32):
        """Find objects in images (lecture 09 and later).

        Args:
            images: array [B, H, W, 3], intensities 0–255, of the size the detector is built for.
                (Where the backbone was run before: a dict of its maps.)
            min_score: detections have a greater score. Low for metrics, .3 or more for pictures.
            threshold: IoU above which the better of two detections of a class suppresses the
                other.
            max_outputs: D.
            batch_size: images per step.

        Returns:
            dict of NumPy arrays ``boxes`` float32 [B, D, 4], ``scores`` float32 [B, D] and
            ``classes`` int32 [B, D], by falling score; empty slots have class −1.

        Raises:
            ValueError: if there is no image, or one image without the batch axis.
        """
        self.check_images(images)
        found = []
        for start in range(0, len(keras.tree.flatten(images)[0]), batch_size):
            part = keras.tree.map_structure(lambda leaf: leaf[start : start + batch_size], images)  # noqa: B023
            outputs = self.predict_on_batch(part)
            found.append(self.choose_detections(outputs, threshold, min_score, max_outputs))
        return {
            name: np.concatenate([keras.ops.convert_to_numpy(batch[name]) for batch in found])
            for name in found[0]
        }

    def check_images(self, images):
        """Raise ValueError if there is no image, or one without the batch axis."""
        leaves = keras.tree.flatten(images)
        if any(np.ndim(leaf) != 4 or not len(leaf) for leaf in leaves):
            raise ValueError(
                f"detect got {[np.shape(leaf) for leaf in leaves]}; give it images [B, H, W, 3] "
                "with B ≥ 1, and a single one as image[None]."
            )

    def choose_detections(self, outputs, threshold, min_score, max_outputs):
        """Raw outputs to the dict that ``detect`` returns, for one batch."""
        return detections(*self.candidates(outputs), threshold, min_score, max_outputs)


def strides(levels):
    """Strides of maps by their names: ``"P3"`` has stride 2³ = 8 pixels (lecture 10).

    Args:
        levels: names of maps.
    """
    return [2 ** int(name[1:]) for name in levels]


def image_size(maps):
    """Height and width of the image that a dict of maps was made from, by its finest map.

    Args:
        maps: dict of tensors ``{"P3": [B, H/8, W/8, C], …}``.
    """
    finest = min(maps)
    return tuple(side * strides([finest])[0] for side in maps[finest].shape[1:3])
