"""Grades a class: every submission alone, several at the same time, one record each."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from course.grading.box import MAX_SLOTS, Box, BoxError, probe
from course.grading.exercise import Exercise
from course.grading.record import environment, make_record
from course.grading.running import run
from course.grading.store import is_current, read_record, record_path, write_record
from course.grading.submission import Submission, read_submission, students


@dataclass(frozen=True)
class Outcome:
    """A record and whether it was made now.

    Args:
        record: the record.
        resumed: whether it was kept from an earlier run.
    """

    record: dict
    resumed: bool = False


def grade_submission(exercise: Exercise, submission: Submission, box: Box) -> dict:
    """Grade one sanitised submission; a pure function of submission, exercise and box.

    Args:
        exercise: the exercise.
        submission: what the student handed in.
        box: where the answers run.

    Returns:
        The record. Where the box did not work it has the status ``not graded``.
    """
    settings = environment(box.sandbox)
    if submission.rejected is not None:
        return make_record(exercise, submission, None, settings)
    try:
        if box.sandbox:
            probe()
        seen = run(submission, exercise.template, exercise.keys, box)
        return make_record(exercise, submission, seen, settings)
    except (BoxError, OSError) as error:
        note = f"The box did not work ({type(error).__name__}); grade again with --resume"
    except Exception as error:  # whatever it is, the class must not stop for it
        note = f"The grader failed ({type(error).__name__}); please report it"
    return make_record(exercise, submission, None, settings, [note])


def kept(
    exercise: Exercise, submission: Submission, path: Path, settings: Mapping[str, str]
) -> dict | None:
    """Read the record of an earlier run, if it still holds.

    Args:
        exercise: the exercise.
        submission: what the student handed in.
        path: where the record would be.
        settings: the environment in which the submission would be graded now.

    Returns:
        The record, or None where the submission must be graded again.
    """
    earlier = read_record(path)
    fresh = make_record(exercise, submission, None, settings)
    return earlier if is_current(earlier, fresh) else None


def grade_class(
    exercise: Exercise,
    submissions: Path,
    out: Path,
    box: Box | None = None,
    jobs: int = 1,
    resume: bool = False,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[dict]:
    """Grade every submission in a folder and writes one record each.

    Args:
        exercise: the exercise.
        submissions: holds one folder per student.
        out: the records go to ``out/EXERCISE/STUDENT.json``.
        box: limits and kind of sandbox.
        jobs: how many submissions to grade at the same time.
        resume: whether to keep records that still hold.
        progress: called after each submission.

    Returns:
        The records, sorted by student.

    Raises:
        BoxError: boxes do not work on this machine.
        ValueError: too many jobs.
    """
    box = box or Box()
    if not 1 <= jobs <= MAX_SLOTS:
        raise ValueError(f"{jobs} jobs were asked for; give a number from 1 to {MAX_SLOTS}")
    if box.sandbox:
        probe()
    folder = out / exercise.name
    folder.mkdir(parents=True, exist_ok=True)
    room, names = _Class(exercise, submissions, folder, box, resume), students(submissions)
    records = []
    for outcome in map(room.grade, names) if jobs == 1 else _at_once(room, names, jobs):
        records.append(outcome.record)
        progress(outcome)
    return sorted(records, key=lambda record: record["student"])


@dataclass(frozen=True)
class _Class:
    """What is the same for all students of a class."""

    exercise: Exercise
    submissions: Path
    folder: Path
    box: Box
    resume: bool

    def grade(self, student: str) -> Outcome:
        """Grade one student and write the record, or keep the one that there is."""
        submission = read_submission(self.submissions, student, self.exercise.template)
        path, settings = record_path(self.folder, student), environment(self.box.sandbox)
        if self.resume and (earlier := kept(self.exercise, submission, path, settings)):
            return Outcome(earlier, resumed=True)
        record = grade_submission(self.exercise, submission, self.box)
        write_record(path, record)
        return Outcome(record)


def _at_once(room: _Class, names: Sequence[str], jobs: int) -> Iterator[Outcome]:
    """Grade in several processes, copies of this one, each with a box of its own."""
    fork = multiprocessing.get_context("fork")
    slots = fork.SimpleQueue()
    for slot in range(jobs):
        slots.put(slot)
    try:
        with ProcessPoolExecutor(jobs, fork, _begin, (room, slots)) as pool:
            for future in as_completed([pool.submit(_grade, name) for name in names]):
                yield future.result()
    except BrokenProcessPool:
        raise BoxError("A process that graded was ended from outside; --resume goes on") from None


def _begin(room: _Class, slots) -> None:
    """Prepare a process that grades; it ends at once on Ctrl-C, and when its parent is gone."""
    global _room
    slot = slots.get()
    _room = replace(room, box=replace(room.box, slot=slot))
    if hasattr(os, "sched_setaffinity"):  # a core for itself and its boxes is 4 % faster
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[(os.getppid() + slot) % len(cores)]})
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _grade(student: str) -> Outcome:
    return _room.grade(student)
