"""The student's own check: one call in a notebook runs the visible cases and gives hints."""

import copy
from collections.abc import Callable
from pathlib import Path

from course.errors import Sentence
from course.grading.bank import RELEASED, load_bank
from course.grading.checking import BLANK, judge, passes
from course.grading.key import Key, observe, read_keys


class CheckFailed(Sentence, AssertionError):
    """An answer does not pass its visible cases."""


class StillBlank(Sentence, NotImplementedError):
    """An answer was not written yet."""


class Checker:
    """Check the answers of one exercise, as ``check(softmax)``.

    Args:
        exercise: its name, for example ``02_lenet``.
        folder: where ``EXERCISE.cases.json`` is; by default beside the notebook, or else among the
            course's exercises.

    Raises:
        FileNotFoundError: the cases are nowhere.
    """

    def __init__(self, exercise: str, folder: Path | None = None):
        folders = [Path.cwd(), RELEASED] if folder is None else [folder]
        paths = [each / f"{exercise}.cases.json" for each in folders]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            raise FileNotFoundError(
                f"{paths[0].name} is missing. Keep it in the folder of the exercise notebook; "
                "it comes with the notebook"
            )
        self._exercise, self._keys = exercise, read_keys(path)

    def __call__(self, function: Callable) -> None:
        """Run the visible cases of the question that the function is named after.

        Args:
            function: the answer.

        Raises:
            CheckFailed: a case does not pass.
            StillBlank: the answer raises NotImplementedError.
            ValueError: the exercise has no question of this name.
        """
        self._check(function, self._keys, "visible cases")

    def hidden(self, function: Callable) -> None:
        """Run all cases. Works only in the instructor's copy of the course.

        Args:
            function: the answer.

        Raises:
            FileNotFoundError: there is no bank.
        """
        keys = {question.name: question.key for question in load_bank(self._exercise).values()}
        self._check(function, keys, "cases, hidden ones included")

    def _check(self, function: Callable, keys: dict[str, Key], which: str) -> None:
        name = getattr(function, "__name__", repr(function))
        if name not in keys:
            raise ValueError(f"There is no question {name}; this exercise asks {', '.join(keys)}")
        key = keys[name]
        seen = [observe(function, case.arguments) for case in key.cases]
        if any(each.error == BLANK for each in seen):
            raise StillBlank(f"{name} is still blank")
        for case, each in zip(key.cases, seen, strict=True):
            if each.error is not None:  # once more, for the student's own traceback
                function(*copy.deepcopy(list(case.arguments)))
        passed = sum(map(lambda *pair: passes(*pair, key.tolerance), key.cases, seen))
        score = f"{name}: {passed} of {len(key.cases)} {which}"
        if passed < len(key.cases):
            raise CheckFailed(f"✗ {score}\n" + _advice(key, seen))
        print(f"✓ {score}")


def _advice(key: Key, seen) -> str:
    """Each hint once, with the checks that it is for."""
    checks: dict[str, list[str]] = {}
    for check in judge(key, seen, own=True):
        if check.message:
            checks.setdefault(check.message, []).append(check.name)
    return "\n".join(f"  {', '.join(names)}: {hint}" for hint, names in checks.items())
