"""The hostile batch: honest students among hostile ones get what they would get alone.

`hostile.py` says what the hostile ones try. A few of them are run always, all of them in the slow
tests, with one, two and four workers.
"""

import hashlib
import json
import os
import secrets
import time
from dataclasses import replace
from pathlib import Path

import pytest

from course.grading import __main__ as cli
from course.grading import box as boxes
from course.grading.bank import REPOSITORY, SOLUTIONS
from course.grading.batch import grade_class, grade_submission
from course.grading.store import printable, record_path, write_record
from course.grading.submission import read_submission, students
from tests.grading.hostile import CODES, FILES, FULL, NAMES, REJECTED, write_class

SHOWN = (
    "exits", "never_ends", "fork_bomb", "daemon", "kills", "reads_proc", "opens_sockets", "steals",
    "writes_start_up_files", "forges_results", "forges_many_values", "walks_frames",
    "is_equal_to_everything", "symbolic_link", "many_values", "skips_the_tests", "copied_cells",
    "escaped_control", "control", "long",
)  # fmt: skip

REPORTS = ("feedback", "report", "export", "similarity CLASS")


@pytest.fixture
def late(monkeypatch, tmp_path_factory):
    """File of the seconds by which a process waited past a deadline, or for a box to end."""
    file = tmp_path_factory.mktemp("late") / "seconds"
    read, kill = boxes._read_frame, boxes.Box._kill

    def note(seconds):
        with file.open("a") as noted:
            noted.write(f"{seconds}\n")

    def timed_read(*arguments):
        try:
            return read(*arguments)
        finally:
            note(time.monotonic() - arguments[-1])

    def timed_kill(self, process):
        start = time.monotonic()
        kill(self, process)
        note(time.monotonic() - start)

    monkeypatch.setattr(boxes, "_read_frame", timed_read)
    monkeypatch.setattr(boxes.Box, "_kill", timed_kill)
    return file


@pytest.fixture
def secret(tmp_path, monkeypatch):
    """A word that no record may hold; it is in a file beside the class and in the environment."""
    word = "canary" + secrets.token_hex(8)
    (tmp_path / "secret").write_text(word)
    monkeypatch.setenv("COURSE_SECRET", word)
    monkeypatch.setitem(boxes.ENVIRONMENT, "BOX", word[::-1])  # finds the boxes' processes again
    return word


def snapshot(*folders):
    """Type, mode, time and content of all files below some folders, without compiled Python."""
    seen = {}
    for path in (path for folder in folders for path in [folder, *sorted(folder.rglob("*"))]):
        status = path.lstat()
        if "__pycache__" in path.parts or path.is_dir():
            seen[path] = (status.st_mode, status.st_uid)
        else:
            small = path.is_file() and not path.is_symlink() and status.st_size < 2**25
            content = hashlib.sha256(path.read_bytes()).digest() if small else None
            seen[path] = (status.st_mode, status.st_uid, status.st_mtime_ns, content)
    return {path: facts for path, facts in seen.items() if path.suffix != ".pyc"}


def planted():
    """What an answer left behind where it could have written."""
    home = Path.home()
    folders = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.cwd(), home]
    folders += [home / ".ipython", home / ".ipython/profile_default/startup"]
    return [path for folder in folders for path in folder.glob("*planted*")]


