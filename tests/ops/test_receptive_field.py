"""The recursion against gradients of real networks, and against fields known from papers."""

import keras
import numpy as np
import pytest

from course.ops import cross_correlate, gradient, receptive_field

STACKS = [
    [(3,)],
    [(3, 2, 1), (3, 2, 1), (3, 1, 1)],
    [(5, 1, 2), (2, 2), (5,), (2, 2)],  # LeNet-5's convolutions and poolings
    [(3, 1, 0, 1), (3, 1, 0, 2), (3, 1, 0, 4)],
    [(7, 2, 3), (3, 2, 1, 2), (1,), (3, 1, 3, 3)],
]


def seen(stack, output, size=64):
    """First and last pixel along an axis that output (i, i) depends on, by its gradient."""

    def run(x):
        for layer in stack:
            kernel, stride, padding, dilation = layer + (1, 0, 1)[len(layer) - 1 :]
            x = cross_correlate(x, np.ones((kernel, kernel)), padding, stride, dilation)
        return x[:, output, output]

    slope = gradient(run, np.ones((1, size, size, 1)))[0, ..., 0]
    pixels = np.flatnonzero(slope.any(axis=0))
    return pixels.min(), pixels.max()


@pytest.mark.parametrize("stack", STACKS)
def test_size_stride_and_offset_are_what_gradients_see(stack):
    field = receptive_field(stack)
    for output in (5, 6):
        first, last = seen(stack, output)
        assert last - first + 1 == field.size
        assert (first + last) / 2 == field.offset + output * field.stride


def test_fields_known_from_the_literature():
    context = [(3, 1, d, d) for d in (1, 1, 2, 4, 8, 16, 1)]  # Yu & Koltun 2016, table 1
    assert receptive_field(context).size == 67
    vgg = [layer for n in (2, 2, 3, 3, 3) for layer in [(3, 1, 1)] * n + [(2, 2)]]
    assert receptive_field(vgg)[:2] == (212, 32)
    assert receptive_field([]) == (1, 1, 0)


def test_a_random_keras_network_depends_on_exactly_its_field():
    model = keras.Sequential([keras.Input((31, 31, 1))])
    for kernel, stride in ((3, 1), (5, 2), (3, 1)):
        model.add(keras.layers.Conv2D(2, kernel, stride, activation="softplus"))
    middle = model.output_shape[1] // 2
    touched = gradient(lambda x: model(x)[:, middle, middle], np.ones((1, 31, 31, 1)))[0, ..., 0]
    rows, columns = (np.flatnonzero(np.abs(touched).sum(axis)) for axis in (1, 0))
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == receptive_field([(3,), (5, 2), (3,)]).size


@pytest.mark.parametrize("layer", [(), (0,), (3, 0), (3, 1, -1), (3, 1, 1, 0), (3, 1, 1, 1, 1)])
def test_a_layer_that_is_none_is_shown_with_the_remedy(layer):
    with pytest.raises(ValueError, match=r"kernel, stride, padding, dilation"):
        receptive_field([layer])
