"""The data sets that the course ships: where they lie, that they are intact, how they are prepared.

``datasets/<name>/builder.py`` holds one TFDS builder; ``SHA256SUMS`` beside it lists its files.
Preparing writes TFDS record files below ``data_dir()`` once; later loads read only those.
"""

import contextlib
import hashlib
import importlib.util
import io
import logging
import os
import sys
import tempfile
from pathlib import Path

from course.errors import CorruptData, MissingData, UnknownName

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "datasets"
EMBEDDED = ("fashion_mnist",)


def data_dir():
    """Return the folder of prepared data: ``$COURSE_DATA_DIR``, or ``build/datasets``."""
    return Path(os.environ.get("COURSE_DATA_DIR", ROOT / "build" / "datasets"))


def verify(name, folder=None):
    """Compare the embedded files of a data set with their checksums (lecture 02 and later).

    Args:
        name: one of ``EMBEDDED``.
        folder: where its files lie, if not ``datasets/<name>``.

    Raises:
        UnknownName: if ``name`` is not an embedded data set.
        MissingData: if a listed file does not exist.
        CorruptData: if a file's sha256 differs from the list.
    """
    _known(name)
    folder = Path(folder or DATASETS / name)
    remedy = f"Restore it with `git checkout -- datasets/{name}` (or clone the course again)."
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        raise MissingData(f"{sums} is missing. {remedy}")
    for line in sums.read_text().splitlines():
        expected, file = line.split()
        path = folder / file
        if not path.is_file():
            raise MissingData(f"{path} is missing. {remedy}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != expected:
            raise CorruptData(
                f"{path} is not the file that was shipped: sha256 {found[:12]}…, "
                f"expected {expected[:12]}…. {remedy}"
            )


def builder(name):
    """Return the TFDS builder of an embedded data set, reading ``data_dir()``."""
    logging.getLogger("absl").setLevel(logging.ERROR)  # TFDS warns of a folder not yet filled
    return _builder_class(name)(data_dir=data_dir())


def prepare(name):
    """Make sure that a data set is prepared, and return its TFDS builder.

    The work happens in a folder of its own that is renamed into place at the end, so that an
    interrupted or a parallel run leaves nothing half-written. Lecture 02 is the first to need it.

    Args:
        name: one of ``EMBEDDED``.

    Returns:
        ``tfds.core.DatasetBuilder``, ready for ``as_dataset``.

    Raises:
        UnknownName, MissingData, CorruptData: as in ``verify``.
    """
    target = Path(builder(name).data_dir)
    if not (target / "dataset_info.json").is_file():
        verify(name)
        data_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data_dir(), prefix=f"{name}-") as folder:
            fresh = _builder_class(name)(data_dir=folder)
            with contextlib.redirect_stdout(io.StringIO()):  # TFDS speaks of a download
                fresh.download_and_prepare()
            _move_into_place(Path(fresh.data_dir), target)
    return builder(name)


def _move_into_place(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # otherwise a parallel run was first, with the same content
            raise


def _known(name):
    if name not in EMBEDDED:
        raise UnknownName(f"There is no embedded data set {name!r}; choose from {list(EMBEDDED)}.")


def _builder_class(name):
    """Import ``datasets/<name>/builder.py`` by path: PyPI has a package called ``datasets``."""
    import tensorflow_datasets as tfds

    _known(name)
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()

    module_name = f"course_{name}_builder"
    if module_name not in sys.modules:
        path = DATASETS / name / "builder.py"
        spec = importlib.util.spec_from_file_location(module_name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    classes = vars(sys.modules[module_name]).values()
    return next(
        c for c in classes if isinstance(c, type) and issubclass(c, tfds.core.DatasetBuilder)
    )
