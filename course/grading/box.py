"""The box: a process without network, files or privileges, in which a student's answers run.

On Linux, bubblewrap shows it a read-only system, Python, a private /tmp, and nothing else; where it
may not run, Landlock closes the same files. A filter refuses system calls that no answer needs.
Every process in a box dies with it. Started by root, the worker becomes a user without rights,
another one in each box, before it runs any answer; started by a user, it keeps that user's rights
on nothing that the box shows.
"""

import base64
import itertools
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.grading import bubblewrap, landlock, seccomp, visible, wire

HERE = Path(__file__).parent
START_SECONDS = 30
FIRST_UID = 1_500_000_000  # far from any user; each grading process gets 256 of its own
MAX_SLOTS = 64
SANDBOXES = ("bubblewrap", "landlock")  # best first
_turn = itertools.cycle(range(4))  # so that what dies slowly is not counted for the next box
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class BoxError(RuntimeError):
    """The box itself does not work; no student is to blame."""


class Stopped(Exception):
    """The student's code ended or spoilt the run; the text is ``timed out`` or ``crashed``."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Args:
        call_s: seconds for an answer cell or for one call.
        total_s: seconds for all of it, and CPU seconds of one process.
        memory: bytes of the address space of one process.
        processes: processes and threads at the same time, so that a box never holds more than
            ``processes × memory + folder`` bytes.
        file: bytes of one file.
        folder: bytes of the private /tmp.
        results: bytes of all results.
    """

    call_s: float = 5.0
    total_s: float = 60.0
    memory: int = 2**30
    processes: int = 4
    file: int = 16 * 2**20
    folder: int = 64 * 2**20
    results: int = 16 * 2**20


@dataclass(frozen=True)
class Box:
    """Where answers run.

    Args:
        limits: what one submission may use.
        slot: number of the box among those that run at the same time, below 64.
        sandbox: one of `SANDBOXES`, or True for the best that works here; with False there is no
            protection at all.
    """

    limits: Limits = Limits()
    slot: int = 0
    sandbox: bool | str = True

    def frames(self, request: dict, end: float) -> Iterator[dict]:
        """Run a request and yields the worker's frames as they come.

        Args:
            request: see `course.grading.worker`.
            end: the time, by `time.monotonic`, when the submission's time is used up.

        Yields:
            One frame at a time, which the student's code may have forged.

        Raises:
            BoxError: the worker did not start.
            Stopped: no frame came in time, or what came is not a frame.
        """
        process, results = self._start(request)
        try:
            yield from self._read(results, end)
        finally:
            os.close(results)
            self._kill(process)

    def _start(self, request: dict, stderr: int = subprocess.DEVNULL):
        results, write = os.pipe()
        with tempfile.TemporaryFile() as stdin, os.fdopen(write, "wb"):
            stdin.write(wire.dumps(request))
            stdin.seek(0)
            process = subprocess.Popen(
                self._command(),
                stdin=stdin,
                stdout=write,  # where the worker finds it, whatever else this process has open
                stderr=stderr,
                env=ENVIRONMENT,
                start_new_session=True,
            )
        return process, results

    def _read(self, results: int, end: float) -> Iterator[dict]:
        left, buffer = self.limits.results, bytearray()
        try:
            left -= len(_read_frame(results, buffer, left, time.monotonic() + START_SECONDS))
        except (Stopped, EOFError):
            raise BoxError("The worker did not start; `verify` shows whether boxes work") from None
        while True:
            try:
                deadline = min(time.monotonic() + self.limits.call_s, end)
                data = _read_frame(results, buffer, left, deadline)
                left -= len(data)
                yield wire.loads(data)
            except EOFError:
                return
            except ValueError:
                raise Stopped("crashed") from None

    def _kill(self, process: subprocess.Popen) -> None:
        match kind(self.sandbox):
            case "bubblewrap":
                process.kill()  # the whole box dies with it
            case "landlock":
                process.terminate()  # it ends the whole box first
            case _:
                os.killpg(process.pid, 9)
        process.wait()

    def _command(self) -> list[str]:
        sandbox = kind(self.sandbox)
        folder = str(bubblewrap.BOX if sandbox == "bubblewrap" else HERE)
        uid = _uid(self.slot) if sandbox != "none" and os.geteuid() == 0 else -1
        calls = "" if sandbox == "none" else base64.b64encode(seccomp.program()).decode()
        settings = [str(uid), json.dumps(self._rlimits()), calls]
        python = [str(visible.PYTHON), "-s", "-S", "-P", "-B", f"{folder}/worker.py"]
        return [*self._opening(sandbox), *python, *settings, folder, str(visible.PACKAGES)]

    def _opening(self, sandbox: str) -> list[str]:
        if sandbox == "bubblewrap":
            return bubblewrap.command(self.limits.folder)
        if sandbox == "landlock":
            files = [*visible.system(), *visible.python(), *visible.WORKER]
            return landlock.command(files, folders=[HERE])
        return []

    def _rlimits(self) -> dict[str, int]:
        limits = self.limits
        everywhere = {"CPU": int(limits.total_s) + 1, "FSIZE": limits.file, "CORE": 0}
        if not self.sandbox:
            return everywhere
        return everywhere | {"AS": limits.memory, "NPROC": limits.processes, "NOFILE": 64}


