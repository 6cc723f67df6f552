"""The same code on another backend: equal logits from equal weights, equal boxes and losses."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from course import models

ROOT = Path(__file__).parents[1]
GREY = {"input_shape": (28, 28, 1), "num_classes": 10}
NETWORKS = {  # name: arguments that make a small one
    "alexnet": {**GREY, "width": 0.125, "hidden": 32, "stem": (5, 1)},
    "googlenet": {**GREY, "width": 0.125, "modules": (1, 1, 1), "small": True},
    "lenet5": {},
    "mlp": {},
    "resnet": {**GREY, "stages": (1, 1), "width": 8, "small": True, "shortcut": "padding"},
    "resnet18": {"input_shape": (64, 64, 3), "num_classes": 10, "width": 8},
    "unet": {"input_shape": (32, 48, 3), "widths": (4, 8, 16), "bilinear": True},
    "vgg": {**GREY, "blocks": (1, 1), "width": 8, "hidden": 32},
}
OTHER = """
import json, sys
import keras, numpy as np
from course import models
assert keras.config.backend() == sys.argv[1] and "tensorflow" not in sys.modules
inputs = np.load(sys.argv[3])
model = getattr(models, sys.argv[2])(**json.loads(sys.argv[6]))
model.load_weights(sys.argv[4])
logits = keras.ops.convert_to_numpy(model(inputs))
np.savez(sys.argv[5], logits=logits, parameters=model.count_params())
"""
DETECTION = """
import keras, numpy as np
from course import losses, ops

def pipeline(boxes, classes, logits):
    anchors = ops.anchors(64, 64, [16], [ops.anchor_shapes([24])])
    matches = ops.match(ops.pairwise_iou(anchors, boxes), classes >= 0, 0.5, 0.3, True, classes > 1)
    deltas = ops.encode_boxes(ops.take_matched(boxes, matches), anchors)
    decoded = ops.clip_boxes(ops.decode_boxes(deltas, anchors), 64, 64)
    found = ops.detections(decoded, logits, max_outputs=9)
    soft, lowered = ops.soft_nms(decoded, logits[..., 0], max_outputs=5)
    target = ops.take_matched(classes, matches, -1)[..., None] == np.arange(2)
    each = losses.focal_loss(target, logits) + losses.ciou_loss(decoded, anchors)
    hard = losses.hard_negatives(each, matches >= 0, matches == -1)
    loss = losses.weighted_mean(each, hard)
    loss = loss + losses.weighted_mean(losses.smooth_l1(deltas, 0 * deltas), matches >= 0)
    one_class = classes // 3  # −1 stays, all else becomes 0
    loss = loss + sum(losses.ssd_loss(boxes, one_class, anchors, 0 * deltas, logits).values())
    loss = loss + sum(losses.retinanet_loss(boxes, classes, anchors, 0 * deltas, logits).values())
    table = losses.yolo_targets(boxes, classes, 64, 4, 2, 3)
    yolo = losses.yolo_loss(table, 0.9 * table + 0.05)
    blocks = losses.yolo_anchor_targets(boxes, classes, 64, [[9, 16], [20, 9]], 4, 3)
    yolo |= {"v2_" + k: v for k, v in losses.yolo_anchor_loss(blocks, blocks * 0.9 + 0.05).items()}
    found |= dict(matches=matches, soft=soft, lowered=lowered, hard=hard, loss=loss)
    cells = keras.ops.reshape(logits, (2, 8, 6, 2))
    found["pooled"] = ops.roi_pool(cells, boxes, 3, 8)
    found["crops"] = ops.warped_crops(cells[0], boxes[0], 8, 1)
    return found | yolo
"""
OTHER_DETECTION = """
import sys
import keras, numpy as np
assert keras.config.backend() == sys.argv[1] and "tensorflow" not in sys.modules
inputs = {k: keras.ops.convert_to_tensor(v) for k, v in np.load(sys.argv[2]).items()}
if keras.config.backend() == "jax":
    import jax
    pipeline = jax.jit(pipeline)
result = pipeline(**inputs)
np.savez(sys.argv[3], **{k: keras.ops.convert_to_numpy(v) for k, v in result.items()})
"""
DETECTORS = """
import keras, numpy as np
from course import models, ops

class FasterRCNN(models.FasterRCNN):
    def dice(self, like):  # backends draw different random numbers
        count = int(np.prod(like.shape))
        return keras.ops.reshape(keras.ops.arange(count, dtype="float32") * 0.618 % 1, like.shape)

