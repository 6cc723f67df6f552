"""Hostile and broken submissions: what each one tries, in one line, and how it is made.

`CODES` are answers; ``NAME`` stands for the function that the question asks for. None of them is
right, so the attacked question must get 0 points. `FILES` are hand-ins that are odd before any code
runs, each with what a fair grader gives it. Where one of them can write, it writes ``planted``.
"""

import json
import os
import random
import socket
from collections.abc import Callable, Collection
from pathlib import Path

from course.grading.bank import RELEASED, SOLUTIONS
from course.grading.sample import _copy_cell, _fill, _grade_id

CODES = {
    # ends, hangs, grows
    "exits": ("ends Python in the call", "import os\ndef NAME(*a): os._exit(0)"),
    "exits_in_its_cell": ("ends Python before any call", "import os\nos._exit(0)"),
    "leaves": ("asks to exit, politely", "import sys\ndef NAME(*a): sys.exit(0)"),
    "segfaults": ("crashes C code", "import ctypes\ndef NAME(*a): ctypes.string_at(0)"),
    "aborts": ("raises SIGABRT", "import os\ndef NAME(*a): os.abort()"),
    "recurses": (
        "overflows the C stack",
        "import sys\nsys.setrecursionlimit(10**9)\n"
        "def NAME(*a):\n    return repr(NAME) + NAME(*a)",
    ),
    "nests_its_code": ("overflows the compiler", "eval('-' * 10**6 + '1')\ndef NAME(*a): pass"),
    "never_ends": (
        "loops, and ignores what could stop it",
        "import signal\nfor number in (1, 2, 14, 15):\n"
        "    signal.signal(number, signal.SIG_IGN)\nwhile True: pass",
    ),
    "sleeps": ("waits for ever", "import time\ndef NAME(*a): time.sleep(10**6)"),
    "backtracks": (
        "a regular expression that takes for ever",
        "import re\ndef NAME(*a): re.match('(a+)+$', 'a' * 60 + 'b')",
    ),
    "computes_for_ever": ("a huge integer as a string", "def NAME(*a): return 7 ** 7 ** 9"),
    "takes_its_time": (
        "each call is just fast enough",
        "import time\ndef NAME(*a): time.sleep(LIMIT * 0.8)",
    ),
    "starts_threads": (
        "threads that spin",
        "import threading\ndef spin():\n    while True: pass\n"
        "def NAME(*a):\n    while True:\n        threading.Thread(target=spin).start()",
    ),
    "fork_bomb": (
        "forks as fast as it can",
        "import os\ndef NAME(*a):\n    while True:\n        try: os.fork()\n"
        "        except OSError: pass",
    ),
    "daemon": (
        "forks twice into another session, to outlive the box",
        "import os, time\ndef NAME(*a):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        if os.fork() == 0:\n            time.sleep(600)\n        os._exit(0)",
    ),
    "eats_memory": (
        "allocates until it fails",
        "def NAME(*a):\n    pieces = []\n    while True: pieces.append(bytearray(2**24))",
    ),
    "eats_memory_in_children": (
        "each child allocates as much",
        "import os, time\nfor _ in range(9):\n    try:\n        if os.fork() == 0:\n"
        "            hoard = bytearray(2**28)\n            time.sleep(600)\n"
        "    except OSError: pass\ndef NAME(*a): return 0",
    ),
    "eats_shared_memory": (
        "memory that is counted for no process",
        "import ctypes, mmap, os\ndef NAME(*a):\n    libc = ctypes.CDLL(None)\n"
        "    assert libc.shmget(0, ctypes.c_size_t(2**30), 0o1777) == -1\n"
        "    try: os.memfd_create('hoard')\n    except OSError: mmap.mmap(-1, 2**34)",
    ),
    "fills_the_disk": (
        "writes wherever it can until it fails",
        "import itertools\ndef NAME(*a):\n    for i in itertools.count():\n"
        "        for place in ('/tmp', '/dev/shm', '/var/tmp', '.', '/box'):\n"
        "            try: open(f'{place}/planted{i}', 'wb').write(bytes(2**23))\n"
        "            except OSError:\n                if i > 12: raise",
    ),
    "writes_one_huge_file": (
        "a file of 2⁴⁰ bytes that takes no room",
        "def NAME(*a): open('/tmp/planted', 'wb').truncate(2**40)",
    ),
    "makes_noise": (
        "fills standard output and error",
        "import os\ndef NAME(*a):\n    for _ in range(64):\n"
        "        os.write(1, bytes(2**20)); os.write(2, b'full points ' * 2**16)",
    ),
    # reaches for other processes
    "kills": (
        "signals to parents, groups, everybody",
        "import os\ndef NAME(*a):\n    for call in (os.kill, os.killpg):\n"
        "        for pid in (-1, 0, 1, os.getppid(), *range(2, 300)):\n            try:\n"
        "                if pid != os.getpid(): call(pid, 9)\n            except OSError: pass",
    ),
    "signals_by_file": (
        "lets a pipe send the signal",
        "import fcntl, os\ndef NAME(*a):\n    read, write = os.pipe()\n"
        "    fcntl.fcntl(read, fcntl.F_SETOWN, os.getppid())",
    ),
    "stops_itself": ("SIGSTOP", "import os\ndef NAME(*a): os.kill(os.getpid(), 19); return 0"),
    "traces": (
        "debugs its parent and reads its memory",
        "import ctypes, os\nlibc = ctypes.CDLL(None)\ndef NAME(*a):\n"
        "    for pid in (1, os.getppid()):\n"
        "        assert libc.ptrace(16, pid, 0, 0) == -1\n"
        "        assert libc.process_vm_readv(pid, 0, 0, 0, 0) == -1\n"
        "        open(f'/proc/{pid}/mem', 'rb+')",
    ),
    "reads_proc": (
        "environments, arguments, files and memory of all processes",
        "import glob\nloot = b''\n"
        "for name in ('environ', 'cmdline', 'maps', 'mountinfo', 'fd/0', 'fd/3', 'cwd/secret'):\n"
        "    for path in glob.glob(f'/proc/[0-9]*/{name}'):\n"
        "        try: loot += open(path, 'rb').read(2**16)\n        except OSError: pass\n"
        "def NAME(*a): raise type(repr(loot[-500:]), (Exception,), {})",
    ),
    # reaches for the network, the kernel, other users
    "opens_sockets": (
        "all families: inet, unix, abstract, netlink, packet, vsock",
        "import socket\ndef NAME(*a):\n    for family in (1, 2, 10, 16, 17, 38, 40):\n"
        "        for kind in (1, 2, 3):\n            try:\n"
        "                socket.socket(family, kind)\n            except OSError: continue\n"
        "            return 1.0\n    socket.create_connection(('1.1.1.1', 53), timeout=1)",
    ),
    "makes_namespaces": (
        "a user namespace in which it is root",
        "import ctypes\nlibc = ctypes.CDLL(None)\ndef NAME(*a):\n"
        "    assert libc.unshare(0x10020000) == -1 == libc.mount(0, b'/tmp', b'tmpfs', 0, 0)\n"
        "    assert libc.syscall(56, 0x10000011, 0, 0, 0, 0) == -1",
    ),
    "knocks_at_the_kernel": (
        "io_uring, bpf, keyrings, userfaultfd, performance counters",
        "import ctypes\ndef NAME(*a):\n    for number in (425, 321, 250, 323, 298):\n"
        "        if ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0) >= 0: return 1.0",
    ),
    "becomes_root": (
        "setuid, and every program that could help",
        "import os\ndef NAME(*a):\n    for command in ('su', 'sudo', 'mount', 'bwrap', 'newgrp'):\n"
        "        os.system(f'{command} root -c id')\n    os.setuid(0)",
    ),
    "raises_its_limits": (
        "asks for more",
        "import resource\ndef NAME(*a):\n    for what in (4, 6, 7, 9):\n"
        "        resource.setrlimit(what, (-1, -1))",
    ),
    # reaches for files
    "steals": (
        "looks for solutions and other submissions",
        "import glob, os\nloot = ''\n"
        "for place in ('..', '/*', '/tmp/*', '/root/*', '/proc/*/cwd', 'REPOSITORY',\n"
        "              'REPOSITORY/solutions', 'SUBMISSIONS', 'SUBMISSIONS/*', 'SECRET'):\n"
        "    for path in [place, *glob.glob(place + '/*')]:\n"
        "        try: loot += open(path, errors='replace').read(2**16)\n"
        "        except OSError: pass\n"
        "def NAME(*a): raise type(loot[:400] or 'none', (Exception,), {})",
    ),
    "links": (
        "symbolic and hard links to what it may not read",
        "import os\nos.symlink('SECRET', '/tmp/planted')\n"
        "os.link('/box/worker.py', '/tmp/planted2')\n"
        "def NAME(*a): return open('/tmp/planted').read()",
    ),
    "makes_devices": (
        "pipes and device files",
        "import os\ndef NAME(*a):\n    os.mkfifo('/tmp/planted')\n"
        "    os.mknod('/tmp/planted2', 0o60666, os.makedev(254, 0))",
    ),
    "deletes": (
        "removes what it can name",
        "import os, shutil\ndef NAME(*a):\n    shutil.rmtree('/box', ignore_errors=True)\n"
        "    os.remove('SECRET')",
    ),
    "changes_modes": (
        "modes, owners and times of what it can name",
        "import os\ndef NAME(*a):\n    for path in ('/', '/tmp', '/box', 'REPOSITORY', 'SECRET'):\n"
        "        for call in ((os.chmod, 0), (os.chown, 0, 0), (os.utime, (0, 0))):\n"
        "            try: call[0](path, *call[1:])\n            except OSError: pass",
    ),
    "moves": (
        "another folder, another root",
        "import os\ndef NAME(*a): os.chdir('/'); os.chroot('/')",
    ),
    "writes_start_up_files": (
        "code for the next Python, IPython or shell",
        "import os, sys, pathlib\ndef NAME(*a):\n"
        "    for place in (*sys.path, sys.prefix, '/tmp', 'HOME', 'REPOSITORY'):\n"
        "        for name in ('sitecustomize.py', 'planted.pth', '.bashrc', 'conftest.py',\n"
        "                     '.ipython/profile_default/startup/planted.py'):\n"
        "            path = pathlib.Path(place, name)\n            try:\n"
        "                path.parent.mkdir(parents=True, exist_ok=True)\n"
        "                path.write_text('import os; os._exit(3)  # planted')\n"
        "            except OSError: pass\n    return 0",
    ),
    "shadows_modules": (
        "its own numpy and wire",
        "import sys\nfor name in ('numpy', 'wire', 'json', 'course'):\n"
        "    for place in ('/tmp', '/box', '.'):\n"
        "        try: open(f'{place}/{name}.py', 'w').write('raise SystemExit(0)')\n"
        "        except OSError: pass\n    sys.modules[name] = type(sys)(name)\n"
        "sys.path.insert(0, '/tmp')\ndef NAME(*a): return 0",
    ),
    # reaches for the worker and the checks
    "patches_the_checker": (
        "every comparison is true",
        "import builtins, numpy as np\n"
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = builtins.abs = builtins.all = lambda *a, **k: True\n"
        "def NAME(*a): return 0.0",
    ),
    "patches_the_wire": (
        "another encoder in the worker",
        "import sys, wire\nreal = wire.dumps\n"
        "wire.dumps = lambda value: real({**value, 'points': 99, 'error': None})\n"
        "def NAME(*a): return 0.0",
    ),
    "forges_results": (
        "writes frames of its own into every open file",
        "import json, os\ndef frame(**fields):\n    data = json.dumps({'dict': fields}).encode()\n"
        "    return len(data).to_bytes(4, 'big') + data\n"
        "text = frame(question='NAME', error=None, points=99, max=99, status='graded')\n"
        "text += frame(question='NAME', case=0, output=True, error=None, arguments=[])\n"
        "for number in range(1, 40):\n    try: os.write(number, text)\n    except OSError: pass\n"
        "def NAME(*a): return 0.0",
    ),
    "forges_a_huge_frame": ("a frame of 4 GB", "PIPE\ndef NAME(*a): put(b'\\xff' * 4)"),
    "forges_half_a_frame": (
        "the rest never comes",
        "PIPE\nimport time\ndef NAME(*a):\n    put(b'\\0\\0\\1\\0{')\n    time.sleep(600)",
    ),
    "forges_deep_json": (
        "10⁶ brackets",
        "PIPE\ndef NAME(*a): put((10**6).to_bytes(4, 'big') + b'[' * 10**6)",
    ),
    "forges_many_values": (
        "12 MB that would take 500 MB in memory",
        "PIPE\ndef NAME(*a):\n    data = b'[' + b'[],' * (2**22 - 1) + b'[]]'\n"
        "    put(len(data).to_bytes(4, 'big') + data)",
    ),
    "closes_the_pipe": ("closes all files", "import os\ndef NAME(*a): os.closerange(0, 64)"),
    "writes_at_exit": (
        "acts when Python ends",
        "import atexit, weakref\nPIPE\natexit.register(lambda: put(b'planted'))\n"
        "class Late:\n    def __del__(self): put(b'planted')\n"
        "def NAME(*a): return Late()",
    ),
    "walks_frames": (
        "looks in the worker's memory for what is expected",
        "import gc, sys\ndef NAME(*a):\n    for thing in gc.get_objects():\n"
        "        if isinstance(thing, dict) and 'expected' in thing: return thing['expected']\n"
        "    frame = sys._getframe()\n    while frame:\n"
        "        if 'request' in frame.f_locals: return repr(frame.f_locals['request'])\n"
        "        frame = frame.f_back",
    ),
    "traces_calls": (
        "watches the worker from within",
        "import sys\nseen = []\ndef watch(frame, *rest):\n"
        "    len(seen) > 99 or seen.append(repr(frame.f_locals)[:999])\nsys.setprofile(watch)\n"
        "def NAME(*a): return repr(seen)[-2000:]",
    ),
    "tells_its_input": (
        "an exception named after a hidden input",
        "def NAME(*a): raise type(repr(a), (Exception,), {'__module__': 'builtins'})(a)",
    ),
    "imports_the_course": (
        "the course's own functions and other libraries' checks",
        "import sys\nsys.path += ['REPOSITORY']\ndef NAME(*a):\n    import course.grading.bank\n"
        "    return course.grading.bank.load_bank('EXERCISE')['NAME'].rights[0](*a)",
    ),
    # results that are none
    "returns_nan": ("NaN is equal to nothing", "def NAME(*a): return float('nan')"),
    "returns_huge_arrays": (
        "more than fits",
        "import numpy as np\ndef NAME(*a): return [np.zeros(2**22), np.zeros((0, 2**39))] * 9",
    ),
    "returns_objects": (
        "arrays of objects and of records, complex numbers",
        "import numpy as np\n"
        "def NAME(*a): return np.array([object(), 1]), 1j, np.zeros(2, 'i4,f8')",
    ),
    "returns_itself": (
        "a list in itself",
        "def NAME(*a):\n    a = []\n    a.append(a)\n    return a",
    ),
    "returns_depth": (
        "10⁵ lists in lists",
        "def NAME(*a):\n    a = []\n    for _ in range(10**5): a = [a]\n    return a",
    ),
    "returns_a_long_list": ("10⁶ numbers", "def NAME(*a): return [0] * 10**6 + [0]"),
    "returns_huge_integers": ("2¹⁰⁰⁰⁰⁰", "def NAME(*a): return 1 << 100_000"),
    "returns_text": (
        "NUL bytes, half characters, formulas, bidi",
        "def NAME(*a): return '=1+1\\0\\ud800\\u202e' * 9",
    ),
    "returns_code": (
        "functions and generators",
        "def NAME(*a): return [NAME, (x for x in a)]",
    ),
    "is_equal_to_everything": (
        "numbers that compare as they like",
        "class Same(float):\n    __eq__ = __ge__ = __le__ = lambda *a: True\n"
        "    __hash__ = None\n    __float__ = __sub__ = lambda *a: 0.0\n"
        "def NAME(*a): return Same()",
    ),
    "is_any_array": (
        "an array that lies about itself",
        "import numpy as np\nclass Lie(np.ndarray):\n    shape = dtype = property(lambda self: a)\n"
        "    tobytes = lambda self: b''\ndef NAME(*a): return np.zeros(3).view(Lie)",
    ),
}  # fmt: skip

