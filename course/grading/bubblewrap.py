"""What a box shows of the machine, as arguments of bubblewrap.

It shows /usr, Python and its packages, the worker, all read-only, and an empty private /tmp.
"""

import os
import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PACKAGES = Path(np.__file__).resolve().parents[1]


def is_installed() -> bool:
    """Tell whether bubblewrap is on the path."""
    return shutil.which("bwrap") is not None


def command(folder_bytes: int) -> list[str]:
    """Write the command that opens a box; the program to run in it comes after.

    Args:
        folder_bytes: size of its private /tmp.

    Returns:
        The beginning of a command line.
    """
    private = f"--proc /proc --dev /dev --perms 1777 --size {folder_bytes} --tmpfs /tmp"
    # /tmp comes before Python, which may lie in it; the last two close what must stay writable
    # until everything is in place
    closed = "--remount-ro /dev --remount-ro / --chdir /tmp --"
    bwrap = [shutil.which("bwrap"), *_isolation().split()]
    return [*bwrap, *private.split(), *_system(), *_python(), *_worker(), *closed.split()]


def _isolation() -> str:
    """Root keeps two capabilities, to become another user; a user gets a namespace of its own."""
    as_root = "--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try"
    as_root += " --cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID"
    isolation = as_root if os.geteuid() == 0 else "--unshare-all"
    return f"{isolation} --die-with-parent --new-session --hostname box"


def _system() -> list[str]:
    shown = ["--ro-bind", "/usr", "/usr", "--dir", "/etc"]
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")):
        if path.is_symlink():
            shown += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            shown += ["--ro-bind", str(path), str(path)]
    for path in ("/etc/ld.so.cache", "/etc/alternatives"):
        shown += ["--ro-bind-try", path, path]
    return shown


def _python() -> list[str]:
    needed = dict.fromkeys([Path(sys.base_prefix).resolve(), PACKAGES])
    outside = [path for path in needed if not path.is_relative_to("/usr")]
    return [argument for path in outside for argument in _bind(path, path)]


def _worker() -> list[str]:
    files = ("worker.py", "wire.py")
    return [argument for name in files for argument in _bind(HERE / name, Path("/box", name))]


def _bind(source: Path, target: Path) -> list[str]:
    """Bind read-only, below folders that everyone may enter (by default only root may)."""
    folders = [
        argument for path in reversed(target.parents[:-1]) for argument in ("--dir", str(path))
    ]
    return [*folders, "--ro-bind", str(source), str(target)]
