"""The gradebook: marks, deadlines and the roster meet the records, which stay as they are."""

import csv
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.grading import __main__ as cli
from course.grading.report.deadlines import Deadlines, Extension, Late, read_deadlines
from course.grading.report.gradebook import absent, read_gradebook
from course.grading.report.marks import Mark, marks_path, read_marks, write_marks
from course.grading.report.roster import read_roster, read_submitted

DUE = datetime.fromisoformat("2026-10-30T23:59:00+01:00")
RULES = """
late_days = 2
penalty_per_day = 0.25
grace_minutes = 10

[deadlines]
01_images_and_filters = 2026-10-16T23:59:00+02:00
02_lenet = 2026-10-30T23:59:00+01:00

[extensions.slow]
02_lenet = { until = 2026-11-02T23:59:00+01:00, reason = "ill" }
"""


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_file_only_who_needs_no_marking_has_a_grade(grades):
    final = {name: grade.points for name, grade in grades.items() if grade.points is not None}
    assert final == {"blank": 0, "no-text": 19}


def test_who_has_no_grade_and_why(grades):
    assert grades["right"].ungraded == "to be marked: written"
    assert grades["unread"].ungraded == "rejected: The notebook is not valid JSON"
    assert "grade again with --resume" in grades["no-box"].ungraded
    assert grades["blank"].ungraded == "" and grades["blank"].points == 0


def test_auto_only_leaves_the_hand_marked_answers_out(folder):
    grades = {grade.student: grade for grade in read_gradebook(folder, auto_only=True)}
    assert (grades["right"].points, grades["right"].max) == (19, 19)
    assert (grades["unread"].points, grades["unread"].max) == (None, 19)


def test_a_mark_counts_for_the_submission_that_was_marked(folder, grades):
    hashed = grades["right"].record["content_hash"]
    marks = {("right", "written", hashed): Mark(2.5, "Good", hashed)}
    marks["no-text", "written", "old"] = Mark(3, "An earlier answer", "old")
    marks["slow", "written", ""] = Mark(1)
    marks["slow", "softmax", ""] = Mark(None, "Almost")
    write_marks(marks_path(folder), marks)
    assert read_marks(marks_path(folder)) == marks
    after = {grade.student: grade for grade in read_gradebook(folder)}
    assert after["right"].points == 21.5
    assert after["right"].questions[-1]["comment"] == "Good"
    assert after["no-text"].questions == grades["no-text"].questions
    assert after["slow"].questions[0]["comment"] == "Almost"
    assert after["slow"].questions[0]["points"] == grades["slow"].questions[0]["points"]
    assert [g.record for g in after.values()] == [g.record for g in grades.values()]


