"""Every lecture against the ledger: no number without a claim, no claim without a check."""

import re

import nbformat
import pytest

from course.claims.ledger import band, ledger
from course.claims.prose import links, numbers_without_claim, value_range
from course.lectures import find_lectures

LECTURES = find_lectures()
MEASURED = {key: claim for key, claim in ledger().items() if "band" in claim}
by_name = pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)


def cells(path, kind):
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def claims_of(path):
    return {key: claim for key, claim in ledger().items() if claim["lecture"] == path.stem}


def test_every_ledger_file_has_its_lecture():
    assert {claim["lecture"] for claim in ledger().values()} <= {path.stem for path in LECTURES}


@by_name
def test_every_number_in_prose_is_a_claim(path):
    loose = {
        number: text[:80]
        for text in cells(path, "markdown")
        for number in numbers_without_claim(text)
    }
    assert not loose, "numbers in prose without a claim (link them to the ledger)"


@by_name
def test_every_claim_in_prose_says_what_the_ledger_says(path):
    for text in cells(path, "markdown"):
        for written, file, key in links(text):
            claim = ledger()[key]
            assert claim["lecture"] == file, f"{key} stands in another ledger file"
            low, high = value_range(written)
            if "cited" in claim:
                cited = claim["cited"] if isinstance(claim["cited"], list) else [claim["cited"]]
                assert any(low <= number <= high for number in cited), f"{key}: {written}"
            else:
                seen = claim.get("measured", {"values": band(claim)})["values"]
                assert low <= max(seen) and min(seen) <= high, f"{key}: {written}, but {seen}"


@by_name
def test_every_claim_is_checked_by_its_lecture(path):
    code = "\n".join(cells(path, "code"))
    made = re.findall(r'claims\.(check|cite)\(\s*f?"([\w/.+{}-]+)"', code)
    keys = {re.escape(key).replace(r"\{", "{").replace(r"\}", "}") for _, key in made}
    patterns = [re.sub(r"{\w+}", r"[\\w.+-]+", key) for key in keys]
    unchecked = [k for k in claims_of(path) if not any(re.fullmatch(p, k) for p in patterns)]
    assert not unchecked, f"claims that {path.stem} never checks or cites"


@by_name
def test_every_stored_check_held(path):
    outputs = [
        line
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        for line in output.get("text", "").splitlines()
        if line.startswith(("✓", "❝"))
    ]
    stored = "\n".join(outputs)
    for key, claim in claims_of(path).items():
        sign = claim["statement"] if "cited" in claim else f"✓ {key} "
        assert sign in stored, f"the stored outputs of {path.stem} do not show {key}"


@pytest.mark.parametrize("key", MEASURED)
def test_every_band_was_measured_over_five_seeds_and_holds(key):
    claim = MEASURED[key]
    low, high = band(claim)
    measured = claim["measured"]
    assert len(set(measured["seeds"])) >= 5 and len(measured["values"]) == len(measured["seeds"])
    assert all(low <= value <= high for value in measured["values"])
    assert measured["machine"] and measured["software"] and claim["source"] and claim["statement"]


@pytest.mark.parametrize("key", MEASURED)
def test_every_band_is_as_narrow_as_the_seeds_allow(key):
    claim = MEASURED[key]
    low, high = band(claim)
    values = claim["measured"]["values"]
    spread, size = max(values) - min(values), max(map(abs, values))
    room = 5 * spread + 0.05 * size + 1e-4
    for side in (low, high):
        if abs(side) != float("inf"):
            distance = min(abs(side - value) for value in values)
            assert distance <= room or "why" in claim, f"{key}: the band is wide; say why"


@pytest.mark.parametrize("key", [k for k in ledger() if k.endswith("/minutes")])
def test_no_lecture_takes_more_than_three_minutes(key):
    assert max(ledger()[key]["measured"]["values"]) <= 3
