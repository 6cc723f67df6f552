"""Similarity: blind to names, comments, layout and order; not to who thought for themselves."""

import ast
import inspect
import itertools
import json
import random
import re
import textwrap

import pytest
from classroom import EXERCISES
from hypothesis import given
from hypothesis import strategies as st

from course.grading import __main__ as cli
from course.grading.bank import load_bank
from course.grading.exercise import load_exercise
from course.grading.report.fingerprints import GRAM, WINDOW, fingerprints, segments, winnow
from course.grading.report.page import to_html
from course.grading.report.similarity import (
    make_work,
    similar_pairs,
    similarity_page,
    to_pairs_csv,
)

SETUP = "import numpy as np"
SOLUTIONS = [
    pytest.param(question.answer(right), id=right.__name__)
    for name in ("02_lenet", "08_sliding_windows", "11_rcnn")
    for question in load_bank(name).values()
    for right in question.rights
]


class Renamed(ast.NodeTransformer):
    """Gives every name that the code chose another one, the function's too."""

    def __init__(self, tree, seed):
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and is_stored(n)}
        stored |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        stored |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        numbers = random.Random(seed).sample(range(1000, 9999), len(stored))
        self.names = {old: f"v{n}" for old, n in zip(sorted(stored), numbers, strict=True)}

    def visit_Name(self, node):
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node):
        return ast.arg(self.names[node.arg])

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.name = self.names[node.name]
        return node


def is_stored(node):
    return isinstance(node.ctx, ast.Store)


def renamed(source, seed=0):
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree, seed).visit(tree)))


def with_comments(source):
    """Comments and empty lines everywhere, wide indents, and a docstring."""
    lines = []
    for line in source.splitlines():
        indent = len(line) - len(line.lstrip())
        lines += ["", " " * 3 * indent + "# a comment, def f(x): return x", " " * 2 * indent + line]
        lines[-1] = " " * 2 * indent + line.strip() + "  # why not"
        if line.startswith("def "):
            lines.append(" " * 8 + '"""My own words."""')
    return "\n".join(lines)


@pytest.mark.parametrize("source", SOLUTIONS)
def test_renaming_changes_nothing(source):
    assert renamed(source) != source
    assert fingerprints(renamed(source), SETUP).keys() == fingerprints(source, SETUP).keys()


@pytest.mark.parametrize("source", SOLUTIONS)
def test_comments_and_layout_change_nothing(source):
    changed = with_comments(source)
    assert fingerprints(changed, SETUP).keys() == fingerprints(source, SETUP).keys()


def test_the_layout_of_the_bank_and_of_the_parser_are_the_same():
    for question in load_bank("02_lenet").values():
        for right in question.rights:
            source = textwrap.dedent(inspect.getsource(right))
            prints = fingerprints(source[source.index("def ") :], SETUP)
            assert prints.keys() == fingerprints(question.answer(right), SETUP).keys()


@given(st.permutations([param.values[0] for param in SOLUTIONS[:5]]))
def test_the_order_of_functions_changes_nothing(order):
    fixed = "\n".join(param.values[0] for param in SOLUTIONS[:5])
    assert fingerprints("\n".join(order), SETUP).keys() == fingerprints(fixed, SETUP).keys()


def test_aliases_of_imports_and_annotations_change_nothing():
    plain = "def f(x):\n    y = np.exp(x)\n    return y / np.sum(y, axis=-1, keepdims=True)"
    other = plain.replace("np.", "xx.").replace("f(x)", "f(x: float) -> float")
    for line in "import numpy as xx\n", "import numpy as xx, os\n":
        assert fingerprints(line + other, SETUP).keys() == fingerprints(plain, SETUP).keys()
    assert fingerprints(plain, "") != fingerprints(plain.replace("exp", "log"), "")


def test_a_keyword_of_a_library_is_kept_and_one_of_an_own_function_is_not():
    code = "def f({0}):\n return {0}\ndef g(x):\n {0} = 0\n return np.sum(f({0}=x), axis={0})"
    same = fingerprints(code.format("axis"), SETUP).keys()
    assert fingerprints(code.format("a"), SETUP).keys() == same
    other = code.format("axis").replace("axis=axis", "keepdims=axis")
    assert fingerprints(other, SETUP).keys() != same


