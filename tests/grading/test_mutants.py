"""The cases notice small faults: mutants of the right solutions lose points, or are right too."""

import pytest

from course.grading.bank import Question, exercises
from course.grading.mutants import mutants
from course.grading.survivors import SURVIVORS, analyse, is_killed, read_survivors

QUICK = "02_lenet", "07_localization", "13_fully_convolutional"


def distance(x, y):
    if x < y:
        return y - x
    return max(x - y, 0)


def total(values):
    result = 0
    for i in range(len(values)):
        result += values[i]
    return result


def test_every_operator_changes_one_place():
    assert sorted(mutant.place.removeprefix("distance:") for mutant in mutants(distance)) == [
        "1 if x < y: → pass",
        "1 if x → if not x",
        "1 x < y: → x <= y:",
        "2 y - x → y + x",
        "3 max(x - y, → max(x + y,",
        "3 return max(x - y, 0) → return x - y",
        "3 return max(x - → return min(x -",
        "3 y, 0) → y, -1)",
        "3 y, 0) → y, 1)",
    ]


def test_a_mutant_does_what_its_place_says():
    found = {mutant.place: mutant.function(3, 5) for mutant in mutants(distance)}
    assert found["distance:2 y - x → y + x"] == 8
    assert found["distance:1 if x < y: → pass"] == 0
    assert found["distance:1 x < y: → x <= y:"] == distance(3, 5) == 2


def test_too_few_cases_let_mutants_live_and_more_kill_them():
    question = Question("total", {"sum": 1})
    question.oracle(sum)
    question.case("sum", [0, 0])
    ranges = [mutant for mutant in mutants(total) if mutant.place.endswith(" 1):")]
    assert [is_killed(mutant.function, question.key) for mutant in ranges] == [True, False]
    more = Question("total", {"sum": 1})
    more.oracle(sum)
    more.case("sum", [1, 2])
    assert all(is_killed(mutant.function, more.key) for mutant in ranges)
    assert not is_killed(total, more.key)


def test_a_mutant_that_does_not_end_is_killed():
    question = Question("total", {"sum": 1})
    question.oracle(sum)
    question.case("sum", [1, 2])

    def endless(values):
        while True:
            pass

    assert is_killed(endless, question.key)


def agrees_with_the_file(name):
    found = analyse(name)
    assert (found.unlisted, found.stale) == ([], [])
    assert found.score >= 0.95
    assert found.mutants > 300


@pytest.mark.parametrize("name", QUICK)
def test_every_survivor_is_listed_with_its_reason_and_nothing_else(name):
    agrees_with_the_file(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in exercises() if name not in QUICK])
def test_every_survivor_of_the_others_is_listed_too(name):
    agrees_with_the_file(name)


def test_no_reason_is_missing():
    assert SURVIVORS.is_file()
    for name in exercises():
        listed = read_survivors("equivalent", name) | read_survivors("survived", name)
        assert listed and all(len(reason) > 15 for reason in listed.values())
