"""Tables of a class: CSV for a spreadsheet, text for the terminal."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(records: Sequence[dict]) -> str:
    """Write the grades of a class as CSV.

    An ungraded submission or question has an empty cell, never 0, and is named in ``status`` or
    ``needs_marking``; ``total`` counts the auto-graded questions, out of ``max``.

    Args:
        records: records of one exercise.

    Returns:
        The CSV text.
    """
    names = _names(records)
    header = ["student", "status", "total", "max", *names, "needs_marking", "notes"]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    for record in records:
        points = {question["name"]: question["points"] for question in record["questions"]}
        row = [record["student"], record["status"], record["total"], record["max"]]
        row += [points.get(name) for name in names]
        row += [" ".join(_unmarked(record)), "; ".join(_notes(record))]
        writer.writerow([_number(_plain_text(value)) for value in row])
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
    unmarked = sum(bool(_unmarked(record)) for record in records)
    if unmarked:
        lines.append(f"{unmarked} submissions have answers that need marking by hand")
    if any(record["environment"]["sandbox"] == "none" for record in records):
        lines.append("Graded WITHOUT a sandbox: the students' code ran with your rights")
    return "\n".join(lines)


def _names(records: Sequence[dict]) -> list[str]:
    return [question["name"] for question in records[0]["questions"]] if records else []


def _unmarked(record: dict) -> list[str]:
    return [q["name"] for q in record["questions"] if q["status"] == "needs marking"]


def _notes(record: dict) -> list[str]:
    stamp = ["graded without a sandbox"] if record["environment"]["sandbox"] == "none" else []
    return [*record["notes"], *stamp]


def _plain_text(value):
    """Keep a spreadsheet from running a name as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _number(value):
    return f"{value:g}" if isinstance(value, float) else value
