"""The commands that report: ``feedback``, ``report``, ``export``, ``similarity`` …"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from course.grading.bank import RELEASED
from course.grading.report.classbook import classbook, to_hints
from course.grading.report.feedback import feedback as write_feedback
from course.grading.report.feedback import read_course
from course.grading.report.gradebook import Grade, absent, read_gradebook
from course.grading.report.marks import marks_path, read_marks, write_marks
from course.grading.report.page import to_html, to_markdown
from course.grading.report.platforms import to_canvas, to_gradescope, to_moodle, to_ungraded
from course.grading.report.reading import read_sheet
from course.grading.report.similarity import (
    THRESHOLD,
    WARNING,
    read_works,
    similar_pairs,
    similarity_page,
    to_pairs_csv,
)
from course.grading.report.tables import to_csv, to_table
from course.grading.store import printable_path, write_text
from course.grading.template import read_template

FILES = {
    "roster": "names and identifiers (CSV)",
    "deadlines": "deadlines, late days, extensions (TOML)",
    "submitted": "when submissions were handed in (CSV)",
}


def feedback(options: argparse.Namespace) -> int:
    """Write a page of feedback for each student, as HTML and as Markdown."""
    grades, course = _gradebook(options), read_course(options.exercise)
    folder = _folder(options) / "feedback"
    folder.mkdir(exist_ok=True)
    for grade in grades:
        page, path = write_feedback(grade, course), printable_path(folder, grade.student)
        write_text(path.with_suffix(".html"), to_html(f"Feedback: {course.sheet.title}", page))
        write_text(path.with_suffix(".md"), to_markdown(page))
    return _tell(f"Wrote {len(grades)} pages of feedback to {folder}")


def report(options: argparse.Namespace) -> int:
    """Write the class report with histograms and frequent hints, and print a table."""
    grades, sheet = _gradebook(options), read_sheet(options.exercise)
    print(to_table([grade.record for grade in grades]))
    print(f"\n{to_hints(grades)}")
    path, missing = _folder(options) / "class.html", absent(grades, options.roster)
    write_text(path, to_html(f"Class: {sheet.title}", classbook(grades, sheet, missing)))
    return _tell(f"Wrote {path}")


def export(options: argparse.Namespace) -> int:
    """Write grades.csv, ungraded.csv and files for learning platforms."""
    grades, folder = _gradebook(options), _folder(options)
    title = options.assignment or options.exercise
    missing = absent(grades, options.roster)
    files = {"grades.csv": to_csv(grades), "ungraded.csv": to_ungraded(grades, missing)}
    if options.canvas:
        files["canvas.csv"] = to_canvas(grades, title)
    if options.moodle:
        files["moodle.csv"] = to_moodle(grades, title)
    if options.gradescope:
        files |= _gradescope(grades)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / name, text)
    for why, count in Counter(filter(None, (grade.ungraded for grade in grades))).items():
        print(f"{count} without a grade ({why})", file=sys.stderr)
    told = [name for name in files if not name.startswith("gradescope/")]
    return _tell(f"Wrote {', '.join(told)} to {folder}")


def similarity(options: argparse.Namespace) -> int:
    """Compare the code of all submissions, on this machine, and write who has some in common."""
    works = read_works(options.submissions, read_template(RELEASED / f"{options.exercise}.ipynb"))
    pairs = similar_pairs(works, options.threshold)
    folder = _folder(options)
    folder.mkdir(parents=True, exist_ok=True)
    page = similarity_page(pairs, len(works), options.threshold)
    write_text(folder / "similarity.html", to_html("Code in common", page, wide=True))
    write_text(folder / "similarity.csv", to_pairs_csv(pairs))
    for pair in pairs:
        print(f"{pair.similarity:.2f}  {pair.first.student}  {pair.second.student}")
    print(WARNING, file=sys.stderr)
    return _tell(f"Wrote similarity.html and similarity.csv to {folder}")


def formgrader(options: argparse.Namespace) -> int:
    """Bring hand-marked answers to nbgrader's formgrader, and the marks back."""
    from course.grading.report.formgrader import export_course, import_marks

    folder, course = _folder(options), options.course
    is_export = options.action == "export"
    if is_export and options.submissions is None:
        raise ValueError("`formgrader export` needs the answers; name --submissions FOLDER")
    grades = read_gradebook(folder, options.roster)
    if not is_export or (course / "gradebook.db").exists():
        marks = import_marks(options.exercise, course)  # before an export too: nothing is lost
        write_marks(marks_path(folder), read_marks(marks_path(folder)) | marks)
        _tell(f"Marks from {course} in {marks_path(folder)}: {len(marks)}")
    if is_export:
        course.mkdir(parents=True, exist_ok=True)
        for left_out in export_course(options.exercise, grades, options.submissions, course):
            print(f"left out: {left_out}", file=sys.stderr)
        _tell(f"Start `jupyter lab` in {course}, open Formgrader, and mark {options.exercise}")
    return 0


def add_commands(command: Callable, results: Path) -> None:
    """Add these commands to a parser.

    Args:
        command: makes a parser from one of the functions above.
        results: where the records are unless ``--out`` says so.
    """
    comparing = command(similarity)
    comparing.add_argument("submissions", type=Path, help="holds one folder per student")
    told = f"from 0 to 1 (default: {THRESHOLD})"
    comparing.add_argument("--threshold", type=float, default=THRESHOLD, help=told)
    comparing.add_argument("--out", type=Path, default=results, help="default: build/grades")
    marking = command(formgrader)
    marking.add_argument("action", choices=("export", "import"))
    marking.add_argument("course", type=Path, help="a course folder for formgrader")
    marking.add_argument("--submissions", type=Path, help="holds one folder per student")
    marking.add_argument("--out", type=Path, default=results, help="default: build/grades")
    marking.add_argument("--roster", type=Path, metavar="FILE", help=FILES["roster"])
    for function in feedback, report, export:
        added = command(function)
        added.add_argument("--out", type=Path, default=results, help="default: build/grades")
        for name, about in FILES.items():
            added.add_argument(f"--{name}", type=Path, metavar="FILE", help=about)
    added.add_argument("--auto-only", action="store_true", help="leave out hand-marked answers")
    added.add_argument("--assignment", help="its title there (default: the exercise's name)")
    for platform in "canvas", "moodle", "gradescope":
        added.add_argument(f"--{platform}", action="store_true", help=f"write for {platform}")


def _gradescope(grades: list[Grade]) -> dict[str, str]:
    files = {}
    for grade in grades:
        results = to_gradescope(grade)
        name = f"gradescope/{printable_path(Path(), grade.student).stem}/results.json"
        if results is not None:
            files[name] = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    return files


def _gradebook(options: argparse.Namespace) -> list[Grade]:
    files = {name: getattr(options, name) for name in FILES}
    auto_only = getattr(options, "auto_only", False)
    return read_gradebook(_folder(options), **files, auto_only=auto_only)


def _folder(options: argparse.Namespace) -> Path:
    return options.out / options.exercise


def _tell(text: str) -> int:
    print(text, file=sys.stderr)
    return 0
