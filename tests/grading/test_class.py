"""A class of 20 with hostile students: the table is right at any number of jobs, every time."""

import contextlib
import json
import re
import tempfile

import pytest

from course.grading import __main__ as cli
from course.grading.batch import grade_class, grade_submission
from course.grading.box import Box, BoxError
from course.grading.record import make_record
from course.grading.report import to_csv, to_table
from course.grading.report.gradebook import Grade
from course.grading.store import printable, record_path, write_record
from course.grading.submission import Submission, read_submission

TOTALS = {
    "blank": 0,
    "copied_a_cell": 19,
    "lost_a_cell": 16,
    "mistaken_0": 7,
    "mistaken_1": 6,
    "mistaken_2": 7,
    "partial": 8,
    "perfect": 19,
    "perfect_too": 19,
}


@pytest.fixture(scope="module")
def graded(exercise, box, sample, tmp_path_factory):
    """Records of the class, and the folder they are in."""
    out = tmp_path_factory.mktemp("grades")
    return grade_class(exercise, sample[0], out, box, jobs=2), out / exercise.name


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


def test_every_student_gets_what_they_should(graded, sample):
    seen = {}
    for record in graded[0]:
        points = {q["name"]: q["points"] for q in record["questions"] if q["name"] != "written"}
        seen[record["student"]] = (record["status"], None if record["total"] is None else points)
    assert seen == sample[1]


def test_totals_worked_out_by_hand(graded):
    totals = {record["student"]: record["total"] for record in graded[0]}
    assert {name: totals[name] for name in TOTALS} == TOTALS


def test_one_job_gives_the_same_bytes_as_two(exercise, box, sample, graded, tmp_path):
    grade_class(exercise, sample[0], tmp_path, box, jobs=1)
    assert contents(tmp_path / exercise.name) == contents(graded[1])


def test_open_files_of_the_grader_do_not_change_a_record(exercise, box, sample, graded):
    submission = read_submission(sample[0], "forges_results", exercise.template)
    with contextlib.ExitStack() as files:
        for _ in range(40):
            files.enter_context(tempfile.TemporaryFile())
        record = grade_submission(exercise, submission, box)
    assert record in graded[0] and record["status"] == "crashed"


def test_nothing_that_students_wrote_is_in_a_record(exercise, graded):
    text = "\n".join(map(json.dumps, graded[0]))
    assert "full points" not in text
    hidden = exercise.keys["max_pool2d"].cases[-1].arguments[0]
    assert not re.search(rf"{abs(hidden.flat[0])}", text)


def test_resume_keeps_what_still_holds(exercise, box, sample, graded, tmp_path):
    folder = tmp_path / exercise.name
    folder.mkdir()
    for name, data in contents(graded[1]).items():
        (folder / name).write_bytes(data)
    (folder / "perfect.json").unlink()
    (folder / "blank.json").write_text("half a rec")
    stale = json.loads((folder / "partial.json").read_text("utf-8"))
    write_record(folder / "partial.json", stale | {"course_hash": "another"})
    outcomes = []
    grade_class(exercise, sample[0], tmp_path, box, 2, True, outcomes.append)
    fresh = {outcome.record["student"] for outcome in outcomes if not outcome.resumed}
    assert fresh == {"perfect", "blank", "partial"}
    assert contents(folder) == contents(graded[1])


def test_a_failed_resubmission_inherits_nothing(exercise, box, tmp_path, sample):
    home = tmp_path / "class/ann"
    home.mkdir(parents=True)
    file = home / "02_lenet.ipynb"
    file.write_bytes((sample[0] / "perfect/02_lenet.ipynb").read_bytes())
    (first,) = grade_class(exercise, home.parent, tmp_path, box)
    file.write_text("not a notebook")
    (second,) = grade_class(exercise, home.parent, tmp_path, box, resume=True)
    assert (first["total"], second["total"], second["status"]) == (19, None, "rejected")


def test_where_the_box_breaks_no_student_gets_zero(exercise, monkeypatch):
    def broken(*arguments):
        raise BoxError("no room")

    monkeypatch.setattr("course.grading.batch.run", broken)
    record = grade_submission(exercise, Submission("ann", {"softmax": "x"}), Box())
    assert (record["status"], record["total"]) == ("not graded", None)


def test_without_a_sandbox_the_results_say_so(exercise, sample, tmp_path):
    home = tmp_path / "class/ann"
    home.mkdir(parents=True)
    (home / "02_lenet.ipynb").write_bytes((sample[0] / "perfect/02_lenet.ipynb").read_bytes())
    records = grade_class(exercise, home.parent, tmp_path, Box(sandbox=False))
    assert records[0]["environment"]["sandbox"] == "none"
    assert "graded without a sandbox" in to_csv([Grade(r, r["questions"]) for r in records])
    assert "WITHOUT a sandbox" in to_table(records)


def test_csv_flags_what_is_not_graded_and_never_writes_zero_for_it(exercise):
    rejected = make_record(exercise, Submission("=1+1", rejected="No file"), None, {"sandbox": ""})
    header, row = to_csv([Grade(rejected, rejected["questions"])]).splitlines()
    assert header == (
        "student,name,status,total,max,softmax,cross_entropy,max_pool2d,num_parameters,sgd_epoch,"
        "written,late_days,points,out_of,needs_marking,notes"
    )
    assert row == "'=1+1,'=1+1,rejected,,19,,,,,,,,,22,,No file"


def test_names_of_folders_are_made_printable(tmp_path):
    assert printable("Zoë\n\udcff") == "Zoë\\x0a\\xff"
    assert record_path(tmp_path, "ann").name == "ann.json"
    names = [
        r"a\nb",
        "a\nb",
        "a\x85",
        "a\udc85",
        "a\u200b",
        "a\u200bb",
        *("ä" * n for n in (125, 126, 127)),
    ]
    paths = {record_path(tmp_path, name) for name in names}
    assert len(paths) == len(names) and max(len(path.name.encode()) for path in paths) <= 255


def test_the_command(box, sample, tmp_path, capsys):
    home = tmp_path / "class/ann"
    home.mkdir(parents=True)
    (home / "02_lenet.ipynb").write_bytes((sample[0] / "partial/02_lenet.ipynb").read_bytes())
    options = ["--out", str(tmp_path / "out")]
    assert cli.main(["grade", str(home.parent), *options]) == 0
    assert "1 submissions have answers that need marking by hand" in capsys.readouterr().out
    csv = (tmp_path / "out/02_lenet/grades.csv").read_text("utf-8")
    assert csv.splitlines()[1] == "ann,ann,partial,8,19,4,0,0,4,0,,,,22,written,"
    assert cli.main(["export", *options]) == 0
    assert cli.main(["grade", str(tmp_path / "nowhere")]) == 1
