"""Banks of solutions: what an instructor writes to have a question graded.

A bank is a Python file, ``solutions/bank_NN_name.py``, with a list ``QUESTIONS``. It holds, for
each question, an oracle written differently from the notebook's solution, the cases, right
solutions that must get full points, and wrong ones, each with the hint for who makes that mistake::

    square = Question("square", checks={"values": 1})
    square.case("values", 3.0)
    square.case("values", -0.5, hidden=True)

    @square.oracle
    def by_multiplication(x):
        return x * x

    @square.right
    def by_power(x):
        return x**2

    @square.wrong("Multiply the number by itself, not by two.")
    def doubled(x):
        return 2 * x

    QUESTIONS = [square]
"""

import ast
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from course.grading.key import Case, Key, observe

REPOSITORY = Path(__file__).resolve().parents[2]
SOLUTIONS = REPOSITORY / "solutions"
RELEASED = REPOSITORY / "notebooks" / "exercises"


class Question:
    """One auto-graded question of a bank.

    Args:
        name: the function's name, which is also the grade id of its answer cell.
        checks: the points of each check; a check passes when all of its cases pass.
        tolerance: largest relative and absolute error that passes.
    """

    def __init__(self, name: str, checks: Mapping[str, float], tolerance: float = 1e-6):
        self.name, self.checks, self.tolerance = name, dict(checks), tolerance
        self.rights: list[Callable] = []
        self.wrongs: list[tuple[str, Callable]] = []
        self._reference: Callable | None = None
        self._calls: list[tuple[str, tuple, bool, bool]] = []

    def case(self, check: str, *arguments, hidden: bool = False, keeps: bool = False) -> None:
        """Add a call.

        Args:
            check: the check it belongs to.
            *arguments: positional arguments of the call.
            hidden: whether students may not see it.
            keeps: whether the call must leave its arguments unchanged.

        Raises:
            ValueError: the question has no such check.
        """
        if check not in self.checks:
            raise ValueError(f"{self.name} has no check {check!r}; it has {', '.join(self.checks)}")
        self._calls.append((check, arguments, hidden, keeps))

    def oracle(self, function: Callable) -> Callable:
        """Decorator: the function that knows the right results."""
        self._reference = function
        return function

    def right(self, function: Callable) -> Callable:
        """Decorator: a solution that must get full points."""
        self.rights.append(function)
        return function

    def wrong(self, hint: str) -> Callable:
        """Decorator: a solution that must lose points.

        Args:
            hint: what to tell a student who makes this mistake.

        Returns:
            The decorator.
        """

        def add(function: Callable) -> Callable:
            self.wrongs.append((hint, function))
            return function

        return add

    @cached_property
    def key(self) -> Key:
        """The answer key: the oracle's and the mistakes' results on every case."""
        cases = [
            Case(
                check,
                arguments,
                self._expected(arguments),
                hidden,
                keeps,
                [observe(function, arguments) for _, function in self.wrongs],
            )
            for check, arguments, hidden, keeps in self._calls
        ]
        return Key(self.name, self.checks, self.tolerance, cases, [hint for hint, _ in self.wrongs])

    def _expected(self, arguments: tuple):
        if self._reference is None:
            raise ValueError(f"{self.name} has no oracle; mark a function with @{self.name}.oracle")
        seen = observe(self._reference, arguments)
        if seen.error is not None or seen.changed:
            raise ValueError(
                f"The oracle of {self.name} must return a result and leave its arguments alone; "
                f"it gave {seen.error or 'changed arguments'} on {arguments!r}"
            )
        return seen.output

    def answer(self, solution: Callable) -> str:
        """Make an answer cell from a right or wrong solution.

        Args:
            solution: a function of the bank.

        Returns:
            Its source, without decorators and under the question's name.
        """
        (tree,) = ast.parse(inspect.getsource(solution)).body
        for node in ast.walk(tree):  # a recursive solution calls itself
            if isinstance(node, ast.Name) and node.id == tree.name:
                node.id = self.name
        tree.decorator_list, tree.name = [], self.name
        return ast.unparse(tree)


def load_bank(exercise: str, folder: Path = SOLUTIONS) -> dict[str, Question]:
    """Load the bank of an exercise.

    Args:
        exercise: its name, for example ``02_lenet``.
        folder: where the banks are.

    Returns:
        Questions by name, in order.

    Raises:
        FileNotFoundError: there is no such bank.
    """
    path = bank_path(exercise, folder)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no bank {path.name} in {folder}. Hidden cases exist only in the "
            "instructor's copy of the course; students check their visible cases without it"
        )
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {question.name: question for question in module.QUESTIONS}


def exercises(source: Path = SOLUTIONS) -> list[str]:
    """List the exercises.

    Args:
        source: folder of the solution notebooks.

    Returns:
        Their names.
    """
    return sorted(path.stem for path in source.glob("[0-9]*.ipynb"))


def bank_path(exercise: str, folder: Path = SOLUTIONS) -> Path:
    """Name the file of a bank.

    Args:
        exercise: name of the exercise.
        folder: where the banks are.

    Returns:
        Its path.
    """
    return folder / f"bank_{exercise}.py"
