"""Answers that people mark: to nbgrader's formgrader, and back into ``marks.csv``.

`export_course` writes a course folder as nbgrader 0.9 lays it out: ``gradebook.db``, the released
notebook under ``source/``, and under ``autograded/STUDENT/EXERCISE/`` a notebook per submission,
made of the released one and the student's answers. Nothing else of the student's is in it, and
written answers are made `harmless`: formgrader shows Markdown as HTML, inside the marker's own
Jupyter server. There is no ``submitted/`` folder, so that formgrader's own *Autograde* cannot run
a student's code there. Exporting again keeps all marks; what was handed in anew waits again.

`import_marks` reads points and comments back, for the very submission that was marked. Points given
to an auto-graded answer count too.
"""

import copy
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from sqlalchemy.exc import SAWarning

from course.grading.bank import RELEASED
from course.grading.report.gradebook import Grade
from course.grading.report.marks import Mark, Place
from course.grading.store import printable, write_text
from course.grading.submission import read_submission, students
from course.grading.template import read_template

CONFIG = 'c = get_config()  # noqa: F821\nc.CourseDirectory.course_id = "course"\n'
ACTIVE = re.compile(r"\\(?=(href|url|require|class|cssId|style|data|html\w*|unicode|mmlToken)\b)")


def export_course(
    exercise: str, grades: Sequence[Grade], submissions: Path, course: Path, released=RELEASED
) -> list[str]:
    """Write or refresh a course folder for formgrader.

    Args:
        exercise: its name, for example ``02_lenet``.
        grades: the gradebook of the exercise.
        submissions: holds one folder per student.
        course: the course folder.
        released: folder of the released notebooks.

    Returns:
        Students who were left out, since nothing of theirs can be marked yet, each with the reason.
    """
    template = read_template(released / f"{exercise}.ipynb")
    notebook = nbformat.read(released / f"{exercise}.ipynb", as_version=4)
    source = course / "source" / exercise
    source.mkdir(parents=True, exist_ok=True)
    write_text(source / f"{exercise}.ipynb", nbformat.writes(notebook) + "\n")
    if not (course / "nbgrader_config.py").exists():
        write_text(course / "nbgrader_config.py", CONFIG)
    left_out = []
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(exercise)
        place = {"notebook": exercise, "assignment": exercise, "db_url": _url(course)}
        SaveCells().preprocess(copy.deepcopy(notebook), {"nbgrader": place})
        gradebook.db.expire_all()
        folders = {printable(name): name for name in students(submissions)}
        for grade in grades:
            folder = folders.get(grade.student, grade.student)
            submission = read_submission(submissions, folder, template)
            if grade.record["status"] in ("rejected", "not graded"):
                left_out.append(f"{grade.student}: {grade.ungraded}")
            elif submission.content_hash != grade.record["content_hash"]:
                left_out.append(f"{grade.student}: has handed in something else; grade it first")
            else:
                _export(gradebook, notebook, grade, submission.answers, course)
    return left_out


def import_marks(exercise: str, course: Path, released=RELEASED) -> dict[Place, Mark]:
    """Read the marks that were given in formgrader.

    Args:
        exercise: its name, for example ``02_lenet``.
        course: the course folder.
        released: folder of the released notebooks.

    Returns:
        Marks by place; an answer without points and comment has none.

    Raises:
        FileNotFoundError: the folder has no gradebook.
        ValueError: the exercise was not exported to it.
    """
    if not (course / "gradebook.db").is_file():
        raise FileNotFoundError(f"{course} has no gradebook.db; run `formgrader export` first")
    cells = _graded_cells(nbformat.read(released / f"{exercise}.ipynb", as_version=4))
    marks: dict[Place, Mark] = {}
    with open_gradebook(course) as gradebook:
        try:
            submissions = gradebook.find_assignment(exercise).submissions
        except MissingEntry:
            raise ValueError(f"{exercise} is not in {course}; run `formgrader export`") from None
        for submission in submissions:
            student = submission.student.id
            content = _exported_hash(course, student, exercise)
            for question, cell in cells.items():
                grade = gradebook.find_grade(cell, exercise, exercise, student)
                comment = gradebook.find_comment(question, exercise, exercise, student)
                mark = Mark(_points(grade), (comment.manual_comment or "").strip(), content)
                if content and (mark.points is not None or mark.comment):
                    marks[student, question, content] = mark
    return marks


