"""Every embedded picture set: checksums, credits, licences, sizes, and what damage says."""

import re
import runpy
from pathlib import Path

import pytest

DATASETS = Path(__file__).parents[2] / "datasets"
embedded = runpy.run_path(str(DATASETS / "embedded.py"))
SETS = {"cutouts": 6.0, "backgrounds": 4.0, "photos": 1.5}  # name: budget, MB
LICENCE_FILES = {
    "GPL-2.0-or-later": "GPL-2",
    "GPL-3.0-or-later": "GPL-3",
    "LGPL-3.0": "LGPL-3",
    "CC0-1.0": "CC0-1.0",
    "CC-BY-2.0": "CC-BY-2.0",
    "CC-BY-4.0": "CC-BY-4.0",
}


@pytest.mark.parametrize("name", SETS)
def test_every_file_is_intact_and_listed(name):
    listed = embedded["sums"](DATASETS / name)
    for file in listed:
        embedded["read_bytes"](DATASETS / name, file)
    images = {f"images/{path.name}" for path in (DATASETS / name / "images").iterdir()}
    assert images == {file for file in listed if file.startswith("images/")}


@pytest.mark.parametrize("name", SETS)
def test_every_file_has_a_credit_row_and_a_licence_text(name):
    text = (DATASETS / name / "CREDITS.md").read_text(encoding="utf-8")
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.fullmatch("[0-9a-f]{64}", cells[-1]):
            rows[cells[0]] = cells
    listed = embedded["sums"](DATASETS / name)
    assert {file: cells[-1] for file, cells in rows.items()} == listed
    for _, title, source, author, licence, _ in rows.values():
        assert title and source and author
        if licence != "public domain":
            suffix = "" if name == "cutouts" else f"-{LICENCE_FILES[licence]}"
            assert (DATASETS / name / f"LICENSE{suffix}").stat().st_size > 300


@pytest.mark.parametrize(("name", "budget"), SETS.items())
def test_size_is_within_budget(name, budget):
    size = sum(path.stat().st_size for path in (DATASETS / name / "images").iterdir())
    assert size <= budget * 1e6


def test_damage_is_reported_in_a_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("good")
    embedded["write_sums"](tmp_path, ["a.txt"])
    assert embedded["read_bytes"](tmp_path, "a.txt") == b"good"
    (tmp_path / "a.txt").write_text("bad")
    with pytest.raises(ValueError, match=r"a\.txt is damaged: its sha256 .* expected .*git"):
        embedded["read_bytes"](tmp_path, "a.txt")
    (tmp_path / "a.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.txt is missing; expected .* Restore"):
        embedded["read_bytes"](tmp_path, "a.txt")
    with pytest.raises(KeyError, match=r"b\.txt has no line in .*SHA256SUMS"):
        embedded["read_bytes"](tmp_path, "b.txt")
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(FileNotFoundError, match="SHA256SUMS is missing; expected"):
        embedded["sums"](tmp_path)
