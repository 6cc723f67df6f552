"""The record of one graded submission: a JSON file that is the same whenever it is made again.

A record holds no times and nothing that a student's code wrote. ``total`` counts the auto-graded
questions; a question that waits for an instructor, and a submission that could not be graded, have
points ``null``, never 0.

The status is ``graded``; ``partial`` where an answer is blank or missing; ``timed out`` or
``crashed`` where an answer was, which costs that answer only; ``rejected`` where nothing could be
read; ``not graded`` where the box did not work and no student is to blame.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from course.grading.box import BoxError, kind
from course.grading.checking import BLANK, judge
from course.grading.exercise import Exercise
from course.grading.key import Observation
from course.grading.store import FORMAT, printable
from course.grading.submission import Submission


def make_record(
    exercise: Exercise,
    submission: Submission,
    seen: Mapping[str, Sequence[Observation]] | None,
    environment: Mapping[str, str],
    notes: Sequence[str] = (),
) -> dict:
    """Make the record of one submission.

    Args:
        exercise: the exercise.
        submission: the sanitised submission.
        seen: what each answer did, or None where nothing was run.
        environment: see `environment`.
        notes: what to tell besides the notes of the submission.

    Returns:
        The record.
    """
    questions = _questions(exercise, submission, seen)
    points = [question["points"] for question in questions if question["checks"]]
    return {
        "format": FORMAT,
        "exercise": exercise.name,
        "student": printable(submission.student),
        "status": _status(exercise, submission, seen),
        "content_hash": submission.content_hash,
        "course_hash": exercise.course_hash,
        "environment": dict(environment),
        "total": sum(points) if points else None,
        "max": sum(key.points for key in exercise.keys.values()),
        "questions": questions,
        "notes": [*submission.notes, *notes, *filter(None, [submission.rejected])],
    }


def environment(sandbox: bool | str) -> dict[str, str]:
    """Describe where answers run.

    Args:
        sandbox: as for `course.grading.box.Box`.

    Returns:
        Versions, and the kind of sandbox; ``unavailable`` where none works and nothing is run.
    """
    try:
        used = kind(sandbox)
    except BoxError:
        used = "unavailable"
    return {"python": platform.python_version(), "numpy": np.__version__, "sandbox": used}


def _status(exercise, submission, seen) -> str:
    if submission.rejected is not None:
        return "rejected"
    if seen is None:
        return "not graded"
    errors = {each.error for observations in seen.values() for each in observations}
    if errors & {"timed out", "not run"}:
        return "timed out"
    if "crashed" in errors:
        return "crashed"
    answered = all(cell.name in submission.answers for cell in exercise.template.answers)
    return "graded" if answered else "partial"


def _questions(exercise, submission, seen) -> list[dict]:
    questions = []
    for cell in exercise.template.answers:
        if cell.points is not None:
            questions.append(_by_hand(cell, submission))
        elif seen is None:
            points = exercise.keys[cell.name].points
            questions.append(_question(cell.name, None, points, "not graded", []))
        else:
            questions.append(_checked(exercise.keys[cell.name], seen[cell.name]))
    return questions


def _by_hand(cell, submission) -> dict:
    if submission.rejected is None and cell.name not in submission.answers:
        return _question(cell.name, 0, cell.points, "blank", [])
    status = "not graded" if submission.rejected else "needs marking"
    return _question(cell.name, None, cell.points, status, [])


def _checked(key, seen) -> dict:
    checks = judge(key, seen)
    blank = all(observation.error == BLANK for observation in seen)
    points = sum(check.points for check in checks)
    status = "blank" if blank else "graded"
    return _question(key.name, points, key.points, status, [asdict(check) for check in checks])


def _question(name, points, maximum, status, checks) -> dict:
    return {"name": name, "points": points, "max": maximum, "status": status, "checks": checks}
