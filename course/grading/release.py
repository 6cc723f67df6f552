"""Makes the students' notebook from the solution notebook, with nbgrader's own preprocessors.

The same input gives the same bytes: cell ids are kept and nothing carries a time.
"""

import copy
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from course.grading.bank import RELEASED, SOLUTIONS, Question, load_bank
from course.grading.bank import exercises as exercises
from course.grading.key import write_keys

STEPS = (
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)
STUBS = {
    "code_stub": {"python": "# Your code here\nraise NotImplementedError"},
    "text_stub": "*Your answer here.*",
}


def release(exercise: str, source: Path = SOLUTIONS, target: Path = RELEASED) -> list[Path]:
    """Generate an exercise notebook and its visible cases.

    Args:
        exercise: name of the exercise, for example ``02_lenet``.
        source: folder of the solution notebooks.
        target: folder for the generated files.

    Returns:
        The files written.

    Raises:
        ValueError: notebook and bank disagree on questions or points.
    """
    notebook = nbformat.read(source / f"{exercise}.ipynb", as_version=4)
    bank = load_bank(exercise, source)
    _compare(notebook, bank)
    files = [target / f"{exercise}.ipynb", target / f"{exercise}.cases.json"]
    target.mkdir(parents=True, exist_ok=True)
    files[0].write_text(nbformat.writes(blank(notebook)) + "\n", encoding="utf-8")
    write_keys(files[1], [question.key for question in bank.values()])
    return files


def blank(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take solutions, hidden tests and outputs out of a notebook.

    Args:
        notebook: the solution notebook.

    Returns:
        A new notebook. Its test cells have the tag ``raises-exception``, so that JupyterLab's
        *Run All* goes on after a blank.
    """
    config = Config({"ClearSolutions": STUBS})
    result, resources = copy.deepcopy(notebook), {}
    for step in STEPS:
        result, resources = step(config=config).preprocess(result, resources)
    for cell in result.cells:
        cell.source = cell.source.rstrip()
        if _is_test(cell):
            cell.metadata.setdefault("tags", []).append("raises-exception")
    ComputeChecksums().preprocess(result, resources)
    result.metadata = {"kernelspec": notebook.metadata.kernelspec}
    return result


def _is_test(cell) -> bool:
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade")) and not meta.get("solution")


def _compare(notebook, bank: dict[str, Question]) -> None:
    points = {
        cell.metadata.nbgrader.grade_id.removeprefix("check_"): cell.metadata.nbgrader.points
        for cell in notebook.cells
        if _is_test(cell)
    }
    expected = {name: question.key.points for name, question in bank.items()}
    if points != expected:
        raise ValueError(f"The notebook's test cells give {points}, the bank gives {expected}")


def differences(names: Sequence[str], folder: Path) -> list[str]:
    """Compare generated files with those of the repository.

    Args:
        names: exercises to generate again.
        folder: an empty folder to generate them in.

    Returns:
        Names of the files that differ or are missing.
    """
    files = [file for name in names for file in release(name, target=folder)]
    return [
        file.name
        for file in files
        if not (RELEASED / file.name).is_file()
        or (RELEASED / file.name).read_bytes() != file.read_bytes()
    ]
