"""The box: a process without network, files or privileges, in which a student's answers run.

On Linux, bubblewrap shows it a read-only system, Python, a private /tmp, and nothing else. Every
process in it dies with it. Started by root, the worker becomes a user without rights, another one
in each slot, before it runs any answer; started by a user, it stays in a user namespace.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.grading import bubblewrap, wire

HERE = Path(__file__).parent
START_SECONDS = 30
FIRST_UID = 1_500_000_000  # far from any user; each grading process gets 64 of its own
MAX_SLOTS = 64
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
        memory: bytes of data of one process; its address space is four times as large.
        processes: processes and threads at the same time.
        file: bytes of one file.
        folder: bytes of the private /tmp.
        results: bytes of all results.
    """

    call_s: float = 5.0
    total_s: float = 60.0
    memory: int = 2**30
    processes: int = 8
    file: int = 16 * 2**20
    folder: int = 64 * 2**20
    results: int = 16 * 2**20


@dataclass(frozen=True)
class Box:
    """Where answers run.

    Args:
        limits: what one submission may use.
        slot: number of the box among those that run at the same time, below 64.
        sandbox: whether to use bubblewrap; without it there is no protection at all.
    """

    limits: Limits = Limits()
    slot: int = 0
    sandbox: bool = True

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
                self._command(write),
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[write],
                env=ENVIRONMENT,
                start_new_session=True,
            )
        return process, results

    def _read(self, results: int, end: float) -> Iterator[dict]:
        left = self.limits.results
        try:
            left -= len(_read_frame(results, left, time.monotonic() + START_SECONDS))
        except (Stopped, EOFError):
            raise BoxError("The worker did not start; `verify` shows whether boxes work") from None
        while True:
            try:
                data = _read_frame(results, left, min(time.monotonic() + self.limits.call_s, end))
                left -= len(data)
                yield wire.loads(data)
            except EOFError:
                return
            except ValueError:
                raise Stopped("crashed") from None

    def _kill(self, process: subprocess.Popen) -> None:
        if self.sandbox:
            process.kill()  # the whole box dies with bubblewrap
        else:
            os.killpg(process.pid, 9)
        process.wait()

    def _command(self, results: int) -> list[str]:
        drop = self.sandbox and os.geteuid() == 0
        uid = FIRST_UID + os.getpid() % 2**22 * MAX_SLOTS + self.slot if drop else -1
        opened = bubblewrap.command(self.limits.folder) if self.sandbox else []
        folder = "/box" if self.sandbox else str(HERE)
        python = [str(Path(sys.executable).resolve()), "-s", "-S", "-P", "-B"]
        settings = [str(results), str(uid), json.dumps(self._rlimits())]
        path = [folder, str(bubblewrap.PACKAGES)]
        return [*opened, *python, f"{folder}/worker.py", *settings, *path]

    def _rlimits(self) -> dict[str, int]:
        limits = self.limits
        everywhere = {"CPU": int(limits.total_s) + 1, "FSIZE": limits.file, "CORE": 0}
        if not self.sandbox:
            return everywhere
        memory = {"DATA": limits.memory, "AS": 4 * limits.memory}
        return everywhere | memory | {"NPROC": limits.processes, "NOFILE": 64}


def _read_frame(results: int, size_left: int, deadline: float) -> bytes:
    size = int.from_bytes(_read_exactly(results, 4, deadline), "big")
    if size > size_left:
        raise Stopped("crashed")
    return _read_exactly(results, size, deadline)


def _read_exactly(results: int, size: int, deadline: float) -> bytes:
    poll, data = select.poll(), bytearray()
    poll.register(results, select.POLLIN)
    while len(data) < size:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Stopped("timed out")
        chunk = os.read(results, min(size - len(data), 2**20))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


@cache
def probe() -> None:
    """Start an empty box.

    Raises:
        BoxError: boxes do not work on this machine; the text says what to do.
    """
    if not bubblewrap.is_installed():
        raise BoxError(_remedy("bubblewrap is not installed"))
    process, results = Box()._start({"setup": [], "answers": []}, stderr=subprocess.PIPE)
    _, errors = process.communicate(timeout=START_SECONDS)
    os.close(results)
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise BoxError(_remedy(f"bubblewrap does not work here ({' '.join(last)})"))


def _remedy(problem: str) -> str:
    return (
        f"Students' code is not run without a sandbox, and {problem}. On Linux install version "
        "0.8 or newer (`apt install bubblewrap`, `dnf install bubblewrap`) and allow user "
        "namespaces; elsewhere grade in a Linux virtual machine. With --unsafe-no-sandbox the code "
        "runs unprotected, with your rights, and every result says so."
    )
