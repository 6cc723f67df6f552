"""Marks that people give: ``marks.csv`` beside the records, which are never edited.

The file is written by ``formgrader import``; it may as well be typed into a spreadsheet::

    student,question,points,comment,submission
    ann,written,2.5,"Good on the sigmoid. What of dying units?",

``submission`` is the content hash of the record that was marked. Where a student has handed in
something else since, the mark does not count and the answer waits again; an empty cell holds for
whatever is there. A mark replaces the points of its question, an auto-graded one's too; without
points it only comments.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from course.grading.report.roster import read_rows
from course.grading.store import write_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that starts so
COLUMNS = ("student", "question", "points", "comment", "submission")


@dataclass(frozen=True)
class Mark:
    """A mark.

    Args:
        points: the points, or None for a comment alone.
        comment: what to tell the student.
        submission: content hash of the record that was marked; empty for any.
    """

    points: float | None
    comment: str = ""
    submission: str = ""


Place = tuple[str, str, str]
"""Student, question and submission: a mark for an earlier submission is kept beside a later one."""


def marks_path(folder: Path) -> Path:
    """Name the file of the marks.

    Args:
        folder: folder of the records of one exercise.

    Returns:
        Its path.
    """
    return folder / "marks.csv"


def read_marks(path: Path) -> dict[Place, Mark]:
    """Read marks.

    Args:
        path: the file; it need not exist.

    Returns:
        Marks by place.

    Raises:
        ValueError: the file is not as above.
    """
    marks: dict[Place, Mark] = {}
    if not path.exists():
        return marks
    for line, row in read_rows(path, COLUMNS[:3], COLUMNS):
        row = {column: _unguard(row.get(column, "")) for column in COLUMNS}
        place = row["student"], row["question"], row["submission"]
        if place in marks:
            raise ValueError(f"{path}, line {line}: {place[:2]} is marked twice; remove one row")
        points = _points(row["points"], f"{path}, line {line}")
        marks[place] = Mark(points, row["comment"], row["submission"])
    return marks


def write_marks(path: Path, marks: Mapping[Place, Mark]) -> None:
    """Write marks, sorted, so that a crash leaves the old file or the new one.

    Args:
        path: the file.
        marks: marks by place.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (student, question, submission), mark in sorted(marks.items()):
        points = "" if mark.points is None else f"{mark.points:g}"
        cells = [student, question, points, mark.comment, submission]
        writer.writerow(map(_guard, cells))
    write_text(path, stream.getvalue())


def mark_for(marks: Mapping[Place, Mark], record: dict, question: str) -> Mark | None:
    """Find the mark that counts.

    Args:
        marks: marks by place.
        record: the record of the student.
        question: name of the question.

    Returns:
        The mark of this very submission, or else the one for any, or None.
    """
    submissions = record["content_hash"], ""
    found: Iterable = (marks.get((record["student"], question, each)) for each in submissions)
    return next(filter(None, found), None)


def _points(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = math.nan
    if not 0 <= points < 1e6:
        raise ValueError(
            f"{where}: {text!r} is not points; write a number of at least 0 or nothing"
        )
    return points


def _guard(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + text if text.startswith((*FORMULA, "'")) else text


def _unguard(text: str) -> str:
    return text.removeprefix("'")
