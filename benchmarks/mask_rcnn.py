"""Mask R-CNN on scenes/small: quality in a budget, speed, memory; and beside torchvision's.

    python benchmarks/mask_rcnn.py bars --seconds 180             # AP50 of boxes and masks
    python benchmarks/mask_rcnn.py bars --steps 1000 --seeds 0 1 2 3 4 --out mask_rcnn.json
    KERAS_BACKEND=torch python benchmarks/mask_rcnn.py bars --scenes scenes/large   # on a GPU
    python benchmarks/mask_rcnn.py speed                          # one quiet machine, please
    KERAS_BACKEND=torch python benchmarks/mask_rcnn.py torchvision   # on a GPU, with torchvision

*speed* gives a training step as a multiple of the forward and backward pass of its own backbone and
pyramid, a ratio that hardly depends on the machine. *torchvision* trains and asks both detectors
with a ResNet-50 and FPN, equal image size, batch, proposals and precision, on random pictures.
"""

import argparse
import json
import os
import platform
import resource
import time
from pathlib import Path

import keras
import numpy as np
from keras import ops

from course import models
from course.training.recipe import steps_together

SLOTS = {"scenes/small": 6, "scenes/large": 8}
BATCH, TOGETHER = 8, steps_together(8)
RATE = 2e-3


def pairs(seed, scenes="scenes/small"):
    """Augmented training batches for ``fit``, without end."""
    from course import data
    from course.training import as_pair

    augment = data.Augmentation(
        flip=0.5, scale=(0.8, 1.25), translate=0.1, brightness=0.15, contrast=0.2, saturation=0.3
    )
    options = {"max_boxes": SLOTS[scenes], "masks": True, "augment": augment, "seed": seed}
    batches = data.load(scenes, "train", BATCH, **options)
    return batches.repeat().map(lambda batch: as_pair(batch, models.MaskRCNN.TRUTH)).prefetch(2)


def measure(detector, scenes="scenes/small"):
    """AP50 of boxes and masks on unseen (test) and known objects."""
    from course import data
    from course.training import evaluate_detector

    result = {}
    for split in ("test", "known"):
        batches = data.load(scenes, split, 50, max_boxes=SLOTS[scenes], masks=True)
        metrics, *_ = evaluate_detector(detector, batches)
        result[split] = {name: round(metrics[name], 3) for name in ("AP50", "mask_AP50")}
    return result


def bars(seed, scenes, **budget):
    """Train within a budget of seconds or steps and return the curve of measurements."""
    from detectors import Budget

    keras.utils.set_random_seed(seed)
    detector = models.MaskRCNN.for_scenes(side=256 if scenes == "scenes/large" else 128)
    watch = Budget(RATE, lambda: measure(detector, scenes), **budget)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=1e-4, global_clipnorm=10.0)
    detector.compile(optimizer, steps_per_execution=TOGETHER)
    detector.fit(
        pairs(seed, scenes), steps_per_epoch=10**6, callbacks=[watch], shuffle=False, verbose=0
    )
    return {"seed": seed, "parameters": detector.count_params(), "curve": watch.curve}


