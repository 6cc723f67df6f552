"""Reading the pretrained weights that ship in ``datasets/weights``.

Each file is an ``.npz`` of plain arrays named ``layer/variable`` (``stem_conv/kernel``), kernels
in float16. No pickle is ever read. Before a file is used, its sha256 is compared with the line in
``SHA256SUMS``; a file that is missing, cut short or edited is refused.
"""

from pathlib import Path

import numpy as np

from course.checksums import check_file, read_sums, remedy
from course.errors import CorruptData, UnknownName

WEIGHTS = Path(__file__).resolve().parents[3] / "datasets" / "weights"


def weights_path(name):
    """The path of one shipped file, once its checksum has been found right (Lecture 05).

    Args:
        name: str, a file name listed in ``datasets/weights/SHA256SUMS``.

    Returns:
        A `pathlib.Path`.

    Raises:
        course.errors.MissingData: if the file or ``SHA256SUMS`` is not there.
        course.errors.UnknownName: if the file is not listed.
        course.errors.CorruptData: if its sha256 differs from the listed one.
    """
    if name not in (listed := read_sums(WEIGHTS)):
        raise UnknownName(f"{name!r} is not in SHA256SUMS of {WEIGHTS}; use one of {[*listed]}.")
    return check_file(WEIGHTS, name)


def read_weights(name):
    """Read one shipped ``.npz`` file (Lecture 05).

    Args:
        name: str, such as ``"squeezenet.npz"``.

    Returns:
        dict from ``"layer/variable"`` to a float32 NumPy array.

    Raises:
        course.errors.MissingData, UnknownName, CorruptData: as `weights_path`.
    """
    with np.load(weights_path(name), allow_pickle=False) as arrays:
        return {key: arrays[key].astype("float32") for key in arrays.files}


def assign_weights(model, arrays):
    """Copy arrays into the variables of a built model, matched by layer and variable name.

    Arrays of layers that the model does not have (a left-out classifier) are skipped; a variable
    of the model without an array is an error. The course does this in Lecture 05.

    Args:
        model: a built `keras.Model`; nested models are followed.
        arrays: dict from ``"layer/variable"`` to an array.

    Returns:
        The same model.

    Raises:
        course.errors.CorruptData: if a variable has no array or another shape.
    """
    for layer in leaves(model):
        for variable in layer.variables:
            key = f"{layer.name}/{variable.name}"
            if variable.name == "seed_generator_state":  # dropout's random state, not a weight
                continue
            if key not in arrays or arrays[key].shape != tuple(variable.shape):
                found = arrays[key].shape if key in arrays else "no array"
                raise CorruptData(
                    f"Variable {key} of {model.name!r} needs an array of shape "
                    f"{tuple(variable.shape)}, found {found}; {remedy(WEIGHTS)}."
                )
            variable.assign(arrays[key])
    return model


def leaves(model):
    """Go through the layers that hold weights themselves, inside nested models, too (Lecture 15).

    Args:
        model: a built `keras.Model`.

    Yields:
        Layers.
    """
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        else:
            yield layer
