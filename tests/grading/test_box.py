"""The box: what a student's code cannot do in it. Each test runs a probe of code in a real box."""

import os
import platform
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course.grading import landlock, seccomp, visible
from course.grading.bank import REPOSITORY
from course.grading.box import SANDBOXES, Box, BoxError, Limits, Stopped, _remedy, probe, problem


@pytest.fixture(scope="module", params=SANDBOXES)
def box(request):
    """A box of each kind that works here."""
    if reason := problem(request.param):
        pytest.skip(reason)
    return Box(Limits(call_s=1.5, total_s=20), sandbox=request.param)


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
    assert run(code) == "PermissionError"
    assert (
        run("import socket\ndef probe():\n    socket.socket(40, 1)") == "PermissionError"
    )  # vsock


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
    shadow = run("def probe():\n    open('/etc/shadow').read()")
    assert shadow in ("FileNotFoundError", "PermissionError")
    if os.geteuid() == 0:  # the box's first process is root's, the worker is not
        assert run("def probe():\n    open('/proc/1/environ').read()") == "PermissionError"


def test_folders_beside_the_libraries_of_the_system_stay_closed(run):
    result = run("import os\ndef probe():\n    return os.listdir('/usr/src')")
    assert result in ("FileNotFoundError", "PermissionError")


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/box", "/dev", "/dev/shm", "/etc", "/proc", "/proc/sys"]
)
def test_nothing_can_be_written_but_tmp(run, folder):
    code = f"def probe():\n    open({folder + '/planted'!r}, 'w').write('x')"
    assert run(code) in ("OSError", "PermissionError", "FileNotFoundError")


def test_tmp_is_private_and_small(run, box):
    if box.sandbox == "landlock":
        assert run("def probe():\n    open('/tmp/planted', 'w')") == "PermissionError"
        return
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
    assert run("import os\ndef probe():\n    os.kill(1, 9)") == "PermissionError"
    group = "import os\ndef probe():\n    os.killpg(os.getppid(), 9)"
    assert run(group) == "PermissionError"


def test_the_kernel_refuses_every_call_of_the_list(run):
    column = seccomp.MACHINES[platform.machine()][1]
    numbers = {name: numbers[column] for name, numbers in seccomp.REFUSED.items()}
    numbers = {name: number for name, number in numbers.items() if number is not None}
    code = (
        "import ctypes, errno\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def refused(number, *arguments):\n"
        "    result = libc.syscall(number, *arguments)\n"
        "    return (result, ctypes.get_errno()) == (-1, errno.EPERM)\n"
        "def probe():\n"
        f"    calls = [n for n, number in {numbers}.items() if not refused(number, -1, 0, 0, 0)]\n"
        f"    clone = refused({seccomp.CLONE[column]}, 0x10000011, 0, 0, 0, 0)\n"
        f"    limits = refused({seccomp.PRLIMIT[column]}, 1, 7, 0, 0)\n"
        f"    owner = refused({seccomp.FCNTL[column]}, 0, 8, 1)\n"
        "    return calls, clone, limits, owner\n"
    )
    assert run(code) == ([], True, True, True)


def test_what_answers_may_do_goes_on_under_the_filter(run):
    code = (
        "import os, resource, threading, numpy as np\n"
        "def probe():\n"
        "    done = []\n"
        "    thread = threading.Thread(target=done.append, args=[1])\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    read, write = os.pipe()\n"
        "    resource.getrlimit(resource.RLIMIT_AS)\n"
        "    rng = np.random.default_rng(0)\n"
        "    return done, rng.random((9, 9)).shape, np.linalg.svd(np.eye(3))[1].tolist()\n"
    )
    assert run(code) in (([1], (9, 9), [1.0] * 3), "RuntimeError")  # a user under Landlock: none


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
    process = run(code)
    assert isinstance(process, int) or process == "BlockingIOError"  # a user under Landlock
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


def test_without_a_sandbox_nothing_runs(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(landlock, "version", lambda: 2)
    probe.cache_clear()
    with pytest.raises(BoxError, match=r"bubblewrap is not installed.*6\.2 or newer"):
        probe()
    probe.cache_clear()
    assert "--unsafe-no-sandbox" in _remedy("")
    with pytest.raises(ValueError, match="'chroot' is not one of bubblewrap, landlock"):
        next(Box(sandbox="chroot").frames({"setup": [], "answers": []}, time.monotonic() + 9))


def test_landlock_is_the_second_choice(monkeypatch):
    if reason := problem("landlock"):
        pytest.skip(reason)
    monkeypatch.setattr("shutil.which", lambda name: None)
    probe.cache_clear()
    assert probe() == "landlock"
    probe.cache_clear()


def test_a_filter_is_known_for_two_kinds_of_machine():
    for machine in seccomp.MACHINES:
        code = np.frombuffer(
            seccomp.program(machine), [("code", "<u2"), ("jumps", "u1", 2), ("k", "<u4")]
        )
        place = np.arange(len(code))[:, None]
        ends = (place + 1 + code["jumps"])[code["code"] & 7 == 5]  # of jumps: inside the program
        assert ends.max() < len(code) and code["code"][-1] == seccomp.RETURN
    with pytest.raises(ValueError, match="this machine is s390x"):
        seccomp.program("s390x")


@pytest.mark.slow
@pytest.mark.parametrize("user", [0, 65534])
def test_again_with_python_in_a_home_folder_as_root_and_as_nobody(user):
    """Run the tests above, and a hostile batch, where Python lies in a home.

    Landlock cannot hide the folders above Python, so as root it needs a home that all may enter.
    """
    if os.geteuid() != 0 or problem("bubblewrap"):
        pytest.skip("needs root, to become somebody else")
    home, prefix = "/mnt/home/ann/python", str(Path(sys.base_prefix).resolve())
    folders = ["--dir", "/mnt/home", "--dir", "/mnt/home/ann", "--dir", home]
    world = ["--dev-bind", "/", "/", "--tmpfs", "/mnt", *folders, "--bind", prefix, home]
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    paths = [str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))]
    settings = [f"PYTHONPATH={':'.join(paths)}", "HOME=/tmp", "PYTHONDONTWRITEBYTECODE=1"]
    python = [f"{home}/bin/{visible.PYTHON.name}", "-m", "pytest", "-p", "no:cacheprovider"]
    command = ["bwrap", *world, "--cap-add", "ALL", "--", *become, "env", *settings, *python]
    files = [__file__, str(Path(__file__).with_name("test_hostile.py"))]
    command += ["-m", "not slow", *files, "-rs"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200)
    if "Permission denied" in result.stderr and not result.stdout:
        pytest.skip("the course or its packages lie where only root may read")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]
    assert "landlock" not in result.stdout.partition("short test summary")[2], result.stdout
