"""The data sets that the course ships: where they lie, that they are intact, how they are prepared.

``datasets/<name>/builder.py`` holds one TFDS builder; ``SHA256SUMS`` beside it lists its files. A
set composed of others (``objects``) has none; its builder checks what it reads. Names may carry a
config, ``"scenes/large"``; without one, the builder's first is meant.
Preparing writes TFDS record files below ``data_dir()`` once; later loads read only those.
"""

import contextlib
import importlib.util
import io
import logging
import os
import sys
import tempfile
from pathlib import Path

from course.checksums import check_file, read_sums
from course.errors import UnknownName

ROOT = Path(__file__).parents[2]
DATASETS = ROOT / "datasets"
EMBEDDED = tuple(sorted(path.parent.name for path in DATASETS.glob("*/builder.py")))


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
    folder = Path(folder or DATASETS / _known(name))
    if (folder / "SHA256SUMS").is_file() or not _is_composed(folder):
        check_sums(folder)


def check_sums(folder):
    """Compare the files of a folder with its ``SHA256SUMS`` (lecture 02 and later).

    Args:
        folder: ``pathlib.Path`` of an embedded set, or of the pretrained weights.

    Raises:
        MissingData, CorruptData: as in ``verify``.
    """
    for name in read_sums(folder):
        check_file(folder, name)


def _is_composed(folder):
    """Tell whether a data set is made of others: its folder holds nothing but code."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return bool(files) and all(path.suffix in (".py", ".pyc", ".md") for path in files)


def builder(name, folder=None):
    """Return the TFDS builder of an embedded data set, reading ``folder`` or ``data_dir()``."""
    logging.getLogger("absl").setLevel(logging.ERROR)  # TFDS warns of a folder not yet filled
    kind = _builder_class(name)
    config = name.partition("/")[2]
    if config and config not in kind.builder_configs:
        configs = [f"{_known(name)}/{c}" for c in kind.builder_configs] or [_known(name)]
        raise UnknownName(f"There is no embedded data set {name!r}; choose from {configs}.")
    return kind(data_dir=folder or data_dir(), config=config or None)


def prepare(name):
    """Make sure that a data set is prepared, and return its TFDS builder.

    The work happens in a folder of its own that is renamed into place at the end, so that an
    interrupted or a parallel run leaves nothing half-written. Lecture 02 is the first to need it.

    Args:
        name: one of ``EMBEDDED``, perhaps with a config, for example ``"scenes/large"``.

    Returns:
        ``tfds.core.DatasetBuilder``, ready for ``as_dataset``.

    Raises:
        UnknownName, MissingData, CorruptData: as in ``verify``.
    """
    target = Path(builder(name).data_dir)
    if not (target / "dataset_info.json").is_file():
        verify(name)
        data_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data_dir(), prefix=f"{_known(name)}-") as folder:
            fresh = builder(name, folder)
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
    """Return the name of an embedded data set without its config."""
    root = name.partition("/")[0]
    if root not in EMBEDDED:
        raise UnknownName(f"There is no embedded data set {name!r}; choose from {list(EMBEDDED)}.")
    return root


def _builder_class(name):
    """Import ``datasets/<name>/builder.py`` by path: PyPI has a package called ``datasets``."""
    import tensorflow_datasets as tfds

    name = _known(name)
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()

    module_name = f"embedded_{name}_builder"  # as sets that use another's builder import it
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
