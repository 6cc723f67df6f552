"""From a classifier to a sliding window: read dense layers as convolutions.

Sermanet et al. 2014, section 3.5; Long, Shelhamer & Darrell 2015, section 3.1.
Legend: B batch; H, W size of the picture; h, w of a map on a picture of the classifier's own size;
C channels; Y, X places of the window; K classes.

A dense layer on a flattened map [h, w, C] multiplies each of the h·w·C numbers with a weight of its
own and adds up. So does one step of a convolution whose kernel is as large as the map; the weights
are the same numbers, reshaped. On a larger picture that kernel finds room for more steps, and each
of them is the classifier on one more window. Averaging a whole map is, in the same way, one step of
an average pooling.
"""

import keras
from keras import layers

POOLS = {
    layers.GlobalAveragePooling2D: layers.AveragePooling2D,
    layers.GlobalMaxPooling2D: layers.MaxPooling2D,
}
FIXED = (layers.Permute, layers.Reshape, layers.Cropping2D, layers.Resizing)
ELEMENTWISE = (layers.Activation, layers.Dropout, layers.Identity, layers.LeakyReLU, layers.ReLU)


def convolutional(model, input_shape=(None, None)):
    """Turn a classifier of images into one that slides over larger images (lecture 08).

    Flatten goes, Dense layers become convolutions, global pooling becomes pooling by windows with
    stride 1; all else stays: convolutions, dropout, normalisation, branches, models inside. Each
    place of the result is the answer to one window of the size that the classifier was made for,
    and the windows are one stride (the product of all strides) apart. With "valid" padding it is
    the same answer as for the window cut out. With "same" padding the windows see their
    neighbours' pixels where the cut-out sees zeros, so only the result for a whole picture of the
    original size is the same.

    Args:
        model: functional or sequential ``keras.Model``: images [B, h₀, w₀, C] of fixed size →
            [B, K] (or several outputs). It is left as it is; the new model has its own copy of
            the weights.
        input_shape: (H, W) of the new model; None for any size.

    Returns:
        ``keras.Model``: images [B, H, W, C] → [B, Y, X, K]; Y = X = 1 for the original size.

    Raises:
        ValueError: if the model is not such a model, or a layer cannot be moved over a picture.
    """
    shapes = [tuple(tensor.shape) for tensor in getattr(model, "inputs", None) or []]
    if len(shapes) != 1 or len(shapes[0]) != 4 or None in shapes[0][1:]:
        raise ValueError(
            f"convolutional got {model.name!r} with inputs {shapes}; it needs a functional or "
            "sequential model of one image input [B, H, W, C] of fixed size."
        )
    # On a picture of the original size, every map is one window: its size is the kernel's.
    single = _rebuilt(model, shapes[0][1:3], _Converter())
    return _rebuilt(single, input_shape, _copied)


def _rebuilt(model, size, apply):
    """Copy a model for images of another size; ``apply(layer, *inputs)`` stands for each layer."""
    outputs = model.outputs[0] if isinstance(model, keras.Sequential) else model.output
    graph = keras.Model(model.inputs[0], outputs, name=model.name)
    image = keras.Input((*size, model.inputs[0].shape[-1]), name="image")
    return keras.models.clone_model(graph, image, lambda layer: layer, apply)


def _copied(layer, *inputs, **options):
    """Apply a copy of a layer, with its weights."""
    if isinstance(layer, keras.Model):
        twin = _rebuilt(layer, inputs[0].shape[1:3], _copied)
    elif isinstance(layer, keras.Layer):
        twin = layer.__class__.from_config(layer.get_config())
    else:
        return layer(*inputs, **options)  # a function of keras.ops
    outputs = twin(*inputs, **options)
    twin.set_weights(layer.get_weights())
    return outputs


class _Converter:
    """Apply the convolutional twin of each layer, and remember what stands for a vector."""

    def __init__(self):
        self.vectors = []  # tensors [B, h, w, C] that were [B, h·w·C] in the classifier

    def __call__(self, layer, *inputs, **options):
        x = keras.tree.flatten(inputs)[0]
        if any(x is vector for vector in self.vectors):
            y = self._on_vector(layer, x, inputs, options)
        elif isinstance(layer, layers.Flatten):
            y = layers.Identity(name=layer.name)(x)
        elif type(layer) in POOLS:
            y = POOLS[type(layer)](x.shape[1:3], strides=1, name=layer.name)(x)
        elif isinstance(layer, keras.Model):
            return self._inside(layer, x)
        else:
            return _checked(layer, _copied(layer, *inputs, **options))
        self.vectors.append(y)
        return y

    def _on_vector(self, layer, x, inputs, options):
        if isinstance(layer, layers.Flatten):
            return layers.Identity(name=layer.name)(x)
        if isinstance(layer, layers.Dense):
            return _convolution(layer, x)
        if tuple(x.shape[1:3]) != (1, 1) and not isinstance(layer, ELEMENTWISE):
            raise ValueError(
                f"{layer.name!r}, a {type(layer).__name__}, works on a flattened map of "
                f"{tuple(x.shape[1:])}; only {[kind.__name__ for kind in ELEMENTWISE]} may stand "
                "between Flatten and Dense. Put it before Flatten or behind Dense."
            )
        return _checked(layer, _copied(layer, *inputs, **options), tuple(x.shape[1:3]))

    def _inside(self, model, x):
        """Convert a model inside the model; its result is a vector if it was one there."""
        twin = _rebuilt(model, x.shape[1:3], _Converter())
        y = twin(x)
        if len(model.outputs[0].shape) == 2:
            self.vectors.append(y)
        return y


def _convolution(dense, x):
    """Read a dense layer on maps x [B, h, w, C] as a convolution with kernel [h, w, C, units]."""
    options = {"activation": dense.activation, "use_bias": dense.use_bias, "name": dense.name}
    convolution = layers.Conv2D(dense.units, x.shape[1:3], **options)
    y = convolution(x)  # [B, 1, 1, units]
    kernel, *bias = dense.get_weights()  # [h·w·C, units]; Flatten runs over h, w, C, and so do we
    convolution.set_weights([kernel.reshape(convolution.kernel.shape), *bias])
    return y


def _checked(layer, y, size=None):
    """Refuse what is no longer a map, or of another size than it must be."""
    moved = size and tuple(y.shape[1:3]) != size
    if isinstance(layer, FIXED) or len(y.shape) != 4 or moved:
        raise ValueError(
            f"{layer.name!r}, a {type(layer).__name__}, makes {tuple(y.shape)} of a map, which "
            "cannot slide over a picture. Convolutions, pooling, Flatten, Dense and layers that "
            "keep the shape can."
        )
    return y
