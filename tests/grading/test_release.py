"""The generated notebook: up to date, without solutions, and it runs to its end."""

import ast
import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.nbgraderformat import MetadataValidator

from course.grading.bank import RELEASED, SOLUTIONS, load_bank
from course.grading.exercise import load_exercise
from course.grading.release import differences, exercises


@pytest.fixture(scope="module")
def released():
    return nbformat.read(RELEASED / "02_lenet.ipynb", as_version=4)


@pytest.fixture(scope="module")
def solved():
    return nbformat.read(SOLUTIONS / "02_lenet.ipynb", as_version=4)


def test_generating_again_gives_the_stored_bytes(tmp_path):
    assert differences(exercises(), tmp_path) == []


def test_it_is_valid_for_nbformat_and_nbgrader(released):
    nbformat.validate(released)
    MetadataValidator().validate_nb(released)
    versions = {
        c.metadata.nbgrader.schema_version for c in released.cells if "nbgrader" in c.metadata
    }
    assert versions == {3}


def test_no_solution_and_no_hidden_case_is_in_it(released, solved):
    text = "\n".join(cell.source for cell in released.cells)
    blanks = set(text.splitlines())
    for marker in ("BEGIN SOLUTION", "HIDDEN", "check.hidden", "Model answer", "Marking"):
        assert marker not in text
    secret = [
        line
        for cell in solved.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
        for line in cell.source.partition("### BEGIN SOLUTION")[2].splitlines()
    ]
    shared = [line for line in secret if len(line) > 30 and line in blanks]
    bug = next(cell.source for cell in released.cells if cell.id == "bug")
    assert [line for line in shared if line not in bug] == []


def test_the_cases_file_holds_only_visible_cases(exercise):
    cases = json.loads((RELEASED / "02_lenet.cases.json").read_text("utf-8"))["dict"]
    for name, key in exercise.keys.items():
        stored = cases[name]["dict"]["cases"]
        assert len(stored) == sum(not case.hidden for case in key.cases) >= 1
        assert not any(case["dict"]["hidden"] for case in stored)


def test_the_shown_bug_is_in_the_bank(released):
    bug = next(cell.source for cell in released.cells if cell.id == "bug")
    question = load_bank("02_lenet")["sgd_epoch"]
    shown = ast.parse(bug).body[0]
    shown.name = question.name
    assert ast.unparse(shown) == question.answer(question.wrongs[0][1])


def test_it_runs_to_its_end_and_stops_only_at_blanks(released, exercise):
    notebook = nbformat.from_dict(released)
    NotebookClient(notebook, resources={"metadata": {"path": RELEASED}}).execute()
    errors = {
        cell.id: (output.ename, output.traceback)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }
    expected = {
        f"check-{name}".replace("_", "-"): ("StillBlank", [f"StillBlank: {name} is still blank"])
        for name in exercise.keys
    }
    assert errors == expected


def test_the_tag_that_lets_run_all_go_on_is_on_the_checks(released, exercise):
    tagged = [c.id for c in released.cells if "raises-exception" in c.metadata.get("tags", [])]
    assert len(tagged) == len(exercise.keys)


@pytest.mark.parametrize("name", exercises())
def test_stored_solutions_tell_the_number_of_cases_there_is(name):
    text = (SOLUTIONS / f"{name}.ipynb").read_text("utf-8")
    told = dict(re.findall(r"(\w+): (\d+) of \d+ cases, hidden", text))
    keys = load_exercise(name).keys
    assert told == {question: str(len(key.cases)) for question, key in keys.items()}
