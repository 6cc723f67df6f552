"""The box: what a student's code cannot do in it. Each test runs a probe of code in a real box."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from course.grading.bank import REPOSITORY
from course.grading.box import BoxError, Stopped, _remedy, probe


@pytest.fixture
def run(box):
    """Runs code that defines ``probe()`` and returns its output, or the error's name."""

    def run(code: str, box=box):
        answer = {"name": "probe", "source": code, "calls": [[]]}
        frames = box.frames({"setup": [], "answers": [answer]}, time.monotonic() + 20)
        _, frame = frames
        return frame["error"] or frame["output"]

    return run


def test_ordinary_code_runs(run):
    assert run("import numpy as np\ndef probe():\n    return float(np.arange(4).sum())") == 6.0


def test_no_network(run):
    code = "import socket\ndef probe():\n    socket.create_connection(('127.0.0.1', 9), timeout=1)"
    assert run(code) in ("OSError", "ConnectionRefusedError")
    assert run("import socket\ndef probe():\n    return len(socket.if_nameindex())") == 1


@pytest.mark.parametrize(
    "path",
    [REPOSITORY / "solutions", REPOSITORY / "pyproject.toml", Path("/etc/passwd"), Path.home()],
)
def test_no_files_of_the_course_or_of_the_machine(run, path):
    code = f"import os\ndef probe():\n    return os.listdir({str(path)!r})"
    result = run(code)
    assert result in ("FileNotFoundError", "PermissionError") or (
        not {"solutions", ".ssh", ".bashrc"} & set(result)
    )


def test_files_only_for_their_owner_stay_closed(run):
    assert run("def probe():\n    open('/etc/shadow').read()") == "FileNotFoundError"
    if os.geteuid() == 0:  # the box's first process is root's, the worker is not
        assert run("def probe():\n    open('/proc/1/environ').read()") == "PermissionError"


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/box", "/dev", "/dev/shm", "/etc", "/proc", "/proc/sys"]
)
def test_nothing_can_be_written_but_tmp(run, folder):
    code = f"def probe():\n    open({folder + '/planted'!r}, 'w').write('x')"
    assert run(code) in ("OSError", "PermissionError", "FileNotFoundError")


def test_tmp_is_private_and_small(run):
    assert run("import os\ndef probe():\n    open('/tmp/x', 'w').write('x')\n    return 1") == 1
    assert run("import os\ndef probe():\n    return os.path.exists('/tmp/x')") is False
    many = (
        "def probe():\n    for i in range(9):\n        open(f'/tmp/{i}', 'wb').write(bytes(10**7))"
    )
    assert run(many) == "OSError"
    assert run("def probe():\n    open('/tmp/x', 'wb').write(bytes(2**25))") == "OSError"


def test_not_root_and_no_way_back(run):
    assert run("import os\ndef probe():\n    return 0 in os.getresuid() + os.getresgid()") is False
    assert run("import os\ndef probe():\n    os.setuid(0)") in ("PermissionError", "OSError")
    assert run("import os\ndef probe():\n    os.kill(1, 9)\n    return 1") in (1, "PermissionError")


def test_the_environment_is_clean(run, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "x")
    assert "COURSE_SECRET" not in run("import os\ndef probe():\n    return dict(os.environ)")


def test_memory_is_limited(run):
    assert run("def probe():\n    bytes(2 * 10**9)") == "MemoryError"
    shared = "import mmap\ndef probe():\n    mmap.mmap(-1, 5 * 10**9)"
    assert run(shared) in ("OSError", "MemoryError")


def test_processes_are_limited(run):
    code = (
        "import os, time\n"
        "def probe():\n"
        "    for n in range(100):\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(60)\n"
    )
    assert run(code) == "BlockingIOError"


def test_a_call_that_does_not_end_is_stopped(run, box):
    start = time.monotonic()
    with pytest.raises(Stopped, match="timed out"):
        run("def probe():\n    while True: pass", replace(box, slot=1))
    assert time.monotonic() - start < box.limits.call_s + 2


def test_children_die_with_the_box(run):
    name = f"orphan-of-{os.getpid()}"
    code = (
        "import subprocess, sys\n"
        "def probe():\n"
        f"    command = [sys.executable, '-c', 'import time; time.sleep(60)', {name!r}]\n"
        "    return subprocess.Popen(command, start_new_session=True).pid"
    )
    assert isinstance(run(code), int)
    time.sleep(0.5)
    assert not any(name.encode() in line for line in command_lines())


def command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def test_noise_costs_nothing(run):
    code = (
        "import os\ndef probe():\n    for number in (1, 2):\n"
        "        os.write(number, bytes(10**6))\n    return 1"
    )
    assert run(code) == 1


def test_a_huge_result_is_refused(run):
    code = "import numpy as np\ndef probe():\n    return np.zeros(10**7)"
    assert run(code) == "not sendable"


def test_without_bubblewrap_nothing_runs(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    probe.cache_clear()
    with pytest.raises(BoxError, match="apt install bubblewrap"):
        probe()
    probe.cache_clear()
    assert "--unsafe-no-sandbox" in _remedy("")