PIPE = (
    "import os\ndef put(data):\n    for number in range(3, 40):\n        try:\n"
    "            while data: data = data[os.write(number, data):]\n        except OSError: pass"
)


def _text(change: Callable[[str], str | bytes]):
    def put(file: Path, notebook: dict) -> None:
        data = change(json.dumps(notebook))
        file.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))

    return put


def _cells(change: Callable[[list[dict]], object]):
    def put(file: Path, notebook: dict) -> None:
        change(notebook["cells"])
        file.write_text(json.dumps(notebook), encoding="utf-8")

    return put


def _answers(cells: list[dict]) -> list[dict]:
    return [c for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]


def _each(change: Callable[[dict], object]):
    return _cells(lambda cells: [change(cell) for cell in _answers(cells)])


def _socket(file: Path, notebook: dict) -> None:
    place = Path.cwd()
    os.chdir(file.parent)  # the path of a socket is at most 108 bytes long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(file.name)
    os.chdir(place)


def _inner_link(file: Path, notebook: dict) -> None:
    (file.parent / file.stem).symlink_to(SOLUTIONS)


def _outer_link(file: Path, notebook: dict) -> None:
    file.parent.rmdir()
    file.parent.symlink_to(SOLUTIONS)


def _hard_link(file: Path, notebook: dict) -> None:
    (file.parent / "other").write_text(json.dumps(notebook))
    file.hardlink_to(file.parent / "other")


