"""Classifiers that slide: the same answer on the original size, and on every window cut out."""

import keras
import numpy as np
import pytest
from keras import layers

from course import metrics, models
from course.models.pretrained.efficientnet_lite import efficientnet_lite0
from course.models.pretrained.face import mtcnn_net

GREY = {"input_shape": (28, 28, 1), "num_classes": 10}


def transfer():
    backbone = efficientnet_lite0(include_top=False, input_shape=(64, 64, 3))
    return models.classifier_on(backbone, 7)


CLASSIFIERS = {
    "lenet5": models.lenet5,
    "lenet5, average": lambda: models.lenet5("tanh", "average", dropout=0.3),
    "mlp": models.mlp,
    "alexnet": lambda: models.alexnet(**GREY, width=0.125, hidden=32, stem=(5, 1)),
    "vgg": lambda: models.vgg((1, 1, 2), **GREY, width=8, hidden=32),
    "googlenet": lambda: models.googlenet(**GREY, width=0.125, modules=(1, 1, 1), small=True),
    "resnet, padding": lambda: models.resnet(
        (1, 1), "basic", **GREY, width=8, small=True, shortcut="padding"
    ),
    "resnet50": lambda: models.resnet50(input_shape=(64, 64, 3), num_classes=5, width=8),
    "transfer": transfer,
    "efficientnet_lite0": lambda: efficientnet_lite0(input_shape=(64, 64, 3)),
}
PRETRAINED = ("transfer", "efficientnet_lite0")


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


def settle(model):
    """Give every weight a value of its own, so that no bias is zero and no statistic is trivial."""
    rng = np.random.default_rng(1)
    model.set_weights(
        [w + 0.1 * rng.random(w.shape) * (np.std(w) + 0.1) for w in model.get_weights()]
    )
    return model


def valid_net(pool=layers.MaxPooling2D, head=()):
    return settle(
        keras.Sequential(
            [
                keras.Input((22, 18, 3)),
                layers.Rescaling(1 / 255),
                layers.Conv2D(6, 3, activation="relu"),
                pool(2),
                layers.Conv2D(8, 3, activation="relu"),
                layers.BatchNormalization(),
                pool(2),  # 4×3×8
                *(head or [layers.Flatten(), layers.Dropout(0.5), layers.Dense(9, "relu")]),
                layers.Dense(4, "softmax"),
            ]
        )
    )


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in PRETRAINED)) for n in CLASSIFIERS]
)
def test_on_the_original_size_the_answer_is_the_same(name):
    model = CLASSIFIERS[name]() if name in PRETRAINED else settle(CLASSIFIERS[name]())
    images = noise(2, *model.input_shape[1:])
    before, sliding = np.array(model(images)), models.convolutional(model)
    answer = np.array(sliding(images))
    assert answer.shape == (2, 1, 1, before.shape[-1])
    assert np.abs(answer[:, 0, 0] - before).max() <= 1e-5 * max(1, np.abs(before).max())
    assert sliding.count_params() == model.count_params()
    assert np.array_equal(np.array(model(images)), before)  # the classifier is left as it was
    assert not any(isinstance(layer, layers.Flatten) for layer in sliding.layers)


@pytest.mark.parametrize("pool", [layers.MaxPooling2D, layers.AveragePooling2D])
@pytest.mark.parametrize(
    "head",
    [(), (layers.GlobalAveragePooling2D(),), (layers.GlobalMaxPooling2D(), layers.Dropout(0.2))],
    ids=["dense", "average", "max"],
)
def test_with_valid_padding_every_place_is_the_classifier_on_that_window(pool, head):
    model = valid_net(pool, [type(x).from_config(x.get_config()) for x in head])
    image = noise(1, 22 + 3 * 4 + 3, 18 + 5 * 4, 3)  # 3 rows are too few for one more step of 4
    answer = np.array(models.convolutional(model)(image))
    assert answer.shape == (1, 4, 6, 4)
    for i, j in np.ndindex(4, 6):
        window = image[:, 4 * i : 4 * i + 22, 4 * j : 4 * j + 18]
        assert answer[0, i, j] == pytest.approx(np.array(model(window))[0], abs=1e-5)


def test_same_padding_changes_windows_near_their_borders():
    model = settle(models.lenet5())
    image = noise(1, 40, 40, 1)
    answer = np.array(models.convolutional(model)(image))  # [1, 4, 4, 10]
    crop = np.array(model(image[:, 4:32, 4:32]))
    assert np.abs(answer[0, 1, 1] - crop).max() > 1e-3  # C1 pads the cut-out with zeros


def test_several_heads_and_models_inside_models():
    backbone = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(5, 3, 32, "same")])
    model = models.classifier_on(backbone, {"kind": 3, "size": 2})
    images = noise(1, 96, 64, 3)
    whole, sliding = model(images[:, :64]), models.convolutional(model)
    assert {n: tuple(y.shape) for n, y in sliding(images).items()} == {
        "kind": (1, 2, 1, 3), "size": (1, 2, 1, 2)
    }  # fmt: skip
    for name, y in sliding(images[:, :64]).items():
        assert np.array(y)[:, 0, 0] == pytest.approx(np.array(whole[name]), abs=1e-5)


def test_a_fixed_size_can_be_counted():
    lenet = models.lenet5()
    assert metrics.multiply_adds(models.convolutional(lenet, (28, 28))) == metrics.multiply_adds(
        lenet
    )
    sweep = metrics.multiply_adds(models.convolutional(lenet, (56, 56)))
    assert sweep < 64 * metrics.multiply_adds(lenet)  # 8 × 8 windows


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (keras.Sequential([layers.Dense(3)]), "functional or sequential"),
        (keras.Sequential([keras.Input((5,)), layers.Dense(3)]), r"\(None, 5\)"),
        (keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3)]), "fixed size"),
        (
            keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Flatten(), layers.LayerNormalization()]
            ),
            "between Flatten and Dense",
        ),
        (
            keras.Sequential([keras.Input((8, 8, 1)), layers.Reshape((64,)), layers.Dense(2)]),
            "cannot slide over",
        ),
    ],
)
def test_what_cannot_slide_is_refused(model, message):
    with pytest.raises(ValueError, match=message):
        models.convolutional(model)


def test_a_transposed_map_is_refused():
    with pytest.raises(ValueError, match="Permute"):
        models.convolutional(mtcnn_net("rnet", weights=None))