@pytest.mark.parametrize("source", ["def f(:", "", "\0", "(" * 500, "x = " + "-" * 90_000 + "1"])
def test_what_cannot_be_read_has_no_fingerprints(source):
    assert fingerprints(source) == {}


def test_lines_of_magic_are_passed_over():
    assert (
        fingerprints("%matplotlib inline\ndef f(x):\n    return x").keys()
        >= fingerprints("def f(x):\n    return x").keys()
    )


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60), st.data())
def test_winnowing_never_misses_a_long_run(hashes, data):
    """Its guarantee: each window has a chosen hash, so a run of `WINDOW` hashes is found."""
    chosen = winnow(hashes)
    for start in range(max(1, len(hashes) - WINDOW + 1)):
        assert set(range(start, start + WINDOW)) & set(chosen)
    start = data.draw(st.integers(0, len(hashes) - 1))
    run = hashes[start : start + WINDOW]
    if len(run) == WINDOW:
        assert {run[i] for i in winnow(run)} & {hashes[i] for i in chosen}


def test_a_shared_passage_is_found_in_other_surroundings():
    passage = "    total = 0.0\n    for i in range(len(x)):\n        total += x[i] * w[i] - 3 * i\n"
    one = f"def f(x, w):\n    x = x[::-1]\n{passage}    return total"
    two = f"def g(x, w):\n    if len(w) == 7:\n        return None\n{passage}    return -total, 1"
    tokens = [token for row in segments(one) for token, _ in row]
    assert len(tokens) > GRAM + WINDOW
    assert fingerprints(one).keys() & fingerprints(two).keys()


def works_of(exercise):
    """One work for each row of right solutions of the bank, and a disguised copy of the first."""
    bank = exercise.bank
    count = min(len(question.rights) for question in bank.values())
    rows = [{n: q.answer(q.rights[i]) for n, q in bank.items()} for i in range(count)]
    rows.append({n: with_comments(renamed(source, 7)) for n, source in rows[0].items()})
    return [make_work(f"s{i}", row, exercise.template) for i, row in enumerate(rows)]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_disguised_copy_is_found_and_independent_solutions_are_not(name):
    works = works_of(load_exercise(name))
    found = {(p.first.student, p.second.student): p.similarity for p in similar_pairs(works, 0)}
    copy = f"s{len(works) - 1}"
    assert found["s0", copy] > 0.999
    for pair in itertools.combinations([work.student for work in works[:-1]], 2):
        assert found.get(pair, 0) < 0.25
    assert [(p.first.student, p.second.student) for p in similar_pairs(works)] == [("s0", copy)]


def test_the_released_notebook_does_not_count(exercise):
    cells = json.loads((cli.REPOSITORY / "notebooks/exercises/02_lenet.ipynb").read_text("utf-8"))
    (bug,) = [cell for cell in cells["cells"] if cell.get("id") == "bug"]
    work = make_work("ann", {"sgd_epoch": "".join(bug["source"])}, exercise.template)
    assert work.prints == {}


def test_what_everyone_writes_weighs_little(exercise):
    """A common answer beside an own one makes nobody similar."""
    common = {"softmax": exercise.bank["softmax"].answer(exercise.bank["softmax"].rights[0])}
    others = exercise.bank["sgd_epoch"].rights + exercise.bank["num_parameters"].rights
    works = [
        make_work(f"s{i}", common | {"sgd_epoch": inspect.getsource(other)}, exercise.template)
        for i, other in enumerate(others)
    ]
    assert similar_pairs(works) == []


def test_the_page_shows_both_sides_escaped_and_marked(exercise):
    works = works_of(exercise)
    (pair,) = similar_pairs(works)
    html = to_html("x", similarity_page([pair], 3, 0.5), wide=True)
    assert html.count("<mark>▌") > 40 and "Similarity is no proof" in html
    assert "# a comment, def f(x): return x" in html
    assert not re.search(r"<script|https?:", html)
    header, row = to_pairs_csv([pair]).splitlines()
    assert row.startswith("s0,s2,1.00,softmax cross_entropy")
    assert "no proof" in row and header.startswith("first,second,similarity")


def test_the_command(sample, tmp_path, capsys):
    for _ in range(2):
        assert cli.main(["similarity", str(sample[0]), "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "1.00  copied_a_cell  perfect" in told.out and "no proof" in told.err
    assert "1.00  perfect  perfect_too" not in told.out
    assert (tmp_path / "02_lenet/similarity.html").exists()
