"""Feedback: what it tells, and what it never tells."""

import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from classroom import EXERCISES, make_class, marked
from markdown_it import MarkdownIt

from course.grading.bank import SOLUTIONS, load_bank
from course.grading.checking import REASONS
from course.grading.exercise import load_exercise
from course.grading.release import exercises
from course.grading.report.deadlines import Late
from course.grading.report.feedback import ADVICE, feedback, read_course, show
from course.grading.report.gradebook import Grade
from course.grading.report.page import Heading, Paragraph, Table, to_html, to_markdown
from course.grading.report.reading import READING, lecture, read_sheet
from course.grading.report.style import DARK, LIGHT, STYLE

VOID = {"meta", "br"}
ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "h1",
    "h2",
    "h3",
    "p",
    "strong",
}
ALLOWED |= {
    "ul",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
    "pre",
    "code",
    "br",
    "a",
    "span",
}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], set(), set(), ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if "style" not in self.open else ""


@pytest.fixture(scope="module")
def course():
    return read_course("02_lenet")


@pytest.fixture
def page(grades, course):
    """The feedback of a student as plain text, from the HTML."""

    def page(student, grade=None):
        return Reader(to_html("Feedback", feedback(grade or grades[student], course))).text

    return page


def test_who_is_right_reads_so(page):
    text = page("right")
    assert "So far: 19 of 19 points. All of it is right: well done. Answers worth 3 more" in text
    assert text.count("✓passed") == 18 and "not passed" not in text
    assert "Read again" not in text and "What to do" not in text


def test_a_mistake_gets_its_hint_a_case_and_the_section_to_read(page):
    text = page("wrong-2")
    assert "✗not passed: values (0 of 1 point)" in text
    assert "The classes lie along the last axis: use axis=-1, not axis=0." in text
    start = text.index("The classes lie along the last axis")
    assert "softmax(np.array([[2., 1., 0.]]))" in text[start : start + 200]
    assert "np.array([[0.665241, 0.244728, 0.090031]])" in text[start : start + 300]
    assert "section “Scores to probabilities to loss”" in text


def test_the_case_to_try_is_one_that_fails_with_this_hint(page):
    """Normalising by the sum of everything is right on a single row."""
    text = page("wrong-1")
    start = text.index("Normalise each row by its own sum")
    assert "[-1000., -1002.]" in text[start : start + 300]


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("slow", "The call took longer than the time limit. Look for a loop that never ends"),
        ("crash", "take out calls that end Python"),
        ("raise", "The call raised IndexError. Run the cell that checks it"),
        ("blank", "The answer is still blank. Write the function in place of"),
        ("blank", "This answer was left blank."),
        ("unread", "It has no points yet, which is not the same as 0 points."),
        ("unread", "The notebook is not valid JSON"),
        ("no-box", "This is not your fault"),
    ],
)
def test_what_to_do_is_told(page, student, words):
    assert words in page(student)


def test_an_unread_submission_shows_no_points(page):
    assert " 0 of" not in page("unread") and " 0 of" not in page("no-box")


def test_every_reason_has_advice():
    assert set(ADVICE) == set(REASONS.values())


def test_marks_and_comments_come_back(page, grades):
    assert "A person reads this answer" in page("right")
    text = page("right", marked(grades["right"], 2.5, "Good.\n<b>And</b> dying units?"))
    assert "Your result: 21.5 of 22 points." in text
    assert "Your marker writes: Good.\n<b>And</b> dying units?" in text


def test_lateness_is_told_with_what_it_costs(page, grades):
    assert "Late" not in page("right", replace(grades["right"], late=Late()))
    text = page("right", replace(marked(grades["right"], 3), late=Late(3, 1, 0.8)))
    assert "Handed in 3 days after the deadline; 1 of your late days cover that." in text
    assert "The rest takes 20% of the points: 17.6 of 22 count." in text
    text = page("right", replace(grades["right"], late=Late(1, 1, extended=True)))
    assert "Handed in 1 day after your extended deadline; 1 of your late days cover that." in text


def test_the_html_is_well_formed_and_holds_no_script(grades, course):
    for grade in grades.values():
        comment = marked(grade, 1, "<img src=x onerror=alert(1)>") if grade.reached else grade
        for each in grade, comment:
            text = to_html("<title>", feedback(each, course))
            reader = Reader(text)
            assert reader.tags <= ALLOWED
            assert reader.attributes <= {
                "lang", "charset", "http-equiv", "content", "name", "class", "scope", "tabindex",
                "href", "id", "aria-hidden",
            }  # fmt: skip
            assert "script-src" not in text and "default-src 'none'" in text
            assert not re.search(r"https?:|url\(|@import", text)


def test_links_lead_to_headings_of_the_page(grades, course):
    text = to_html("Feedback", feedback(grades["wrong-1"], course))
    targets = re.findall(r'href="#([^"]*)"', text)
    assert len(targets) == 6 and set(targets) <= set(re.findall(r'id="([^"]*)"', text))
    assert 'name="viewport" content="width=device-width' in text and '<html lang="en">' in text


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_colours_have_contrast(colours):
    def contrast(one, other):
        dark, light = sorted(luminance(colours[name]) for name in (one, other))
        return (light + 0.05) / (dark + 0.05)

    for ink in "ink", "link", "yes", "no":
        assert contrast(ink, "paper") >= 4.5
    assert contrast("ink", "soft") >= 7 and contrast("ink", "mark") >= 7
    assert contrast("bar", "paper") >= 3 and contrast("bar", "soft") >= 3
    assert all(f"--{name}: {colour};" in STYLE for name, colour in colours.items())


