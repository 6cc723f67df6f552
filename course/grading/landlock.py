"""The second sandbox, for where bubblewrap may not run: Landlock and a reaper.

Started as ``landlock.py PATH… -- COMMAND…``, it runs the command so that it can read the paths and
nothing else, and write nothing at all. Every process that comes of it, however it hides, becomes a
child of this one, and is killed when the command ends or this program is told to end.

It is weaker than bubblewrap. There is no network and no other process in reach, by the filter of
`course.grading.seccomp`; but the names, sizes and times of files can be learnt (not their content),
the kernel sees one machine and one set of process ids, and there is no private /tmp.

It stands alone: only the standard library is imported.
"""

import contextlib
import ctypes
import os
import signal
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446
MINIMUM = 3  # the first version that knows of truncation; Linux 6.2
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
NO_NEW_PRIVILEGES, SUBREAPER, PARENT_DEATH = 38, 36, 1
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Ask the kernel for its version of Landlock.

    Returns:
        1 or more, or 0 where there is none.
    """
    return max(0, libc.syscall(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def command(files: Iterable[Path], folders: Iterable[Path] = ()) -> list[str]:
    """Write the command that opens a box; the program to run in it comes after.

    Args:
        files: what can be read; a folder stands for all that is in it.
        folders: what can only be listed.

    Returns:
        The beginning of a command line.
    """
    listed = [f"{path}/" for path in folders]
    python = [str(Path(sys.executable).resolve()), "-s", "-S", "-P", "-B"]
    return [*python, __file__, *map(str, files), *listed, "--"]


def restrict(paths: Iterable[str]) -> None:
    """Give up all files but some, for good.

    Args:
        paths: what can be read; one that ends with a slash can only be listed.

    Raises:
        OSError: the kernel refused.
    """
    number = version()
    files = 2 ** {3: 15, 4: 15}.get(number, 16) - 1
    rules = struct.pack("QQQ", files, 3, 3)  # every right on files, TCP, and signals is handled
    size = 8 if number < 4 else 16 if number < 6 else 24
    ruleset = _call(CREATE, rules, ctypes.c_size_t(size), 0)
    for path in paths:
        _allow(ruleset, path, READ_DIR if path.endswith("/") else EXECUTE | READ_FILE | READ_DIR)
    for path in DEVICES:
        _allow(ruleset, path, READ_FILE | WRITE_FILE)
    prctl(NO_NEW_PRIVILEGES, 1)
    _call(RESTRICT, ruleset, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    rights &= -1 if Path(path).is_dir() else ~READ_DIR
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    _call(ADD, ruleset, 1, struct.pack("=Qi", rights, descriptor), 0)
    os.close(descriptor)


def _call(*arguments) -> int:
    result = libc.syscall(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process.

    Args:
        option: its number.
        value: its value.
    """
    if libc.prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0))):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def end_descendants() -> None:
    """Kill all that came of this process, and wait until it is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(ChildProcessError):  # raised where no child is left
        while True:
            for process in descendants():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.002)


def descendants() -> list[int]:
    """Walk /proc for the children of this process, their children, and so on.

    Returns:
        Process ids, parents first.
    """
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(folder.name))
    found = [os.getpid()]
    for process in found:
        found += children.get(process, [])
    return found[1:]


def main(arguments: list[str]) -> None:
    """Run the command in its box, and leave nothing of it behind."""
    place = arguments.index("--")
    signal.signal(signal.SIGTERM, lambda *ignored: sys.exit(143))
    prctl(SUBREAPER, 1)
    prctl(PARENT_DEATH, signal.SIGTERM)
    child = os.fork()
    if child == 0:
        restrict(arguments[:place])
        os.execv(arguments[place + 1], arguments[place + 1 :])
    try:
        _, status = os.waitpid(child, 0)
    finally:
        end_descendants()
    sys.exit(os.waitstatus_to_exitcode(status) & 255)


if __name__ == "__main__":
    main(sys.argv[1:])
