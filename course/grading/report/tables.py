"""Tables of a class: CSV for a spreadsheet, text for the terminal."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from course.grading.report.gradebook import Grade
from course.grading.report.marks import FORMULA


def to_csv(grades: Sequence[Grade]) -> str:
    """Write the grades of a class for a spreadsheet.

    What has no grade yet is an empty cell, never 0, and is named in ``status`` or
    ``needs_marking``. ``total`` counts the auto-graded questions, out of ``max``; ``points`` are
    those that count in the end, out of ``out_of``, with marks and lateness.

    Args:
        grades: the gradebook of an exercise.

    Returns:
        The CSV text.
    """
    names = [question["name"] for question in grades[0].questions] if grades else []
    columns = ["student", "name", "status", "total", "max", *names, "late_days", "points", "out_of"]
    rows = [[*columns, "needs_marking", "notes"]]
    for grade in grades:
        record, reached = grade.record, [question["points"] for question in grade.questions]
        row = [grade.student, grade.name, record["status"], record["total"], record["max"]]
        row += [*reached, grade.late and grade.late.days, grade.points, grade.max]
        rows.append([*row, " ".join(grade.waiting), "; ".join(grade.notes)])
    return csv_text(rows)


def csv_text(rows: Iterable[Sequence]) -> str:
    """Write rows as CSV that no spreadsheet runs as formulas.

    Args:
        rows: cells: text, numbers, or None for an empty one.

    Returns:
        The CSV text.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_number(_plain_text(value)) for value in row] for row in rows)
    return stream.getvalue()


def to_table(records: Sequence[dict]) -> str:
    """Write the grades of a class for the terminal.

    Args:
        records: records of one exercise.

    Returns:
        One line per student, and a summary.
    """
    names = _names(records)
    rows = [["student", "status", *names, "total"]]
    for record in records:
        points = {question["name"]: question["points"] for question in record["questions"]}
        total = "–" if record["total"] is None else f"{record['total']:g}/{record['max']:g}"
        cells = ["–" if points.get(name) is None else f"{points[name]:g}" for name in names]
        rows.append([record["student"], record["status"], *cells, total])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, "", _summary(records)])


def _summary(records: Sequence[dict]) -> str:
    statuses = Counter(record["status"] for record in records)
    totals = [record["total"] for record in records if record["total"] is not None]
    lines = [f"{len(records)} submissions: " + ", ".join(f"{n} {s}" for s, n in statuses.items())]
    if totals:
        lines.append(f"mean {sum(totals) / len(totals):.2f} of {records[0]['max']:g} auto-graded")
    unmarked = sum(any(q["status"] == "needs marking" for q in r["questions"]) for r in records)
    if unmarked:
        lines.append(f"{unmarked} submissions have answers that need marking by hand")
    if any(record["environment"]["sandbox"] == "none" for record in records):
        lines.append("Graded WITHOUT a sandbox: the students' code ran with your rights")
    return "\n".join(lines)


def _names(records: Sequence[dict]) -> list[str]:
    return [question["name"] for question in records[0]["questions"]] if records else []


def _plain_text(value):
    """Keep a spreadsheet from running a name as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _number(value):
    return f"{value:g}" if isinstance(value, float) else value
