"""What a box shows of the machine, read-only: the system's libraries, Python, and the worker.

Of /usr only the folders of programs and libraries are shown, since people keep their own work below
/usr/src or /usr/local; of Python its program and libraries, since its prefix may be a home folder.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PACKAGES = Path(np.__file__).resolve().parents[1]
PYTHON = Path(sys.executable).resolve()
WORKER = (HERE / "worker.py", HERE / "wire.py")
FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


@cache
def system() -> tuple[Path, ...]:
    """List the folders of the system that hold programs and libraries.

    Returns:
        Paths that exist; ``/bin`` and its like are symbolic links on most systems.
    """
    parents = ("/", "/usr", "/usr/local")
    paths = [Path(parent, folder) for parent in parents for folder in FOLDERS]
    return tuple(path for path in [*paths, Path("/etc/ld.so.cache")] if path.exists())


@cache
def python() -> tuple[Path, ...]:
    """List what this Python needs besides the folders of the system.

    Returns:
        Its program, its libraries, and the folder with NumPy.
    """
    prefix = Path(sys.base_prefix).resolve()
    needed = dict.fromkeys([PYTHON, prefix / "lib", prefix / "lib64", PACKAGES])
    shown = [path.resolve() for path in system()]
    return tuple(
        path
        for path in needed
        if path.exists() and not any(path.is_relative_to(folder) for folder in shown)
    )
