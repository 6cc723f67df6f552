"""AP50 against seconds of training: the course's detectors beside keras-cv's, in one run.

All learn from scenes/small (128 px) with the same pictures, augmentation, optimizer and schedule,
each for the same number of seconds on a machine that does nothing else. Tracing counts, measuring
does not. All end in the same non-maximum suppression. Writes detectors.json beside this file.

    python benchmarks/detectors.py                                # all, 180 seconds each
    python benchmarks/detectors.py --only fcos --seconds 60       # one, without writing
"""

import argparse
import json
import math
import os
import platform
import time
from pathlib import Path

import keras
import keras_cv
import numpy as np
import tensorflow as tf
from keras import ops

from course import data, models
from course.metrics import coco_metrics
from course.models.pretrained.efficientnet_lite import efficientnet_lite0_pyramid
from course.ops import detections
from course.training import AdamTwoRates, as_pair

SHAPE, CLASSES, SLOTS, BATCH = (128, 128, 3), 7, 6, 16
LIGHT = data.Augmentation(
    flip=0.5, scale=(0.8, 1.25), translate=0.1, brightness=0.15, contrast=0.2, saturation=0.3
)
MIN_SCORE = 0.005  # keras-cv's scores are low for long; ours are cut at .05
RARE = -math.log(99)  # the logit of a share of 1 %, where classes begin
STOPS, TOGETHER, WARM_UP = 9, 8, 0.05  # measurements; steps at a time; share of the budget


class Choose(keras.layers.Layer):
    """Our non-maximum suppression in the place of keras-cv's, which is the same for all classes."""

    bounding_box_format = "xyxy"

    def call(self, boxes, scores, image_shape=None):
        """Return what ``ops.detections`` finds."""
        boxes = ops.broadcast_to(boxes, (*ops.shape(scores)[:2], 4))
        return detections(boxes, scores, 0.5, MIN_SCORE, 50)


class ChooseByLogits(Choose):
    """The same for scores that are logits."""

    def call(self, boxes, scores, image_shape=None):
        """Return what ``ops.detections`` finds."""
        return super().call(boxes, ops.sigmoid(scores))


def fcos():
    """Ours, from scratch."""
    return models.FCOS(models.small_pyramid(SHAPE), CLASSES), 8e-3, {}


def fcos_pretrained():
    """Ours on EfficientNet-Lite0 with ImageNet weights, all layers tuned."""
    backbone = efficientnet_lite0_pyramid(("P3", "P4", "P5"), input_shape=SHAPE)
    return models.FCOS(backbone, CLASSES, width=128), 4e-3, {}


def small_backbone():
    """keras-cv's smallest backbone with maps for detectors."""
    return keras_cv.models.YOLOV8Backbone(
        stackwise_channels=[32, 64, 128, 256],
        stackwise_depth=[1, 2, 2, 1],
        include_rescaling=True,
        input_shape=SHAPE,
    )


def yolov8():
    """keras-cv's YOLOV8Detector of size xs, from scratch; classes begin rare, as RetinaNet's."""
    model = keras_cv.models.YOLOV8Detector(
        small_backbone(), CLASSES, "xyxy", fpn_depth=1, prediction_decoder=Choose()
    )
    for layer in model._flatten_layers():
        if layer.name.endswith("class_3_conv"):
            layer.bias.assign(ops.full_like(layer.bias, RARE))
    return model, 5e-3, {"box_loss": "ciou", "classification_loss": "binary_crossentropy"}


def retinanet():
    """keras-cv's RetinaNet from scratch: small backbone, 64 channels, anchors to match."""
    anchors = keras_cv.layers.AnchorGenerator(
        bounding_box_format="xyxy",
        sizes=[20.0, 34.0, 56.0],
        aspect_ratios=[0.5, 1.0, 2.0],
        scales=[2**x for x in (0, 1 / 3, 2 / 3)],
        strides=[8, 16, 32],
        clip_boxes=True,
    )
    model = keras_cv.models.RetinaNet(
        small_backbone(),
        CLASSES,
        "xyxy",
        anchors,
        prediction_decoder=ChooseByLogits(),
        feature_pyramid=NarrowPyramid(),
        classification_head=narrow_head(9 * CLASSES, RARE),
        box_head=narrow_head(9 * 4, 0.0),
    )
    return model, 1e-3, {"box_loss": "smoothl1", "classification_loss": "focal"}


