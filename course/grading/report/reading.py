"""What to read again: the names of an exercise's questions, and the lecture section of each.

``solutions/reading.toml`` says for each question under which heading of the exercise's own lecture
it is taught; ``03 What a convolution costs`` names another lecture by its number.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.grading.bank import RELEASED, SOLUTIONS

LECTURES = RELEASED.parent
READING = SOLUTIONS / "reading.toml"


@dataclass(frozen=True)
class Sheet:
    """The words of an exercise.

    Args:
        title: its title.
        titles: titles of the questions by name.
        sections: where each question is taught, in words, as far as the lecture is there.
    """

    title: str
    titles: Mapping[str, str]
    sections: Mapping[str, str]


def read_sheet(exercise: str, released: Path = RELEASED, reading: Path = READING) -> Sheet:
    """Read the words of an exercise.

    Args:
        exercise: its name, for example ``02_lenet``.
        released: folder of the released notebooks.
        reading: the file with the sections.

    Returns:
        The words.
    """
    title, heading, titles = exercise, exercise, {}
    for cell in _cells(released / f"{exercise}.ipynb"):
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("solution"):
            titles[meta["grade_id"]] = re.sub(r"^\d+\. *", "", heading)
        for level, heading in _headings(cell):
            title = heading if level == 1 else title
    places = tomllib.loads(reading.read_text(encoding="utf-8")).get(exercise, {})
    sections = {name: _told(exercise, place) for name, place in places.items()}
    return Sheet(title, titles, {name: told for name, told in sections.items() if told})


@cache
def lecture(number: str) -> tuple[str, tuple[str, ...]] | None:
    """Read the headings of a lecture.

    Args:
        number: for example ``02``.

    Returns:
        Its title and the headings of its sections, or None where it is not in this copy.
    """
    path = next(LECTURES.glob(f"{number}_*.ipynb"), None)
    if path is None:
        return None
    headings = [found for cell in _cells(path) for found in _headings(cell)]
    title = next(text for level, text in headings if level == 1)
    return title, tuple(text for level, text in headings if level > 1)


def _told(exercise: str, place: str) -> str | None:
    number, section = re.fullmatch(r"(?:(\d\d) )?(.*)", place).groups()
    if (found := lecture(number or exercise[:2])) is None:
        return None
    title, sections = found
    if section not in sections:
        raise ValueError(f"{READING.name}: {exercise}: {title!r} has no section {section!r}")
    return f"{title}, section “{section}”"


def _cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def _headings(cell: dict) -> list[tuple[int, str]]:
    if cell["cell_type"] != "markdown":
        return []
    found = re.findall(r"^(#{1,3}) +(.*)$", "".join(cell["source"]), re.MULTILINE)
    return [(len(marks), text.strip()) for marks, text in found]