def test_a_mark_may_replace_the_points_of_an_auto_graded_answer(folder):
    text = 'student,question,points,comment\nslow,softmax,"3,5",A slow machine\nslow,written,2,\n'
    write(folder, "marks.csv", text)
    (grade,) = [g for g in read_gradebook(folder) if g.student == "slow"]
    assert grade.points == 3.5 + 15 + 2


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.none() | st.integers(0, 99), st.text())))
def test_marks_survive_writing_and_reading(tmp_path_factory, cells):
    """Whatever a marker writes, also what a spreadsheet would run as a formula."""
    path = tmp_path_factory.mktemp("marks") / "marks.csv"
    marks = {
        (clean(name), "written", "x"): Mark(points, clean(comment), "x")
        for name, (points, comment) in cells.items()
        if clean(name)
    }
    write_marks(path, marks)
    assert read_marks(path) == marks
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def clean(text):
    """Cells lose the spaces around them, and have one kind of line end."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,question\n", "needs the column 'points'"),
        ("student,question,points,grade\n", "has a column 'grade'; it may have, once: student"),
        ("student,question,points\nright,written,two\n", "line 2: 'two' is not points"),
        ("student,question,points\nright,written,-1\n", "line 2: '-1' is not points"),
        ("student,question,points\nright,written,nan\n", "line 2: 'nan' is not points"),
        ("student,question,points\nright,writen,1\n", "marks 'writen'; the questions are softmax"),
        ("student,question,points\nrigth,written,1\n", "marks rigth, who has no record"),
        ("student,question,points\nright,written,1,2\n", "4 cells under 3 columns"),
        ("student,question,points\na,written,1\na,written,2\n", "is marked twice"),
        ('student,question,points\na,"b\n', "check its quotes"),
    ],
)
def test_bad_marks_are_told(folder, text, message):
    write(folder, "marks.csv", text)
    with pytest.raises(ValueError, match=re.escape(message)):
        read_gradebook(folder)


def test_the_roster_gives_names(folder, roster):
    grades = {grade.student: grade for grade in read_gradebook(folder, roster)}
    assert grades["right"].name == "Zoë right"
    assert grades["right"].person.email == "0@example.org"
    (person,) = absent([*grades.values()], roster)
    assert person.student == "absent" and absent([*grades.values()], None) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,mail\n", "needs the column 'name'; its first line has student, mail"),
        ("", "needs the column 'student'; its first line has nothing"),
        ("student,name,phone\n", "has a column 'phone'"),
        ("student,name,name\n", "has a column 'name'; it may have, once"),
        ("student,name\nann,\n", "line 2: `student` and `name` must not be empty"),
        ("student,name\nann,Ann\nann,Ann\n", "line 3: ann is there twice"),
        ("student,name\nann,Ann\n", "is not in"),
    ],
)
def test_bad_rosters_are_told(folder, tmp_path, text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_gradebook(folder, write(tmp_path, "r.csv", text))


def test_a_roster_of_a_spreadsheet_is_read(tmp_path):
    path = write(tmp_path, "r.csv", "\ufeffname , student\r\nZoë, zoe\r\n,\r\n")
    assert read_roster(path)["zoe"].name == "Zoë"
    path.write_bytes("student,name\nzoe,Zoë\n".encode("latin-1"))
    with pytest.raises(ValueError, match="is not UTF-8; save it as “CSV UTF-8”"):
        read_roster(path)


def test_of_several_submissions_the_latest_counts(tmp_path):
    rows = "ann,02_lenet,2026-10-30T22:00:00Z\nann,02_lenet,2026-10-30T22:30:00+01:00\n"
    path = write(tmp_path, "s.csv", f"student,exercise,submitted\n{rows}")
    assert read_submitted(path)["ann", "02_lenet"].isoformat() == "2026-10-30T22:00:00+00:00"
    write(tmp_path, "s.csv", "student,exercise,submitted\nann,02_lenet,2026-10-30 22:00\n")
    with pytest.raises(ValueError, match=r"line 2, `submitted`: .* has no time zone; write"):
        read_submitted(path)


@pytest.mark.parametrize(
    ("late", "days"),
    [("-1h", 0), ("0m", 0), ("10m", 0), ("11m", 1), ("24h", 1), ("1441m", 2), ("72h", 3)],
)
def test_days_are_begun_24_hours_after_the_deadline(late, days):
    units = {"h": "hours", "m": "minutes"}
    time = DUE + timedelta(**{units[late[-1]]: int(late[:-1])})
    rules = Deadlines({"02_lenet": DUE}, {}, 1, 0.25, 10)
    found = rules.late("ann", "02_lenet", {("ann", "02_lenet"): time})
    assert (found.days, found.free) == (days, min(days, 1))
    assert found.factor == 1 - 0.25 * max(0, days - 1)


def test_late_days_go_to_the_exercises_in_the_order_of_their_deadlines(tmp_path):
    rules = read_deadlines(write(tmp_path, "d.toml", RULES))
    first, second = "01_images_and_filters", "02_lenet"
    times = {
        ("ann", first): rules.deadlines[first] + timedelta(hours=1),
        ("ann", second): rules.deadlines[second] + timedelta(hours=47),
    }
    assert rules.late("ann", first, times) == Late(1, 1, 1.0)
    assert rules.late("ann", second, times) == Late(2, 1, 0.75)
    assert rules.late("ann", "03", times) is None


@given(st.integers(0, 9), st.integers(0, 5), st.floats(0, 1), st.integers(1, 300))
def test_later_never_gives_more(days, free, penalty, hours):
    rules = Deadlines({"x": DUE}, {}, free, penalty)
    early, late = (
        rules.late("a", "x", {("a", "x"): DUE + timedelta(days=days) + extra})
        for extra in (timedelta(0), timedelta(hours=hours))
    )
    assert 0 <= late.factor <= early.factor <= 1 and late.days >= early.days


def test_an_extension_moves_one_students_deadline(tmp_path):
    rules = read_deadlines(write(tmp_path, "d.toml", RULES))
    assert rules.extensions["slow", "02_lenet"] == Extension(DUE + timedelta(days=3), "ill")
    times = {(name, "02_lenet"): DUE + timedelta(days=3) for name in ("slow", "right")}
    assert rules.late("slow", "02_lenet", times) == Late(extended=True)
    assert rules.late("right", "02_lenet", times) == Late(3, 2, 0.75)


def test_lateness_is_applied_to_the_grade_and_not_to_the_record(folder, tmp_path):
    write(folder, "marks.csv", "student,question,points\nright,written,3\nslow,written,3\n")
    before = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    times = "right,02_lenet,2026-11-03T12:00:00+01:00\nslow,02_lenet,2026-11-02T12:00:00+01:00\n"
    grades = read_gradebook(
        folder,
        deadlines=write(tmp_path, "d.toml", RULES),
        submitted=write(tmp_path, "s.csv", f"student,exercise,submitted\n{times}"),
    )
    points = {grade.student: grade.points for grade in grades}
    assert points["right"] == 22 * 0.5  # four days late, two of them free
    assert points["slow"] == 18
    notes = {grade.student: grade.notes for grade in grades}
    assert notes["right"] == ["4 days late, 2 of them free"]
    assert notes["blank"] == ["time of submission unknown, counted as on time"]
    assert {path.name: path.read_bytes() for path in folder.glob("*.json")} == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("late_days = 2", "late_days = two"), "is not TOML"),
        (("late_days", "latedays"), "unknown key 'latedays'; it may have late_days"),
        (("late_days = 2", "late_days = 1.5"), "late_days is 1.5; it must be a whole number"),
        (("= 0.25", "= -1"), "penalty_per_day is -1; it must be a number of at least 0"),
        (("= 0.25", "= 25"), "penalty_per_day is a share from 0 to 1"),
        (("23:59:00+01:00\n", "23:59:00\n"), "deadlines.02_lenet: 2026-10-30 23:59:00 has no time"),
        (("2026-10-30T23:59:00+01:00", "'soon'"), "deadlines.02_lenet: 'soon' is not a time"),
        (("2026-10-30T23:59:00+01:00", "5"), "deadlines.02_lenet: 5 is not a time; write for"),
        ((', reason = "ill"', ""), "extensions.slow.02_lenet must be { until = TIME, reason ="),
        (("\n02_lenet = {", "\n03_x = {"), "there is no deadline for 03_x under [deadlines]"),
        (("[extensions.slow]", "[[extensions]]"), "extensions must be a table"),
    ],
)
def test_bad_deadlines_are_told(tmp_path, change, message):
    path = write(tmp_path, "d.toml", RULES.replace(*change))
    with pytest.raises(ValueError, match=re.escape(message)):
        read_deadlines(path)


def test_an_extension_for_nobody_is_told(folder, roster, tmp_path):
    rules = write(tmp_path, "d.toml", RULES.replace("extensions.slow", "extensions.slwo"))
    with pytest.raises(ValueError, match="slwo has an extension but is not in"):
        read_gradebook(folder, roster, rules)


def test_notes_tell_what_was_unprotected(grades):
    grade = grades["right"]
    record = grade.record | {"environment": {"sandbox": "none"}}
    assert replace(grade, record=record).notes == ["graded without a sandbox"]


def test_without_records_the_remedy_is_told(tmp_path, capsys):
    assert cli.main(["report", "--exercise", "02", "--out", str(tmp_path)]) == 1
    assert "run `grade` first" in capsys.readouterr().err
