"""Files for Canvas, Moodle and Gradescope: as documented, and never a 0 for who has no grade."""

import csv
import io
import json
from dataclasses import replace

import jsonschema
import pytest
from classroom import marked

from course.grading import __main__ as cli
from course.grading.report.deadlines import Late
from course.grading.report.gradebook import read_gradebook
from course.grading.report.platforms import to_canvas, to_gradescope, to_moodle, to_ungraded
from course.grading.report.tables import to_csv

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
TEST = {
    "score": NUMBER,
    "max_score": NUMBER,
    "status": {"enum": ["passed", "failed"]},
    "name": TEXT,
    "name_format": FORMATS,
    "number": TEXT,
    "output": TEXT,
    "output_format": FORMATS,
    "tags": {"type": "array", "items": TEXT},
    "visibility": VISIBILITY,
    "extra_data": {"type": "object"},
}
LEADER = {"name": TEXT, "value": {"type": ["number", "string"]}, "order": {"enum": ["asc", "desc"]}}
# gradescope-autograders.readthedocs.io/en/latest/specs, "Output format"
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [
        {"required": ["score"]},
        {"properties": {"tests": {"items": {"required": ["score"]}}}, "required": ["tests"]},
    ],
    "properties": {
        "score": NUMBER,
        "execution_time": NUMBER,
        "output": TEXT,
        "output_format": FORMATS,
        "test_output_format": FORMATS,
        "test_name_format": FORMATS,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {"type": "object", "properties": TEST, "additionalProperties": False},
        },
        "leaderboard": {
            "type": "array",
            "items": {"type": "object", "properties": LEADER, "required": ["name", "value"]},
        },
    },
}


@pytest.fixture
def final(folder, roster):
    """All of the class marked."""
    return [marked(g, 2.5) if g.waiting else g for g in read_gradebook(folder, roster)]


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_canvas_finds_its_columns_and_students(final):
    """What Canvas's `GradebookImporter` looks at: order and names of columns, `Points Possible`."""
    header, possible, *students = rows(to_canvas(final, "Exercise 2 (4711)"))
    assert header == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercise 2 (4711)",
    ]  # fmt: skip
    assert "Points Possible" in possible[0] and possible[-1] == "22"
    points = {row[1]: row[-1] for row in students}
    assert points["1000"] == "21.5"
    assert all(len(row) == len(header) for row in students)


def test_nobody_without_a_grade_is_exported(final):
    missing = {grade.student for grade in final if grade.ungraded}
    assert missing == {"unread", "no-box"}
    emails = {grade.person.email for grade in final if grade.ungraded}
    for text in to_canvas(final, "x"), to_moodle(final, "x"):
        assert "" not in [row[-1] for row in rows(text)[2:]]
        assert len(rows(to_canvas(final, "x"))) == 2 + len(final) - len(missing)
        assert not any(mail in text for mail in emails)
    assert {row[0] for row in rows(to_ungraded(final))[1:]} == missing
    assert all(to_gradescope(grade) is None for grade in final if grade.ungraded)


def test_an_earned_zero_is_exported(final):
    (blank,) = [grade for grade in final if grade.student == "blank"]
    assert blank.points == 0
    assert [row[-1] for row in rows(to_canvas(final, "x")) if row[1] == blank.person.id] == ["0"]


def test_moodle_gets_identifiers_points_and_one_line_of_feedback(final):
    header, *students = rows(to_moodle(final, "02_lenet"))
    assert header == ["ID number", "Email address", "02_lenet", "02_lenet (feedback)"]
    told = {row[0]: row for row in students}
    assert told["S0"][1:] == ["0@example.org", "21.5", "All right"]
    assert any("softmax: The classes lie along the last axis" in row[3] for row in students)
    assert not any("\n" in cell for row in students for cell in row)


def test_missing_identifiers_are_told(final):
    person = replace(final[0].person, id="", email="", idnumber="")
    grades = [replace(marked(final[0], 1), person=person), *final[1:]]
    with pytest.raises(
        ValueError, match=r"The roster gives no identifier for .*; fill in one of id"
    ):
        to_canvas(grades, "x")
    with pytest.raises(ValueError, match="fill in idnumber or email"):
        to_moodle(grades, "x")
    with pytest.raises(ValueError, match=r"name a --roster FILE\.csv"):
        to_canvas([replace(grade, person=None) for grade in final], "x")


def test_gradescope_reads_its_documented_fields(final):
    found = {grade.student: to_gradescope(grade) for grade in final if grade.points is not None}
    for results in found.values():
        jsonschema.Draft202012Validator(RESULTS).validate(json.loads(json.dumps(results)))
        assert sum(test["score"] for test in results["tests"]) == results["score"]
    assert found["right"]["score"] == 21.5
    assert sum(test["max_score"] for test in found["right"]["tests"]) == 22
    hints = [test["output"] for test in found["wrong-2"]["tests"] if test["status"] == "failed"]
    assert "The classes lie along the last axis: use axis=-1, not axis=0" in hints


def test_the_schema_refuses_what_is_not_documented(final):
    results = to_gradescope(next(grade for grade in final if grade.points is not None))
    for wrong in {"grade": 3}, {"visibility": "public"}, {"score": "3"}, {"tests": [{"points": 1}]}:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(RESULTS).validate(results | wrong)


def test_lateness_is_in_gradescopes_score(final):
    (right,) = [grade for grade in final if grade.student == "right"]
    results = to_gradescope(replace(right, late=Late(3, 1, 0.5)))
    assert results["score"] == 10.75
    assert results["output"] == "21.5 of 22 points, 10.75 count after 3 late days"


def test_the_table_flags_what_is_not_graded(final):
    header, *students = rows(to_csv(final))
    told = {row[0]: dict(zip(header, row, strict=True)) for row in students}
    assert told["right"]["points"] == "21.5" and told["right"]["out_of"] == "22"
    assert told["no-box"]["points"] == told["no-box"]["total"] == ""
    assert told["no-box"]["status"] == "not graded"
    assert told["unread"]["notes"] == "The notebook is not valid JSON"
    assert not any(row[0].startswith("=") for row in students)


def test_the_commands_write_everything_and_the_same_again(folder, roster, capsys):
    (folder / "marks.csv").write_text("student,question,points\nright,written,2\n", "utf-8")
    options = ["--exercise", "02", "--out", str(folder.parent), "--roster", str(roster)]
    everything = ["export", *options, "--canvas", "--moodle", "--gradescope"]
    for command in ["feedback", *options], ["report", *options], everything:
        assert cli.main(command) == 0
    told = capsys.readouterr()
    assert "1 without a grade (rejected: The notebook is not valid JSON)" in told.err
    assert "absent,Zoë absent,nothing handed in" in (folder / "ungraded.csv").read_text("utf-8")
    assert "<td>nothing handed in</td><td>1: Zoë absent</td>" in (folder / "class.html").read_text(
        "utf-8"
    )
    assert "softmax: 1 × " in told.out
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    names = {path.name for path in files}
    assert {"grades.csv", "ungraded.csv", "canvas.csv", "moodle.csv", "class.html"} <= names
    assert {"results.json", "right.html", "right.md"} <= names
    for command in ["feedback", *options], ["report", *options], everything:
        assert cli.main(command) == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