class NarrowPyramid(keras.layers.Layer):
    """keras-cv's public FeaturePyramid, which counts levels, as its RetinaNet wants one."""

    def __init__(self):
        super().__init__()
        self.pyramid = keras_cv.layers.FeaturePyramid(3, 5, num_channels=64)

    def call(self, maps):
        """Return the maps P3 to P5 as a list; the layer itself gives the coarsest first."""
        maps = self.pyramid({int(name[1]): x for name, x in maps.items()})
        return [maps[level] for level in sorted(maps)]


def narrow_head(filters, bias):
    """RetinaNet's head with 64 channels in place of 256, which are made for larger pictures."""
    x = maps = keras.Input((None, None, 64))
    for _ in range(3):
        x = keras.layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    start = keras.initializers.Constant(bias)
    x = keras.layers.Conv2D(filters, 3, padding="same", bias_initializer=start)(x)
    return keras.Model(maps, x)


DETECTORS = {f.__name__: f for f in (fcos, fcos_pretrained, yolov8, retinanet)}
NAMES = {
    "fcos": "FCOS, from scratch",
    "fcos_pretrained": "FCOS, pretrained",
    "yolov8": "keras-cv YOLOV8 xs, from scratch",
    "retinanet": "keras-cv RetinaNet, from scratch",
}


class Budget(keras.callbacks.Callback):
    """Train for so many seconds (or steps): warm-up, cosine, stops to measure, end.

    The learning rate follows the share of the budget that is used up, so that every detector ends
    its cosine at the same second. The clock stands still while a detector is measured.
    """

    def __init__(self, rate, measure, seconds=None, steps=None):
        super().__init__()
        self.rate, self.measure = rate, measure
        self.budget, self.in_steps = steps or seconds, steps is not None
        self.paused, self.steps, self.curve = 0.0, 0, []

    def seconds(self):
        """Seconds of training so far."""
        return time.perf_counter() - self.start - self.paused

    def on_train_begin(self, logs=None):
        """Start the clock, before anything is traced."""
        self.start = time.perf_counter()

    def on_train_batch_begin(self, batch, logs=None):
        """Set the learning rate by what is used up."""
        share = min((self.steps if self.in_steps else self.seconds()) / self.budget, 1.0)
        wave = 0.5 * (1 + np.cos(np.pi * max(share - WARM_UP, 0) / (1 - WARM_UP)))
        self.model.optimizer.learning_rate = self.rate * min(share / WARM_UP + 0.05, wave)

    def on_train_batch_end(self, batch, logs=None):
        """Measure where a stop is due; end when the budget is."""
        self.steps += self.model.steps_per_execution
        used = (self.steps if self.in_steps else self.seconds()) / self.budget
        if used >= (len(self.curve) + 1) / STOPS:
            seconds, before = self.seconds(), time.perf_counter()
            self.curve.append({"seconds": seconds, "steps": self.steps, **self.measure()})
            self.paused += time.perf_counter() - before
            print(f"\r{self.curve[-1]}", flush=True)
            self.model.stop_training = used >= 1


