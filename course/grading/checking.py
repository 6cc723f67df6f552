"""Checks, outside the box: what the calls of an answer did, against the answer key.

A message of the grader never holds text or numbers that a student's code produced, since these may
carry a hidden input: an exception is told by its name alone, and a value is never quoted. A
student's own check in the notebook (`own=True`) may quote everything.
"""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from course.grading.key import Case, Key, Observation, equal, is_numeric

BLANK = "NotImplementedError"
REASONS = {
    BLANK: "The answer is still blank",
    "no function": "The answer cell does not define the function",
    "not sendable": "The result is not a number, an array, or a list or tuple of these",
    "timed out": "The call took longer than the time limit",
    "crashed": "The answer ended the Python process or disturbed the grader's channel",
    "not run": "The time limit of the whole notebook was used up before this call",
}


@dataclass(frozen=True)
class Check:
    """The outcome of one named check.

    Args:
        name: its name.
        points: points it gave.
        max: points it can give.
        message: empty when it passed, otherwise one sentence or two on what to do.
    """

    name: str
    points: float
    max: float
    message: str = ""


def passes(case: Case, seen: Observation, tolerance: float) -> bool:
    """Decide one case.

    Args:
        case: the case with its expected result.
        seen: what the call did.
        tolerance: largest relative and absolute error.

    Returns:
        Whether it passes.
    """
    if seen.error is not None or (case.keeps and seen.changed):
        return False
    return equal(seen.output, case.expected, tolerance)


def judge(key: Key, seen: Sequence[Observation], own: bool = False) -> list[Check]:
    """Decide all checks of a question.

    Args:
        key: the answer key.
        seen: what the answer did on each of the key's cases.
        own: whether the message is for the student's own check, and may quote results.

    Returns:
        One outcome per check.
    """
    pairs = list(zip(key.cases, seen, strict=True))
    failed = [i for i, pair in enumerate(pairs) if not passes(*pair, key.tolerance)]
    whole = diagnose(key, seen, failed)
    checks = []
    for name, points in key.checks.items():
        of_check = [i for i in failed if key.cases[i].check == name]
        if not of_check:
            checks.append(Check(name, points, points))
            continue
        hint = whole or diagnose(key, seen, of_check) or explain(key, *pairs[of_check[0]], own)
        checks.append(Check(name, 0, points, hint))
    return checks


def diagnose(key: Key, seen: Sequence[Observation], failed: Sequence[int]) -> str | None:
    """Look for a known mistake that explains the failed cases.

    Args:
        key: the answer key, with what each known mistake does.
        seen: what the answer did on each case.
        failed: numbers of the cases to explain.

    Returns:
        The hint of the mistake that agrees on all of them, and on most of the other cases; or None.
    """
    if not failed:
        return None

    def agrees(mistake: int, case: int) -> bool:
        known = key.cases[case].mistakes[mistake]
        return _alike(key.cases[case], known, seen[case], key.tolerance)

    fitting = [m for m in range(len(key.hints)) if all(agrees(m, i) for i in failed)]
    if not fitting:
        return None
    return key.hints[max(fitting, key=lambda m: sum(agrees(m, i) for i in range(len(seen))))]


def explain(key: Key, case: Case, seen: Observation, own: bool = False) -> str:
    """Say what is wrong with one failed case, when no known mistake explains it.

    Args:
        key: the answer key.
        case: the failed case.
        seen: what the call did.
        own: whether results may be quoted.

    Returns:
        A sentence.
    """
    if seen.error is not None:
        return REASONS.get(seen.error) or f"The call raised {error_name(seen.error)}"
    if equal(seen.output, case.expected, key.tolerance):
        return "The call changed its arguments; work on a copy"
    if _are_alike_lists(seen.output, case.expected):
        return _explain_first_wrong(key, case, seen, own)
    if not is_numeric(seen.output) or not is_numeric(case.expected):
        return "The result has the wrong type or structure"
    shape = np.shape(case.expected)
    if np.shape(seen.output) != shape:
        told = f": expected {shape}" if own or not case.hidden else ""
        return (
            "The result has the wrong shape"
            + told
            + (f", got {np.shape(seen.output)}" if own else "")
        )
    if np.isfinite(case.expected).all() and not np.isfinite(seen.output).all():
        return "The result holds NaN or infinity where a finite number is expected"
    return "The values are wrong" + (
        _first_difference(key, case, seen, own) if own or not case.hidden else " on a hidden case"
    )


def error_name(name: str) -> str:
    """Let only the names of Python's own exceptions through.

    Args:
        name: the name of an exception, chosen perhaps by a student's code.

    Returns:
        The name, or a phrase without it.
    """
    known = getattr(builtins, name, None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return name if is_error else "an exception"


def _alike(case: Case, mistake: Observation, seen: Observation, tolerance: float) -> bool:
    if mistake.error is not None or seen.error is not None:
        return mistake.error == seen.error != BLANK
    if case.keeps and mistake.changed != seen.changed:
        return False
    return equal(seen.output, mistake.output, tolerance, nan=True)


def _are_alike_lists(result, expected) -> bool:
    lists = isinstance(result, (list, tuple)) and isinstance(expected, (list, tuple))
    return lists and len(result) == len(expected)


def _explain_first_wrong(key: Key, case: Case, seen: Observation, own: bool) -> str:
    pairs = list(zip(seen.output, case.expected, strict=True))
    number = next(i for i, pair in enumerate(pairs) if not equal(*pair, key.tolerance))
    output, expected = pairs[number]
    told = explain(key, replace(case, expected=expected), Observation(output), own)
    return f"Result {number + 1} of {len(pairs)}: {told}"


def _first_difference(key: Key, case: Case, seen: Observation, own: bool) -> str:
    right = np.isclose(seen.output, case.expected, rtol=key.tolerance, atol=key.tolerance)
    place = tuple(int(i) for i in np.argwhere(~np.atleast_1d(right))[0])
    at = f" at [{', '.join(map(str, place))}]" if np.ndim(case.expected) else ""
    expected = np.atleast_1d(case.expected)[place]
    got = f", got {np.atleast_1d(seen.output)[place]:.6g}" if own else ""
    return f"{at}: expected {expected:.6g}{got}"
