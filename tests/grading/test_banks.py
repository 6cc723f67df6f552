"""Every exercise but 02_lenet, which the other tests of this folder take apart: its bank, the
notebook made from it, and the bug that it shows."""

import ast

import nbformat
import pytest

from course.grading import Checker
from course.grading.bank import RELEASED, SOLUTIONS, exercises, load_bank
from course.grading.exercise import load_exercise
from course.grading.student import CheckFailed
from course.grading.verify import verify

EXERCISES = [name for name in exercises() if name != "02_lenet"]
every_exercise = pytest.mark.parametrize("name", EXERCISES)


def cells(folder, name):
    return nbformat.read(folder / f"{name}.ipynb", as_version=4).cells


@every_exercise
def test_the_grader_gives_every_solution_of_the_bank_what_it_should(name, box):
    assert verify(load_exercise(name), box) == []


@every_exercise
def test_every_mistake_shows_in_the_visible_cases_with_its_hint(name):
    check = Checker(name)
    for question in load_bank(name).values():
        for hint, function in question.wrongs:

            def mistaken(*arguments, function=function):
                return function(*arguments)

            mistaken.__name__ = question.name
            with pytest.raises(CheckFailed) as failure:
                check(mistaken)
            assert hint in str(failure.value), function.__name__


@every_exercise
def test_the_shown_bug_is_the_first_mistake_of_the_question_after_it(name):
    released = cells(RELEASED, name)
    place = next(i for i, cell in enumerate(released) if cell.id == "bug")
    answers = [
        cell.metadata.nbgrader.grade_id
        for cell in released[place:]
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    question = load_bank(name)[answers[0]]
    shown = ast.parse(released[place].source).body[0]
    assert shown.name == f"{question.name}_with_a_bug"
    shown.name = question.name
    assert ast.unparse(shown) == question.answer(question.wrongs[0][1])


@every_exercise
def test_no_solution_and_no_hidden_case_is_released(name):
    released = cells(RELEASED, name)
    text = "\n".join(cell.source for cell in released if cell.id != "bug")
    for marker in ("BEGIN SOLUTION", "HIDDEN", "check.hidden", "Model answer", "Marking"):
        assert marker not in text
    for cell in cells(SOLUTIONS, name):
        solution = cell.source.partition("### BEGIN SOLUTION")[2].splitlines()
        shared = [line for line in solution if len(line) > 30 and line in text.splitlines()]
        assert shared == []
    stored = (RELEASED / f"{name}.cases.json").read_text(encoding="utf-8")
    assert '"hidden": true' not in stored and '"hidden": false' in stored


@every_exercise
def test_the_table_of_points_says_what_the_bank_and_the_written_answer_give(name):
    released = cells(RELEASED, name)
    rows = [row.split("|")[2:4] for row in released[0].source.splitlines() if row.startswith("|")]
    told = [int(points) for _, points in rows[2:]]
    given = [question.key.points for question in load_bank(name).values()]
    (written,) = [cell for cell in released if cell.id == "written"]
    assert told == [*given, written.metadata.nbgrader.points]
    assert all(f"`{q}`" in row[0] for q, row in zip(load_bank(name), rows[2:], strict=False))
