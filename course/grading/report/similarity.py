"""Who has code in common: pairs of submissions, on this machine alone.

Every submission becomes a set of `fingerprints`, without those of the released notebook. One that
many share, such as the usual line of softmax, says little: it weighs ``1 / (n - 1)`` where ``n``
students have it. The similarity of two submissions is the weight of what they share, divided by the
weight of the smaller of the two: 1 for a copy, however it is renamed, reordered or laid out.

Similarity is no proof. Short answers leave few ways to write them, friends may have been allowed to
talk, and both may have read the same page. It tells where to look, not what to find.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.grading.report.fingerprints import fingerprints
from course.grading.report.page import Comparison, Heading, Link, Paragraph, Table
from course.grading.report.tables import csv_text
from course.grading.store import printable
from course.grading.submission import read_submission, students
from course.grading.template import Template

THRESHOLD = 0.5
FEWEST = 12
SHOWN = 40
WARNING = (
    "Similarity is no proof. Short answers leave few ways to write them, and two students may have "
    "worked from the same source, or together where that was allowed. Read the marked lines, ask "
    "both, and decide by your rules. Nothing of this left your machine; do not hand this page on."
)

Lines = Mapping[str, frozenset[int]]
"""Numbers of lines by question."""


@dataclass(frozen=True)
class Work:
    """The code of one submission.

    Args:
        student: name of the student's folder.
        answers: sources of the code answers by question.
        prints: for each fingerprint the lines it covers, by question.
    """

    student: str
    answers: Mapping[str, str]
    prints: Mapping[str, Lines]


@dataclass(frozen=True)
class Pair:
    """Two submissions with code in common.

    Args:
        first: one of them.
        second: the other.
        similarity: from 0 to 1.
        shared: fingerprints that both have.
    """

    first: Work
    second: Work
    similarity: float
    shared: frozenset[str]

    def lines(self, work: Work, question: str) -> frozenset[int]:
        """Find the lines of one of them that the other has too.

        Args:
            work: one of them.
            question: name of the question.

        Returns:
            Numbers of lines from 1.
        """
        found = (work.prints[each].get(question, frozenset()) for each in self.shared)
        return frozenset().union(*found)


def read_works(submissions: Path, template: Template) -> list[Work]:
    """Read the code of a class.

    Args:
        submissions: holds one folder per student.
        template: the released notebook, whose own code does not count.

    Returns:
        One work per submission that can be read.
    """
    works = []
    for student in students(submissions):
        submission = read_submission(submissions, student, template)
        if submission.rejected is None:
            works.append(make_work(printable(student), submission.answers, template))
    return works


def make_work(student: str, answers: Mapping[str, str], template: Template) -> Work:
    """Take the fingerprints of a submission.

    Args:
        student: name of the student's folder.
        answers: sources by question, written answers included.
        template: the released notebook, whose own code does not count.

    Returns:
        The work; its prints are without the template's.
    """
    setup = "\n".join(template.setup)
    released = _released(template.known, setup)
    code = {cell.name for cell in template.answers if cell.kind == "code"}
    prints: dict[str, dict[str, frozenset[int]]] = {}
    for question, source in answers.items():
        found = fingerprints(source, setup) if question in code else {}
        for each in found.keys() - released:
            prints.setdefault(each, {})[question] = frozenset(found[each])
    return Work(student, {name: text for name, text in answers.items() if name in code}, prints)


def similar_pairs(works: Sequence[Work], threshold: float = THRESHOLD) -> list[Pair]:
    """Compare all submissions with each other.

    Args:
        works: the code of a class.
        threshold: the least similarity to report.

    Returns:
        Pairs, the most similar first. A submission of fewer than `FEWEST` fingerprints is too
        short to compare.
    """
    count = Counter(each for work in works for each in work.prints)
    weight = {each: 1 / max(1, n - 1) for each, n in count.items()}
    sizes = {work.student: sum(weight[each] for each in sorted(work.prints)) for work in works}
    long = [work for work in works if len(work.prints) >= FEWEST]
    pairs = []
    for first, second in itertools.combinations(long, 2):
        shared = frozenset(first.prints.keys() & second.prints.keys())
        smaller = min(sizes[first.student], sizes[second.student])
        similarity = sum(weight[each] for each in sorted(shared)) / smaller
        if similarity >= threshold:
            pairs.append(Pair(first, second, min(1.0, similarity), shared))
    return sorted(pairs, key=lambda p: (-round(p.similarity, 6), p.first.student, p.second.student))


def to_pairs_csv(pairs: Sequence[Pair]) -> str:
    """List pairs for a spreadsheet.

    Args:
        pairs: pairs of submissions.

    Returns:
        The CSV text, with the questions that have lines in common.
    """
    rows = [["first", "second", "similarity", "questions", "note"]]
    for pair in pairs:
        questions = " ".join(question for question, _ in _comparisons(pair))
        names = pair.first.student, pair.second.student
        rows.append([*names, f"{pair.similarity:.2f}", questions, "no proof; read the lines"])
    return csv_text(rows)


def similarity_page(pairs: Sequence[Pair], compared: int, threshold: float) -> list:
    """Write the report with the lines side by side.

    Args:
        pairs: pairs of submissions.
        compared: how many submissions were compared.
        threshold: the least similarity that was reported.

    Returns:
        A page of blocks, see `course.grading.report.page`.
    """
    told = f"{compared} submissions, {len(pairs)} pairs with a similarity of {threshold:g} or more"
    told += f"; the first {SHOWN} are shown." if len(pairs) > SHOWN else "."
    page = [Heading(1, "Code in common"), Paragraph(WARNING), Paragraph(told)]
    rows = [
        [Link(f"{p.similarity:.2f}", f"pair-{number}"), p.first.student, p.second.student]
        for number, p in enumerate(pairs[:SHOWN], 1)
    ]
    page += [Table(["Similarity", "One", "The other"], rows)] if rows else []
    for number, pair in enumerate(pairs[:SHOWN], 1):
        first, second = pair.first.student, pair.second.student
        page.append(Heading(2, f"{first} and {second}: {pair.similarity:.2f}", f"pair-{number}"))
        for question, block in _comparisons(pair):
            page += [Heading(3, question), block]
    return page


@cache
def _released(sources: frozenset[str], setup: str) -> set[str]:
    return {each for source in sources for each in fingerprints(source, setup)}


def _comparisons(pair: Pair) -> list[tuple[str, Comparison]]:
    works = pair.first, pair.second
    found = []
    for question in pair.first.answers.keys() & pair.second.answers.keys():
        marked = tuple(pair.lines(work, question) for work in works)
        if all(marked):
            sources = tuple(work.answers[question] for work in works)
            titles = tuple(work.student for work in works)
            found.append((question, Comparison(titles, sources, marked)))
    order = list(pair.first.answers)
    return sorted(found, key=lambda item: order.index(item[0]))
