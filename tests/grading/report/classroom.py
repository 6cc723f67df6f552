"""A class without a box: its records are made from what the bank's solutions do."""

from dataclasses import replace

import pytest

from course.grading.key import Observation, observe
from course.grading.record import make_record
from course.grading.release import exercises
from course.grading.submission import Submission

QUICK = ("02_lenet", "08_sliding_windows")
EXERCISES = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in exercises()
]
SANDBOX = {"python": "3.11", "numpy": "2", "sandbox": "bubblewrap"}


def seen_by(key, function):
    return [observe(function, case.arguments) for case in key.cases]


def make_class(exercise):
    """Records by student: who is right, who makes each mistake, and whatever else can be."""
    written = {"written": "Because."}
    everything = dict.fromkeys(exercise.bank, "code") | written
    right = {name: seen_by(q.key, q.rights[0]) for name, q in exercise.bank.items()}
    first = next(iter(right))

    def record(student, answers=everything, seen=right, rejected=None, notes=()):
        submission = Submission(student, answers, (), rejected)
        seen = None if rejected else seen
        return make_record(exercise, submission, seen, SANDBOX, notes)

    def failing(error):
        return right | {first: [Observation(error=error)] * len(right[first])}

    records = [record("right"), record("no-text", dict.fromkeys(exercise.bank, "code"))]
    records.append(record("blank", {}, _blank(exercise)))
    for status, error in ("slow", "timed out"), ("crash", "crashed"), ("raise", "IndexError"):
        records.append(record(status, seen=failing(error)))
    records.append(record("unread", {}, rejected="The notebook is not valid JSON"))
    records.append(record("no-box", seen=None, notes=["The box did not work"]))
    records.append(record("=cmd|' <script>alert(1) [x](javascript:1) *b* `c`"))
    for number in range(3):
        wrong = {n: seen_by(q.key, q.wrongs[number][1]) for n, q in exercise.bank.items()}
        records.append(record(f"wrong-{number}", seen=wrong))
    return {each["student"]: each for each in records}


def _blank(exercise):
    blank = Observation(error="NotImplementedError")
    return {name: [blank] * len(key.cases) for name, key in exercise.keys.items()}


def marked(grade, points, comment=""):
    """The same grade with its written answer marked."""
    *auto, written = grade.questions
    changed = written | {"points": points, "status": "marked", "comment": comment}
    return replace(grade, questions=[*auto, changed])
