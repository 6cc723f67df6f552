"""Formgrader: the answers go there, the marks come back, and nothing is lost on the way."""

import json
import shutil
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert.filters import markdown2html
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from traitlets.config import Config

from course.grading import __main__ as cli
from course.grading.bank import RELEASED
from course.grading.record import make_record
from course.grading.report.formgrader import harmless, open_gradebook
from course.grading.report.gradebook import read_gradebook
from course.grading.report.marks import marks_path, read_marks
from course.grading.store import record_path, write_record
from course.grading.submission import read_submission, students

NAME = "02_lenet"
PLACE = (NAME, NAME)
NASTY = (
    "The slope is at most $\\sigma'<1/4$ <script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
    "[x](javascript:alert(1)) ![y](https://example.org/y.png) [z][ref] <https://example.org>\n\n"
    "[ref]: javascript:alert(1)\n\n> [q]: javascript:alert(1)\n\n"
    "$\\href{javascript:alert(1)}{x}$\n\n"
    "<!-- <b> --> <svg/onload=alert(1)> &lt;script&gt;"
)


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


class Room:
    """A class with records but without a box, its course folder, and the commands."""

    def __init__(self, exercise, home):
        self.exercise, self.home = exercise, home
        self.submissions, self.course = home / "class", home / "marking"
        self.folder = home / "grades" / NAME
        self.rights = {name: q.answer(q.rights[0]) for name, q in exercise.bank.items()}

    def fill(self):
        self.folder.mkdir(parents=True)
        self.hand_in("ann", self.rights | {"written": "Because of the slope."})
        self.hand_in("bob", self.rights | {"written": NASTY})
        self.hand_in("cem", self.rights)
        self.hand_in("zoë\n", self.rights)
        (self.submissions / "dora").mkdir()
        self.grade()
        assert self.command("export") == 0

    def hand_in(self, student, answers):
        notebook = json.loads((RELEASED / f"{NAME}.ipynb").read_text("utf-8"))
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(name, cell["source"])
        home = self.submissions / student
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{NAME}.ipynb").write_text(json.dumps(notebook), "utf-8")

    def grade(self):
        from classroom import SANDBOX, seen_by

        seen = {n: seen_by(q.key, q.rights[0]) for n, q in self.exercise.bank.items()}
        for student in students(self.submissions):
            work = read_submission(self.submissions, student, self.exercise.template)
            record = make_record(self.exercise, work, None if work.rejected else seen, SANDBOX)
            write_record(record_path(self.folder, student), record)

    def command(self, action):
        options = ["--out", str(self.home / "grades"), "--submissions", str(self.submissions)]
        return cli.main(["formgrader", action, str(self.course), *options])

    def gradebook(self):
        return open_gradebook(self.course)

    def mark(self, student, points, comment=None, cell="written"):
        """What formgrader does when somebody types into its two fields."""
        with self.gradebook() as gradebook:
            grade = gradebook.find_grade(cell, *PLACE, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            question = cell.removeprefix("check_")
            gradebook.find_comment(question, *PLACE, student).manual_comment = comment
            gradebook.db.commit()

    def points(self):
        return {grade.student: grade.points for grade in read_gradebook(self.folder)}


@pytest.fixture(scope="module")
def made(exercise, tmp_path_factory):
    """A room after its first export."""
    room = Room(exercise, tmp_path_factory.mktemp("room"))
    room.fill()
    return room


@pytest.fixture
def room(made, tmp_path):
    """A copy of it to work in."""
    shutil.copytree(made.home, tmp_path / "room")
    return Room(made.exercise, tmp_path / "room")


def test_formgrader_cannot_run_what_was_handed_in(made):
    assert not (made.course / "submitted").exists()


def test_nbgrader_sees_the_class(made):
    config = Config({"CourseDirectory": {"root": str(made.course), "course_id": "course"}})
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    (assignment,) = api.get_assignments()
    assert (assignment["name"], assignment["max_score"]) == (NAME, 22)
    everyone = {"ann", "bob", "cem", r"zoë\x0a"}
    submissions = api.get_notebook_submissions(NAME, NAME)
    assert {s["student"] for s in submissions} == everyone
    waiting = {s["student"] for s in submissions if s["needs_manual_grade"]}
    assert waiting == {"ann", "bob"}
    assert {s["code_score"] for s in submissions} == {19}
    assert api.get_autograded_students(NAME) == everyone


def test_only_the_answer_that_people_mark_waits(made):
    with made.gradebook() as gradebook:
        for cell in "check_softmax", "check_sgd_epoch":
            grade = gradebook.find_grade(cell, *PLACE, "ann")
            assert (grade.needs_manual_grade, grade.manual_score) == (False, None)
        assert gradebook.find_grade("written", *PLACE, "ann").auto_score is None
        blank = gradebook.find_grade("written", *PLACE, "cem")
        assert (blank.auto_score, blank.needs_manual_grade) == (0, False)
        assert gradebook.find_comment("written", *PLACE, "cem").comment == "No response."


def test_the_notebooks_are_nbgraders_and_hold_the_answers(made):
    path = made.course / "autograded/ann" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells
             if "nbgrader" in cell.metadata}  # fmt: skip
    assert cells["written"].source == "Because of the slope."
    assert "large logits: 1 of 1." in cells["check_softmax"].outputs[0].text
    source = made.course / "source" / NAME / f"{NAME}.ipynb"
    assert nbformat.read(source, 4).cells == nbformat.read(RELEASED / f"{NAME}.ipynb", 4).cells