@contextmanager
def open_gradebook(course: Path) -> Iterator[Gradebook]:
    """Open the gradebook of a course folder, a new one if there is none.

    Args:
        course: the course folder.

    Yields:
        The gradebook. nbgrader makes one with the command ``alembic``, which is beside this Python
        but not always on the PATH; and SQLAlchemy warns of how nbgrader uses it.
    """
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        with warnings.catch_warnings(), Gradebook(_url(course), "course") as gradebook:
            warnings.simplefilter("ignore", SAWarning)
            yield gradebook
    finally:
        os.environ["PATH"] = before


def harmless(text: str) -> str:
    """Take out of Markdown what acts in a browser: HTML, links, pictures, and such formulas.

    Args:
        text: a student's written answer.

    Returns:
        Text and formulas that read the same.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", text)
    text = text.replace("](", "] (").replace("]:", "] :").replace("][", "] [")
    return ACTIVE.sub("", text)


def _export(gradebook, notebook, grade: Grade, answers: Mapping[str, str], course: Path) -> None:
    exercise, student = grade.record["exercise"], grade.student
    path = _autograded(course, student, exercise)
    if path.exists() and _exported_hash(course, student, exercise) != grade.record["content_hash"]:
        gradebook.remove_submission(exercise, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    first, _, last = grade.name.rpartition(" ")
    email = grade.person.email if grade.person else None
    gradebook.update_or_create_student(student, first_name=first, last_name=last, email=email)
    gradebook.update_or_create_submission(exercise, student)
    cells = _graded_cells(notebook)
    for question in grade.record["questions"]:
        entry = gradebook.find_grade(cells[question["name"]], exercise, exercise, student)
        entry.auto_score = question["points"]
        entry.needs_manual_grade = entry.manual_score is None and question["points"] is None
        comment = gradebook.find_comment(question["name"], exercise, exercise, student)
        comment.auto_comment = "No response." if question["status"] == "blank" else None
    gradebook.db.commit()
    write_text(path, _filled(notebook, grade.record, answers))


def _filled(notebook, record: dict, answers: Mapping[str, str]) -> str:
    """The released notebook with the answers, and the outcome below each check."""
    filled = copy.deepcopy(notebook)
    filled.metadata["content_hash"] = record["content_hash"]
    told = {f"check_{question['name']}": _told(question) for question in record["questions"]}
    for cell in filled.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            is_text = cell.cell_type == "markdown"
            cell.source = harmless(answers[name]) if is_text else answers[name]
        if cell.cell_type == "code" and name in told:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=told[name])]
    return nbformat.writes(filled) + "\n"


def _told(question: dict) -> str:
    lines = [
        f"{check['name']}: {check['points']:g} of {check['max']:g}. {check['message']}".strip()
        for check in question["checks"]
    ]
    return "\n".join(lines) + "\n"


def _graded_cells(notebook) -> dict[str, str]:
    """The cell that has the points of each question: its check, or the written answer itself."""
    metas = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    names = [meta["grade_id"] for meta in metas if meta.get("grade")]
    return {name.removeprefix("check_"): name for name in names}


def _points(grade) -> float | None:
    given = grade.manual_score is not None or grade.extra_credit
    return grade.score if given and not grade.needs_manual_grade else None


def _exported_hash(course: Path, student: str, exercise: str) -> str:
    try:
        notebook = json.loads(_autograded(course, student, exercise).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return notebook["metadata"].get("content_hash", "")


def _autograded(course: Path, student: str, exercise: str) -> Path:
    return course / "autograded" / student / exercise / f"{exercise}.ipynb"


def _url(course: Path) -> str:
    return f"sqlite:///{(course / 'gradebook.db').resolve()}"
