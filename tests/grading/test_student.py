"""The student's own check."""

import numpy as np
import pytest

from course.grading import Checker
from course.grading.bank import load_bank
from course.grading.student import CheckFailed, StillBlank


@pytest.fixture(scope="module")
def check():
    return Checker("02_lenet")


def test_right(check, capsys):
    def softmax(z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    check(softmax)
    check.hidden(softmax)
    assert capsys.readouterr().out == (
        "✓ softmax: 4 of 4 visible cases\n✓ softmax: 12 of 12 cases, hidden ones included\n"
    )


@pytest.mark.parametrize(
    ("hint", "function"),
    [wrong for question in load_bank("02_lenet").values() for wrong in question.wrongs],
)
def test_every_mistake_shows_in_the_visible_cases_with_its_hint(check, hint, function):
    name = next(n for n, q in load_bank("02_lenet").items() if hint in dict(q.wrongs))
    mistaken = lambda *arguments: function(*arguments)  # noqa: E731
    mistaken.__name__ = name
    with pytest.raises(CheckFailed) as failure:
        check(mistaken)
    assert hint in str(failure.value)


def test_blank_is_a_not_implemented_error(check):
    def softmax(logits):
        raise NotImplementedError

    with pytest.raises(StillBlank, match="softmax is still blank") as failure:
        check(softmax)
    assert isinstance(failure.value, NotImplementedError)
    assert failure.value._render_traceback_() == ["StillBlank: softmax is still blank"]


def test_an_exception_of_the_answer_comes_through(check):
    def softmax(logits):
        return logits[99]

    with pytest.raises(IndexError):
        check(softmax)


def test_an_unknown_name_is_told(check):
    with pytest.raises(ValueError, match="There is no question sofmax; this exercise asks softmax"):
        check(type("", (), {"__name__": "sofmax"})())


def test_without_the_cases_the_remedy_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="Keep it in the folder of the exercise notebook"):
        Checker("02_lenet", tmp_path)
