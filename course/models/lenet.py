"""LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998, section II.B, figure 2).

Legend: B batch; a shape stands beside every layer.

Deviations from the paper, all of them today's habit: 28×28 input with zero padding instead of a
32×32 input; ReLU for the scaled tanh; parameter-free pooling for trainable subsampling; C3 sees all
six maps of S2 instead of the paper's table I; a linear layer of logits for the RBF output.
"""

import keras
from keras import layers

POOLING = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}


def lenet5(activation="relu", pooling="max", dropout=0.0, num_classes=10):
    """Build LeNet-5: two convolutions, two poolings, three dense layers, 61,706 parameters.

    Lecture 02 builds it from its parts.

    Args:
        activation: name of the non-linearity after every layer but the last.
        pooling: ``"max"`` or ``"average"``.
        dropout: rate of dropout before the last two dense layers, in [0, 1).
        num_classes: number of logits.

    Returns:
        ``keras.Model``: images [B, 28, 28, 1] with intensities 0–255 → logits [B, num_classes].

    Raises:
        ValueError: if ``pooling`` is unknown.
    """
    if pooling not in POOLING:
        raise ValueError(f"pooling={pooling!r} is unknown; choose from {sorted(POOLING)}.")
    pool = POOLING[pooling]
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(6, 5, padding="same", activation=activation, name="C1"),  # 28×28×6
            pool(2, name="S2"),  # 14×14×6
            layers.Conv2D(16, 5, activation=activation, name="C3"),  # 10×10×16
            pool(2, name="S4"),  # 5×5×16
            layers.Flatten(),  # 400
            layers.Dense(120, activation=activation, name="C5"),
            layers.Dropout(dropout),
            layers.Dense(84, activation=activation, name="F6"),
            layers.Dropout(dropout),
            layers.Dense(num_classes, name="logits"),
        ],
        name="lenet5",
    )
