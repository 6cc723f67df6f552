"""Multiply-adds: by hand, by a loop that really counts, and as the papers publish them."""

import keras
import pytest
from keras import layers

from course import models
from course.metrics import multiply_adds


def model_of(*parts, shape=(8, 6, 4)):
    return keras.Sequential([keras.Input(shape), *parts])


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ([layers.Conv2D(5, 3, padding="same")], 8 * 6 * 9 * 4 * 5),
        ([layers.Conv2D(5, 3)], 6 * 4 * 9 * 4 * 5),
        ([layers.Conv2D(5, (3, 1), 2)], 3 * 3 * 3 * 4 * 5),
        ([layers.Conv2D(6, 3, padding="same", groups=2)], 8 * 6 * 9 * 2 * 6),
        ([layers.DepthwiseConv2D(3, padding="same")], 8 * 6 * 9 * 4),
        ([layers.SeparableConv2D(5, 3, padding="same")], 8 * 6 * (9 * 4 + 4 * 5)),
        ([layers.Conv2DTranspose(5, 3, 2)], 8 * 6 * 9 * 4 * 5),
        ([layers.Flatten(), layers.Dense(10)], 192 * 10),
        ([layers.Dense(10)], 8 * 6 * 4 * 10),  # on every pixel: a 1×1 convolution
        ([layers.BatchNormalization(), layers.MaxPooling2D(), layers.ReLU()], 0),
        ([model_of(layers.Conv2D(5, 3)), layers.ReLU()], 6 * 4 * 9 * 4 * 5),
    ],
)
def test_by_hand(parts, count):
    assert multiply_adds(model_of(*parts)) == count


def test_a_loop_that_counts():
    height, width, channels, filters, kernel, stride = 9, 7, 2, 3, 3, 2
    count = 0
    for _ in range(0, height - kernel + 1, stride):
        for _ in range(0, width - kernel + 1, stride):
            for _ in range(filters):
                count += kernel * kernel * channels
    model = model_of(layers.Conv2D(filters, kernel, stride), shape=(height, width, channels))
    assert multiply_adds(model) == count


PUBLISHED = {  # billions, as printed
    "alexnet": (models.alexnet, 0.72),  # not in its paper; Caffe's count, repeated since
    "googlenet": (models.googlenet, 1.5 + 0.118 - 0.034),  # the first row of table 1 is wrong
    "resnet18": (models.resnet18, 1.8),  # He et al. 2016, table 1
    "resnet34": (models.resnet34, 3.6),
    "resnet50": (models.resnet50, 3.8),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_as_published(name):
    build, billions = PUBLISHED[name]
    assert multiply_adds(build()) / 1e9 == pytest.approx(billions, rel=0.025)


def test_vgg_as_published():
    count = multiply_adds(models.vgg(initializer="zeros"))
    assert count == 15_470_264_320 and round(count / 1e9, 1) == 15.5


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="Conv1D"):
        multiply_adds(model_of(layers.Reshape((48, 4)), layers.Conv1D(5, 3)))
    with pytest.raises(ValueError, match=r"None.*input_shape"):
        multiply_adds(model_of(layers.Conv2D(5, 3), shape=(None, None, 4)))
