"""The instructor's commands: ``python -m course.grading grade``, ``feedback``, ``export`` …"""

import argparse
import sys
import tempfile
from pathlib import Path

from course.grading.bank import REPOSITORY, exercises
from course.grading.batch import grade_class
from course.grading.box import Box, BoxError
from course.grading.exercise import load_exercise
from course.grading.report import to_csv, to_table
from course.grading.report.commands import add_commands
from course.grading.report.gradebook import read_gradebook
from course.grading.store import write_text

RESULTS = REPOSITORY / "build" / "grades"


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: the command line, by default that of the process.

    Returns:
        The exit code: 0, 1 where something is not as it should be, or 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (BoxError, OSError, ValueError) as error:
        print(f"course.grading: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        remedy = "; the same command with --resume goes on from here"
        print(f"\ncourse.grading: stopped{remedy * (options.command is grade)}", file=sys.stderr)
        return 130


def grade(options: argparse.Namespace) -> int:
    """Grade a class and writes records, grades.csv and the class table."""
    from tqdm import tqdm

    exercise = load_exercise(options.exercise)
    if options.unsafe_no_sandbox:
        print("WITHOUT A SANDBOX: the students' code runs with your rights", file=sys.stderr)
    box = Box(sandbox=not options.unsafe_no_sandbox)
    total = sum(1 for _ in options.submissions.iterdir())
    with tqdm(total=total, unit="submission", desc=exercise.name) as bar:
        folders = exercise, options.submissions, options.out
        rest = options.resume, lambda outcome: bar.update()
        if options.scheduler:
            from course.grading import cluster

            records = cluster.grade_class(*folders, options.scheduler, box, *rest)
        else:
            records = grade_class(*folders, box, options.jobs, *rest)
        bar.total = len(records)
    print(to_table(records))
    folder = options.out / exercise.name
    write_text(folder / "grades.csv", to_csv(read_gradebook(folder)))
    print(f"Wrote {folder / 'grades.csv'}", file=sys.stderr)
    return int(any(record["status"] == "not graded" for record in records))


def verify(options: argparse.Namespace) -> int:
    """Prove that the banks get what they should, or that their cases notice small faults."""
    prove = _prove_mutants if options.mutants else _prove_bank
    names = [options.exercise] if options.exercise else exercises()
    proved = [prove(name) for name in names]
    return int(not all(proved))


def _prove_bank(name: str) -> bool:
    from course.grading.verify import verify as problems_of

    problems = problems_of(load_exercise(name))
    told = "solutions, mistakes and the blank get what they should"
    print("\n".join([f"✗ {problem}" for problem in problems] or [f"✓ {name}: {told}"]))
    return not problems


def _prove_mutants(name: str) -> bool:
    from tqdm import tqdm

    from course.grading.survivors import analyse

    found = analyse(name, lambda pairs: tqdm(pairs, name, unit="solution", leave=False))
    for place in found.unlisted:
        print(f"✗ no case notices this, and no reason is listed: {place}")
    for place in found.stale:
        print(f"✗ a case notices this, or it is not there any more: {place}")
    told = f"{found.killed} of {found.mutants} mutants killed, {found.equivalent} are equivalent"
    right = found.score >= 0.95 and not found.unlisted and not found.stale
    print(f"{'✓' if right else '✗'} {name}: {told}, score {found.score:.1%}")
    return right


def sample(options: argparse.Namespace) -> int:
    """Write a class of 20 made-up submissions."""
    from course.grading.sample import write_sample

    expected = write_sample(load_exercise(options.exercise), options.folder)
    print(f"{len(expected)} submissions in {options.folder}")
    return 0


def release(options: argparse.Namespace) -> int:
    """Generate the students' notebooks, or checks that the stored ones are up to date."""
    from course.grading.release import differences
    from course.grading.release import release as generate

    names = exercises()
    if options.check:
        with tempfile.TemporaryDirectory() as folder:
            stale = differences(names, Path(folder))
        for name in stale:
            print(f"✗ {name} is out of date; run `make exercises`")
        return int(bool(stale))
    for path in (file for name in names for file in generate(name)):
        print(path.relative_to(REPOSITORY))
    return 0


def _exercise(text: str) -> str:
    """Find an exercise by its number or the beginning of its name."""
    names = exercises()
    found = [name for name in names if name.startswith(text)]
    if len(found) != 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of the exercises {names}")
    return found[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m course.grading", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function):
        added = commands.add_parser(function.__name__, help=function.__doc__)
        added.set_defaults(command=function)
        if function is not release:
            default = None if function is verify else "02_lenet"
            about = f"its number or name, for example 02 (default: {default or 'all'})"
            added.add_argument("--exercise", default=default, type=_exercise, help=about)
        return added

    grading = command(grade)
    grading.add_argument("submissions", type=Path, help="holds one folder per student")
    grading.add_argument("--jobs", type=int, default=1, help="submissions at the same time")
    grading.add_argument("--scheduler", help="address of a Dask cluster to grade on")
    grading.add_argument("--resume", action="store_true", help="keep results that still hold")
    grading.add_argument("--unsafe-no-sandbox", action="store_true", help="run code unprotected")
    grading.add_argument("--out", type=Path, default=RESULTS, help="default: build/grades")
    add_commands(command, RESULTS)
    command(verify).add_argument("--mutants", action="store_true", help="small faults, unboxed")
    command(sample).add_argument("folder", type=Path, help="where to write the submissions")
    command(release).add_argument("--check", action="store_true", help="write nothing, compare")
    return parser


if __name__ == "__main__":
    sys.exit(main())
