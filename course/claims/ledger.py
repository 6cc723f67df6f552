"""Claims and the two ways a lecture stands by one: ``check`` what it measures, ``cite`` the rest.

``course/claims/NN_lecture.json`` holds the claims of one lecture, keyed ``topic/quantity``:

- ``statement``: the claim in a sentence; ``source``: the paper, or how it was measured
- measured claims: ``band``, per budget [low, high] (null for an open side), and ``measured``, the
  values per seed with machine and versions, written by ``python -m course.claims measure``
- exact claims: ``value``, which must come out exactly
- cited claims: ``cited``, a number (or a list of numbers) that a paper or a timing reports
"""

import json
import math
import os
from functools import cache
from pathlib import Path

from course.errors import Sentence, UnknownName

FOLDER = Path(__file__).parent


class ClaimFailed(Sentence, AssertionError):
    """A lecture computed a value that its claim does not allow."""


@cache
def ledger():
    """Return all claims as a dict ``key → claim``; each claim knows its ``lecture``."""
    claims = {}
    for path in sorted(FOLDER.glob("*.json")):
        for key, claim in json.loads(path.read_text(encoding="utf-8")).items():
            if key in claims:
                raise ValueError(f"Claim {key!r} stands in {path.name} and in another ledger file.")
            claims[key] = claim | {"lecture": path.stem}
    return claims


def find(key):
    """Return one claim.

    Raises:
        UnknownName: if no ledger file has ``key``.
    """
    if key not in ledger():
        raise UnknownName(f"The ledger has no claim {key!r}; write it in course/claims/ first.")
    return ledger()[key]


def check(key, value):
    """Compare a measured value with its claim and print one stable line.

    Args:
        key: ``topic/quantity``, for example ``"lenet/test_accuracy"``.
        value: a number (Python, NumPy or a scalar tensor).

    Raises:
        ClaimFailed: if the value is outside the claim's band, or not the exact value.
        UnknownName: if there is no such claim; ValueError if it is a cited one.
    """
    value = float(value)
    claim = find(key)
    low, high = band(claim)
    if os.environ.get("COURSE_CLAIMS_RECORD"):
        with Path(os.environ["COURSE_CLAIMS_RECORD"]).open("a") as file:
            file.write(json.dumps({"key": key, "value": value}) + "\n")
    elif not low <= value <= high:  # also catches NaN
        raise ClaimFailed(
            f"{key} came out as {value:.6g}, but the claim is “{claim['statement']}”, "
            f"{describe(low, high)}. Either the code changed or the claim is wrong: see "
            f"course/claims/{claim['lecture']}.json."
        )
    print(f"✓ {key} {describe(low, high)}")


def cite(key):
    """Print a claim that this run does not measure: what a paper reports, or a timing.

    Raises:
        UnknownName: if there is no such claim; ValueError if it is one that a run must check.
    """
    claim = find(key)
    if "cited" not in claim:
        raise ValueError(f"Claim {key!r} is not a cited one: measure it and call claims.check.")
    print(f"❝ {claim['statement']} ({claim['source']})")


def band(claim):
    """Return (low, high) of a claim for this run's budget; the exact value twice."""
    if "value" in claim:
        return claim["value"], claim["value"]
    if "band" not in claim:
        raise ValueError(f"The claim “{claim['statement']}” has no band; use claims.cite for it.")
    bands = claim["band"]
    if len(bands) > 1:
        from course import runtime  # only here: it imports Keras

        bands = {"cpu": bands.get(runtime.budget(), bands["cpu"])}
    low, high = bands["cpu"]
    return (-math.inf if low is None else low), (math.inf if high is None else high)


def describe(low, high):
    """Say a band in a few characters: ``= 61,706``, ``≥ 0.9``, ``in 0.9–0.92``."""
    if low == high:
        return f"= {low:,}"
    if high == math.inf:
        return f"≥ {low:,}"
    if low == -math.inf:
        return f"≤ {high:,}"
    return f"in {low:,}–{high:,}"
