"""Grades a class: every submission alone, several at the same time, one record each."""

import queue
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
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
    slots = queue.SimpleQueue()
    for slot in range(jobs):
        slots.put(replace(box, slot=slot))

    def grade(student: str) -> Outcome:
        submission = read_submission(submissions, student, exercise.template)
        path = record_path(folder, student)
        if resume and (earlier := kept(exercise, submission, path, environment(box.sandbox))):
            return Outcome(earlier, resumed=True)
        mine = slots.get()
        try:
            record = grade_submission(exercise, submission, mine)
        finally:
            slots.put(mine)
        write_record(path, record)
        return Outcome(record)

    records = []
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(grade, name) for name in students(submissions)]):
            records.append(future.result().record)
            progress(future.result())
    return sorted(records, key=lambda record: record["student"])
