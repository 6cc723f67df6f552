"""Late days and extensions, from one TOML file for the whole course.

::

    late_days = 3            # late days that a student has for all exercises together
    penalty_per_day = 0.1    # share of the points that each further late day costs
    grace_minutes = 15       # later by no more than this is on time

    [deadlines]
    02_lenet = 2026-10-30T23:59:00+01:00

    [extensions.ann]
    02_lenet = { until = 2026-11-03T23:59:00+01:00, reason = "ill" }

A late day is any begun 24 hours after the deadline, or after the student's own extension. The free
late days go to the exercises in the order of their deadlines. All this is applied when grades are
reported; records stay as they are, so a corrected file needs no new grading. A submission without a
known time counts as on time, and says so.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from course.grading.report.roster import parse_time

DAY = timedelta(days=1)
NUMBERS = {"late_days": 0, "penalty_per_day": 0.0, "grace_minutes": 0}


@dataclass(frozen=True)
class Extension:
    """A student's own deadline.

    Args:
        until: the deadline.
        reason: why, for the instructor; no student's page shows it.
    """

    until: datetime
    reason: str


@dataclass(frozen=True)
class Late:
    """How late a submission was, and what it costs.

    Args:
        days: begun days after the deadline.
        free: how many of them the late days cover.
        factor: what is left of the points, from 0 to 1.
        known: whether the time of the submission is known.
        extended: whether the student had an extension.
    """

    days: int = 0
    free: int = 0
    factor: float = 1.0
    known: bool = True
    extended: bool = False


@dataclass(frozen=True)
class Deadlines:
    """What the file says.

    Args:
        deadlines: by exercise.
        extensions: by student and exercise.
        late_days: free late days of each student.
        penalty_per_day: share of the points that a further late day costs.
        grace_minutes: minutes that are not late yet.
    """

    deadlines: Mapping[str, datetime]
    extensions: Mapping[tuple[str, str], Extension] = field(default_factory=dict)
    late_days: int = 0
    penalty_per_day: float = 0.0
    grace_minutes: float = 0

    def late(
        self, student: str, exercise: str, submitted: Mapping[tuple[str, str], datetime]
    ) -> Late | None:
        """Decide how late a submission was.

        Args:
            student: name of the student's folder.
            exercise: name of the exercise.
            submitted: times by student and exercise, of earlier exercises too: they use up days.

        Returns:
            The lateness, or None where the exercise has no deadline.
        """
        if exercise not in self.deadlines:
            return None
        left = self.late_days
        for name in sorted(self.deadlines, key=lambda name: (self.deadlines[name], name)):
            days = self._days(student, name, submitted.get((student, name)))
            free = min(days, left)
            if name == exercise:
                factor = max(0.0, 1 - self.penalty_per_day * (days - free))
                place = student, exercise
                return Late(days, free, factor, place in submitted, place in self.extensions)
            left -= free
        return None

    def _days(self, student: str, exercise: str, time: datetime | None) -> int:
        extension = self.extensions.get((student, exercise))
        due = extension.until if extension else self.deadlines[exercise]
        if time is None or time <= due + timedelta(minutes=self.grace_minutes):
            return 0
        return math.ceil((time - due) / DAY)


def read_deadlines(path: Path) -> Deadlines:
    """Read the file.

    Args:
        path: a TOML file.

    Returns:
        What it says.

    Raises:
        ValueError: it is not TOML, or a key or value is not one of those above.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    known = (*NUMBERS, "deadlines", "extensions")
    if strange := [key for key in data if key not in known]:
        raise ValueError(f"{path}: unknown key {strange[0]!r}; it may have {', '.join(known)}")
    numbers = {key: _number(path, key, data.get(key, least)) for key, least in NUMBERS.items()}
    if numbers["penalty_per_day"] > 1:
        raise ValueError(f"{path}: penalty_per_day is a share from 0 to 1, for example 0.1")
    deadlines = {
        exercise: parse_time(time, f"{path}: deadlines.{exercise}")
        for exercise, time in _table(path, "deadlines", data.get("deadlines", {})).items()
    }
    extensions = {
        (student, exercise): _extension(path, student, exercise, entry, deadlines)
        for student, entries in _table(path, "extensions", data.get("extensions", {})).items()
        for exercise, entry in _table(path, f"extensions.{student}", entries).items()
    }
    return Deadlines(deadlines, extensions, **numbers)


def _extension(path: Path, student: str, exercise: str, entry, deadlines) -> Extension:
    where = f"{path}: extensions.{student}.{exercise}"
    if exercise not in deadlines:
        raise ValueError(f"{where}: there is no deadline for {exercise} under [deadlines]")
    if not isinstance(entry, dict) or set(entry) != {"until", "reason"}:
        raise ValueError(
            f'{where} must be {{ until = TIME, reason = "WHY" }}; a reason is asked of everyone'
        )
    return Extension(parse_time(entry["until"], f"{where}.until"), str(entry["reason"]))


def _table(path: Path, key: str, value) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{path}: {key} must be a table, [{key}]; it is {value!r}")
    return value


def _number(path: Path, key: str, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise ValueError(f"{path}: {key} is {value!r}; it must be a number of at least 0")
    if key == "late_days" and value != int(value):
        raise ValueError(f"{path}: late_days is {value!r}; it must be a whole number")
    return value
