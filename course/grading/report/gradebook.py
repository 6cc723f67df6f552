"""The gradebook of one exercise: every record with its marks, its lateness and its student."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.grading.bank import RELEASED
from course.grading.report.deadlines import Late, read_deadlines
from course.grading.report.marks import Mark, Place, mark_for, marks_path, read_marks
from course.grading.report.roster import Person, read_roster, read_submitted
from course.grading.store import read_records
from course.grading.template import read_template

REASONS = {
    "rejected": "rejected",
    "not graded": "not graded: the box did not work; grade again with --resume",
}

NOTHING = "nothing handed in"


@dataclass(frozen=True)
class Grade:
    """What one student reached.

    Args:
        record: the record, unchanged.
        questions: its questions with marks put in, and for each a ``comment`` and whether it is
            marked ``by_hand``.
        late: how late it was, or None where no deadline is known.
        person: the student's row of the roster, or None without a roster.
    """

    record: dict
    questions: Sequence[dict]
    late: Late | None = None
    person: Person | None = None

    @property
    def student(self) -> str:
        """Name of the student's folder."""
        return self.record["student"]

    @property
    def name(self) -> str:
        """The student's own name, as far as it is known."""
        return self.person.name if self.person else self.student

    @property
    def waiting(self) -> list[str]:
        """Questions that somebody has to mark."""
        return [q["name"] for q in self.questions if q["status"] == "needs marking"]

    @property
    def ungraded(self) -> str:
        """Why there is no grade yet; empty where there is one."""
        if self.record["status"] in REASONS:
            notes = "; ".join(self.record["notes"])
            return f"{REASONS[self.record['status']]}{f': {notes}' if notes else ''}"
        return f"to be marked: {', '.join(self.waiting)}" if self.waiting else ""

    @property
    def reached(self) -> float | None:
        """Points before lateness, or None where there is no grade yet."""
        return None if self.ungraded else sum(q["points"] for q in self.questions)

    @property
    def points(self) -> float | None:
        """Points that count, rounded to hundredths, or None where there is no grade yet."""
        factor = self.late.factor if self.late else 1.0
        return None if self.reached is None else round(self.reached * factor, 2)

    @property
    def max(self) -> float:
        """The most points there are."""
        return sum(q["max"] for q in self.questions)

    @property
    def notes(self) -> list[str]:
        """What an instructor should know."""
        told = list(self.record["notes"])
        if self.record["environment"]["sandbox"] == "none":
            told.append("graded without a sandbox")
        if self.late and not self.late.known:
            told.append("time of submission unknown, counted as on time")
        if self.late and self.late.days:
            told.append(f"{self.late.days} days late, {self.late.free} of them free")
        return told


def read_gradebook(
    folder: Path,
    roster: Path | None = None,
    deadlines: Path | None = None,
    submitted: Path | None = None,
    auto_only: bool = False,
) -> list[Grade]:
    """Put together what is known of an exercise.

    Args:
        folder: folder of its records; its name is the exercise's.
        roster: the roster, see `course.grading.report.roster`.
        deadlines: the deadlines, see `course.grading.report.deadlines`.
        submitted: when submissions were handed in, see `course.grading.report.roster`.
        auto_only: whether to leave the answers out that people mark.

    Returns:
        One grade per record, sorted by student.

    Raises:
        ValueError: there are no records, a file is not as it should be, or a student is missing.
    """
    records = read_records(folder)
    if not records:
        raise ValueError(f"There are no records in {folder}; run `grade` first")
    template = read_template(RELEASED / f"{folder.name}.ipynb")
    by_hand = {cell.name for cell in template.answers if cell.points is not None}
    marks = _known_marks(marks_path(folder), records)
    times = read_submitted(submitted) if submitted else {}
    rules = read_deadlines(deadlines) if deadlines else None
    people = _people(roster, records, rules)
    grades = []
    for record in records:
        student = record["student"]
        late = rules.late(student, folder.name, times) if rules else None
        questions = _marked(record, marks, by_hand)
        questions = [q for q in questions if not (auto_only and q["by_hand"])]
        grades.append(Grade(record, questions, late, people.get(student)))
    return grades


def absent(grades: Sequence[Grade], roster: Path | None) -> list[Person]:
    """List who handed in nothing at all.

    Args:
        grades: the gradebook of an exercise.
        roster: the roster, if there is one.

    Returns:
        People of the roster without a record, in its order.
    """
    there = {grade.student for grade in grades}
    people = read_roster(roster) if roster else {}
    return [person for student, person in people.items() if student not in there]


def _known_marks(path: Path, records: Sequence[dict]) -> dict[Place, Mark]:
    """Read the marks; a name with a typing error must not lose one silently."""
    marks = read_marks(path)
    students = {record["student"] for record in records}
    questions = [question["name"] for question in records[0]["questions"]]
    for student, question, _ in marks:
        if student not in students:
            raise ValueError(f"{path} marks {student}, who has no record; correct the name")
        if question not in questions:
            raise ValueError(f"{path} marks {question!r}; the questions are {', '.join(questions)}")
    return marks


def _marked(record: dict, marks: Mapping[Place, Mark], by_hand: set[str]) -> list[dict]:
    questions = []
    for question in record["questions"]:
        mark = mark_for(marks, record, question["name"]) or Mark(None)
        known = question["status"] != "not graded" and mark.points is not None
        change = {"points": mark.points, "status": "marked"} if known else {}
        extra = {"comment": mark.comment, "by_hand": question["name"] in by_hand}
        questions.append(question | change | extra)
    return questions


def _people(roster: Path | None, records, rules) -> dict[str, Person]:
    if roster is None:
        return {}
    people = read_roster(roster)
    handed_in = [record["student"] for record in records]
    extended = [student for student, _ in rules.extensions] if rules else []
    for told, names in ("has handed in", handed_in), ("has an extension", extended):
        if missing := [name for name in names if name not in people]:
            raise ValueError(
                f"{missing[0]} {told} but is not in {roster}"
                + (f", nor are {len(missing) - 1} others" if missing[1:] else "")
                + "; add a row whose `student` is the name of the folder"
            )
    return people