def test_headings_descend_without_a_gap(grades, course):
    for grade in grades.values():
        levels = [b.level for b in feedback(grade, course) if isinstance(b, Heading)]
        assert levels[0] == 1 and set(levels[1:]) <= {2}


def test_markdown_shows_a_strange_name_as_it_is(grades, course):
    (strange,) = [name for name in grades if "script" in name]
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(
        to_markdown(feedback(grades[strange], course))
    )  # fmt: skip
    assert "<script" not in html and "<a " not in html and "<em>" not in html
    assert "&lt;script&gt;alert(1) [x](javascript:1) *b*" in html


def test_markdown_escapes_what_begins_a_line():
    text = to_markdown([Paragraph("# 1\n1. a\n- b\n+ c\n== d")])
    html = MarkdownIt("commonmark").render(text)
    assert html.startswith("<p># 1<br />\n1. a<br />\n- b<br />\n+ c<br />\n== d</p>")


def test_a_table_keeps_its_columns_in_markdown():
    text = to_markdown([Table(["a|b", "`c|d`"], [["x\ny", "|"]])])
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<th>") == 2 and html.count("<td>") == 2
    assert "<code>c|d</code>" in html and "x y" in html


def test_values_are_shown_as_code_that_makes_them_again():
    values = [
        np.arange(12.0).reshape(2, 3, 2),
        np.arange(12.0)[::-1].reshape(2, 3, 2),
        np.arange(12).reshape(2, 3, 2),
        np.array([[True]]),
        np.array([1, 2], np.int32),
        (np.float32(0.5), 3, "same", None),
        ({"type": "conv", "size": [1, 2]},),
        [{"type": "dense", "units": 10}] * 8,
    ]
    for value in values:
        again = eval(show(value), {"np": np})
        np.testing.assert_equal(again, value)
        assert np.asarray(again).dtype == np.asarray(value).dtype or isinstance(value, tuple)


def test_the_same_grade_gives_the_same_bytes(grades, course):
    for grade in grades.values():
        first, second = (to_html("x", feedback(grade, read_course("02_lenet"))) for _ in range(2))
        assert first == second == to_html("x", feedback(grade, course))


@pytest.mark.parametrize("name", exercises())
def test_every_question_has_a_section_to_read_again(name):
    sheet = read_sheet(name)
    asked = {*load_bank(name), "written"}
    assert set(sheet.titles) == asked == set(tomllib.loads(READING.read_text("utf-8"))[name])
    assert set(sheet.sections) == (asked if lecture(name[:2]) else set())


def numbers(values):
    """Every float of nested values that is unlikely to be anywhere by chance."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, (list, tuple)):
        return {text for value in values for text in numbers(value)}
    if isinstance(values, (float, np.ndarray, np.floating)):
        array = np.asarray(values)
        if array.dtype.kind == "f":
            return {text for x in array.ravel() if len(text := f"{abs(x):.4g}") > 4}
    return set()


def assert_keeps_secrets(exercise, course, records):
    """No page of these students has a hidden number, a solution, or another student's name."""
    cases = [case for key in exercise.keys.values() for case in key.cases]
    hidden = numbers([(c.arguments, c.expected) for c in cases if c.hidden])
    hidden -= numbers([(c.arguments, c.expected) for c in cases if not c.hidden])
    hints = [hint for key in exercise.keys.values() for hint in key.hints]
    hidden = {n for n in hidden if not any(n in hint for hint in hints)}
    bank = (SOLUTIONS / f"bank_{exercise.name}.py").read_text("utf-8").splitlines()
    secret = [line.strip() for line in bank if len(line.strip()) > 40 and "case(" not in line]
    secret = [line for line in secret if not line.startswith(('"', "#")) and ".wrong(" not in line]
    assert len(hidden) > 3 and len(secret) > 10
    names = {record["student"] for record in records}
    for record in records:
        page = feedback(Grade(record, with_comments(record)), course)
        for text in to_html("Feedback", page), to_markdown(page):
            assert not set(re.findall(r"[\d.]+(?:e[+-]?\d+)?", text)) & hidden
            assert [line for line in secret if line in text] == []
            others = {name for name in names if name not in record["student"]}
            assert not any(name in text for name in others)


@pytest.mark.parametrize("name", EXERCISES)
def test_no_hidden_case_no_solution_and_no_other_student(name):
    exercise = load_exercise(name)
    records = [r | {"student": f"canary-{s}"} for s, r in make_class(exercise).items()]
    assert_keeps_secrets(exercise, read_course(name), records)


@pytest.mark.slow
def test_nothing_that_hostile_code_does_shows_in_the_feedback(exercise, course, sample_records):
    records = [r | {"student": f"canary-{r['student']}"} for r in sample_records]
    assert_keeps_secrets(exercise, course, records)
    pages = [to_markdown(feedback(Grade(r, with_comments(r)), course)) for r in records]
    assert not any("full points" in page or "BEGIN SOLUTION" in page for page in pages)


def with_comments(record):
    return [question | {"comment": "", "by_hand": False} for question in record["questions"]]
