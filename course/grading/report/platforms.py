"""Files that learning platforms import: Canvas's gradebook, Moodle's gradebook, Gradescope.

Only finished grades are in them. A row without a grade is left out, since an empty cell would clear
a score that the platform already has (Canvas), or is read as no grade (Moodle); ``ungraded.csv``
lists who is left out and why. Sources:

- Canvas: `Student, ID, SIS User ID, SIS Login ID, Section`, then one column per assignment; the
  second row starts with `Points Possible`. A student is found by ID, or else by SIS User ID, SIS
  Login ID or name; an assignment by its title, or by ``TITLE (ID)``.
- Moodle (*Grades → Import → CSV file*): any columns, which the import form maps: identify users by
  `ID number` or `Email address`, map the two others to the assignment's grade and feedback.
- Gradescope: ``results.json`` of the autograder specification. Gradescope wants a score, so there
  is no file for who has none.
"""

from collections.abc import Callable, Sequence

from course.grading.report.gradebook import NOTHING, Grade
from course.grading.report.roster import Person
from course.grading.report.tables import csv_text

STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def to_canvas(grades: Sequence[Grade], assignment: str) -> str:
    """Write a file for *Gradebook → Import*.

    Args:
        grades: the gradebook of an exercise, with a roster.
        assignment: title of the assignment in Canvas, or ``TITLE (ID)`` as Canvas exports it.

    Returns:
        The CSV text.

    Raises:
        ValueError: someone has none of Canvas's identifiers.
    """
    graded = _graded(grades, "one of id, sis_user_id and sis_login_id", _canvas_ids)
    rows = [[*STUDENT, assignment], ["    Points Possible", "", "", "", "", grades[0].max]]
    for grade in graded:
        rows.append([grade.name, *_canvas_ids(grade), grade.person.section, grade.points])
    return csv_text(rows)


def to_moodle(grades: Sequence[Grade], assignment: str) -> str:
    """Write a file for *Grades → Import → CSV file*.

    Args:
        grades: the gradebook of an exercise, with a roster.
        assignment: name of the assignment in Moodle.

    Returns:
        The CSV text.

    Raises:
        ValueError: someone has neither an ID number nor an e-mail address.
    """
    graded = _graded(grades, "idnumber or email", _moodle_ids)
    header = ["ID number", "Email address", assignment, f"{assignment} (feedback)"]
    return csv_text([header, *([*_moodle_ids(g), g.points, _one_line(g)] for g in graded)])


def to_ungraded(grades: Sequence[Grade], missing: Sequence[Person] = ()) -> str:
    """List who has no grade yet, and why.

    Args:
        grades: the gradebook of an exercise.
        missing: who handed in nothing.

    Returns:
        The CSV text.
    """
    rows = [[grade.student, grade.name, grade.ungraded] for grade in grades if grade.ungraded]
    rows += [[person.student, person.name, NOTHING] for person in missing]
    return csv_text([["student", "name", "why"], *rows])


def to_gradescope(grade: Grade) -> dict | None:
    """Make a student's ``results.json``.

    Args:
        grade: what the student reached.

    Returns:
        Its content, or None where there is no grade yet.
    """
    if grade.points is None:
        return None
    late = grade.late.days if grade.late else 0
    told = f"{grade.reached:g} of {grade.max:g} points"
    told += (
        f", {grade.points:g} count after {late} late days" if grade.points != grade.reached else ""
    )
    tests = [test for number, q in enumerate(grade.questions, 1) for test in _tests(number, q)]
    return {
        "score": grade.points,
        "output": told,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {key: grade.record[key] for key in ("content_hash", "course_hash")},
    }


def _tests(number: int, question: dict) -> list[dict]:
    if not question["checks"] or question["status"] == "marked":
        checks = [{"name": "marked by hand", "message": question["comment"]} | {
            key: question[key] for key in ("points", "max")
        }]  # fmt: skip
    else:
        checks = question["checks"]
    return [
        {
            "name": f"{question['name']}: {check['name']}",
            "number": f"{number}.{part}",
            "score": check["points"],
            "max_score": check["max"],
            "status": "passed" if check["points"] >= check["max"] else "failed",
            "output": check["message"] or "Passed",
            "output_format": "text",
            "visibility": "visible",
        }
        for part, check in enumerate(checks, 1)
    ]


def _graded(grades: Sequence[Grade], needed: str, identifiers: Callable) -> list[Grade]:
    graded = [grade for grade in grades if grade.points is not None]
    lost = [grade for grade in graded if grade.person is None or not any(identifiers(grade))]
    if lost and lost[0].person is None:
        raise ValueError("This export needs the students' identifiers; name a --roster FILE.csv")
    if lost:
        names = ", ".join(grade.student for grade in lost[:5]) + (" …" if lost[5:] else "")
        raise ValueError(f"The roster gives no identifier for {names}; fill in {needed}")
    return graded


def _canvas_ids(grade: Grade) -> tuple[str, str, str]:
    person = grade.person
    return person.id, person.sis_user_id, person.sis_login_id


def _moodle_ids(grade: Grade) -> tuple[str, str]:
    return grade.person.idnumber, grade.person.email


def _one_line(grade: Grade) -> str:
    """All hints and comments in one cell, each question once."""
    parts = []
    for question in grade.questions:
        hints = dict.fromkeys(check["message"] for check in question["checks"] if check["message"])
        words = "; ".join([*hints, *filter(None, [" ".join(question["comment"].split())])])
        if words:
            parts.append(f"{question['name']}: {words}")
    return " | ".join(parts) or "All right"