def test_a_written_answer_cannot_act_in_the_markers_browser(made):
    path = made.course / "autograded/bob" / NAME / f"{NAME}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (written,) = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "written"]
    page = Tags(markdown2html(written.source))
    assert page.tags <= {"p", "blockquote", "a"}
    assert not page.attributes - {"href"} and 'javascript:alert(1)"' not in written.source
    assert "\\href" not in written.source and "$\\sigma'<1/4$" in written.source
    assert {"script", "img", "svg"} <= Tags(markdown2html(NASTY)).tags  # what it is good for


def test_harmless_text_stays_as_it_is():
    text = "The *slope* of $\\sigma$ is < 1/4, so $0.25^n < x$.\n\n- `a < b`\n- one [1]\n"
    assert harmless(text) == text


def test_marks_and_comments_come_back(room):
    room.mark("ann", 2.5, 'Good. =1+1 is also\n2, says "Zoë"')
    room.mark("bob", 0, None)
    before = {path.name: path.read_bytes() for path in room.folder.glob("*.json")}
    assert room.command("import") == 0
    assert room.points() == {
        "ann": 21.5, "bob": 19, "cem": 19, "dora": None, r"zoë\x0a": 19,
    }  # fmt: skip
    (ann,) = [grade for grade in read_gradebook(room.folder) if grade.student == "ann"]
    assert ann.questions[-1]["comment"] == 'Good. =1+1 is also\n2, says "Zoë"'
    assert {path.name: path.read_bytes() for path in room.folder.glob("*.json")} == before


def test_importing_twice_gives_the_same_bytes(room):
    room.mark("ann", 3, "Good")
    contents = []
    for _ in range(2):
        assert room.command("import") == 0
        contents.append(marks_path(room.folder).read_bytes())
    assert contents[0] == contents[1]


def test_nothing_is_imported_that_nobody_marked(room):
    assert room.command("import") == 0
    assert read_marks(marks_path(room.folder)) == {}
    assert room.points()["ann"] is None


def test_points_for_an_auto_graded_answer_count_too(room):
    room.mark("cem", 1, "A lucky guess", cell="check_softmax")
    room.command("import")
    assert room.points()["cem"] == 16


def test_exporting_again_keeps_all_marks(room):
    room.mark("ann", 2, "Good")
    assert room.command("export") == 0
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("written", *PLACE, "ann")
        assert (grade.manual_score, grade.needs_manual_grade) == (2, False)
        assert gradebook.find_comment("written", *PLACE, "ann").manual_comment == "Good"
    assert room.points()["ann"] == 21


def test_who_hands_in_again_waits_again_and_the_old_mark_is_kept(room):
    room.mark("ann", 2, "Good")
    room.hand_in("ann", {"written": "Another answer."})
    assert room.command("export") == 0
    assert room.points()["ann"] == 21  # not graded again yet: left out, and its mark still holds
    room.grade()
    assert room.points()["ann"] is None
    assert room.command("export") == 0
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("written", *PLACE, "ann")
        assert (grade.manual_score, grade.needs_manual_grade) == (None, True)
    room.mark("ann", 1, "Shorter")
    room.command("import")
    marks = read_marks(marks_path(room.folder))
    assert sorted(mark.points for mark in marks.values()) == [1, 2]
    (ann,) = [grade for grade in read_gradebook(room.folder) if grade.student == "ann"]
    assert ann.questions[-1]["comment"] == "Shorter"


def test_who_is_left_out_is_told(room, capsys):
    room.hand_in("ann", {"written": "Another answer."})
    room.command("export")
    told = capsys.readouterr().err
    assert "left out: ann: has handed in something else; grade it first" in told
    assert "left out: dora: rejected: No 02_lenet.ipynb was handed in" in told
    assert not (room.course / "autograded/dora").exists()


def test_a_folder_without_a_gradebook_is_told(room, capsys):
    (room.course / "gradebook.db").unlink()
    assert room.command("import") == 1
    assert "run `formgrader export` first" in capsys.readouterr().err
    assert cli.main(["formgrader", "export", "x", "--out", str(room.home / "grades")]) == 1
    assert "name --submissions FOLDER" in capsys.readouterr().err
