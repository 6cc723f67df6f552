"""What a lecture may ask about where it runs: the seed, the device and how long it may train.

Two environment variables set it for a whole run: ``COURSE_SEED`` (an integer, default 0) and
``COURSE_BUDGET`` (``cpu`` or ``gpu``; by default ``gpu`` where Keras sees one, else ``cpu``).
"""

import os

import keras

from course.errors import UnknownName

BUDGETS = ("cpu", "gpu")


def seed():
    """Return the seed of this run and seed Python, NumPy and the backend with it.

    Raises:
        ValueError: if ``COURSE_SEED`` is not an integer ≥ 0.
    """
    text = os.environ.get("COURSE_SEED", "0")
    if not text.isdigit():
        raise ValueError(f"COURSE_SEED={text!r} is not a seed; set it to an integer ≥ 0.")
    keras.utils.set_random_seed(int(text))
    return int(text)


def gpus():
    """Return the GPUs that the Keras backend sees, for example ``["gpu:0"]``."""
    try:
        return list(keras.distribution.list_devices("gpu"))
    except (RuntimeError, ValueError):  # JAX raises where its build knows no GPU
        return []


def budget():
    """Return ``"cpu"`` or ``"gpu"``: how much a lecture trains live.

    Raises:
        UnknownName: if ``COURSE_BUDGET`` is neither.
    """
    name = os.environ.get("COURSE_BUDGET") or ("gpu" if gpus() else "cpu")
    if name not in BUDGETS:
        raise UnknownName(f"COURSE_BUDGET={name!r} is unknown; choose from {list(BUDGETS)}.")
    return name


def choose(*, cpu, gpu):
    """Return the setting for this run's budget: ``epochs = choose(cpu=10, gpu=30)``."""
    return {"cpu": cpu, "gpu": gpu}[budget()]
