"""All that the grader knows of one exercise: the released notebook, the answer keys, a hash."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.grading.bank import RELEASED, Question, bank_path, load_bank
from course.grading.key import Key
from course.grading.template import Cell, Template, read_template


@dataclass(frozen=True)
class Exercise:
    """One exercise as the grader sees it.

    Args:
        template: the released notebook.
        bank: the auto-graded questions by name.
        keys: their answer keys.
        course_hash: changes when the notebook, the bank or the grader changes.
    """

    template: Template
    bank: Mapping[str, Question]
    keys: Mapping[str, Key]
    course_hash: str

    @property
    def name(self) -> str:
        """Name of the exercise."""
        return self.template.exercise

    @property
    def by_hand(self) -> Sequence[Cell]:
        """The answers that an instructor marks."""
        return [cell for cell in self.template.answers if cell.points is not None]


def load_exercise(name: str, released: Path = RELEASED) -> Exercise:
    """Load an exercise.

    Args:
        name: for example ``02_lenet``.
        released: folder of the released notebooks.

    Returns:
        The exercise.

    Raises:
        FileNotFoundError: the notebook is not released, or there is no bank.
        ValueError: notebook and bank do not have the same auto-graded questions.
    """
    notebook = released / f"{name}.ipynb"
    if not notebook.is_file():
        raise FileNotFoundError(f"{notebook} does not exist; `make exercises` generates it")
    template, bank = read_template(notebook), load_bank(name)
    graded = [cell.name for cell in template.answers if cell.points is None]
    if graded != list(bank):
        raise ValueError(f"{notebook.name} asks {graded}, its bank knows {list(bank)}")
    keys = {question.name: question.key for question in bank.values()}
    return Exercise(template, bank, keys, _hash([notebook, bank_path(name), *_grader_files()]))


def _grader_files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.py"))


def _hash(paths: Sequence[Path]) -> str:
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
