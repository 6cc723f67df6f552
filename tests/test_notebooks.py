"""What every stored notebook must have, and proof that nbval really compares."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course.lectures import find_lectures

ROOT = Path(__file__).parents[1]
LECTURES = find_lectures()
EXECUTED = [*LECTURES, *sorted((ROOT / "solutions").glob("*.ipynb"))]
TAUGHT = [path for path in LECTURES if path.name != "00_start_here.ipynb"]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("path", EXECUTED, ids=name_of)
def test_stored_with_outputs_that_nbval_compares(path):
    cells = code_cells(path)
    assert all(cell.execution_count for cell in cells), "a cell was never run: store the outputs"
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]
    ignored = {"nbval-ignore-output", "nbval-skip"}
    compared = [c for c in cells if c.outputs and not ignored & set(c.metadata.get("tags", []))]
    assert compared, "nbval would compare nothing in this notebook"


@pytest.mark.parametrize("path", EXECUTED, ids=name_of)
def test_every_picture_has_alternative_text(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            for kind in {"image/png", "image/jpeg"} & set(output.get("data", {})):
                assert output.metadata[kind]["alt"] == output.data["text/plain"]
    for cell in nbformat.read(path, as_version=4).cells:
        assert not re.search(r"!\[\s*\]\(", cell.source), "a picture without alternative text"


@pytest.mark.parametrize("path", TAUGHT, ids=name_of)
def test_lecture_can_be_read_in_one_sitting(path):
    cells = code_cells(path)
    assert 15 <= len(cells) <= 25
    assert max(len(cell.source.splitlines()) for cell in cells) <= 25
    assert cells[0].source.startswith("from course import")


@pytest.mark.parametrize("path", TAUGHT, ids=name_of)
def test_lecture_has_its_seven_parts(path):
    text = "\n".join(
        c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"
    )
    for part in ("You will be able to", "Prerequisites", "Time", "Papers", "What goes wrong",
                 "Recap", f"exercises/{path.name}", "What the field did next"):  # fmt: skip
        assert part in text, f"{path.name} lacks “{part}”"


@pytest.mark.parametrize("path", EXECUTED, ids=name_of)
def test_no_warning_is_stored(path):
    for cell in nbformat.read(path, as_version=4).cells:
        streams = [o for o in cell.get("outputs", []) if "text" in o]
        warnings = [o.text for o in streams if o.name == "stderr" or "WARNING:" in o.text]
        assert not warnings, f"a cell of {path.name} has stored warnings or progress: {warnings}"


def test_notebooks_stay_small():
    size = sum(path.stat().st_size for path in (ROOT / "notebooks").rglob("*.ipynb"))
    assert size < 15e6


def prose(path):
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_links_between_files_lead_somewhere():
    for path in [*EXECUTED, *(ROOT / "notebooks/exercises").glob("*.ipynb"), ROOT / "README.md"]:
        text, folder = prose(path), path.parent
        if folder.name == "solutions":  # their text is written for the notebooks made from them
            folder = ROOT / "notebooks" / "exercises"
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s#]+)", text):
            assert (folder / target).exists(), f"{name_of(path)} links to {target}"


def notebook(source, output):
    cell = nbformat.v4.new_code_cell(source, execution_count=1)
    if output is not None:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=output)]
    return nbformat.v4.new_notebook(cells=[cell])


PICTURE = f"""from IPython.display import display
display({{"image/png": "{base64.b64encode(b"x").decode()}", "text/plain": "alt"}}, raw=True)"""


@pytest.mark.parametrize(
    ("source", "stored", "passes"),
    [
        ("print(1)", "1\n", True),
        ("print(2)", "1\n", False),  # the output changed
        ("pass", "1\n", False),  # the output is missing
        ("print(1)", None, False),  # nothing was stored
        (PICTURE, None, False),  # a picture appeared
        ("print(1); raise ValueError", "1\n", False),
    ],
)
def test_nbval_really_compares(source, stored, passes, tmp_path):
    path = tmp_path / "tiny.ipynb"
    nbformat.write(notebook(source, stored), path)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p"]
    done = subprocess.run(
        [*command, "no:cacheprovider", str(path)], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode == 0) is passes, done.stdout


def test_a_gpu_run_without_a_gpu_says_why_it_is_skipped(tmp_path):
    from course import runtime

    if runtime.gpus():
        pytest.skip("this machine has a GPU, so a GPU run is not skipped")
    command = [sys.executable, "-m", "pytest", "--nbval", "-rs", str(LECTURES[0])]
    import os

    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"COURSE_BUDGET": "gpu"}
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" in done.stdout and "tensorflow[and-cuda]" in done.stdout