class Trunk(keras.Model):
    """A backbone and its pyramid alone, with the cheapest loss that reaches all of it."""

    def __init__(self, backbone, fpn):
        super().__init__()
        self.backbone, self.fpn = backbone, fpn

    def call(self, images, training=False):
        """Images to maps."""
        return self.fpn(self.backbone(images, training=training), training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean square of the maps."""
        return sum(ops.mean(ops.square(maps)) for maps in y_pred.values())


def seconds_per_step(model, batches, steps=32, rounds=5):
    """The best of some rounds, after one that traces."""
    model.compile(keras.optimizers.SGD(1e-5), steps_per_execution=TOGETHER)
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)
        times.append((time.perf_counter() - start) / steps)
    return min(times[1:])


def speed():
    """Seconds of a training step, of its trunk alone, of finding; and the memory of it all."""
    detector = models.MaskRCNN.for_scenes()
    one = next(iter(pairs(0).as_numpy_iterator()))
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensors(one).repeat()
    images = np.repeat(one[0], 8, axis=0)
    whole = seconds_per_step(detector, batches)
    trunk = seconds_per_step(Trunk(detector.backbone, detector.fpn), batches)
    finding = []
    for _ in range(6):
        start = time.perf_counter()
        detector.detect(images, batch_size=32)
        finding.append(time.perf_counter() - start)
    return {
        "training_images_per_second": BATCH / whole,
        "step_over_trunk": whole / trunk,
        "inference_images_per_second": len(images) / min(finding[1:]),
        "peak_memory_GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def beside_torchvision(side, batch, repeats):
    """Milliseconds of a training step and of finding, ours and torchvision's, turn by turn."""
    import torch
    import torchvision

    device = "cuda" if torch.cuda.is_available() else "cpu"
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 255, (batch, side, side, 3)).astype("float32")
    low = rng.uniform(0, side / 2, (batch, 8, 2))
    boxes = np.concatenate([low, low + rng.uniform(32, side / 2, (batch, 8, 2))], -1)
    boxes, classes = boxes.astype("float32"), rng.integers(0, 80, (batch, 8)).astype("int32")
    grid = np.arange(side) + 0.5
    inside = [(grid >= boxes[..., k, None]) & (grid < boxes[..., k + 2, None]) for k in (0, 1)]
    masks = (inside[1][..., :, None] & inside[0][..., None, :]).astype("uint8")

    net = keras.applications.ResNet50(include_top=False, weights=None, input_shape=(side, side, 3))
    ends = {"P2": "conv2_block3_out", "P3": "conv3_block4_out",
            "P4": "conv4_block6_out", "P5": "conv5_block3_out"}  # fmt: skip
    backbone = keras.Model(net.input, {p: net.get_layer(end).output for p, end in ends.items()})
    ours = models.MaskRCNN(
        backbone, 80, sizes={p: 2 ** (3 + int(p[1])) for p in ends}, region_levels=tuple(ends),
        width=256, hidden=1024, num_proposals=1000, num_samples=512, num_masks=128,
        mask_width=256, mask_depth=4,
    )  # fmt: skip
    ours.compile(keras.optimizers.SGD(1e-6))
    truth = {"boxes": boxes, "classes": classes, "masks": masks}
    theirs = torchvision.models.detection.maskrcnn_resnet50_fpn(
        weights=None, weights_backbone=None, num_classes=81, min_size=side, max_size=side,
        trainable_backbone_layers=5, rpn_post_nms_top_n_train=1000, rpn_post_nms_top_n_test=1000,
    ).to(device)  # fmt: skip
    optimizer = torch.optim.SGD(theirs.parameters(), 1e-6)
    tensors = [torch.tensor(x / 255, device=device).permute(2, 0, 1) for x in images]
    targets = [
        {"boxes": torch.tensor(b, device=device), "masks": torch.tensor(m, device=device),
         "labels": torch.tensor(c + 1, device=device, dtype=torch.int64)}
        for b, c, m in zip(boxes, classes, masks, strict=True)
    ]  # fmt: skip

    def train_theirs():
        theirs.train()
        optimizer.zero_grad()
        sum(theirs(tensors, targets).values()).backward()
        optimizer.step()

    def ask_theirs():
        theirs.eval()
        with torch.no_grad():
            theirs(tensors)

    programs = {
        "training, ours": lambda: ours.train_on_batch(images, truth),
        "training, torchvision": train_theirs,
        "finding, ours": lambda: ours.detect(images, max_outputs=100, batch_size=batch),
        "finding, torchvision": ask_theirs,
    }
    times = {name: [] for name in programs}
    for turn in range(repeats + 3):
        for name, program in programs.items():
            start = time.perf_counter()
            program()
            if device == "cuda":
                torch.cuda.synchronize()
            if turn >= 3:
                times[name].append(time.perf_counter() - start)
    name = torch.cuda.get_device_name() if device == "cuda" else platform.machine()
    return {
        "device": name,
        "milliseconds": {k: 1e3 * float(np.median(t)) for k, t in times.items()},
    }


def main():
    """Measure what is asked for and write the record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("bars", "speed", "torchvision"))
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--steps", type=int, help="a budget in steps, the same on any machine")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--scenes", choices=SLOTS, default="scenes/small")
    parser.add_argument("--side", type=int, default=512, help="of torchvision's pictures, pixels")
    parser.add_argument("--batch", type=int, default=4, help="of torchvision's pictures")
    parser.add_argument("--repeats", type=int, default=30, help="of all four programs in turn")
    parser.add_argument("--out", type=Path, help="where to write the record")
    options = parser.parse_args()
    if options.what == "bars":
        budget = {"steps": options.steps} if options.steps else {"seconds": options.seconds}
        result = [bars(seed, options.scenes, **budget) for seed in options.seeds]
    elif options.what == "speed":
        result = speed()
    else:
        result = beside_torchvision(options.side, options.batch, options.repeats)
    conditions = {
        "machine": f"{os.cpu_count()} CPU cores, {platform.machine()}",
        "software": f"Python {platform.python_version()}, Keras {keras.__version__} on "
        f"{keras.config.backend()}",
    }
    record = json.dumps({"conditions": conditions, options.what: result}, indent=1)
    print(record)
    if options.out:
        options.out.write_text(record + "\n")


if __name__ == "__main__":
    main()
