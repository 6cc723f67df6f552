"""The released notebook, as far as the grader needs it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """An answer cell as released.

    Args:
        name: its grade id.
        kind: ``code`` or ``markdown``.
        blank: the released source.
        points: for a hand-marked answer, its points; otherwise None.
    """

    name: str
    kind: str
    blank: str
    points: float | None = None


@dataclass(frozen=True)
class Template:
    """The released notebook, as far as the grader needs it.

    Args:
        exercise: its name.
        answers: the answer cells, in order.
        setup: sources of the code cells tagged ``setup``, which run before the answers.
        known: sources of all released cells.
    """

    exercise: str
    answers: Sequence[Cell]
    setup: Sequence[str]
    known: frozenset[str]


def read_template(path: Path) -> Template:
    """Read a released exercise notebook.

    Args:
        path: ``notebooks/exercises/NN_name.ipynb``.

    Returns:
        The template.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    answers = []
    for cell in cells:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("solution"):
            points = meta["points"] if meta["grade"] else None
            answers.append(Cell(meta["grade_id"], cell["cell_type"], source_of(cell), points))
    setup = [source_of(cell) for cell in cells if "setup" in cell["metadata"].get("tags", [])]
    return Template(path.stem, answers, setup, frozenset(source_of(cell) for cell in cells))


def source_of(cell: dict) -> str:
    """Read the source of a cell, whatever a student made of it.

    Args:
        cell: the cell as JSON.

    Returns:
        Text that can be encoded, with Unix line ends.
    """
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    return source.replace("\r\n", "\n").encode("utf-8", "replace").decode()
