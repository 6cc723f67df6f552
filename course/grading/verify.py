"""The grader graded: banks and solution notebooks must get what they deserve, in the real box."""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from pathlib import Path

from course.grading.bank import SOLUTIONS
from course.grading.batch import grade_submission
from course.grading.box import Box, probe
from course.grading.exercise import Exercise
from course.grading.submission import Submission, sanitise


def verify(exercise: Exercise, box: Box | None = None, source: Path = SOLUTIONS) -> list[str]:
    """Grade the solution notebook, a blank, and every solution of the bank.

    Args:
        exercise: the exercise.
        box: where the answers run.
        source: folder of the solution notebooks.

    Returns:
        What is not as it should be, in sentences; empty if all is well.

    Raises:
        BoxError: boxes do not work on this machine.
    """
    box = box or Box()
    if box.sandbox:
        probe()
    problems = [*_verify_rights(exercise, box), *_verify_wrongs(exercise, box)]
    solved = sanitise(
        "solution", (source / f"{exercise.name}.ipynb").read_bytes(), exercise.template
    )
    for submission, best in (solved, True), (Submission("blank"), False):
        record = grade_submission(exercise, submission, box)
        expected = record["max"] if best else 0
        if record["total"] != expected:
            problems.append(
                f"The {submission.student} gets {record['total']} points, not {expected}"
            )
    return problems


def _verify_rights(exercise: Exercise, box: Box) -> list[str]:
    problems = []
    rights = {name: question.rights for name, question in exercise.bank.items()}
    for name, functions in rights.items():
        if len(functions) < 2:
            problems.append(f"{name} has {len(functions)} right solutions; give at least 2")
    for _, function, result in _grade_all(exercise, rights, box):
        if result["points"] != result["max"]:
            problems.append(f"{function.__name__} is right but gets: {_messages(result)}")
    return problems


def _verify_wrongs(exercise: Exercise, box: Box) -> list[str]:
    problems = []
    hints = {name: dict(_reverse(question)) for name, question in exercise.bank.items()}
    wrongs = {name: list(of_question) for name, of_question in hints.items()}
    for name, functions in wrongs.items():
        if len(set(hints[name].values())) < max(3, len(functions)):
            problems.append(f"{name} needs at least 3 wrong solutions, each with a hint of its own")
    for name, function, result in _grade_all(exercise, wrongs, box):
        if result["points"] == result["max"]:
            problems.append(f"{function.__name__} is wrong but gets full points")
        elif _messages(result) != {hints[name][function]}:
            problems.append(
                f"{function.__name__} gets another hint than its own: {_messages(result)}"
            )
    return problems


def _reverse(question):
    return ((function, hint) for hint, function in question.wrongs)


def _grade_all(exercise: Exercise, solutions: Mapping[str, list[Callable]], box: Box):
    """Grade solutions of all questions side by side, so that few boxes do."""
    for row in zip_longest(*solutions.values()):
        chosen = {name: f for name, f in zip(solutions, row, strict=True) if f is not None}
        answers = {name: exercise.bank[name].answer(f) for name, f in chosen.items()}
        record = grade_submission(exercise, Submission("bank", answers), box)
        for result in record["questions"]:
            if result["name"] in chosen:
                yield result["name"], chosen[result["name"]], result


def _messages(result: dict) -> set[str]:
    return {check["message"] for check in result["checks"] if check["message"]}
