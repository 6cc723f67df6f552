"""Embedded files: read them, checked against the SHA256SUMS beside them.

Needs the standard library only, so that every builder can load it by path::

    embedded = runpy.run_path(str(HERE.parent / "embedded.py"))
"""

import csv
import hashlib
import importlib.util
import sys
from pathlib import Path


def load_module(path):
    """Load one Python file by its path (the folder `datasets` is no package)."""
    path = Path(path)
    name = f"embedded_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def sums(folder):
    """Read `folder/SHA256SUMS`: dict of file name → hexadecimal digest."""
    path = Path(folder) / "SHA256SUMS"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing; expected the checksums that ship with the data. "
            "Restore it with `git checkout -- datasets`."
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def read_bytes(folder, name):
    """Read one embedded file and check it: bytes."""
    path, expected = Path(folder) / name, sums(folder).get(name)
    if expected is None:
        raise KeyError(f"{name} has no line in {path.parent / 'SHA256SUMS'}; run make.py there.")
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing; expected an embedded file. "
            "Restore it with `git checkout -- datasets`."
        )
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        raise ValueError(
            f"{path} is damaged: its sha256 is {digest[:12]}…, expected {expected[:12]}…. "
            "Restore it with `git checkout -- datasets`."
        )
    return data


def read_rows(folder, name):
    """Read one embedded CSV file, checked: list of dicts, one for each row."""
    return list(csv.DictReader(read_bytes(folder, name).decode("utf-8").splitlines()))


def write_sums(folder, names):
    """Write `folder/SHA256SUMS` over `names` (maintainers' scripts): dict of name → digest."""
    folder = Path(folder)
    digests = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in sorted(names)}
    text = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8")
    return digests


def write_credits(folder, title, rows):
    """Write `folder/CREDITS.md` (maintainers' scripts).

    Args:
        folder: Path of the set.
        title: Heading and opening paragraph, Markdown.
        rows: Dicts with the keys file, title, source, author and licence; the
            sha256 is taken from SHA256SUMS.
    """
    digests = sums(folder)
    head = ["file", "title", "source package and version", "author", "licence", "sha256"]
    lines = [title, "", "| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        cells = [row[key] for key in ("file", "title", "source", "author", "licence")]
        lines.append("| " + " | ".join([*cells, digests[row["file"]]]) + " |")
    (Path(folder) / "CREDITS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
