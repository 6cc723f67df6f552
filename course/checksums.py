"""Is a shipped file the one that was shipped? ``SHA256SUMS`` in its folder says."""

import hashlib
from functools import cache

from course.errors import CorruptData, MissingData


def remedy(folder):
    """Say how to get the shipped files of a folder of ``datasets/`` back."""
    return f"restore it with `git checkout -- datasets/{folder.name}`"


@cache
def read_sums(folder):
    """Read ``SHA256SUMS`` of a folder.

    Args:
        folder: ``pathlib.Path``.

    Returns:
        dict ``file name → sha256`` in hexadecimal digits.

    Raises:
        MissingData: if there is no such list.
    """
    path = folder / "SHA256SUMS"
    if not path.is_file():
        raise MissingData(f"The list of checksums {path} is missing; {remedy(folder)}.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def check_file(folder, name):
    """Compare one listed file with its checksum and return its path.

    Args:
        folder: ``pathlib.Path`` with ``SHA256SUMS``.
        name: a file name of that list.

    Raises:
        MissingData: if the file or the list does not exist.
        CorruptData: if the file's sha256 differs from the list.
    """
    path, expected = folder / name, read_sums(folder)[name]
    if not path.is_file():
        raise MissingData(f"{path} is missing; {remedy(folder)}.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise CorruptData(
            f"{path} is corrupt: its sha256 is {found[:12]}…, expected {expected[:12]}…; "
            f"{remedy(folder)}."
        )
    return path
