"""The pictures that excite a unit most, and the part of them that it saw.

Legend: N pictures; H, W their size; C channels of a layer; (jump, low, high) a receptive field.
"""

import numpy as np
from keras import ops


def strongest(model, images, batch_size=32):
    """Find where in each picture every unit is most excited (lecture 06).

    Args:
        model: ``keras.Model`` from images to a dict of maps [B, h, w, C], or to one map.
        images: array [N, H, W, 3].
        batch_size: pictures at a time; only the maxima are kept.

    Returns:
        dict name → (values float32 [N, C], places int [N, C, 2] as row and column in the map); for
        a model with one map, that pair alone.

    Raises:
        ValueError: if there are no images.
    """
    if len(images) == 0:
        raise ValueError("strongest got no images; give it at least one.")
    parts = [
        _maxima(model(ops.convert_to_tensor(images[start : start + batch_size], "float32")))
        for start in range(0, len(images), batch_size)
    ]
    found = {
        name: tuple(np.concatenate([part[name][k] for part in parts]) for k in (0, 1))
        for name in parts[0]
    }
    return found.get("", found)


def _maxima(maps):
    maps = maps if isinstance(maps, dict) else {"": maps}
    found = {}
    for name, values in maps.items():
        values = ops.convert_to_numpy(values)
        batch, _, columns, channels = values.shape
        flat = values.reshape(batch, -1, channels)
        places = np.stack(np.divmod(flat.argmax(axis=1), columns), axis=-1)
        found[name] = flat.max(axis=1), places
    return found


def cut_patches(images, places, field):
    """Cut out of each image what the unit at a place can see (lecture 06).

    Args:
        images: array [N, H, W, 3].
        places: integers [N, 2], row and column in the layer's map.
        field: (jump, low, high) from ``receptive_field``.

    Returns:
        array [N, S, S, 3], S = high − low + 1; zero where the field reaches over the border.

    Raises:
        ValueError: if there is not one place for each image.
    """
    if len(images) != len(places):
        raise ValueError(f"cut_patches got {len(images)} images and {len(places)} places.")
    images, (jump, low, high) = np.asarray(images), field
    side = high - low + 1
    margin = ((0, 0), (side, side), (side, side), (0, 0))
    padded, corners = np.pad(images, margin), jump * np.asarray(places) + low + side
    return np.stack(
        [p[y : y + side, x : x + side] for p, (y, x) in zip(padded, corners, strict=True)]
    )