def detectors():
    pyramid = models.small_pyramid((64, 64, 3), (8, 8, 8, 8), (1, 1, 1, 1))
    shapes = {"P3": ops.anchor_shapes([16]), "P4": ops.anchor_shapes([32])}
    yield models.FCOS(pyramid, 3, (24,), 16)
    yield models.SSD(pyramid, shapes, 3, 16)
    yield models.RetinaNet(pyramid, shapes, 3, 16)
    yield models.YOLO(pyramid, 3, 64, 4, width=16)
    yield models.YOLOAnchors(pyramid, 3, [[9, 16], [20, 9]], 64, 4, 16)
    yield FasterRCNN(pyramid, 3, {"P3": 16, "P4": 32}, width=16, hidden=16, num_proposals=8)
    small = dict(sizes={"P3": 16, "P4": 32}, width=16, hidden=16, num_proposals=12, num_samples=8)
    for two_stages in (models.FasterRCNN(pyramid, 3, **small),
                       models.MaskRCNN(pyramid, 3, mask_width=8, **small)):
        two_stages.dice = lambda like: keras.ops.zeros_like(keras.ops.cast(like, "float32"))
        yield two_stages  # draws the first, not random ones, which differ between backends

def ask_and_train(folder, images, boxes, classes, masks, load):
    results = {}
    for k, detector in enumerate(detectors()):
        name = f"{k}_{type(detector).__name__}"
        detector(images)
        (detector.load_weights if load else detector.save_weights)(f"{folder}/{name}.weights.h5")
        found = detector.detect(images, min_score=0.0, max_outputs=20)
        results |= {f"{name}_{k}": v for k, v in found.items()}
        detector.compile(keras.optimizers.SGD(1e-3))
        truth = {"boxes": boxes, "classes": classes, "masks": masks}
        truth = {key: truth[key] for key in detector.TRUTH}
        steps = [np.ravel(detector.train_on_batch(images, truth))[0] for _ in range(2)]
        results[f"{name}_losses"] = np.array(steps)
    return results
"""
OTHER_DETECTORS = """
import sys
assert keras.config.backend() == sys.argv[1] and "tensorflow" not in sys.modules
inputs = np.load(sys.argv[2] + "/inputs.npz")
np.savez(sys.argv[2] + "/result.npz", **ask_and_train(sys.argv[2], **inputs, load=True))
"""
SEGMENTATION = """
import keras, numpy as np
from course import layers, losses, models, ops

def networks():
    pyramid = models.small_pyramid((64, 64, 3), (8, 8, 8, 8), (1, 1, 1, 1))
    for stride in (8, 32):
        yield models.fcn(pyramid, 4, stride, 8)
    image = keras.Input((64, 64, 3))
    scores = layers.pixel_scores(layers.context_module(image), 4)
    yield keras.Model(image, scores, name="context")
    for way in ("switches", "nails", "nearest", "transposed"):
        yield models.deconvnet((64, 64, 3), 4, (4, 6), way)

def label_and_train(images, semantic):
    x = images[:, ::16, ::16]
    kernel = np.arange(54.0).reshape(3, 3, 2, 3)
    results = {"stamped": ops.transposed_convolution(x, kernel, 2, 1)}
    for number, model in enumerate(networks()):
        rng = np.random.default_rng(0)
        for weight in model.trainable_weights:
            weight.assign(rng.normal(0, 0.3, weight.shape))
        results[f"{model.name}_{number}"] = model(images)
        model.compile(keras.optimizers.SGD(1e-3), losses.pixel_cross_entropy)
        steps = [np.ravel(model.train_on_batch(images, semantic))[0] for _ in range(2)]
        results[f"{model.name}_{number}_losses"] = np.array(steps)
    return {name: keras.ops.convert_to_numpy(value) for name, value in results.items()}
"""
OTHER_SEGMENTATION = """
import sys
assert keras.config.backend() == sys.argv[1] and "tensorflow" not in sys.modules
np.savez(sys.argv[3], **label_and_train(**np.load(sys.argv[2])))
"""

TRAINING = """
import sys
import keras, numpy as np
from course import models, training

assert keras.config.backend() == sys.argv[1] and "tensorflow" not in sys.modules
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 4, 64).astype("int32")
images = rng.integers(0, 60, (64, 28, 28, 1)) + 40 * labels[:, None, None, None]
history = training.train_classifier(models.lenet5(), images, labels, 12, batch_size=16)
assert history["loss"][-1] < 0.8 * history["loss"][0], history

class Batches:  # what a tf.data.Dataset can do, as far as the recipe needs it
    def __init__(self, batch):
        self.batch = batch
    def repeat(self):
        return self
    def map(self, pair):
        self.pair = pair
        return self
    def prefetch(self, number):
        return (self.pair(self.batch) for _ in iter(int, 1))

