"""``make lab`` on a machine without a screen: the printed address serves the first notebook."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from course import lab

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_prints_an_address_that_serves_the_first_notebook():
    screenless = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = subprocess.Popen(
        [sys.executable, "-m", "course.lab"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=screenless,
    )
    try:
        found = None
        while not found:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            found = re.search(r"(http://localhost:\d+)/lab/tree/(\S+)\?token=(\w+)", line)
        host, path, token = found.groups()
        assert (ROOT / path).is_file()
        with urllib.request.urlopen(f"{host}/api/contents/{path}?token={token}") as answer:
            assert answer.status == 200
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert "your notebooks are saved" in out and "Traceback" not in err


def test_a_taken_port_is_passed_over():
    import socket

    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert lab.free_port(port) > port
