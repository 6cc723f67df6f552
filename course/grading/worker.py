"""The program inside the box: runs a student's answers and sends back what they did.

It stands alone (the standard library, NumPy and `wire`, which lies beside it), knows no expected
result and decides nothing: whatever a student's code does to it, the checks are made outside.

Started as ``worker.py UID LIMITS FILTER PATH…`` with the request on standard input:
``{"setup": [source…], "answers": [{"name", "source", "calls": [[argument…]…]}…]}``.
Frames on standard output are a length of four bytes and a value of `wire`:
``{"ready": version of NumPy}``, then per answer ``{"question", "error"}`` once its cell has run and
``{"question", "case", "output", "error", "arguments"}`` for each call.
"""

import base64
import ctypes
import json
import os
import re
import resource
import struct
import sys

MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


def drop_root(uid: int) -> None:
    """Become an unprivileged user for good.

    Args:
        uid: the user and group to become.

    Raises:
        RuntimeError: root could be regained.
    """
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise RuntimeError("The worker could regain root; it does not run students' code like this")


def limit(limits: dict) -> None:
    """Set hard limits that hold for everything started from here.

    Args:
        limits: values by the names of `resource`, without ``RLIMIT_``.
    """
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def refuse_calls(program: bytes) -> None:
    """Have the kernel refuse system calls, to this process and all that it starts.

    Args:
        program: see `course.grading.seccomp`.

    Raises:
        OSError: the kernel cannot do so.
    """
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, ctypes.c_ulong(2), filter_, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), "The kernel cannot filter system calls")


def execute(source: str, name: str, namespace: dict) -> None:
    """Run a cell. Where it is not plain Python, lines of notebook magic are skipped.

    Args:
        source: the cell.
        name: shown as the file name.
        namespace: the notebook's global variables.
    """
    try:
        code = compile(source, f"<{name}>", "exec", dont_inherit=True)
    except SyntaxError:
        code = compile(MAGIC.sub(r"\1pass", source), f"<{name}>", "exec", dont_inherit=True)
    exec(code, namespace)


def attempt(action, *arguments):
    """Call and catch everything, an exit too.

    Args:
        action: a function.
        *arguments: its arguments.

    Returns:
        What it returned, and None or the name of the nearest built-in exception.
    """
    parent = os.getpid()
    try:
        result = action(*arguments), None
    except BaseException as error:
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        result = None, kinds[0]
    if os.getpid() != parent:  # a child that the student's code forked must not go on from here
        os._exit(1)
    return result


def run(request: dict, send) -> None:
    """Run all answers in one namespace, each followed by its calls, as a notebook would.

    Args:
        request: setup cells and answers.
        send: takes a frame.
    """
    namespace = {"__name__": "__main__"}
    for source in request["setup"]:
        execute(source, "setup", namespace)
    for answer in request["answers"]:
        name = answer["name"]
        _, error = attempt(execute, answer["source"], name, namespace)
        function = namespace.get(name)
        error = None if callable(function) else error or "no function"
        send({"question": name, "error": error})
        for case, arguments in enumerate(answer["calls"] if error is None else []):
            output, error = attempt(function, *arguments)
            frame = {"question": name, "case": case, "output": output, "error": error}
            send(frame | {"arguments": arguments})


def main(uid: str, limits: str, calls: str, *path: str) -> None:
    """Give up every privilege, read the request and run it.

    Args:
        uid: user to become, or ``-1`` to stay.
        limits: `limit`'s argument as JSON.
        calls: `refuse_calls`'s argument in base 64; empty for none.
        *path: folders to import from.
    """
    if int(uid) >= 0:
        drop_root(int(uid))
    limit(json.loads(limits))
    if calls:
        refuse_calls(base64.b64decode(calls))
    sys.path[:0] = path
    import numpy as np
    import wire

    with os.fdopen(0, "rb", closefd=False) as stdin:
        request = wire.loads(stdin.read())
    pipe = os.fdopen(os.dup(1), "wb")  # the frames' way out; what answers print goes nowhere
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)

    def send(frame: dict) -> None:
        try:
            data = wire.dumps(frame)
        except Exception:
            frame = {"question": frame["question"], "case": frame["case"], "error": "not sendable"}
            data = wire.dumps(frame | {"output": None, "arguments": []})
        pipe.write(len(data).to_bytes(4, "big") + data)
        pipe.flush()

    send({"ready": np.__version__})
    run(request, send)


if __name__ == "__main__":
    main(*sys.argv[1:])