def train(name, seed, **budget):
    """Train one detector within a budget; return its record."""
    keras.utils.set_random_seed(seed)
    model, rate, losses = DETECTORS[name]()
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, 0.9)  # .99 has not forgotten its start by then
    batches = data.load("scenes/small", "train", BATCH, max_boxes=SLOTS, augment=LIGHT, seed=seed)
    pad = {"yolov8": with_minus_one, "retinanet": with_the_first}.get(name, as_pair)
    pairs = batches.repeat().map(pad).prefetch(2)
    splits = {split: arrays(split) for split in ("test", "known")}
    watch = Budget(rate, lambda: {s: score(model, *splits[s]) for s in splits}, **budget)
    options = {"weight_decay": 0.01, "global_clipnorm": 10.0}
    optimizer = keras.optimizers.AdamW(rate, **options)
    if name == "fcos_pretrained":  # the body takes smaller steps than the head
        head = {variable.path.split("/")[0] for variable in model.head.trainable_variables}
        optimizer = AdamTwoRates(rate, 0.25, tuple(head), **options)
    model.compile(optimizer=optimizer, steps_per_execution=TOGETHER, **losses)
    model.fit(pairs, steps_per_epoch=10**6, callbacks=[watch], shuffle=False, verbose=0)
    last = watch.curve[-1]
    return {
        "name": NAMES[name],
        "seed": seed,
        "parameters": model.count_params(),
        "steps": last["steps"],
        **{key: [point[key] for point in watch.curve] for key in ("seconds", "test", "known")},
        "images_per_second": {
            "training": BATCH * last["steps"] / last["seconds"],
            "inference": inference_speed(model, splits["test"][0]),
        },
    }


def with_minus_one(batch):
    """The pair for ``fit``, padded with −1 throughout, as keras-cv's YOLOV8Detector wants it."""
    images, objects = as_pair(batch)
    empty = objects["classes"][..., None] < 0
    boxes = ops.where(empty, -1.0, objects["boxes"])
    return ops.cast(images, "float32"), {"boxes": boxes, "classes": objects["classes"]}


def with_the_first(batch):
    """The same padded with the first object: RetinaNet's matcher forces a match on padding, too."""
    images, objects = as_pair(batch)
    empty, boxes, classes = objects["classes"] < 0, objects["boxes"], objects["classes"]
    somewhere = ops.convert_to_tensor([[[0.0, 0.0, 20.0, 20.0]]])  # for a picture without objects
    first = ops.where(empty[:, :1, None], somewhere, boxes[:, :1])
    boxes = ops.where(empty[..., None], first, boxes)
    classes = ops.where(empty, classes[:, :1], classes)
    return ops.cast(images, "float32"), {"boxes": boxes, "classes": classes}


def arrays(split):
    """A split in memory: images uint8 [M, H, W, 3], and a dict of boxes and classes."""
    batches = list(data.load("scenes/small", split, 50, max_boxes=SLOTS).as_numpy_iterator())
    keep = ("images", "boxes", "classes")
    whole = {name: np.concatenate([batch[name] for batch in batches]) for name in keep}
    return whole.pop("images"), whole


def detect(model, images):
    """Detections of either kind of model."""
    if isinstance(model, models.Detector):
        return model.detect(images, batch_size=50)
    return model.predict(images.astype("float32"), batch_size=50, verbose=0)


def score(model, images, objects):
    """AP50 of a split, rounded to three digits."""
    return round(coco_metrics(detect(model, images), objects)["AP50"], 3)


def inference_speed(model, images):
    """Images per second, from pictures to detections, in batches of 50: the best of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        detect(model, images)
        times.append(time.perf_counter() - start)
    return len(images) / min(times)


def main():
    """Train what is asked for and write the record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=DETECTORS, default=list(DETECTORS))
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument(
        "--steps", type=int, help="a budget in steps instead, the same on any machine"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, help="where to write the record")
    options = parser.parse_args()
    budget = {"steps": options.steps} if options.steps else {"seconds": options.seconds}
    curves = [train(name, seed, **budget) for seed in options.seeds for name in options.only]
    conditions = {
        "machine": f"{os.cpu_count()} CPU cores, {platform.machine()}, no GPU",
        "software": f"Python {platform.python_version()}, TensorFlow {tf.__version__}, "
        f"Keras {keras.__version__}, keras-cv {keras_cv.__version__}",
        "data": "scenes/small, AP50 on test (unseen objects) and known",
        "budget": budget,
        "batch": BATCH,
    }
    if options.out:
        options.out.write_text(
            json.dumps({"conditions": conditions, "curves": curves}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