def _litter(file: Path, notebook: dict) -> None:
    file.write_text(json.dumps(notebook), encoding="utf-8")
    for name in ("sitecustomize.py", "numpy.py", "conftest.py", "nbgrader_config.py", ".env"):
        (file.parent / name).write_text("raise SystemExit('planted')")
    (file.parent / "gradebook.db").symlink_to("/dev/zero")


REJECTED, FULL, NOTHING = "rejected", "full points", "no points"
FILES = {
    # files that are no notebooks
    "no_file": ("an empty folder", REJECTED, lambda file, notebook: None),
    "empty_file": ("0 bytes", REJECTED, _text(lambda text: "")),
    "half_a_file": ("cut in the middle", REJECTED, _text(lambda text: text[: len(text) // 2])),
    "symbolic_link": ("to the solution", REJECTED, lambda f, n: f.symlink_to(SOLUTIONS / f.name)),
    "endless_file": ("a link to a device", REJECTED, lambda f, n: f.symlink_to("/dev/zero")),
    "link_to_itself": ("a loop", REJECTED, lambda f, n: f.symlink_to(f)),
    "inner_link": ("nbgrader's folder is a link", REJECTED, _inner_link),
    "outer_link": ("the student's folder is a link", REJECTED, _outer_link),
    "hard_link": ("another name of another file", REJECTED, _hard_link),
    "named_pipe": ("reading it would wait", REJECTED, lambda f, n: os.mkfifo(f)),
    "a_socket": ("a socket as a file", REJECTED, _socket),
    "a_folder": ("a folder as a file", REJECTED, lambda f, n: f.mkdir()),
    "too_large": ("2⁴⁰ bytes that take no room", REJECTED, lambda f, n: os.truncate(
        os.open(f, os.O_CREAT | os.O_WRONLY), 2**40)),
    "many_values": ("JSON that grows 30 times when read", REJECTED, _text(
        lambda text: '{"nbformat": 4, "cells": [' + "[]," * 5_000_000 + "[]]}")),
    "deep_json": ("10⁶ brackets", REJECTED, _text(lambda text: "[" * 10**6)),
    "huge_number": ("an integer of 10⁶ digits", REJECTED, _text(
        lambda text: text.replace('"nbformat": 4', '"nbformat": 1' + "0" * 10**6))),
    "utf_16": ("not UTF-8", REJECTED, _text(lambda text: text.encode("utf-16"))),
    "nul_bytes": ("zeros after the end", REJECTED, _text(lambda text: text + "\0" * 99)),
    "a_pickle": ("code for who unpickles it", REJECTED, _text(
        lambda text: b"\x80\x04cposix\nsystem\n(X\x0c\x00\x00\x00touch plantedtR.")),
    "nbformat_3": ("an old format", REJECTED, _text(
        lambda text: text.replace('"nbformat": 4', '"nbformat": 3'))),
    "nbformat_nan": ("a format that is no number", REJECTED, _text(
        lambda text: text.replace('"nbformat": 4', '"nbformat": NaN'))),
    "no_cells": ("cells are null", REJECTED, _text(lambda t: '{"nbformat": 4, "cells": null}')),
    # notebooks that claim too much
    "skips_the_tests": ("a blank with tags that skip its tests", NOTHING, _cells(lambda cells: [
        cell.update(source=[], metadata=cell["metadata"] | {"tags": ["skip-execution"]})
        for cell in cells])),
    "sets_its_points": ("metadata that give 1,000 points", NOTHING, _each(lambda cell: (
        cell["metadata"]["nbgrader"].update(points=1000, grade=True), cell.update(source="")))),
    "answers_elsewhere": ("solutions in added cells only", NOTHING, _cells(lambda cells: [
        cells.append({"cell_type": "code", "source": cell["source"], "metadata": {}})
        or cell.update(source="") for cell in _answers(cells)])),
    "answers_in_markdown": ("code cells turned into text", NOTHING, _each(
        lambda cell: cell.update(cell_type="markdown"))),
    "homoglyph_ids": ("ids with a Cyrillic letter", NOTHING, _each(
        lambda cell: cell["metadata"]["nbgrader"].update(
            grade_id=cell["metadata"]["nbgrader"]["grade_id"].translate({97: "а", 111: "о"})))),
    "nul_in_code": ("code that cannot be compiled", NOTHING, _each(
        lambda cell: cell.update(source=cell["source"] + "\0"))),
    "source_of_junk": ("sources that are no text", NOTHING, _each(
        lambda cell: cell.update(source={"a": [1, None]}))),
    "very_long_answer": ("10⁶ characters of code", NOTHING, _each(
        lambda cell: cell.update(source=cell["source"] + "\n#" + "x" * 10**6))),
    # notebooks that look odd and are honest
    "byte_order_mark": ("saved by a Windows editor", FULL, _text(lambda text: "\ufeff" + text)),
    "windows_lines": ("saved by a Windows editor", FULL, _each(
        lambda cell: cell.update(source=cell["source"].replace("\n", "\r\n")))),
    "schema_version_1": ("nbgrader would stop the batch", FULL, _cells(lambda cells: [
        cell["metadata"].get("nbgrader", {}).update(schema_version=1) for cell in cells])),
    "copied_cells": ("each answer twice, first blank", FULL, _cells(lambda cells: [
        _copy_cell(cells, _grade_id(cell)) for cell in _answers(list(cells))])),
    "thousand_copies": ("10⁴ cells with one id", FULL, _cells(
        lambda cells: cells.extend(_answers(cells)[:1] * 10**4))),
    "foreign_cells": ("cells, outputs and attachments of all kinds", FULL, _cells(
        lambda cells: cells.extend([None, 7, [], {}, {"cell_type": "raw"},
                                    {"cell_type": "code", "source": "1/0", "outputs": 3}]))),
    "bidi_text": ("comments that read backwards, half characters", FULL, _each(
        lambda cell: cell.update(source=cell["source"] + "\n# \u202e\u2066 \ud800 end"))),
    "litter": ("start-up files and modules beside the notebook", FULL, _litter),
}  # fmt: skip

NAMES = {  # student folders that are hard to name a file after
    "traversal": r"..\..\%2e%2e", "option": "--unsafe-no-sandbox", "formula": "=cmd|' calc'!A0",
    "control": "a\x1b[2Jb\nc", "escaped_control": r"a\x1b[2Jb\x0ac", "bidi": "\u202ennna",
    "bytes": os.fsdecode(b"\xff\xfe"), "long": "😀" * 60, "longer": "😀" * 60 + "x",
    "dot": "x.json",
}  # fmt: skip


def write_class(
    exercise, folder: Path, names: Collection[str], honest: int, seed: int, words: dict
) -> dict[str, tuple[str, str | None]]:
    """Write hostile and honest submissions in random order.

    Args:
        exercise: the exercise.
        folder: where; made here.
        names: keys of `CODES`, `FILES` and `NAMES` to write.
        honest: number of honest submissions.
        seed: of the order, and of what the honest students answer.
        words: what to put in for words in capital letters, besides ``NAME`` and ``EXERCISE``.

    Returns:
        By student, what they are (a name, or ``honest``) and the attacked question or None.
    """
    rng = random.Random(seed)
    released = (RELEASED / f"{exercise.name}.ipynb").read_text(encoding="utf-8")
    kinds = [*names, *["honest"] * honest]
    rng.shuffle(kinds)
    students = {}
    for number, kind in enumerate(kinds):
        student = f"{number:03d}-{NAMES.get(kind, kind)}"
        answers, attacked = _answers_of(exercise, kind, rng, words)
        notebook = json.loads(released)
        _fill(notebook["cells"], answers | {"written": f"By {student!a}."})
        file = folder / student / f"{exercise.name}.ipynb"
        file.parent.mkdir(parents=True)
        put = FILES[kind][2] if kind in FILES else _cells(lambda cells: None)
        put(file, notebook)
        students[student] = (kind, attacked)
    return students


def _answers_of(exercise, kind, rng, words) -> tuple[dict[str, str], str | None]:
    bank = exercise.bank
    answers = {name: question.answer(question.rights[0]) for name, question in bank.items()}
    if kind in CODES:
        attacked = rng.choice(list(bank))
        code = CODES[kind][1].replace("PIPE", PIPE)
        for word, text in (words | {"NAME": attacked, "EXERCISE": exercise.name}).items():
            code = code.replace(word, str(text))
        return answers | {attacked: code}, attacked
    if kind == "honest":
        for name, question in bank.items():
            wrongs = [function for _, function in question.wrongs]
            choice = rng.choice([*question.rights, *wrongs, None])
            answers[name] = question.answer(choice) if choice else ""
    return answers, None
