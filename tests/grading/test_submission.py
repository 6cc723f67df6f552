"""Sanitise: only the sources of answer cells come through, and nothing raises."""

import json
import os

import pytest

from course.grading.bank import RELEASED
from course.grading.submission import (
    MAX_ANSWER,
    MAX_FILE,
    read_submission,
    sanitise,
    students,
)


@pytest.fixture
def notebook():
    """The released notebook, as JSON."""
    return json.loads((RELEASED / "02_lenet.ipynb").read_text("utf-8"))


@pytest.fixture
def read(exercise):
    """Sanitises a notebook given as JSON."""
    return lambda notebook: sanitise("a", json.dumps(notebook).encode(), exercise.template)


def answer_cell(notebook, name="softmax"):
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def test_a_blank_has_no_answers_and_no_notes(read, notebook):
    submission = read(notebook)
    assert (submission.answers, submission.notes, submission.rejected) == ({}, [], None)


def test_source_may_be_a_list_of_lines(read, notebook):
    answer_cell(notebook)["source"] = ["a = 1\n", "b = 2"]
    assert read(notebook).answers == {"softmax": "a = 1\nb = 2"}


def test_metadata_of_a_student_has_no_effect(read, notebook):
    answer_cell(notebook)["source"] = "mine"
    expected = read(notebook).content_hash
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "setup"]
        cell["metadata"].get("nbgrader", {}).update(points=1000, schema_version=1, solution=True)
    assert read(notebook).content_hash == expected


def test_of_copied_cells_the_first_filled_one_counts(read, notebook):
    blank = answer_cell(notebook)
    notebook["cells"] += [blank | {"source": "first"}, blank | {"source": "second"}]
    submission = read(notebook)
    assert submission.answers == {"softmax": "first"}
    assert submission.notes == ["softmax: 3 cells with this id; the first filled one counts"]


def test_missing_foreign_and_mistyped_cells_are_noted(read, notebook):
    notebook["cells"].remove(answer_cell(notebook, "sgd_epoch"))
    answer_cell(notebook)["cell_type"] = "markdown"
    answer_cell(notebook, "max_pool2d")["source"] = "x" * (MAX_ANSWER + 1)
    notebook["cells"].append({"cell_type": "code", "source": "helper = 1", "metadata": {}})
    submission = read(notebook)
    assert submission.answers == {}
    assert len(submission.notes) == 4


@pytest.mark.parametrize("junk", [None, 7, "cell", [], {}, {"source": 1, "metadata": []}])
@pytest.mark.parametrize("where", ["cell", "metadata", "nbgrader", "grade_id", "source"])
def test_no_shape_of_a_cell_raises(read, notebook, junk, where):
    cell = answer_cell(notebook)
    match where:
        case "cell":
            notebook["cells"].insert(0, junk)
        case "metadata" | "source":
            cell[where] = junk
        case "nbgrader":
            cell["metadata"]["nbgrader"] = junk
        case "grade_id":
            cell["metadata"]["nbgrader"]["grade_id"] = junk
    assert read(notebook).rejected is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 200_000, "nested too deep"),
        (b"1" * 10_000, "not valid JSON"),
        (b"[]", "nbformat 4"),
        (b'{"nbformat": 3, "worksheets": []}', "nbformat 4"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
    ],
)
def test_what_is_no_notebook_is_rejected(exercise, data, reason):
    assert reason in sanitise("a", data, exercise.template).rejected


def test_lone_surrogates_are_replaced(exercise, notebook):
    answer_cell(notebook)["source"] = "s = '\ud800'"
    data = json.dumps(notebook).encode()
    assert sanitise("a", data, exercise.template).answers == {"softmax": "s = '?'"}


class TestFiles:
    """What lies in a student's folder instead of a notebook."""

    @pytest.fixture
    def reason(self, exercise, tmp_path):
        (tmp_path / "a").mkdir()
        return lambda: read_submission(tmp_path, "a", exercise.template).rejected

    def test_nothing(self, reason):
        assert reason() == "No 02_lenet.ipynb was handed in"

    def test_link_to_a_file(self, reason, tmp_path):
        (tmp_path / "a/02_lenet.ipynb").symlink_to(RELEASED / "02_lenet.ipynb")
        assert "symbolic link" in reason()

    def test_link_as_a_folder(self, reason, tmp_path):
        (tmp_path / "a").rmdir()
        (tmp_path / "a").symlink_to(RELEASED)
        assert students(tmp_path) == ["a"]
        assert "symbolic link" in reason()

    def test_link_as_an_inner_folder(self, reason, tmp_path):
        (tmp_path / "a/02_lenet").symlink_to(RELEASED)
        assert "symbolic link" in reason()

    def test_pipe(self, reason, tmp_path):
        os.mkfifo(tmp_path / "a/02_lenet.ipynb")
        assert "not a regular file" in reason()

    def test_folder(self, reason, tmp_path):
        (tmp_path / "a/02_lenet.ipynb").mkdir()
        assert "not a regular file" in reason()

    def test_too_large(self, reason, tmp_path):
        with (tmp_path / "a/02_lenet.ipynb").open("wb") as file:
            file.truncate(MAX_FILE + 1)
        assert "larger than 20 MB" in reason()

    def test_both_layouts(self, exercise, tmp_path):
        data = (RELEASED / "02_lenet.ipynb").read_bytes()
        for home in ("a", "b/02_lenet"):
            (tmp_path / home).mkdir(parents=True)
            (tmp_path / home / "02_lenet.ipynb").write_bytes(data)
        for student in students(tmp_path):
            assert read_submission(tmp_path, student, exercise.template).rejected is None
