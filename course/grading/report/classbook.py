"""The report on a class: points per question, the most frequent hints, and who has no grade yet.

It names students, so it is for instructors only.
"""

import statistics
from collections import Counter
from collections.abc import Sequence

from course.grading.checking import BLANK, REASONS
from course.grading.report.drawing import histogram
from course.grading.report.gradebook import NOTHING, Grade
from course.grading.report.page import Heading, Link, Listing, Paragraph, Share, Table
from course.grading.report.reading import Sheet
from course.grading.report.roster import Person

MOST = 3
STATUSES = (
    "Partial: an answer is blank or its cell is missing. Crashed, timed out: one answer did, and "
    "the others count. Rejected: the notebook could not be read. Not graded: the grading machine "
    "failed."
)


def classbook(grades: Sequence[Grade], sheet: Sheet, missing: Sequence[Person] = ()) -> list:
    """Write the report on a class.

    Args:
        grades: the gradebook of an exercise.
        sheet: the words of the exercise.
        missing: who handed in nothing.

    Returns:
        A page of blocks, see `course.grading.report.page`.
    """
    page = [Heading(1, f"{sheet.title}: the class"), Paragraph(_counted(grades))]
    page += [Heading(2, "Points"), *_points(grades)]
    page += [Heading(2, "The questions"), _overview(grades, sheet)]
    for number, question in enumerate(grades[0].questions):
        title = f"{number + 1}. {sheet.titles[question['name']]}"
        page.append(Heading(2, title, question["name"]))
        page += _question([grade.questions[number] for grade in grades])
    rows = [_row(grade) for grade in grades]
    header = ["Student", "Status", "Points", "Notes"]
    page += [Heading(2, "Who has no grade yet"), *_ungraded(grades, missing)]
    return [*page, Heading(2, "All students"), Paragraph(STATUSES), Table(header, rows)]


def frequent_hints(questions: Sequence[dict]) -> list[tuple[str, int]]:
    """Count for how many students each hint of a question was.

    Args:
        questions: one question of all records.

    Returns:
        Hints and numbers of students, the most frequent first; blanks are not counted.
    """
    counts: Counter = Counter()
    for question in questions:
        counts.update({check["message"] for check in question["checks"]} - {"", REASONS[BLANK]})
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def to_hints(grades: Sequence[Grade]) -> str:
    """Write the most frequent hint of each question for the terminal.

    Args:
        grades: the gradebook of an exercise.

    Returns:
        One line per question with a hint.
    """
    lines = []
    for number, question in enumerate(grades[0].questions):
        found = frequent_hints([grade.questions[number] for grade in grades])
        lines += [f"{question['name']}: {count} × {hint}" for hint, count in found[:1]]
    return "\n".join(lines)


def _counted(grades: Sequence[Grade]) -> str:
    statuses = Counter(grade.record["status"] for grade in grades)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return f"{len(grades)} submissions: {told}."


def _ungraded(grades: Sequence[Grade], missing: Sequence[Person]) -> list:
    names: dict[str, list[str]] = {}
    for grade in grades:
        if grade.ungraded:
            names.setdefault(grade.ungraded, []).append(grade.name)
    if missing:
        names[NOTHING] = [person.name for person in missing]
    rows = [[why, f"{len(who)}: {', '.join(who)}"] for why, who in names.items()]
    return [Table(["Why", "Who"], rows)] if rows else [Paragraph("Everybody has one.")]


def _points(grades: Sequence[Grade]) -> list:
    """The auto-graded questions count at once, all of them when the marks are there."""
    parts = []
    totals = [grade.record["total"] for grade in grades if grade.record["total"] is not None]
    parts += _statistics("Auto-graded questions", totals, grades[0].record["max"])
    finals = [grade.points for grade in grades if grade.points is not None]
    if grades[0].max != grades[0].record["max"] or any(grade.late for grade in grades):
        parts += _statistics("With written answers and lateness", finals, grades[0].max)
    return parts


def _statistics(title: str, values: Sequence[float], maximum: float) -> list:
    if not values:
        return [Paragraph("nobody has a grade yet.", f"{title}:")]
    mean, median = statistics.fmean(values), statistics.median(values)
    told = (
        f"{len(values)} student{'s' * (len(values) > 1)}, mean {mean:.2f}, median {median:g}, "
        f"standard deviation {statistics.pstdev(values):.2f}, "
        f"from {min(values):g} to {max(values):g} of {maximum:g}."
    )
    return [Paragraph(told, f"{title}:"), histogram(values, maximum, title)]


def _overview(grades: Sequence[Grade], sheet: Sheet) -> Table:
    """One line per question: where the class loses its points."""
    rows = []
    for number, question in enumerate(grades[0].questions):
        each = [grade.questions[number] for grade in grades]
        points = [q["points"] for q in each if q["points"] is not None]
        if points:
            mean, full = statistics.fmean(points), sum(p >= question["max"] for p in points)
            told = f"{mean:.2f} of {question['max']:g}"
            cells = [Share(mean, question["max"], told), f"{full} of {len(points)}"]
        else:
            cells = ["–", "–"]
        rows.append([Link(sheet.titles[question["name"]], question["name"]), *cells])
    return Table(["Question", "Mean points", "Full points"], rows)


def _question(questions: Sequence[dict]) -> list:
    values = [question["points"] for question in questions if question["points"] is not None]
    blocks = _statistics("Points", values, questions[0]["max"])
    checks: dict[str, list[bool]] = {}
    for question in questions:
        for check in question["checks"]:
            checks.setdefault(check["name"], []).append(not check["message"])
    if checks:
        rows = [[name, Share(sum(passed), len(passed))] for name, passed in checks.items()]
        blocks.append(Table(["Check", "Passed by"], rows))
    if hints := frequent_hints(questions)[:MOST]:
        blocks.append(Paragraph("", "Most frequent hints:"))
        blocks.append(Listing([f"{count} × {hint}" for hint, count in hints]))
    blank = sum(question["status"] == "blank" for question in questions)
    waiting = sum(question["status"] == "needs marking" for question in questions)
    told = {"left it blank": blank, "are still to be marked": waiting}
    return [*blocks, *(Paragraph(f"{n} {what}.") for what, n in told.items() if n)]


def _row(grade: Grade) -> list[str]:
    points, auto = f"{grade.points or 0:g} of {grade.max:g}", grade.record["total"]
    if grade.points is None:
        points = "–" if auto is None else f"{auto:g} of {grade.record['max']:g} so far"
    return [grade.name, grade.record["status"], points, "; ".join(grade.notes)]