pyramid = models.small_pyramid((64, 64, 3), (8, 8, 8, 8), (1, 1, 1, 1))
batch = {"images": rng.integers(0, 256, (2, 64, 64, 3)).astype("float32"),
         "boxes": np.array([[[8, 8, 40, 32]], [[16, 20, 60, 60]]], "float32"),
         "classes": np.array([[1], [2]], "int32")}
batch["masks"] = np.zeros((2, 1, 64, 64), "uint8")
batch["masks"][0, 0, 8:32, 8:40] = batch["masks"][1, 0, 20:60, 16:60] = 1
small = dict(sizes={"P3": 16, "P4": 32}, width=16, hidden=16, num_proposals=12, num_samples=8)
detector = models.MaskRCNN(pyramid, 3, mask_width=8, **small)
history = training.train_detector(detector, Batches(batch), 32, epochs=2)
assert history["loss"][-1] < history["loss"][0], history
metrics, found, wanted = training.evaluate_detector(detector, [batch])
assert 0 <= metrics["mask_AP50"] <= 1 and found["masks"].shape[2:] == (64, 64)
assert {"boxes", "masks"} <= detector.predict(batch["images"][0]).keys()
"""


def interpreter(backend):
    path = ROOT / f".venv-{backend}" / "bin" / "python"
    if not path.exists():
        pytest.fail(f"there is no environment for {backend}; `make test` makes {path.parent}")
    return path


def run_elsewhere(backend, program, *arguments):
    done = subprocess.run(
        [interpreter(backend), "-c", program, backend, *map(str, arguments)],
        env=os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("name", NETWORKS)
def test_other_backend_agrees(name, backend, tmp_path):
    options = NETWORKS[name]
    model = getattr(models, name)(**options)
    size = (16, *model.input_shape[1:])
    images = np.random.default_rng(0).integers(0, 256, size).astype("float32")
    np.save(tmp_path / "images.npy", images)
    model.save_weights(tmp_path / "model.weights.h5")
    files = [tmp_path / "images.npy", tmp_path / "model.weights.h5", tmp_path / "result.npz"]
    run_elsewhere(backend, OTHER, name, *files, json.dumps(options))
    result = np.load(files[2])
    assert result["parameters"] == model.count_params()
    assert np.abs(result["logits"] - np.array(model(images))).max() < 1e-4


def random_objects(rng):
    low = rng.integers(0, 40, (2, 6, 2))
    boxes = np.concatenate([low, low + rng.integers(8, 24, (2, 6, 2))], -1).astype("float32")
    return {"boxes": boxes, "classes": rng.integers(-1, 3, (2, 6)).astype("int32")}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_box_operations_and_losses_agree(backend, tmp_path):
    rng = np.random.default_rng(0)
    inputs = random_objects(rng) | {"logits": rng.random((2, 48, 2)).astype("float32")}
    np.savez(tmp_path / "inputs.npz", **inputs)
    files = tmp_path / "inputs.npz", tmp_path / "result.npz"
    run_elsewhere(backend, DETECTION + OTHER_DETECTION, *files)
    result, names = np.load(files[1]), {}
    exec(DETECTION, names)
    for name, expected in names["pipeline"](**inputs).items():
        assert result[name] == pytest.approx(np.array(expected), abs=1e-4), name


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_detectors_find_and_learn_alike(backend, tmp_path):
    rng = np.random.default_rng(0)
    inputs = random_objects(rng)
    inputs["images"] = rng.integers(0, 256, (2, 64, 64, 3)).astype("float32")
    inputs["masks"] = rng.integers(0, 2, (2, 6, 64, 64)).astype("uint8")
    np.savez(tmp_path / "inputs.npz", **inputs)
    names = {}
    exec(DETECTORS, names)
    expected = names["ask_and_train"](tmp_path, **inputs, load=False)
    run_elsewhere(backend, DETECTORS + OTHER_DETECTORS, tmp_path)
    result = np.load(tmp_path / "result.npz")
    for name, values in expected.items():
        assert result[name] == pytest.approx(values, rel=1e-4, abs=1e-3), name


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_pixels_are_labelled_alike(backend, tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (2, 64, 64, 3)).astype("float32")
    semantic = rng.integers(0, 4, (2, 64, 64)).astype("uint8")
    files = tmp_path / "inputs.npz", tmp_path / "result.npz"
    np.savez(files[0], images=images, semantic=semantic)
    run_elsewhere(backend, SEGMENTATION + OTHER_SEGMENTATION, *files)
    result, names = np.load(files[1]), {}
    exec(SEGMENTATION, names)
    for name, expected in names["label_and_train"](images, semantic).items():
        assert result[name] == pytest.approx(expected, rel=1e-3, abs=1e-2), name


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_recipes_train(backend):
    run_elsewhere(backend, TRAINING)
