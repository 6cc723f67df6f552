"""Nothing is shipped without a checksum, a credit row and a licence text, or beyond the budget."""

import hashlib
import subprocess
from pathlib import Path

import pytest

DATASETS = Path(__file__).parents[2] / "datasets"
SETS = sorted(path.parent for path in DATASETS.glob("*/SHA256SUMS"))
OURS = {".py", ".md"}  # code and credits of the course itself


def shipped(folder):
    command = ["git", "-C", str(folder), "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [folder / line for line in done.stdout.splitlines() if (folder / line).is_file()]


@pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)
def test_every_shipped_file_has_its_checksum_row_and_licence(folder):
    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    credits = (folder / "CREDITS.md").read_text(encoding="utf-8")
    for path in shipped(folder):
        name = path.relative_to(folder).as_posix()
        if path.suffix in OURS or name == "SHA256SUMS" or name.startswith("LICENSE"):
            continue
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sums[name], name
        assert sums[name] in credits, f"{name} has no credit row with its sha256"
    assert list(folder.glob("LICENSE*"))
    assert f"`{folder.name}`" in (DATASETS / "CREDITS.md").read_text(encoding="utf-8")


def test_all_that_is_embedded_stays_within_80_mb():
    assert sum(path.stat().st_size for path in shipped(DATASETS)) < 80e6
