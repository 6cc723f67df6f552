"""Does the input keep up with the network? Examples/s of pipelines against a training step.

    python benchmarks/input_pipelines.py [--seconds 2] [--seed 0]

Pipelines are measured warm (the second epoch and later, from memory), the training step on one
batch that is already there, and training as it really runs: both together, on the same cores. The
three take turns, and the best of three turns counts, because other work on the machine only ever
slows one down. ``headroom`` is pipeline ÷ step: above 1, the input alone is the faster one.
``first`` is the first epoch, which reads, decodes and fills the cache. Prints a Markdown table.
"""

import argparse
import os
import platform
import time

import keras

from course import models
from course.data import Augmentation, load

ROUNDS = 3
LIGHT = Augmentation(flip=0.5, scale=(0.8, 1.25), translate=0.1, brightness=0.2, contrast=0.2)
FULL = Augmentation(
    flip=0.5, scale=(0.8, 1.25), translate=0.1, rotate=10, brightness=0.2, contrast=0.2,
    saturation=0.3, hue=10, noise=8, cutout=0.2, rain=0.1, fog=0.1, snow=0.1,
)  # fmt: skip
CASES = {  # pipeline: (name, batch size, options)
    "fashion_mnist": ("fashion_mnist", 64, {}),
    "fashion_mnist, shifts": ("fashion_mnist", 64, {"augment": Augmentation(translate=0.1)}),
    "scenes/small": ("scenes/small", 16, {}),
    "scenes/small, masks": ("scenes/small", 16, {"masks": True, "max_boxes": 8}),
    "scenes/small, light augmentation": ("scenes/small", 16, {"augment": LIGHT}),
    "scenes/small, everything": ("scenes/small", 16, {"augment": FULL}),
}


def small_net(classes=8):
    """Build the smallest net worth training on scenes: semantic maps, 0.1 M parameters."""
    x = inputs = keras.Input((128, 128, 3))
    x = keras.layers.Rescaling(1 / 255)(x)
    for width in (16, 32, 64, 96):
        x = keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(classes, 1)(x)
    return keras.Model(inputs, keras.layers.UpSampling2D(16, interpolation="bilinear")(x))


def for_training(batches):
    """Keep what the small net learns from: (images, semantic)."""
    if isinstance(batches.element_spec, tuple):
        return batches
    return batches.map(lambda batch: (batch["images"], batch["semantic"]))


def rate(step, batch_size, seconds):
    """Call ``step`` for some seconds: examples per second."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        step()
        done += batch_size
    return done / spent


def epochs(batches):
    """Go round a data set for ever."""
    while True:
        yield from batches


def measure(title, seed, seconds):
    """Measure one pipeline, the training step and both together: one row of the table."""
    name, size, options = CASES[title]
    batches = load(name, "train", size, seed=seed, **options)
    start = time.perf_counter()
    count = sum(size for _ in batches)
    first = count / (time.perf_counter() - start)
    warm = epochs(batches)
    model = models.lenet5() if name == "fashion_mnist" else small_net()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss)
    pairs = epochs(for_training(batches))
    batch = next(pairs)
    model.train_on_batch(*batch)
    turns = (
        lambda: next(warm),
        lambda: model.train_on_batch(*batch),
        lambda: model.train_on_batch(*next(pairs)),
    )
    rates = [[rate(turn, size, seconds) for turn in turns] for _ in range(ROUNDS)]
    return title, size, first, *map(max, zip(*rates, strict=True))


def main():
    """Print the table and what it was measured with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    keras.utils.set_random_seed(options.seed)
    print("| pipeline | batch | first | pipeline | step | training | headroom |")
    print("|---|---|---|---|---|---|---|")
    for title in CASES:
        name, size, *rates = measure(title, options.seed, options.seconds)
        cells = " | ".join(f"{value:,.0f}" for value in rates)
        print(f"| {name} | {size} | {cells} | {rates[1] / rates[2]:.1f} |", flush=True)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"\nExamples per second. {cores} CPU cores ({platform.machine()}), seed {options.seed}, "
          f"Keras {keras.__version__} on {keras.backend.backend()}, "
          f"Python {platform.python_version()}.")  # fmt: skip


if __name__ == "__main__":
    main()
