"""Multi-layer perceptron (Rumelhart, Hinton & Williams 1986): LeNet's opponent without convolution.

Legend: B batch, H, W, C image.
"""

import keras
from keras import layers


def mlp(hidden=(78,), activation="relu", dropout=0.0, input_shape=(28, 28, 1), num_classes=10):
    """Build a multi-layer perceptron on the flattened image (lecture 02).

    With the default single hidden layer of 78 units it has 62,020 parameters, as many as LeNet-5
    and a few more.

    Args:
        hidden: widths of the hidden layers, in order; may be empty (softmax regression).
        activation: name of the non-linearity after every hidden layer.
        dropout: rate of dropout after every hidden layer, in [0, 1).
        input_shape: (H, W, C).
        num_classes: number of logits.

    Returns:
        ``keras.Model``: images [B, H, W, C] with intensities 0–255 → logits [B, num_classes].
    """
    model = keras.Sequential(
        [keras.Input(input_shape), layers.Rescaling(1 / 255), layers.Flatten()], name="mlp"
    )
    for width in hidden:
        model.add(layers.Dense(width, activation=activation))
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(num_classes, name="logits"))
    return model
