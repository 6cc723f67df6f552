"""What does grading cost? Ours beside nbgrader's autograder on the same submissions; and the box.

    python benchmarks/grading.py [--out benchmarks/grading.json] [--sizes 10 100 1000] [--turns 3]

A class of honest students answers exercise 02 (NumPy only) from its bank: right, wrong and blank.
Commands are timed whole, from the shell to the last record, and take turns, so that whatever else
the machine does hits all of them; the best turn counts. The box is timed without any answer, beside
the same worker started without a box; the fewest milliseconds count. Prints the record as JSON and,
with --out, stores it.
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from course.grading.bank import RELEASED, REPOSITORY, SOLUTIONS
from course.grading.batch import grade_class, grade_submission
from course.grading.box import SANDBOXES, Box, problem
from course.grading.exercise import load_exercise
from course.grading.sample import _fill
from course.grading.submission import read_submission, students

EXERCISE = "02_lenet"
FEW = 40


def write_class(folder, number, seed=0):
    """Write honest submissions as nbgrader collects them, STUDENT/EXERCISE/EXERCISE.ipynb."""
    rng, bank = random.Random(seed), load_exercise(EXERCISE).bank
    released = (RELEASED / f"{EXERCISE}.ipynb").read_text(encoding="utf-8")
    for student in range(number):
        answers = {}
        for name, question in bank.items():
            solution = rng.choice(
                [*question.rights, *(wrong for _, wrong in question.wrongs), None]
            )
            answers[name] = question.answer(solution) if solution else ""
        notebook = json.loads(released)
        _fill(notebook["cells"], answers)
        file = folder / f"s{student:04d}" / EXERCISE / f"{EXERCISE}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook), encoding="utf-8")


def seconds(command, folder):
    """Run a command and return how long it took."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # nbgrader calls alembic
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PATH": programs}
    start = time.perf_counter()
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(result.stdout[-2000:] + result.stderr[-2000:])
    return time.perf_counter() - start


def ours(submissions, jobs):
    """Return the seconds that our command takes."""
    out = submissions.parent / "results"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "course.grading", "grade", str(submissions), "--out", str(out)]
    return seconds([*command, "--exercise", EXERCISE, "--jobs", str(jobs)], REPOSITORY)


def nbgrader(submissions):
    """Return the seconds that nbgrader's command takes, in a course folder made for it."""
    course = submissions.parent / "nbgrader"
    shutil.rmtree(course, ignore_errors=True)
    (course / "source" / EXERCISE).mkdir(parents=True)
    shutil.copy(SOLUTIONS / f"{EXERCISE}.ipynb", course / "source" / EXERCISE)
    command = [sys.executable, "-m", "nbgrader"]
    seconds([*command, "generate_assignment", EXERCISE], course)
    (course / "submitted").symlink_to(submissions)
    return seconds([*command, "autograde", EXERCISE], course)


def box_milliseconds(turns):
    """Return the fewest milliseconds from the start of an empty box to its end, by kind."""
    kinds = [False, *(kind for kind in SANDBOXES if problem(kind) is None)]
    best = {}
    for _ in range(turns):
        for kind in kinds:
            start = time.perf_counter()
            list(Box(sandbox=kind).frames({"setup": [], "answers": []}, time.monotonic() + 60))
            spent = round(1000 * (time.perf_counter() - start), 1)
            best[kind or "none"] = min(spent, best.get(kind or "none", spent))
    return best


def one_by_one(submissions, turns):
    """Return the mean seconds of a submission by itself, the best turn of each."""
    exercise, box = load_exercise(EXERCISE), Box()
    best = {}
    for _ in range(turns):
        for student in students(submissions):
            start = time.perf_counter()
            submission = read_submission(submissions, student, exercise.template)
            grade_submission(exercise, submission, box)
            spent = time.perf_counter() - start
            best[student] = min(spent, best.get(student, spent))
    return round(statistics.mean(best.values()), 3)


def seconds_by_workers(submissions, turns):
    """Return the median seconds to grade a class with one and with two workers, in turns."""
    exercise, spent = load_exercise(EXERCISE), {1: [], 2: []}
    for _ in range(turns):
        for jobs, seconds in spent.items():
            start = time.perf_counter()
            grade_class(exercise, submissions, submissions.parent / "results", Box(), jobs)
            seconds.append(time.perf_counter() - start)
    medians = {jobs: statistics.median(seconds) for jobs, seconds in spent.items()}
    return {str(jobs): round(median, 3) for jobs, median in medians.items()} | {
        "ratio": round(medians[1] / medians[2], 2)
    }


def scale(folder, size, jobs):
    """Grade a class of some size; return seconds per submission."""
    submissions = folder / f"class_{size}"
    write_class(submissions, size)
    start = time.perf_counter()
    grade_class(load_exercise(EXERCISE), submissions, folder / f"results_{size}", Box(), jobs)
    return round((time.perf_counter() - start) / size, 3)


def measure(sizes, turns):
    """Return the record."""
    with tempfile.TemporaryDirectory() as name:
        few, best = Path(name, "few", "submissions"), {}
        write_class(few, FEW)
        for _ in range(turns):
            row = {"nbgrader": nbgrader(few)}
            row |= {f"ours, {jobs} at a time": ours(few, jobs) for jobs in (1, 2)}
            best = {key: round(min(value, best.get(key, value)), 2) for key, value in row.items()}
        return {
            "conditions": {
                "machine": f"{os.cpu_count()} CPU cores, {platform.machine()}",
                "software": f"Python {platform.python_version()}, nbgrader {version('nbgrader')}, "
                f"NumPy {version('numpy')}",
                "exercise": EXERCISE,
                "turns": turns,
            },
            f"{FEW} submissions, seconds of the whole command": best,
            "seconds of one submission by itself": one_by_one(few, turns),
            f"{FEW} submissions, seconds by workers": seconds_by_workers(few, 5 * turns),
            "empty box, milliseconds": box_milliseconds(20 * turns),
            "seconds per submission, two at a time": {
                str(size): scale(Path(name), size, jobs=2) for size in sizes
            },
        }


def main():
    """Measure, print, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    text = json.dumps(measure(options.sizes, options.turns), indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
