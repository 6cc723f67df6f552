"""The Inception module and the auxiliary classifier (Szegedy et al. 2015, figure 2b, section 5).

Legend: B batch, H, W map size, C maps, K classes.
"""

from keras import layers


def inception(x, one, reduce3, three, reduce5, five, pool, name="inception"):
    """Look at four scales side by side and stack what was found (lecture 03).

    Four branches: 1×1; 1×1 then 3×3; 1×1 then 5×5; 3×3 max pooling then 1×1. The 1×1 convolutions
    in front make the expensive ones affordable. The arguments are the columns of the paper's
    table 1, in its order.

    Args:
        x: float tensor [B, H, W, C].
        one, three, five: maps of the 1×1, 3×3 and 5×5 convolutions.
        reduce3, reduce5: maps of the 1×1 convolutions in front of the 3×3 and the 5×5.
        pool: maps of the 1×1 convolution behind the pooling.
        name: prefix of the layers' names.

    Returns:
        float tensor [B, H, W, one + three + five + pool].
    """
    return layers.Concatenate(name=name)(
        [
            _conv(x, one, 1, f"{name}_1x1"),
            _conv(_conv(x, reduce3, 1, f"{name}_3x3_reduce"), three, 3, f"{name}_3x3"),
            _conv(_conv(x, reduce5, 1, f"{name}_5x5_reduce"), five, 5, f"{name}_5x5"),
            _conv(layers.MaxPooling2D(3, 1, padding="same")(x), pool, 1, f"{name}_pool"),
        ]
    )


def auxiliary_head(x, num_classes, filters=128, hidden=1024, dropout=0.7, name="auxiliary"):
    """Classify from the middle of a network, so that gradients enter there too (lecture 03).

    Args:
        x: float tensor [B, H, W, C], H and W at least 5.
        num_classes: K.
        filters: maps of the 1×1 convolution.
        hidden: units of the dense layer.
        dropout: rate before the logits.
        name: prefix of the layers' names.

    Returns:
        float tensor [B, K], logits.

    Raises:
        ValueError: if the map is smaller than the pooling window.
    """
    if min(x.shape[1:3]) < 5:
        raise ValueError(
            f"The auxiliary head pools 5×5 windows, but its map is {x.shape[1]}×{x.shape[2]}; "
            "give larger images, or build the network with auxiliary=False."
        )
    x = layers.AveragePooling2D(5, 3, name=f"{name}_pool")(x)  # 14×14 → 4×4
    x = layers.Flatten(name=f"{name}_flatten")(_conv(x, filters, 1, f"{name}_1x1"))
    x = layers.Dense(hidden, "relu", kernel_initializer="he_normal", name=f"{name}_dense")(x)
    x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    return layers.Dense(num_classes, name=name)(x)


def _conv(x, filters, kernel, name):
    return layers.Conv2D(
        filters,
        kernel,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=name,
    )(x)
