"""Checks and hints: points by check, the right hint for a known mistake, no secret in a message."""

import numpy as np
import pytest

from course.grading.bank import Question
from course.grading.checking import error_name, judge
from course.grading.key import Observation, observe
from course.grading.verify import verify


@pytest.fixture(scope="module")
def key():
    """A question with two checks and two known mistakes that agree on the first case."""
    mean = Question("mean", {"values": 1, "axis": 2})
    mean.case("values", np.array([[1.0, 3.0]]))
    mean.case("axis", np.array([[1.0, 2.0], [3.0, 7.0]]))
    mean.case("axis", np.array([[0.0, 5.0], [9.0, 7.0]]), hidden=True)
    mean.case("values", np.array([[4.0, 4.0]]), keeps=True, hidden=True)
    mean.oracle(lambda x: np.array([sum(row) / len(row) for row in x.tolist()]))
    mean.wrong("Divide by the number of columns.")(lambda x: x.sum(axis=1))
    mean.wrong("Sum over axis 1.")(lambda x: x.sum(axis=0)[: len(x)] / x.shape[1])
    return mean.key


def judged(key, answer, **options):
    checks = judge(key, [observe(answer, case.arguments) for case in key.cases], **options)
    return {check.name: (check.points, check.message) for check in checks}


def test_right(key):
    assert judged(key, lambda x: x.mean(axis=1)) == {"values": (1, ""), "axis": (2, "")}


def test_a_known_mistake_gets_its_hint(key):
    hint = "Divide by the number of columns."
    assert judged(key, lambda x: x @ np.ones(2)) == {"values": (0, hint), "axis": (0, hint)}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: x, "The result has the wrong shape: expected (1,)"),
        (lambda x: x.mean(axis=1) * np.nan, "NaN or infinity"),
        (lambda x: "mean", "wrong type"),
        (lambda x: list(x.mean(axis=1)), "wrong type"),
        (lambda x: x.mean(axis=1) + 1, "The values are wrong at [0]: expected 2"),
        (lambda x: x[7], "The call raised IndexError"),
        (lambda x: x.fill(0) or np.array([2.0]), "The values are wrong on a hidden case"),
    ],
)
def test_an_unknown_mistake_is_explained(key, answer, message):
    assert message in judged(key, answer)["values"][1]


def test_of_several_results_the_first_wrong_one_is_explained():
    both = Question("both", {"values": 1})
    both.case("values", np.array([1.0, 3.0]))
    both.oracle(lambda x: (float(x.sum()), 2 * x))
    message = "Result 2 of 2: The values are wrong at [1]: expected 6"
    assert judged(both.key, lambda x: (x.sum(), x + 1))["values"] == (0, message)
    assert "got 4" in judged(both.key, lambda x: [4, x + 1], own=True)["values"][1]
    assert "Result 2 of 2" in judged(both.key, lambda x: (4.0, "x"))["values"][1]
    assert "wrong type" in judged(both.key, lambda x: (4.0,))["values"][1]


def test_a_changed_input_is_told(key):
    def answer(x):
        result = x.mean(axis=1)
        x[:] = 0
        return result

    assert judged(key, answer)["values"] == (0, "The call changed its arguments; work on a copy")


def test_only_the_own_check_quotes_results(key):
    assert "got 3" in judged(key, lambda x: x.mean(axis=1) + 1, own=True)["values"][1]
    assert "got" not in judged(key, lambda x: x.mean(axis=1) + 1)["values"][1]


def test_names_of_exceptions_made_up_by_students_are_not_told():
    assert error_name("ZeroDivisionError") == "ZeroDivisionError"
    assert error_name("the hidden input is 3") == error_name("print") == "an exception"


def test_an_error_never_passes(key):
    seen = [Observation(case.expected, error="crashed") for case in key.cases]
    assert all(check.points == 0 for check in judge(key, seen))


def test_the_bank_of_lecture_02_gets_what_it_should(exercise, box):
    assert verify(exercise, box) == []
