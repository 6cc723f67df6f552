"""Where the records of a class are kept: one JSON file per student."""

import hashlib
import json
import os
from pathlib import Path

FORMAT = 1
MAX_NAME = 240  # bytes; file systems allow 255


def printable(name: str) -> str:
    """Make the name of a folder safe to print and to store; two names stay two.

    Args:
        name: any name that the system allows.

    Returns:
        The same name, with backslashes, control characters and invalid bytes escaped.
    """
    name = name.replace("\\", "\\x5c")
    text = "".join(c if c.isprintable() or "\udc7f" < c < "\udd00" else _escaped(c) for c in name)
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 128 else f"\\u{{{code:x}}}"


def record_path(folder: Path, student: str) -> Path:
    """Name the record of a student.

    Args:
        folder: folder of the records of one exercise.
        student: name of the student's folder.

    Returns:
        Its path, another one for each student. A long name is cut, and marked by its hash.
    """
    return printable_path(folder, printable(student))


def printable_path(folder: Path, name: str) -> Path:
    """Name the record of a student whose name is printable already, as records hold it.

    Args:
        folder: folder of the records of one exercise.
        name: what `printable` gave.

    Returns:
        The same path as `record_path` of the folder's own name.
    """
    if len(name.encode()) > MAX_NAME:
        start = name.encode()[: MAX_NAME - 17].decode(errors="ignore")
        name = f"{start}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return folder / f"{name}.json"


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
    part = path.with_name(f"{path.name}.part")  # a later run writes over what a killed one left
    with part.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


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
