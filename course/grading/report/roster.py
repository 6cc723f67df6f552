"""The roster: who the folders of submissions belong to, and when they were handed in.

``roster.csv`` has one row per student. ``student`` is the name of the folder and ``name`` the
student's own; the other columns are what a learning platform knows a student by, and may be left
out::

    student,name,email,id,sis_user_id,sis_login_id,section,idnumber
    ann,Ann Example,ann@example.org,1001,,ann,A,2026001

``id``, ``sis_user_id``, ``sis_login_id`` and ``section`` are Canvas's, ``idnumber`` is Moodle's.

``submitted.csv`` tells when something was handed in, with the platform's clock: the times of files
change when they are copied, so they are never used. Of several rows for a student and an exercise
the latest counts::

    student,exercise,submitted
    ann,02_lenet,2026-10-30T21:14:03+01:00
"""

import csv
import io
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """A row of the roster. An identifier that is not known is empty."""

    student: str
    name: str
    email: str = ""
    id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""
    idnumber: str = ""


COLUMNS = tuple(field.name for field in fields(Person))


def read_roster(path: Path) -> dict[str, Person]:
    """Read a roster.

    Args:
        path: a CSV file in UTF-8.

    Returns:
        People by the name of their folder.

    Raises:
        ValueError: a column or a cell is missing, unknown or there twice.
    """
    people: dict[str, Person] = {}
    for line, row in read_rows(path, ("student", "name"), COLUMNS):
        student = row["student"]
        if not student or not row["name"]:
            raise ValueError(f"{path}, line {line}: `student` and `name` must not be empty")
        if student in people:
            raise ValueError(f"{path}, line {line}: {student} is there twice; remove one row")
        people[student] = Person(**row)
    return people


def read_submitted(path: Path) -> dict[tuple[str, str], datetime]:
    """Read when submissions were handed in.

    Args:
        path: a CSV file in UTF-8.

    Returns:
        The latest time by student and exercise.

    Raises:
        ValueError: a column is missing or unknown, or a time cannot be read or has no time zone.
    """
    columns = ("student", "exercise", "submitted")
    times: dict[tuple[str, str], datetime] = {}
    for line, row in read_rows(path, columns, columns):
        time = parse_time(row["submitted"], f"{path}, line {line}, `submitted`")
        place = row["student"], row["exercise"]
        times[place] = max(time, times.get(place, time))
    return times


def parse_time(value: str | datetime, where: str) -> datetime:
    """Read a time with its zone.

    Args:
        value: ISO 8601 text, or a time that TOML has read.
        where: names the place in an error.

    Returns:
        The time.

    Raises:
        ValueError: it is no time, or has no zone.
    """
    example = "write for example 2026-10-30T23:59:00+01:00"
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: {value!r} is not a time; {example}") from None
    if time.tzinfo is None:
        raise ValueError(f"{where}: {value} has no time zone; {example}")
    return time


def read_rows(path: Path, needed: tuple[str, ...], known: tuple[str, ...]):
    """Read a CSV file with a header, whatever the order of its columns.

    Args:
        path: a CSV file in UTF-8, as spreadsheets save it with or without a byte-order mark.
        needed: columns that must be there.
        known: all columns that may be there.

    Yields:
        The number of the line and its cells by column, without spaces around them.

    Raises:
        ValueError: the file is not such a file; the message says what and where.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8; save it as “CSV UTF-8”") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in next(rows, [])]
    if missing := [name for name in needed if name not in header]:
        told = ", ".join(header) or "nothing"
        raise ValueError(f"{path} needs the column {missing[0]!r}; its first line has {told}")
    if strange := [name for name in header if name not in known or header.count(name) > 1]:
        raise ValueError(
            f"{path} has a column {strange[0]!r}; it may have, once: {', '.join(known)}"
        )
    try:
        for row in rows:
            cells = dict(zip(header, map(str.strip, row), strict=False))
            if len(row) != len(header) and any(row):
                raise ValueError(
                    f"{path}, line {rows.line_num}: {len(row)} cells under {len(header)} columns; "
                    "put text that holds a comma in double quotes"
                )
            if any(row):
                yield rows.line_num, cells
    except csv.Error as error:
        raise ValueError(f"{path}, line {rows.line_num}: {error}; check its quotes") from None
