"""``make doctor``: what is wrong with this installation, and what to do about it.

Each check returns (is it well?, what was found, remedy). The exit code is 1 if anything that the
course needs is not well; a missing grading sandbox or GPU is only mentioned.
"""

import os
import platform
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
GIB = 2**30


def python():
    found = platform.python_version()
    well = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return well, f"Python {found}", "Use Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 lab"


def pins():
    wanted = re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "requirements.txt").read_text(), re.M)
    wrong = [f"{n} {_installed(n) or 'missing'} (needs {v})" for n, v in wanted if
             _installed(n) != v]  # fmt: skip
    found = ", ".join(wrong) or f"all {len(wanted)} pinned packages as required"
    return not wrong, found, "Run: .venv/bin/python -m pip install -r requirements.txt"


def _installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def backend():
    import keras

    from course import runtime

    devices = runtime.gpus() or ["CPU only (a GPU is optional: pip install tensorflow[and-cuda])"]
    return True, f"Keras backend {keras.config.backend()}; {', '.join(devices)}", ""


def memory():
    if not hasattr(os, "sysconf"):  # Windows
        return True, "memory not measured on this system", ""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return total > 3.5, f"{total:.0f} GiB of memory", "A lecture needs up to 4 GiB; close programs."


def disk():
    free = shutil.disk_usage(ROOT).free / GIB
    return free > 2, f"{free:.0f} GiB of disk free", "The course needs 2 GiB; make room."


def data():
    from course.data import embedded

    names = [*embedded.EMBEDDED, "weights"]
    try:
        for name in names[:-1]:
            embedded.verify(name)
        embedded.check_sums(embedded.DATASETS / "weights")
    except (FileNotFoundError, ValueError) as error:
        return False, str(error), ""
    return True, f"shipped files intact: {', '.join(names)}", ""


def cache():
    from course.data.embedded import data_dir

    ready = sorted(path.name for path in data_dir().glob("*") if any(path.glob("**/*.json")))
    found = ", ".join(ready) or "nothing prepared yet (the first load, or make data, does it)"
    return True, f"data cache {data_dir()}: {found}", ""


def sandbox():
    from course.grading.box import BoxError, probe

    try:
        probe()
    except BoxError as error:
        return None, "no grading sandbox (students need none)", str(error)
    return True, "grading sandbox works", ""


CHECKS = (python, pins, backend, memory, disk, data, cache, sandbox)


def main():
    well = True
    for check in CHECKS:
        good, found, remedy = check()
        print(("✓ " if good else "· " if good is None else "✗ ") + found)
        if not good and remedy:
            print(f"    {remedy}")
        well = well and good is not False
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