def _uid(slot: int) -> int:
    """Take one of four users of a slot in turn; below 65,000 where a container knows no others."""
    known = Path("/proc/self/uid_map").read_text()
    spans = [tuple(map(int, line.split())) for line in known.splitlines()]
    all_users = any(inside + count > 2**32 - 2 for inside, _, count in spans)
    first = FIRST_UID + os.getpid() % 2**22 * 4 * MAX_SLOTS if all_users else 64_000
    return first + 4 * slot + next(_turn)


def _read_frame(results: int, buffer: bytearray, size_left: int, deadline: float) -> bytes:
    """Take the next frame, size and content, out of the buffer; fill it as long as need be."""
    poll = select.poll()
    poll.register(results, select.POLLIN)
    while len(buffer) < 4 or len(buffer) < 4 + _size(buffer, size_left):
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Stopped("timed out")
        chunk = os.read(results, 2**16)
        if not chunk:
            raise EOFError
        buffer += chunk
    end = 4 + _size(buffer, size_left)
    frame = bytes(buffer[4:end])
    del buffer[:end]
    return frame


def _size(buffer: bytearray, size_left: int) -> int:
    size = int.from_bytes(buffer[:4], "big")
    if size > size_left:
        raise Stopped("crashed")
    return size


def kind(sandbox: bool | str) -> str:
    """Name the sandbox that a box uses.

    Args:
        sandbox: as for `Box`.

    Returns:
        One of `SANDBOXES`, or ``none``.

    Raises:
        BoxError: boxes do not work on this machine.
        ValueError: there is no such sandbox.
    """
    if sandbox is True:
        return probe()
    if sandbox is not False and sandbox not in SANDBOXES:
        raise ValueError(f"{sandbox!r} is not one of {', '.join(SANDBOXES)}, True or False")
    return sandbox or "none"


@cache
def probe() -> str:
    """Find the best sandbox that works here, by starting empty boxes.

    Returns:
        One of `SANDBOXES`.

    Raises:
        BoxError: boxes do not work on this machine; the text says what to do.
    """
    problems = {}
    for sandbox in SANDBOXES:
        problems[sandbox] = problem(sandbox)
        if problems[sandbox] is None:
            return sandbox
    raise BoxError(_remedy(problems["bubblewrap"]))


def problem(sandbox: str) -> str | None:
    """Start an empty box.

    Args:
        sandbox: one of `SANDBOXES`.

    Returns:
        Why it does not work here, or None.
    """
    if sandbox == "bubblewrap" and not bubblewrap.is_installed():
        return "bubblewrap is not installed"
    if sandbox == "landlock" and landlock.version() < landlock.MINIMUM:
        return f"this kernel's Landlock has version {landlock.version()}"
    process, results = Box(sandbox=sandbox)._start(
        {"setup": [], "answers": []}, stderr=subprocess.PIPE
    )
    _, errors = process.communicate(timeout=START_SECONDS)
    os.close(results)
    last = errors.decode(errors="replace").strip().splitlines()[-1:]
    return f"{sandbox} does not work here ({' '.join(last)})" if process.returncode else None


def _remedy(problem: str) -> str:
    return (
        f"Students' code is not run without a sandbox, and {problem}. On Linux install version "
        "0.8 or newer (`apt install bubblewrap`, `dnf install bubblewrap`) and allow user "
        "namespaces, or use a kernel with Landlock (6.2 or newer); elsewhere grade in a Linux "
        "virtual machine. With --unsafe-no-sandbox the code runs unprotected, with your rights, "
        "and every result says so."
    )
