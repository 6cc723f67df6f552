"""The class report: counts that can be recounted, pictures that can be read aloud."""

import re

import pytest
from classroom import marked

from course.grading.report.classbook import classbook, frequent_hints, to_hints
from course.grading.report.drawing import histogram
from course.grading.report.page import to_html, to_markdown
from course.grading.report.reading import lecture, read_sheet


@pytest.fixture
def text(grades):
    return to_markdown(classbook(list(grades.values()), read_sheet("02_lenet")))


def test_statistics_are_those_of_the_graded(text, grades):
    totals = [grade.record["total"] for grade in grades.values()]
    totals = sorted(total for total in totals if total is not None)
    assert f"{len(totals)} students, mean {sum(totals) / len(totals):.2f}" in text
    assert f"from {totals[0]:g} to {totals[-1]:g} of 19" in text


def test_who_is_ungraded_and_why(text):
    assert "| rejected: The notebook is not valid JSON | 1: unread |" in text
    assert "right, slow, wrong-0, wrong-1, wrong-2 |" in text


def test_the_most_frequent_hint_is_first(grades):
    questions = [grade.questions[0] for grade in grades.values()]
    twice = next(grade.questions[0] for grade in grades.values() if grade.student == "wrong-2")
    (hint, count), *_ = frequent_hints([*questions, twice])
    assert (count, hint) == (2, "The classes lie along the last axis: use axis=-1, not axis=0")
    assert not any("blank" in hint for hint, _ in frequent_hints(questions))
    assert to_hints(list(grades.values())).splitlines()[0].startswith("softmax: 1 × ")


def test_a_histogram_counts_everyone_and_says_it_in_words():
    picture = histogram([0, 1, 1, 3, 4], 4, "Points")
    assert picture.alt == (
        "Points: number of students by points. 1 with 0, 2 with 1, 1 with 3, 1 with 4."
    )
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" fill', picture.svg)]
    assert heights == [45, 90, 0, 45, 45]
    assert "0–1" in histogram([3], 26, "x").svg and "Nobody" in histogram([], 4, "x").alt
    assert "1 with 2–<3." in histogram([2.5], 3, "x").alt


def test_the_page_is_complete_in_itself(grades):
    html = to_html("Class", classbook([*grades.values()], read_sheet("02_lenet")))
    assert html.count('role="img"') == html.count("aria-label") >= 6
    assert not re.search(r"<script|https?:|url\(", html)
    assert "<script>" not in html


def test_marks_join_the_statistics(grades):
    everyone = [marked(grade, 3) if grade.waiting else grade for grade in grades.values()]
    text = to_markdown(classbook(everyone, read_sheet("02_lenet")))
    assert "to 22 of 22" in text


def test_a_section_that_is_no_more_is_told(tmp_path):
    assert lecture("99") is None
    reading = tmp_path / "reading.toml"
    reading.write_text('[02_lenet]\nsoftmax = "Gone"\n', "utf-8")
    with pytest.raises(ValueError, match=r"02_lenet: 'Lecture 02 .*' has no section 'Gone'"):
        read_sheet("02_lenet", reading=reading)