def processes(word):
    """Processes of boxes with this word in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [path] * (f"BOX={word}".encode() in path.read_bytes())
        except OSError:
            continue
    return found


def canaries(exercise):
    """Lines of the solutions, and numbers of the hidden inputs."""
    for question in exercise.bank.values():
        for right in question.rights:
            yield from (line for line in question.answer(right).split("\n")[1:] if len(line) > 25)
    for key in exercise.keys.values():
        for case in (case for case in key.cases if case.hidden):
            numbers = [n for a in case.arguments if hasattr(a, "flat") for n in a.flat]
            yield from (text for text in map(str, map(float, numbers)) if len(text) > 8)


def check_batch(exercise, box, tmp_path, secret, late, names, honest, jobs):
    submissions, out = tmp_path / "class", tmp_path / "results"
    words = {"SECRET": tmp_path / "secret", "SUBMISSIONS": submissions, "REPOSITORY": REPOSITORY}
    words |= {"HOME": Path.home(), "LIMIT": box.limits.call_s}
    who = write_class(exercise, submissions, names, honest, seed=jobs, words=words)
    watched = (submissions, REPOSITORY / "course", SOLUTIONS, REPOSITORY / "tests")
    before = snapshot(*watched)
    records = grade_class(exercise, submissions, out, box, jobs)
    end = time.monotonic()

    folder = out / exercise.name
    files = {record_path(folder, student): student for student in who}
    assert students(submissions) == sorted(who) and len(files) == len(who) == len(records)
    assert sorted(folder.iterdir()) == sorted(files)
    for path, student in files.items():
        kind, attacked = who[student]
        record = json.loads(path.read_text("utf-8"))
        told = f"{student!a}: {record}"
        assert record["student"] == printable(student)
        points = {question["name"]: question["points"] for question in record["questions"]}
        expected = FILES[kind][1] if kind in FILES else FULL if kind in NAMES else None
        if kind == "honest":
            alone = read_submission(submissions, student, exercise.template)
            write_record(tmp_path / "alone", grade_submission(exercise, alone, box))
            assert path.read_bytes() == (tmp_path / "alone").read_bytes(), told
            assert record["status"] in ("graded", "partial"), told
        elif expected == REJECTED:
            assert (record["status"], record["total"]) == ("rejected", None), told
        elif expected is not None:
            assert record["total"] == (record["max"] if expected == FULL else 0), told
        else:
            assert points[attacked] == 0 and record["status"] != "not graded", told
    for command in REPORTS:
        options = ["--exercise", exercise.name, "--out", str(out)]
        assert cli.main([*command.replace("CLASS", str(submissions)).split(), *options]) == 0
    written = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    for path, data in written.items():  # the similarity report shows students' code, to you alone
        lines = [] if path.stem == "similarity" else canaries(exercise)
        assert [w for w in (secret, secret[::-1], *lines) if w.encode() in data] == [], path
    for path, student in files.items():
        others = [printable(name)[:20].encode() for name in who if name != student]
        pages = [path, *folder.glob(f"feedback/{student[:4]}*")]
        assert len(pages) == 3, pages
        assert [name for name in others for page in pages if name in written[page]] == []

    assert snapshot(*watched) == before and planted() == []
    assert max(map(float, late.read_text().split())) <= 2
    time.sleep(max(0, end + 2 - time.monotonic()))
    assert processes(secret[::-1]) == []


@pytest.mark.parametrize("sandbox", boxes.SANDBOXES)
def test_a_few_hostile_students_among_honest_ones(exercise, box, tmp_path, secret, late, sandbox):
    if reason := boxes.problem(sandbox):
        pytest.skip(reason)
    box = replace(box, sandbox=sandbox)
    check_batch(exercise, box, tmp_path, secret, late, SHOWN, 10, jobs=2)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_all_hostile_students_among_fifty_honest_ones(exercise, box, tmp_path, secret, late, jobs):
    names = [*CODES, *FILES, *NAMES]
    assert len(names) == len(set(names)) > 100
    limits = replace(box.limits, total_s=6, memory=2**29)
    check_batch(exercise, replace(box, limits=limits), tmp_path, secret, late, names, 50, jobs)


def test_the_canaries_would_be_found(exercise, tmp_path, secret):
    found = list(canaries(exercise))
    assert len(found) > 100 and any("np." in line for line in found)
    (tmp_path / "planted").touch()
    assert snapshot(tmp_path) != snapshot(tmp_path / "secret")
    pid = os.posix_spawn("/bin/sleep", ["sleep", "9"], {"BOX": secret[::-1]})
    assert len(processes(secret[::-1])) == 1
    os.kill(pid, 9)
    os.waitpid(pid, 0)
