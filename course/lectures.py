"""Run the lectures headless: a progress line each, HTML in ``build/``, outputs stored on request.

``python -m course.lectures [NN …] [--store]``
"""

import argparse
import base64
import io
import os
import sys
import time
from pathlib import Path

from course.errors import UnknownName

ROOT = Path(__file__).parents[1]
VOLATILE = ("execution", "widgets", "language_info")  # metadata that changes with every run
WIDGET = "application/vnd.jupyter.widget-view+json"  # needs a kernel; a picture is beside it
LARGE, QUALITY = 60_000, 80  # characters of a picture in base64; of a JPEG


def find_lectures(*numbers):
    """Return the lecture notebooks, in order, or those with the given numbers.

    Args:
        numbers: strings such as ``"02"``; none for all.

    Raises:
        UnknownName: if a number has no lecture.
    """
    lectures = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not numbers:
        return lectures
    chosen = [path for path in lectures if path.name[:2] in numbers]
    if missing := set(numbers) - {path.name[:2] for path in chosen}:
        known = ", ".join(path.name[:2] for path in lectures)
        raise UnknownName(f"There is no lecture {', '.join(sorted(missing))}; there are: {known}.")
    return chosen


def execute(path, **environment):
    """Execute a notebook in a kernel of its own.

    Args:
        path: the notebook.
        environment: variables to set for the kernel, beside those of this process.

    Returns:
        the executed notebook, as nbformat reads it.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=os.environ | environment)
    return notebook


def run(path, store=False):
    """Run one notebook from top to bottom and write it as HTML below ``build/``.

    Args:
        path: the notebook.
        store: also keep the fresh outputs in the notebook itself.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    import nbformat
    from nbconvert import HTMLExporter

    notebook = settled(execute(path))
    html = ROOT / "build" / path.relative_to(ROOT).with_suffix(".html")
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    if store:
        nbformat.write(lightened(notebook), path)
    return html


def settled(notebook):
    """Remove from an executed notebook what means nothing outside the run that made it."""
    for part in [notebook, *notebook.cells]:
        for key in VOLATILE:
            part.metadata.pop(key, None)
        if "outputs" in part:  # progress bars write to the error stream
            part.outputs = [o for o in part.outputs if o.get("name") != "stderr"]
            for output in part.outputs:
                output.get("data", {}).pop(WIDGET, None)
    return notebook


def lightened(notebook):
    """Store large pictures as JPEG or with a palette, whichever is smaller: photographs, charts."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if len(output.get("data", {}).get("image/png", "")) > LARGE:
                kind, small = _smallest(base64.b64decode(output.data.pop("image/png")))
                output.data[kind] = base64.b64encode(small).decode()
                output.metadata[kind] = output.metadata.pop("image/png", {})
    return notebook


def _smallest(png):
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    palette, photograph = io.BytesIO(), io.BytesIO()
    colours = picture.quantize(256, Image.Quantize.FASTOCTREE)
    picture.quantize(palette=colours).save(palette, "png", optimize=True)  # dithered
    picture.save(photograph, "jpeg", quality=QUALITY, subsampling=0, optimize=True)
    kinds = {"image/png": palette.getvalue(), "image/jpeg": photograph.getvalue()}
    return min(kinds.items(), key=lambda kind: len(kind[1]))


def main():
    parser = argparse.ArgumentParser(prog="python -m course.lectures", description=__doc__)
    parser.add_argument("lectures", nargs="*", metavar="NN", help="numbers; all if none is given")
    parser.add_argument("--store", action="store_true", help="keep the outputs in the notebooks")
    options = parser.parse_args()
    from nbclient.exceptions import CellExecutionError

    try:
        paths = find_lectures(*options.lectures)
    except UnknownName as error:
        sys.exit(f"✗ {error}")
    for path in paths:
        print(f"… {path.stem}", end="", flush=True)
        start = time.perf_counter()
        try:
            html = run(path, options.store)
        except CellExecutionError as error:
            sys.exit(f"\r✗ {path.stem} stopped at a cell that failed:\n{error}")
        minutes = (time.perf_counter() - start) / 60
        print(f"\r✓ {path.stem}  {minutes:.1f} min  {html.relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    main()
