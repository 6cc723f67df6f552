"""``make lab``: serve JupyterLab and open the first notebook, or print its address."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOG = ROOT / "build" / "lab.log"
FIRST = "notebooks/00_start_here.ipynb"


def free_port(wanted=8888, tries=50):
    """Return the first port from ``wanted`` on that nobody listens to.

    Raises:
        OSError: if all of them are taken.
    """
    for port in range(wanted, wanted + tries):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)):
                return port
    raise OSError(f"Ports {wanted}–{wanted + tries - 1} are all taken; stop another JupyterLab.")


def has_screen():
    """Is there a display to open a browser on?"""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in os.environ


def serve(port, token):
    """Start JupyterLab as a child process and return it once it answers.

    Raises:
        RuntimeError: if it ends or stays silent for a minute.
    """
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--notebook-dir={ROOT}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w") as log:
        environment = os.environ | {"JUPYTER_TOKEN": token}
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/api", timeout=2).close()
            return server
        except (urllib.error.URLError, OSError):
            if server.poll() is not None:
                break
            time.sleep(0.25)
    server.kill()
    raise RuntimeError(
        f"JupyterLab did not start on port {port}; {LOG} says why. Run `make doctor`; if it finds "
        "nothing, `make clean lab` installs everything anew."
    )


def main():
    token = secrets.token_hex(16)
    try:
        port = free_port()
        server = serve(port, token)
    except (OSError, RuntimeError) as error:
        sys.exit(f"✗ {error}")
    address = f"http://localhost:{port}/lab/tree/{FIRST}?token={token}"
    print(f"The course is open at\n\n    {address}\n\nStop it with Ctrl-C.", flush=True)
    if has_screen():
        webbrowser.open(address)
    try:
        sys.exit(server.wait())
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        print("\nJupyterLab has stopped; your notebooks are saved.")


if __name__ == "__main__":
    main()
