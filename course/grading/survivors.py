"""Which mutants of an exercise survive: is there a hole in the cases, or is the mutant right too?

A mutant that no case kills either shows a hole or does the same on all inputs that the question
admits. ``solutions/mutants_survivors.toml`` lists every survivor with the reason, and nothing else.
"""

import signal
import tomllib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course.grading.bank import SOLUTIONS, load_bank
from course.grading.checking import passes
from course.grading.key import Key, observe
from course.grading.mutants import mutants

SURVIVORS = SOLUTIONS / "mutants_survivors.toml"
CALL_S = 0.25  # of processor time; a right solution takes milliseconds


class TimeUp(BaseException):
    """A mutant does not end."""


@dataclass(frozen=True)
class Analysis:
    """What the mutants of an exercise did.

    Args:
        mutants: how many there are.
        killed: how many a case noticed.
        equivalent: how many survivors are listed as doing the same.
        unlisted: survivors that the file does not list.
        stale: lines of the file that name no survivor.
    """

    mutants: int
    killed: int
    equivalent: int
    unlisted: Sequence[str]
    stale: Sequence[str]

    @property
    def score(self) -> float:
        """The share of killed mutants among those that are not equivalent."""
        return self.killed / (self.mutants - self.equivalent)


def analyse(exercise: str, progress: Callable = lambda iterable: iterable) -> Analysis:
    """Run all mutants of an exercise against its key.

    Args:
        exercise: its name.
        progress: wraps the list of right solutions, for example in a tqdm bar.

    Returns:
        What they did, compared with the file of survivors.

    Raises:
        ValueError: a right solution loses points, and so would all of its mutants.
    """
    pairs = [
        (f, question.key) for question in load_bank(exercise).values() for f in question.rights
    ]
    with warnings.catch_warnings(action="ignore"):
        for function, key in pairs:
            if is_killed(function, key):
                raise ValueError(f"{function.__name__} is right but loses points; run `verify`")
        outcomes = {
            mutant.place: is_killed(mutant.function, key)
            for function, key in progress(pairs)
            for mutant in mutants(function)
        }
    survivors = {place for place, killed in outcomes.items() if not killed}
    equivalent, survived = (read_survivors(kind, exercise) for kind in ("equivalent", "survived"))
    by_chance = {place for place, reason in survived.items() if reason.startswith("by chance")}
    listed = equivalent.keys() | survived.keys()
    return Analysis(
        len(outcomes),
        len(outcomes) - len(survivors),
        len(survivors & equivalent.keys()),
        sorted(survivors - listed),
        sorted(listed - survivors - by_chance),
    )


def read_survivors(kind: str, exercise: str) -> dict[str, str]:
    """Read the part of `SURVIVORS` on one exercise.

    Args:
        kind: ``equivalent`` or ``survived``.
        exercise: its name.

    Returns:
        The reason for each mutant, by its place.
    """
    questions = tomllib.loads(SURVIVORS.read_text("utf-8"))[kind].get(exercise, {}).values()
    reasons = (item for question in questions for item in question.items())
    return {place: reason for reason, places in reasons for place in places}


def is_killed(mutant: Callable, key: Key) -> bool:
    """Tell whether a case notices the change: a wrong result, an error or no end.

    Args:
        mutant: the changed function.
        key: the answer key.

    Returns:
        Whether it would lose points.
    """
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        for case in key.cases:
            signal.setitimer(signal.ITIMER_VIRTUAL, CALL_S)
            if not passes(case, observe(mutant, case.arguments), key.tolerance):
                return True
    except TimeUp:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


def _stop(number, frame):
    raise TimeUp
