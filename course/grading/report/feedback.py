"""Feedback for one student: what was right, what was not, and what to do about it.

It is made of the student's own record and of what every student has: the released notebook, its
visible cases and the lectures. Hidden cases, solutions, other students and whatever the student's
code produced are never at hand here, so they cannot slip in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course.grading.bank import RELEASED
from course.grading.checking import BLANK, REASONS, passes
from course.grading.key import Case, Key, read_keys
from course.grading.report.deadlines import Late
from course.grading.report.gradebook import Grade
from course.grading.report.page import Code, Heading, Link, Listing, Paragraph, Table
from course.grading.report.reading import Sheet, read_sheet

LONGEST_CASE = 900
ADVICE = {
    REASONS[BLANK]: "Write the function in place of `raise NotImplementedError`; even a first "
    "attempt gets a hint.",
    REASONS[
        "no function"
    ]: "Keep the line `def` with the function's name as it was handed out, and "
    "run the notebook from the top in a fresh kernel: an error above stops the cell.",
    REASONS["not sendable"]: "Return the kind of value that the docstring names.",
    REASONS["timed out"]: "Look for a loop that never ends, and for loops over pixels where one "
    "NumPy call does. Each visible case should be done in well under a second.",
    REASONS["crashed"]: "The answer must only compute and return: take out calls that end Python, "
    "start processes, or write to files and file descriptors. Very deep recursion does it too.",
    REASONS["not run"]: "An answer before this one used up the time; make that one faster first.",
}
TRACEBACK = (
    "Run the cell that checks it: your notebook shows where. If all is well there, think of inputs "
    "of other shapes and sizes that the docstring allows."
)
ELSEWHERE = (
    "The cases in your notebook may all pass. Think of what else the docstring allows: other "
    "shapes, an axis of length 1, very large values, ties."
)
REJECTED = (
    "Your submission could not be read, so nothing in it was graded. It has no points yet, which "
    "is not the same as 0 points. Open your notebook in JupyterLab, run it from the top, save it, "
    "and hand in that one file under its own name."
)
NOT_GRADED = (
    "Your submission was received, but the grading machine failed. This is not your fault and you "
    "need do nothing: it will be graded again."
)
ENDING = (
    "The points of a check come from all of its cases: those you see in your notebook and others "
    "of the same kind. If you think that a check is wrong, tell your instructor, and name the "
    "submission below."
)


@dataclass(frozen=True)
class Course:
    """What every student of an exercise has.

    Args:
        sheet: its words.
        keys: its visible cases by question.
    """

    sheet: Sheet
    keys: dict[str, Key]


def read_course(exercise: str) -> Course:
    """Read what every student of an exercise has.

    Args:
        exercise: its name, for example ``02_lenet``.

    Returns:
        Its words and visible cases.
    """
    return Course(read_sheet(exercise), read_keys(RELEASED / f"{exercise}.cases.json"))


def feedback(grade: Grade, course: Course) -> list:
    """Write the feedback for one student.

    Args:
        grade: what the student reached.
        course: what every student has.

    Returns:
        A page of blocks, see `course.grading.report.page`.
    """
    page = [Heading(1, course.sheet.title), Paragraph(grade.name, "Feedback for")]
    if grade.record["status"] == "not graded":
        return [*page, Paragraph(NOT_GRADED), *_ending(grade)]
    if grade.record["status"] == "rejected":
        reasons = Listing(grade.record["notes"])
        return [*page, Paragraph(REJECTED), Paragraph("", "What was wrong:"), reasons]
    page += [_summary(grade), _table(grade, course), *_lateness(grade)]
    if grade.record["notes"]:
        page += [Paragraph("", "About your file:"), Listing(grade.record["notes"])]
    for question in grade.questions:
        page += _question(question, course)
    return [*page, *_ending(grade)]


def show(value, indent: int = 0) -> str:
    """Write an argument or a result of a case as Python.

    Args:
        value: a value that `course.grading.wire` can carry.
        indent: how far from the left it will stand.

    Returns:
        Code; numbers have six digits.
    """
    if isinstance(value, np.ndarray) and (short := _counting(value)):
        return short
    if isinstance(value, np.ndarray):
        space = " " * (indent + len("np.array("))
        text = np.array2string(value, 92, 6, separator=", ", prefix=space, threshold=10_000)
        text = re.sub(r" *\n *\n", "\n", text)
        kind = "" if value.dtype in (np.float64, np.int64, bool) else f", dtype=np.{value.dtype}"
        return f"np.array({text}{kind})"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return f"({', '.join(map(show, value))}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        items = ", ".join(map(show, value))
        gap = ",\n" + " " * (indent + 1)
        return f"[{items}]" if len(items) < 80 else f"[{gap.join(map(show, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {show(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _counting(value: np.ndarray) -> str:
    """Write 0, 1, 2, … as `np.arange`: a column of them would fill the page."""
    kind = {np.dtype(np.float64): ".", np.dtype(np.int64): ""}.get(value.dtype)
    if kind is None or value.ndim < 3 or not np.array_equal(value.ravel(), np.arange(value.size)):
        return ""
    return f"np.arange({value.size}{kind}).reshape{value.shape}"


def told(points: float, maximum: float) -> str:
    """Write points.

    Args:
        points: points reached.
        maximum: points there are.

    Returns:
        Words.
    """
    return f"{points:g} of {maximum:g} {'point' if maximum == 1 else 'points'}"


def _summary(grade: Grade) -> Paragraph:
    done = [q for q in grade.questions if q["points"] is not None]
    reached, maximum = sum(q["points"] for q in done), sum(q["max"] for q in done)
    praise = " All of it is right: well done." if reached == maximum else ""
    if not grade.waiting:
        return Paragraph(f"{told(reached, maximum)}.{praise}", "Your result:")
    left = sum(q["max"] for q in grade.questions) - maximum
    return Paragraph(
        f"{told(reached, maximum)}.{praise} Answers worth {left:g} more are still to be marked by "
        "hand.",
        "So far:",
    )


def _table(grade: Grade, course: Course) -> Table:
    rows = []
    for question in grade.questions:
        points = "–" if question["points"] is None else f"{question['points']:g}"
        title = Link(course.sheet.titles[question["name"]], question["name"])
        rows.append([title, f"{points} of {question['max']:g}", _state(question)])
    return Table(["Question", "Points", "Result"], rows)


def _state(question: dict) -> str:
    if question["status"] == "needs marking":
        return "still to be marked"
    if question["status"] == "blank":
        return "blank"
    return "✓ right" if question["points"] >= question["max"] else "see below"


def _lateness(grade: Grade) -> list:
    late = grade.late or Late()
    if not late.days:
        return []
    days = f"{late.days} day{'s' * (late.days > 1)} after "
    days += "your extended deadline" if late.extended else "the deadline"
    text = f"Handed in {days}; {late.free} of your late days cover that."
    if late.factor < 1:
        text += f" The rest takes {1 - late.factor:.0%} of the points"
        text += "." if grade.points is None else f": {grade.points:g} of {grade.max:g} count."
    return [Paragraph(text, "Late:")]


def _question(question: dict, course: Course) -> list:
    name = question["name"]
    points = "still to be marked" if question["points"] is None else told(
        question["points"], question["max"]
    )  # fmt: skip
    blocks = [Heading(2, f"{course.sheet.titles[name]} · {points}", name)]
    if question["checks"] and question["status"] != "blank":
        blocks.append(Listing([_check(check) for check in question["checks"]], True))
    if question["status"] == "blank" and not question["checks"]:
        blocks.append(Paragraph("This answer was left blank."))
    if question["status"] == "needs marking":
        blocks.append(Paragraph("A person reads this answer; its points come later."))
    blocks += _hints(question, course.keys.get(name))
    if question["comment"]:
        blocks.append(Paragraph(question["comment"], "Your marker writes:"))
    if (question["points"] or 0) < question["max"] and question["status"] != "needs marking":
        blocks += _read_again(name, course.sheet)
    return blocks


def _check(check: dict) -> str:
    word = "✓ passed" if not check["message"] else "✗ not passed"
    return f"{word}: {check['name']} ({told(check['points'], check['max'])})"


def _hints(question: dict, key: Key | None) -> list:
    """Each hint once, with the checks that it is for and a case of theirs to try."""
    checks: dict[str, list[str]] = {}
    for check in question["checks"]:
        if check["message"]:
            checks.setdefault(check["message"], []).append(check["name"])
    blocks = []
    for message, names in checks.items():
        lead = "What to do:" if len(checks) == 1 else f"What to do ({', '.join(names)}):"
        sentence = message if message.endswith((".", "!", "?")) else f"{message}."
        advice = " ".join(filter(None, [sentence, _advice(message)]))
        blocks += [Paragraph(advice, lead), *_case(key, names, message)]
    return blocks


def _advice(message: str) -> str:
    if message.startswith("The call raised"):
        return TRACEBACK
    return ELSEWHERE if message.endswith("hidden case") else ADVICE.get(message, "")


def _case(key: Key | None, checks: Sequence[str], hint: str) -> list:
    """The shortest visible case that fails with this hint, where it is short enough to read."""
    texts = []
    for case in key.cases if key else []:
        known = case.mistakes[key.hints.index(hint)] if hint in key.hints else None
        fails = known is None or not passes(case, known, key.tolerance)
        if case.check in checks and fails and not case.hidden:
            texts.append(_call(key, case))
    if not texts or len(min(texts, key=len)) > LONGEST_CASE:
        return []
    return [Paragraph("Try this case of your notebook again:"), Code(min(texts, key=len))]


def _call(key: Key, case: Case) -> str:
    call = f"{key.name}({', '.join(map(show, case.arguments))})"
    if "\n" in call or len(call) > 92:
        lines = [f"    {show(argument, 4)},\n" for argument in case.arguments]
        call = f"{key.name}(\n{''.join(lines)})"
    keeps = ", and leave its arguments as they were" if case.keeps else ""
    return f"{call}\n\n# should give{keeps}:\n{show(case.expected)}"


def _read_again(name: str, sheet: Sheet) -> list:
    return [Paragraph(f"{sheet.sections[name]}.", "Read again:")] if name in sheet.sections else []


def _ending(grade: Grade) -> list:
    record = grade.record
    version = f"Submission {record['content_hash'][:12]}, course {record['course_hash'][:12]}."
    return [Heading(2, "How these points came about"), Paragraph(ENDING), Paragraph(version)]
