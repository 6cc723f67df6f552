"""Where the records of a class are kept: one JSON file per student."""

import json
import os
import tempfile
from pathlib import Path

FORMAT = 1


def printable(name: str) -> str:
    """Make the name of a folder safe to print and to store.

    Args:
        name: any name that the system allows.

    Returns:
        The same name, with control characters and invalid bytes escaped.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def record_path(folder: Path, student: str) -> Path:
    """Name the record of a student.

    Args:
        folder: folder of the records of one exercise.
        student: name of the student's folder.

    Returns:
        Its path.
    """
    return folder / f"{printable(student)[:200]}.json"


def write_record(path: Path, record: dict) -> None:
    """Write a record so that a crash leaves the old one or the new one, never a part.

    Args:
        path: where.
        record: what.
    """
    write_text(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Args:
        path: where.
        text: what.
    """
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=".", delete=False) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def read_record(path: Path) -> dict | None:
    """Read a record.

    Args:
        path: where.

    Returns:
        The record, or None if there is none of this format.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def read_records(folder: Path) -> list[dict]:
    """Read all records of an exercise.

    Args:
        folder: folder of its records.

    Returns:
        The records, sorted by student.
    """
    records = [read_record(path) for path in folder.glob("*.json")]
    return sorted(filter(None, records), key=lambda record: record["student"])


def is_current(record: dict | None, fresh: dict) -> bool:
    """Decide whether a record still holds.

    Args:
        record: an earlier record of the student, or None.
        fresh: a record of the student made without running anything.

    Returns:
        Whether submission, course and environment are the same and the grading came to its end.
    """
    same = ("exercise", "student", "content_hash", "course_hash", "environment")
    return (
        record is not None
        and record["status"] != "not graded"
        and all(record[field] == fresh[field] for field in same)
    )
