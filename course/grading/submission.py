"""Sanitise: what a student handed in, reduced to the sources of the answer cells.

Everything else in a submission (metadata, tags, outputs, other cells) is dropped. Nothing a student
can write here raises an exception: what is odd becomes a note, what is unreadable a rejection.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course.grading.template import Cell, Template, source_of

MAX_FILE = 20 * 2**20
MAX_ANSWER = 100_000
MAX_VALUES = 2_000_000  # in the JSON of a notebook; each can take 100 bytes of memory


@dataclass(frozen=True)
class Submission:
    """A sanitised submission.

    Args:
        student: name of the student's folder.
        answers: sources by grade id; a blank or missing answer is left out.
        notes: what was odd.
        rejected: why nothing could be read, or None.
    """

    student: str
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    rejected: str | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 of the answers, or of the reason for the rejection."""
        content = json.dumps([self.rejected, self.answers], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def students(folder: Path) -> list[str]:
    """List the submissions of a class.

    Args:
        folder: holds one folder per student.

    Returns:
        Their names, sorted. A symbolic link counts, and will be rejected.
    """
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.is_dir() or entry.is_symlink())
        )


def read_submission(folder: Path, student: str, template: Template) -> Submission:
    """Read what one student handed in.

    Args:
        folder: holds one folder per student.
        student: name of the student's folder, which holds ``EXERCISE.ipynb`` or, as nbgrader
            collects it, ``EXERCISE/EXERCISE.ipynb``.
        template: the released notebook.

    Returns:
        The sanitised submission.
    """
    file = f"{template.exercise}.ipynb"
    try:
        try:
            data = _read_file(folder, (student, file))
        except FileNotFoundError:
            data = _read_file(folder, (student, template.exercise, file))
    except FileNotFoundError:
        return Submission(student, rejected=f"No {file} was handed in")
    except OSError as error:
        is_link = error.errno in (errno.ELOOP, errno.ENOTDIR)
        reason = "it is a symbolic link" if is_link else os.strerror(error.errno)
        return Submission(student, rejected=f"The notebook cannot be read: {reason}")
    except ValueError as error:
        return Submission(student, rejected=str(error))
    return sanitise(student, data, template)


def sanitise(student: str, data: bytes, template: Template) -> Submission:
    """Reduce the bytes of a notebook to its answers. Any bytes will do.

    Args:
        student: name of the student's folder.
        data: the notebook.
        template: the released notebook.

    Returns:
        The sanitised submission.
    """
    try:
        return _collect(student, _cells(data), template)
    except ValueError as error:
        return Submission(student, rejected=str(error))


def _read_file(folder: Path, parts: Sequence[str]) -> bytes:
    """Open step by step without following a link, so that nothing outside can be read."""
    current = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            current, above = os.open(part, flags, dir_fd=current), current
            os.close(above)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        file = os.open(parts[-1], flags, dir_fd=current)
    finally:
        os.close(current)
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(file)
        linked = stat.S_ISREG(status.st_mode)
        what = "a hard link to another file; hand in a copy" if linked else "not a regular file"
        raise ValueError(f"The notebook is {what}")
    with os.fdopen(file, "rb") as stream:
        data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ValueError(f"The notebook is larger than {MAX_FILE >> 20} MB; clear its outputs")
    return data


def _cells(data: bytes) -> list:
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise ValueError("The notebook holds millions of values; clear its outputs")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("The notebook is not UTF-8 text") from None
    except RecursionError:
        raise ValueError("The notebook is nested too deep to be one") from None
    except ValueError:
        raise ValueError("The notebook is not valid JSON") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ValueError("The notebook is not in nbformat 4; open it in JupyterLab and save it")
    if not isinstance(notebook.get("cells"), list):
        raise ValueError("The notebook has no list of cells")
    return notebook["cells"]


def _collect(student: str, cells: list, template: Template) -> Submission:
    found: dict[str, list] = {cell.name: [] for cell in template.answers}
    for cell in cells:
        if _grade_id(cell) in found:
            found[_grade_id(cell)].append(cell)
    notes, answers = [], {}
    extra = sum(_grade_id(cell) not in found and _is_added(cell, template) for cell in cells)
    if extra:
        notes.append(f"{extra} added or changed code cells were left out; only answer cells count")
    for cell in template.answers:
        source = _choose(cell, found[cell.name], notes)
        if source is not None:
            answers[cell.name] = source
    return Submission(student, answers, list(dict.fromkeys(notes)))


def _choose(cell: Cell, candidates: list, notes: list[str]) -> str | None:
    """Take the first candidate that is not blank: an honestly copied cell must not cost."""
    if not candidates:
        notes.append(f"{cell.name}: the answer cell is missing")
    if len(candidates) > 1:
        notes.append(
            f"{cell.name}: {len(candidates)} cells with this id; the first filled one counts"
        )
    for candidate in candidates:
        source = source_of(candidate)
        if candidate.get("cell_type") != cell.kind:
            notes.append(f"{cell.name}: a cell that is not of type {cell.kind} was left out")
        elif len(source) > MAX_ANSWER:
            notes.append(f"{cell.name}: an answer of {len(source)} characters was left out")
        elif source.strip() not in ("", cell.blank.strip()):
            return source
    return None


def _grade_id(cell) -> str | None:
    meta = cell.get("metadata") if isinstance(cell, dict) else None
    meta = meta.get("nbgrader") if isinstance(meta, dict) else None
    name = meta.get("grade_id") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else None


def _is_added(cell, template: Template) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return False
    source = source_of(cell)
    return bool(source.strip()) and source not in template.known
