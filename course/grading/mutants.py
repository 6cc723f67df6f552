"""Mutants of the right solutions of a bank: each has one small fault.

Every right solution is changed at one place at a time, as a slip of the pen would change it; the
cases of the key must tell each mutant from the original (DeMillo, Lipton & Sayward, "Hints on test
data selection", Computer 11(4), 1978). The operators are after those that Offutt et al. found
sufficient (ACM TOSEM 5(2), 1996: arithmetic, relations, conditions), and a few for NumPy: bounds of
slices and ranges, axes (as constants), dropped keywords, calls and statements.
"""

import ast
import copy
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

SWAPS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip
NAMES = ["min max", "minimum maximum", "argmin argmax", "floor ceil", "any all", "zeros ones"]
PARTNERS = {a: b for pair in NAMES for a, b in (pair.split(), reversed(pair.split()))}


CHANCE = "kind", "out"  # a sort that is not stable, and memory that is not set, may look right


@dataclass(frozen=True)
class Mutant:
    """A right solution with one change.

    Args:
        place: the function, the line in it, what was there and what is there now.
        function: the changed function.
    """

    place: str
    function: Callable


def constants(node: ast.AST) -> Iterator[ast.AST]:
    """Change a number by one, double it, turn a truth value round."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        values = node.value + 1, node.value - 1, node.value * 2
        yield from (ast.Constant(value) for value in dict.fromkeys(values) if value != node.value)


def operators(node: ast.AST) -> Iterator[ast.AST]:
    """Replace an operator, or break by continue, by its neighbour."""
    if type(node) in SWAPS:
        yield SWAPS[type(node)]()


def signs(node: ast.AST) -> Iterator[ast.AST]:
    """Drop a minus, a not or a tilde."""
    if isinstance(node, ast.UnaryOp):
        yield node.operand


def names(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a function by its opposite, such as min by max."""
    if isinstance(node, ast.Name) and node.id in PARTNERS:
        yield ast.Name(PARTNERS[node.id], node.ctx)
    if isinstance(node, ast.Attribute) and node.attr in PARTNERS:
        yield ast.Attribute(node.value, PARTNERS[node.attr], node.ctx)


def conditions(node: ast.AST) -> Iterator[ast.AST]:
    """Negate a condition."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def bounds(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a bound of a slice; end a range one sooner or later."""
    if isinstance(node, ast.Slice):
        given = [side for side in ("lower", "upper", "step") if getattr(node, side)]
        yield from (_with(node, **{side: None}) for side in given)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        stop = min(1, len(node.args) - 1)
        for sign in ast.Add(), ast.Sub():
            moved = [*node.args]
            moved[stop] = ast.BinOp(node.args[stop], sign, ast.Constant(1))
            yield _with(node, args=moved)


def keywords(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a keyword of a call, unless only chance could tell."""
    for out in node.keywords if isinstance(node, ast.Call) else []:
        if out.arg not in CHANCE:
            yield _with(node, keywords=[each for each in node.keywords if each is not out])


def calls(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a call by its first argument, or by the object whose method is called."""
    if isinstance(node, ast.Call):
        owner = getattr(node.func, "value", None)
        is_method = owner is not None and ast.unparse(owner).split(".")[0] not in ("np", "math")
        yield from [owner] if is_method else node.args[:1]


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a statement."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.While)):
        yield ast.Pass()


OPERATORS = [
    constants, operators, signs, names, conditions, bounds, keywords, calls, statements,
]  # fmt: skip


def mutants(function: Callable) -> Iterator[Mutant]:
    """Make all mutants of a right solution, each one once.

    Args:
        function: a function of a bank.

    Yields:
        Its mutants, in the order of the source.
    """
    (tree,) = ast.parse(inspect.getsource(function)).body
    tree.decorator_list = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        call.keywords = [each for each in call.keywords if each.arg != "strict"]  # a mere guard
    original = ast.unparse(tree)
    known, told = {original}, Counter()
    for node, put in list(_places(tree)):
        for changed in (each for change in OPERATORS for each in change(node)):
            put(changed)
            source = ast.unparse(tree)
            put(node)
            if source not in known and (mutant := _compile(source, function)):
                known.add(source)
                place = f"{function.__name__}:{_difference(original, source)}"
                told[place] += 1
                yield Mutant(place + f" ({told[place]})" * (told[place] > 1), mutant)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Each node of a tree, with the function that puts another in its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield value, partial(setattr, parent, field)
            for i, item in enumerate(value if isinstance(value, list) else []):
                if isinstance(item, ast.AST):
                    yield item, partial(value.__setitem__, i)


def _with(node: ast.AST, **fields) -> ast.AST:
    changed = copy.copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def _compile(source: str, function: Callable) -> Callable | None:
    shared = function.__globals__.items()  # an answer has the modules, but no other name of a bank
    namespace = {name: value for name, value in shared if inspect.ismodule(value)}
    try:
        exec(compile(source, "<mutant>", "exec"), namespace)
    except SyntaxError:  # such as a break outside of a loop
        return None
    return namespace[function.__name__]


def _difference(old: str, new: str) -> str:
    """Name the first line that differs, and the words of it that do, with a word on each side."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    number, *lines = next((i, a, b) for i, (a, b) in enumerate(pairs) if a != b)
    words = [line.split() for line in lines]
    start = _shared(*words)
    end = min(_shared(*(each[::-1] for each in words)), min(map(len, words)) - start)
    parts = (" ".join(each[max(0, start - 1) : len(each) - end + 1]) for each in words)
    return f"{number} {' → '.join(parts)}"


def _shared(first: list[str], second: list[str]) -> int:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return len(list(same))
