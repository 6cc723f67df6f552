"""A batch that is killed ten times and resumed gives what a batch in peace gives, once each."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course.grading.bank import REPOSITORY
from course.grading.batch import grade_class
from course.grading.box import Box, BoxError
from course.grading.store import read_record
from tests.grading.hostile import write_class

STUDENTS, KILLS = 30, 10


def lives_on(pid, out):
    """Whether a process with this number opens a box or grades (the number may be another's)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"worker.py" in command or str(out).encode() in command


def finished(folder):
    """Records that are complete, and when they were written."""
    paths = folder.glob("*.json")
    return {path.name: path.stat().st_mtime_ns for path in paths if read_record(path)}


def descendants(pid):
    """Processes that a process started, and those that they started."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for file in files for child in file.read_text().split()]
    return children + [each for child in children for each in descendants(child)]


@pytest.mark.slow
def test_killed_at_ten_points_and_resumed(exercise, box, tmp_path):
    submissions, out, rng = tmp_path / "class", tmp_path / "out", random.Random(7)
    write_class(exercise, submissions, ["exits", "copied_cells"], STUDENTS - 2, 7, {})
    expected = grade_class(exercise, submissions, tmp_path / "peace", Box(), jobs=2)
    command = [sys.executable, "-m", "course.grading", "grade", str(submissions), "--resume"]
    command += ["--jobs", "2", "--out", str(out), "--exercise", exercise.name]
    folder, kept, started = out / exercise.name, {}, set()
    for goal in sorted(rng.sample(range(STUDENTS), KILLS)):
        process = subprocess.Popen(
            command, cwd=REPOSITORY, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        while len(finished(folder)) < goal:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.1))  # into the start of a box, its work, or a writing
        started |= set(descendants(process.pid))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = finished(folder)
        assert kept.items() <= now.items()  # what was finished was not written again
        kept = now
    (folder / "half.part").write_text('{"format": 1, "stu')
    assert subprocess.run(command, cwd=REPOSITORY, capture_output=True).returncode == 0
    assert kept.items() <= finished(folder).items() and len(kept) < STUDENTS
    peace = tmp_path / "peace" / exercise.name
    for path in peace.glob("*.json"):
        assert (folder / path.name).read_bytes() == path.read_bytes()
    assert sorted(finished(folder)) == sorted(finished(peace)) and len(expected) == STUDENTS
    assert [path.name for path in folder.glob("*.part")] == ["half.part"]
    time.sleep(2)
    assert len(started) > 3 * KILLS and [pid for pid in started if lives_on(pid, out)] == []


def test_ended_by_ctrl_c(exercise, box, tmp_path):
    write_class(exercise, tmp_path / "class", ["exits"], 20, 3, {})
    command = [sys.executable, "-m", "course.grading", "grade", str(tmp_path / "class")]
    command += ["--jobs", "2", "--out", str(tmp_path / "out"), "--exercise", exercise.name]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not finished(tmp_path / "out" / exercise.name):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all that are in it
    told = process.communicate(timeout=20)[1]
    assert process.returncode == 130 and "Traceback" not in told
    assert told.endswith("stopped; the same command with --resume goes on from here\n")


def test_a_grading_process_that_dies_is_told(exercise, box, tmp_path, monkeypatch):
    write_class(exercise, tmp_path / "class", ["exits"], 3, 3, {})
    monkeypatch.setattr("course.grading.batch.grade_submission", lambda *_: os._exit(9))
    with pytest.raises(BoxError, match="ended from outside; --resume goes on"):
        grade_class(exercise, tmp_path / "class", tmp_path / "out", Box(), jobs=2)
