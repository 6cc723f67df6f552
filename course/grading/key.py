"""The answer key of a question: its cases, what should come out, and what known mistakes give.

A key is data, without any code. The instructor's process makes it from a bank of solutions
(`course.grading.bank`); the part with the visible cases goes to the students as a JSON file.
"""

import copy
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course.grading import wire


@dataclass(frozen=True)
class Observation:
    """What one call of an answer did.

    Args:
        output: what it returned.
        error: None, or the name of the exception or of what else went wrong.
        changed: whether an argument was different after the call.
    """

    output: Any = None
    error: str | None = None
    changed: bool = False


@dataclass(frozen=True)
class Case:
    """One call with its right result.

    Args:
        check: the check it belongs to.
        arguments: positional arguments.
        expected: what the call should return.
        hidden: whether students may not see it.
        keeps: whether the call must also leave its arguments as they are.
        mistakes: what each known mistake does on the same arguments.
    """

    check: str
    arguments: Sequence
    expected: Any
    hidden: bool = False
    keeps: bool = False
    mistakes: Sequence[Observation] = ()


@dataclass(frozen=True)
class Key:
    """All cases of one question.

    Args:
        name: name of the question, of its answer cell and of its function.
        checks: points of each check.
        tolerance: largest relative and absolute error that passes.
        cases: the calls, in order.
        hints: one per known mistake, in the order of `Case.mistakes`.
    """

    name: str
    checks: Mapping[str, float]
    tolerance: float
    cases: Sequence[Case]
    hints: Sequence[str] = field(default=())

    @property
    def points(self) -> float:
        """The most points that the question gives."""
        return sum(self.checks.values())


def observe(function: Callable, arguments: Sequence) -> Observation:
    """Call a trusted function and notes what it did.

    Args:
        function: the function; it gets a copy of the arguments.
        arguments: positional arguments.

    Returns:
        The observation; an exception is noted by its name.
    """
    given = copy.deepcopy(list(arguments))
    try:
        with np.errstate(all="ignore"):
            output = function(*given)
    except Exception as error:
        return Observation(error=type(error).__name__)
    return Observation(output, changed=not equal(given, list(arguments), 0.0, nan=True))


def equal(result, expected, tolerance: float, nan: bool = False) -> bool:
    """Compare two values; arrays must agree in shape, not in dtype.

    Args:
        result: any value that `wire` can carry.
        expected: the value it should be.
        tolerance: largest relative and absolute error.
        nan: whether NaN equals NaN.

    Returns:
        Whether they are equal.
    """
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(result, (list, tuple))
            and len(result) == len(expected)
            and all(equal(*pair, tolerance, nan) for pair in zip(result, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(result, dict)
            and result.keys() == expected.keys()
            and all(equal(result[k], expected[k], tolerance, nan) for k in expected)
        )
    if not is_numeric(expected):
        return type(result) is type(expected) and result == expected
    if not is_numeric(result) or np.shape(result) != np.shape(expected):
        return False
    if {type(result), type(expected)} <= {bool, int, float}:
        return _close(result, expected, tolerance, nan)
    if np.array_equal(result, expected):  # quick, and the most frequent case
        return True
    with np.errstate(all="ignore"):
        return bool(np.allclose(result, expected, rtol=tolerance, atol=tolerance, equal_nan=nan))


def _close(result, expected, tolerance, nan) -> bool:
    """Do for two Python numbers what `numpy.allclose` does, in a fiftieth of the time."""
    if result == expected or math.isnan(expected):
        return result == expected or (nan and math.isnan(result))
    error = abs(result - expected)
    return math.isfinite(expected) and error <= tolerance + tolerance * abs(expected)


def is_numeric(value) -> bool:
    """Tell numbers and arrays of numbers from everything else.

    Args:
        value: any value.

    Returns:
        Whether it is a real number or an array of these.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biuf"
    return isinstance(value, (bool, int, float))


def write_keys(path: Path, keys: Sequence[Key]) -> None:
    """Write the visible cases of an exercise for the students' own checks.

    Args:
        path: the JSON file. Results are rounded to 8 decimals, so that every CPU writes the same.
        keys: keys of the questions; hidden cases are left out.
    """
    visible = {key.name: _rounded(asdict(_without_hidden(key))) for key in keys}
    text = json.dumps(json.loads(wire.dumps(visible)), indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read_keys(path: Path) -> dict[str, Key]:
    """Read what `write_keys` wrote.

    Args:
        path: the JSON file.

    Returns:
        Keys by the name of the question.
    """
    return {name: _key(**entry) for name, entry in wire.loads(path.read_bytes()).items()}


def _key(cases, **rest) -> Key:
    return Key(cases=[_case(**case) for case in cases], **rest)


def _case(mistakes, **rest) -> Case:
    return Case(mistakes=[Observation(**mistake) for mistake in mistakes], **rest)


def _without_hidden(key: Key) -> Key:
    visible = [case for case in key.cases if not case.hidden]
    return Key(key.name, dict(key.checks), key.tolerance, visible, key.hints)


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_rounded(item) for item in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.round(value, 8) + 0.0  # + 0.0 turns −0 into 0
    return round(float(value), 8) + 0.0 if isinstance(value, float) else value
