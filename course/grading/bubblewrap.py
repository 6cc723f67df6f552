"""What a box shows of the machine, as arguments of bubblewrap; /tmp is private and empty."""

import os
import shutil
from pathlib import Path

from course.grading import visible

BOX = Path("/box")


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
    files = {path: path for path in visible.python()}
    files |= {path: BOX / path.name for path in visible.WORKER}
    shown = [argument for pair in files.items() for argument in _bind(*pair)]
    return [*bwrap, *private.split(), *_system(), *shown, *closed.split()]


def _isolation() -> str:
    """Root keeps two capabilities, to become another user; a user gets a namespace of its own."""
    as_root = "--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try"
    as_root += " --cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID"
    isolation = as_root if os.geteuid() == 0 else "--unshare-all"
    return f"{isolation} --die-with-parent --new-session --hostname box"


def _system() -> list[str]:
    shown = []
    for path in visible.system():
        if path.is_symlink():
            shown += ["--symlink", str(path.readlink()), str(path)]
        else:
            shown += _bind(path, path)
    return shown


def _bind(source: Path, target: Path) -> list[str]:
    """Bind read-only, below folders that everyone may enter (by default only root may)."""
    folders = [
        argument for path in reversed(target.parents[:-1]) for argument in ("--dir", str(path))
    ]
    return [*folders, "--ro-bind", str(source), str(target)]
