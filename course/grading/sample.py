"""A class of 20 made-up students: honest, mistaken, careless and hostile ones."""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from course.grading.bank import RELEASED
from course.grading.checking import judge
from course.grading.exercise import Exercise
from course.grading.key import observe

HOSTILE = {
    "exits": (
        "crashed",
        "import os\ndef NAME(*arguments):\n    os._exit(0)",
    ),
    "never_ends": (
        "timed out",
        "import signal\n"
        "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "while True:\n    pass",
    ),
    "fork_bomb": (
        "timed out",
        "import os\ndef NAME(*arguments):\n    while True:\n        try:\n            os.fork()\n"
        "        except OSError:\n            pass",
    ),
    "eats_memory": (
        "graded",
        "import numpy as np\ndef NAME(*arguments):\n    pieces = []\n    while True:\n"
        "        pieces.append(np.zeros(2**23))",
    ),
    "steals": (
        "graded",
        "import glob\nloot = ''\n"
        "for place in '..', '/*', '/*/*', '/proc/*/cwd':\n"
        "    for path in glob.glob(place + '/*EXERCISE*'):\n"
        "        loot += open(path).read()\n"
        "def NAME(*arguments):\n    return loot",
    ),
    "patches_the_checker": (
        "graded",
        "import builtins, numpy as np\n"
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = builtins.abs = lambda *a, **k: None\n"
        "class check:\n    def __call__(self, *a): return True\n"
        "def NAME(*arguments):\n    class Equal(float):\n"
        "        __eq__ = __ge__ = __le__ = lambda *a: True\n    return Equal()",
    ),
    "forges_results": (
        "crashed",
        "import os, json\nprint('NAME: full points')\n"
        "frame = json.dumps({'dict': {'question': 'NAME', 'error': None}}).encode()\n"
        "for number in range(1, 30):\n    try:\n"
        "        os.write(number, len(frame).to_bytes(4, 'big') + frame)\n"
        "    except OSError:\n        pass\n"
        "def NAME(*arguments):\n    return 0.0",
    ),
    "tells_its_input": (
        "graded",
        "def NAME(*arguments):\n    raise type(repr(arguments), (Exception,), {})(arguments)",
    ),
}


def write_sample(exercise: Exercise, folder: Path) -> dict[str, tuple[str, Mapping | None]]:
    """Write 20 submissions; the same ones each time.

    Args:
        exercise: the exercise.
        folder: a folder that does not exist yet.

    Returns:
        What a right grader gives: status and points per auto-graded question by student; None
        where nothing can be graded.

    Raises:
        FileExistsError: the folder exists.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already; remove it or name another folder")
    folder.mkdir(parents=True)
    released = json.loads((RELEASED / f"{exercise.name}.ipynb").read_text(encoding="utf-8"))
    best = {name: key.points for name, key in exercise.keys.items()}
    rights = {name: question.answer(question.rights[0]) for name, question in exercise.bank.items()}
    expected = {}

    def hand_in(student, status, answers, points, change=lambda cells: None, nested=False):
        notebook = copy.deepcopy(released)
        _fill(notebook["cells"], answers | {"written": f"An answer by {student}."})
        change(notebook["cells"])
        home = folder / student / exercise.name if nested else folder / student
        home.mkdir(parents=True)
        _file(home, exercise).write_text(json.dumps(notebook, indent=1), encoding="utf-8")
        expected[student] = (status, best | points)

    def hand_in_nothing_useful(student, put: Callable[[Path], None]):
        (folder / student).mkdir()
        put(_file(folder / student, exercise))
        expected[student] = ("rejected", None)

    names, nothing = list(best), dict.fromkeys(best, 0)
    others = {name: question.answer(question.rights[1]) for name, question in exercise.bank.items()}
    some = {name: rights[name] for name in names[::3]}
    hand_in("perfect", "graded", rights, {})
    hand_in("perfect_too", "graded", others, {}, nested=True)
    hand_in("blank", "partial", {}, nothing)
    hand_in("partial", "partial", some, {name: 0 for name in names if name not in some})
    for number in range(3):
        hand_in(f"mistaken_{number}", "graded", *_mistakes(exercise, number))
    hand_in("copied_a_cell", "graded", rights, {}, lambda cells: _copy_cell(cells, names[0]))
    lost = names[-1]
    hand_in("lost_a_cell", "partial", rights, {lost: 0}, lambda cells: _drop_cell(cells, lost))
    hand_in_nothing_useful("invalid_json", lambda path: path.write_text('{"cells": [', "utf-8"))
    hand_in_nothing_useful("link", lambda path: path.symlink_to(RELEASED / path.name))
    hand_in_nothing_useful("nothing", lambda path: None)
    for number, (student, (status, code)) in enumerate(HOSTILE.items()):
        name = names[number % len(names)]
        code = code.replace("NAME", name).replace("EXERCISE", exercise.name)
        hand_in(student, status, rights | {name: code}, {name: 0})
    return dict(sorted(expected.items()))


def _mistakes(exercise: Exercise, number: int) -> tuple[dict[str, str], dict[str, float]]:
    answers, points = {}, {}
    for name, question in exercise.bank.items():
        _, function = question.wrongs[number]
        answers[name] = question.answer(function)
        seen = [observe(function, case.arguments) for case in question.key.cases]
        points[name] = sum(check.points for check in judge(question.key, seen))
    return answers, points


def _file(home: Path, exercise: Exercise) -> Path:
    return home / f"{exercise.name}.ipynb"


def _grade_id(cell: dict) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def _fill(cells: list[dict], answers: Mapping[str, str]) -> None:
    for cell in cells:
        if _grade_id(cell) in answers:
            cell["source"] = answers[_grade_id(cell)]


def _copy_cell(cells: list[dict], name: str) -> None:
    """Leave a blank copy above the filled cell."""
    place = next(i for i, cell in enumerate(cells) if _grade_id(cell) == name)
    cells.insert(place, cells[place] | {"source": ""})


def _drop_cell(cells: list[dict], name: str) -> None:
    cells[:] = [cell for cell in cells if _grade_id(cell) != name]
