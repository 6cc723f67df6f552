"""Transfer learning: cut a pretrained backbone, freeze the lower part, put a new head on top.

Legend: B batch; H, W height and width; C channels; K classes. A *cut* is a layer through which
everything flows, the end of a block: below it the backbone can be frozen and its maps computed
once. Yosinski et al. 2014 (https://arxiv.org/abs/1411.1792) measured what cuts at different
depths are worth; lecture 05 does it again.
"""

import keras
from keras import layers

CUTS = {  # a name for the end of each part of EfficientNet-Lite0: its layer
    "P1": "block1a_project_bn",  # stride 2
    "P2": "block2b_add",  # stride 4
    "P3": "block3b_add",  # stride 8
    "block 4": "block4c_add",  # stride 16
    "P4": "block5c_add",  # stride 16
    "block 6": "block6d_add",  # stride 32
    "block 7": "block7a_project_bn",  # stride 32
    "P5": "top_activation",  # stride 32, the end of the backbone
}


def cut(model, at):
    """Cut a backbone in two models that share its layers and weights (lecture 05).

    Args:
        model: what `efficientnet_lite0(include_top=False)` returns.
        at: a key of ``CUTS``.

    Returns:
        lower: ``keras.Model``, images [B, H, W, 3] in 0–255 → maps at the cut [B, h, w, C].
        upper: ``keras.Model``, such maps → the last maps, P5 [B, H/32, W/32, 1280]; None where
            the cut is P5.

    Raises:
        ValueError: if there is no such cut.
    """
    backbone = model.get_layer("backbone")
    end = backbone.get_layer(_layer_at(at)).output
    part = keras.Model(backbone.inputs, end, name="lower")
    image = keras.Input(model.input_shape[1:], name="image")
    lower = keras.Model(image, part(model.get_layer("scaling")(image)))
    return lower, None if at == "P5" else keras.Model(end, backbone.output, name="upper")


def freeze(model, up_to, batch_norm=True):
    """Freeze all layers up to and including a cut, and free the layers above it (lecture 05).

    A frozen batch normalisation uses and keeps its running mean and variance: Keras runs this layer
    in inference mode while ``trainable`` is False. Calling the backbone with ``training=False``
    inside a functional model does not do it in Keras 3: ``fit`` overrides the flag
    (https://github.com/keras-team/keras/issues/20285). Compile afterwards.

    Args:
        model: a `keras.Model` that holds the backbone, or a part of it with the cut; models
            inside models are followed (so detectors, too: lectures 10, 12 and 15).
        up_to: a key of ``CUTS``; None freezes no layer but batch normalisation.
        batch_norm: freeze every batch normalisation above the cut as well.

    Returns:
        The same model.

    Raises:
        ValueError: if there is no such cut, or the model does not contain it.
    """
    model.trainable = True
    if up_to is not None:
        for layer in _layers_up_to(model, _layer_at(up_to)):
            layer.trainable = False
    for part in _models(model):
        for layer in part.layers:
            if batch_norm and isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    return model


def classifier_on(features, num_classes, dropout=0.2):
    """Put global average pooling and one linear layer on a feature extractor (lecture 05).

    Args:
        features: ``keras.Model`` → maps [B, h, w, C]: a backbone, or the upper part of one. None
            for a head on vectors of 1280 numbers, P5 averaged over its places.
        num_classes: K; or a dict ``name → K`` for several heads (multitask learning).
        dropout: rate before the linear layer, in [0, 1).

    Returns:
        ``keras.Model`` from the input of ``features`` to logits [B, K], the layer ``"head"``; or
        to a dict ``name → logits``, the layers called by those names.
    """
    if features is None:
        inputs = x = keras.Input((1280,), name="features")
    else:
        inputs = keras.Input(features.input_shape[1:], name="input")
        x = layers.GlobalAveragePooling2D(name="average")(features(inputs))  # [B, C]
    x = layers.Dropout(dropout, name="dropout")(x)
    if isinstance(num_classes, dict):
        return keras.Model(inputs, {n: layers.Dense(k, name=n)(x) for n, k in num_classes.items()})
    return keras.Model(inputs, layers.Dense(num_classes, name="head")(x))


def _layer_at(name):
    if name not in CUTS:
        raise ValueError(f"There is no cut {name!r}; choose from {list(CUTS)}.")
    return CUTS[name]


def _layers_up_to(model, name):
    """Return the layers of the (inner) model that holds a layer, in order, to that layer."""
    for part in _models(model):
        names = [layer.name for layer in part.layers]  # Keras keeps the order of computation
        if name in names:
            return part.layers[: names.index(name) + 1]
    raise ValueError(f"{model.name!r} has no layer {name!r}; give it a model with the backbone.")


def _models(model):
    """Yield a model and the models inside it."""
    yield model
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _models(layer)
