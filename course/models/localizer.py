"""A localizer: one shared layer on feature maps, and a linear head for everything one may ask.

Sermanet et al. 2014 (OverFeat, section 4) put a class and a box head on the same maps; Toshev &
Szegedy 2014 (DeepPose) do the same with joints. Deviation: frozen maps in, one small hidden layer.

Legend: B batch; h, w map size; C channels of a map, c of a reduced one; D numbers of a head.
"""

import keras
from keras import layers

from course.layers import conv_bn


def localizer(maps, heads, channels=32, units=128, dropout=0.3, spread=0.01):
    """Build a localizer for one object per picture (lecture 07).

    Each map is reduced to c channels, by one weighting for all its places, and then flattened: a
    global average would forget where things are. All heads start near zero, as in RetinaNet; a box
    head that starts with large random numbers drowns the other losses.

    Args:
        maps: dict ``name → (h, w, C)``, the shapes of the feature maps.
        heads: dict ``name → D``: logits of a class head, 4 for a box, 2K for K keypoints.
        channels: c.
        units: width of the shared layer.
        dropout: rate before and after the shared layer, in [0, 1).
        spread: standard deviation of the heads' first weights.

    Returns:
        ``keras.Model``: dict of maps [B, h, w, C] → dict ``name → float [B, D]``.

    Raises:
        ValueError: if there is no map or no head.
    """
    if not maps or not heads:
        raise ValueError(f"localizer got maps={maps} and heads={heads}; give at least one of each.")
    inputs = {name: keras.Input(shape, name=name) for name, shape in maps.items()}
    reduced = [conv_bn(x, channels, kernel=1, name=name) for name, x in inputs.items()]
    flat = [layers.Flatten()(x) for x in reduced]  # [B, h·w·c] each
    x = layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(units, activation="relu", name="shared")(x)  # [B, units]
    x = layers.Dropout(dropout)(x)
    start = {name: keras.initializers.RandomNormal(stddev=spread) for name in heads}
    outputs = {n: layers.Dense(d, kernel_initializer=start[n], name=n)(x) for n, d in heads.items()}
    return keras.Model(inputs, outputs, name="localizer")
