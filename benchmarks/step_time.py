"""Does our way of building networks cost time? Training steps against the libraries' own.

    python benchmarks/step_time.py [--seconds 20] [--seed 0]

Each network of ``course.models`` meets the same architecture from keras.applications or keras-cv,
on the same batch, with the same optimiser and loss; the two take turns step by step, so that
whatever else the machine does hits both. The median of many steps counts. No library has LeNet-5
or the first Inception network: there the opponent is the plainest listing of the same graph that
Keras' functional API allows, in this file. Prints a Markdown table; ratio is ours ÷ theirs.
"""

import argparse
import os
import platform
import statistics
import time

import keras
import numpy as np
from keras import layers

from course import models
from course.models.googlenet import STAGES


def lenet5_listed():
    """LeNet-5 as a listing of layers."""
    image = keras.Input((28, 28, 1))
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(6, 5, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(120, activation="relu")(x)
    x = layers.Dense(84, activation="relu")(x)
    return keras.Model(image, layers.Dense(10)(x))


def inception_listed():
    """GoogLeNet without its large stem, as a listing of layers."""
    image = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = layers.Conv2D(192, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for stage, columns in STAGES.items():
        if stage != "3":
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
        for one, reduce3, three, reduce5, five, pool in columns.values():
            a = layers.Conv2D(one, 1, activation="relu")(x)
            b = layers.Conv2D(reduce3, 1, activation="relu")(x)
            b = layers.Conv2D(three, 3, padding="same", activation="relu")(b)
            c = layers.Conv2D(reduce5, 1, activation="relu")(x)
            c = layers.Conv2D(five, 5, padding="same", activation="relu")(c)
            d = layers.MaxPooling2D(3, 1, padding="same")(x)
            d = layers.Conv2D(pool, 1, activation="relu")(d)
            x = layers.Concatenate()([a, b, c, d])
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(10)(x))


def resnet50_of_keras():
    """ResNet-50 of keras.applications, with our scaling in front."""
    image = keras.Input((64, 64, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    net = keras.applications.ResNet50(
        weights=None, input_shape=(64, 64, 3), classes=10, classifier_activation=None
    )
    return keras.Model(image, net(x))


def resnet18_of_keras_cv():
    """ResNet-18 from keras-cv's backbone, with its own scaling and a linear layer on top."""
    import keras_cv

    backbone = keras_cv.models.ResNetBackbone(
        stackwise_filters=[64, 128, 256, 512],
        stackwise_blocks=[2, 2, 2, 2],
        stackwise_strides=[1, 2, 2, 2],
        include_rescaling=True,
        input_shape=(64, 64, 3),
        block_type="basic_block",
    )
    x = layers.GlobalAveragePooling2D()(backbone.output)
    return keras.Model(backbone.input, layers.Dense(10)(x))


PHOTO = {"input_shape": (64, 64, 3), "num_classes": 10}
CASES = {  # name: (ours, theirs, whose, batch size)
    "LeNet-5": (models.lenet5, lenet5_listed, "plain listing", 128),
    "Inception v1": (
        lambda: models.googlenet((32, 32, 3), 10, small=True),
        inception_listed,
        "plain listing",
        16,
    ),
    "ResNet-18": (lambda: models.resnet18(**PHOTO), resnet18_of_keras_cv, "keras-cv", 16),
    "ResNet-50": (
        lambda: models.resnet50(**PHOTO), resnet50_of_keras, "keras.applications", 16
    ),
}  # fmt: skip


def compiled(build):
    model = build()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e-3), loss)
    return model


def seconds_of_step(model, images, labels):
    start = time.perf_counter()
    model.train_on_batch(images, labels)
    return time.perf_counter() - start


def measure(name, rng, seconds):
    """Race one pair: one row of the table."""
    ours, theirs, whose, size = CASES[name]
    pair = [compiled(ours), compiled(theirs)]
    images = rng.integers(0, 256, (size, *pair[0].input_shape[1:])).astype("float32")
    labels = rng.integers(0, 10, size)
    for model in pair * 2:  # build the graphs and warm up
        model.train_on_batch(images, labels)
    times, end = ([], []), time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 10:
        turn = (0, 1) if len(times[0]) % 2 else (1, 0)  # neither is always the first
        for index in turn:
            times[index].append(seconds_of_step(pair[index], images, labels))
    mine, other = (1000 * statistics.median(t) for t in times)
    ratio = statistics.median(np.divide(*times))
    trainable = [sum(int(np.prod(w.shape)) for w in m.trainable_weights) for m in pair]
    return whose, images.shape, *trainable, len(times[0]), mine, other, ratio


def main():
    """Print the table and what it was measured with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    keras.utils.set_random_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    print("| network | against | batch | parameters | theirs | steps | ms | theirs | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in CASES:
        whose, shape, a, b, steps, mine, other, ratio = measure(name, rng, options.seconds)
        print(f"| {name} | {whose} | {'×'.join(map(str, shape))} | {a:,} | {b:,} | {steps} | "
              f"{mine:.1f} | {other:.1f} | {ratio:.3f} |", flush=True)  # fmt: skip
        keras.backend.clear_session()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"\n{cores} CPU cores ({platform.machine()}), seed {options.seed}, "
          f"Keras {keras.__version__} on {keras.backend.backend()}, "
          f"Python {platform.python_version()}.")  # fmt: skip


if __name__ == "__main__":
    main()
