"""Fingerprints of code: what is left of an answer when names, comments and layout are taken away.

An answer is parsed, and its syntax tree read as a row of tokens. Names that the answer gives itself
become one token, docstrings and annotations go; names of libraries and numbers stay. Each top-level
definition is read alone, so their order does not matter. Runs of `GRAM` tokens are hashed, and of
every `WINDOW` hashes in a row the smallest is kept ("winnowing": Schleimer, Wilkerson & Aiken,
2003): two answers with `GRAM + WINDOW - 1` tokens in common in a row share a fingerprint for sure.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.grading.worker import MAGIC

GRAM = 10
WINDOW = 4
SKIPPED = (ast.Load, ast.Store, ast.Del)
UNSEEN = ("annotation", "returns", "type_comment", "type_params")

Token = tuple[str, int]
"""Text of a token and the line it comes from."""


@dataclass(frozen=True)
class Names:
    """What the identifiers of an answer stand for.

    Args:
        own: names that the answer gives to variables, arguments, functions and classes.
        attributes: attributes that it sets.
        modules: what imported names stand for, so that an alias changes nothing.
    """

    own: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)


def fingerprints(source: str, setup: str = "") -> dict[str, set[int]]:
    """Take the fingerprints of an answer.

    Args:
        source: Python code. What cannot be parsed has none.
        setup: code that runs before it, whose imports it may use.

    Returns:
        Fingerprints, each with the numbers of the lines it covers.
    """
    found: dict[str, set[int]] = {}
    for tokens in segments(source, setup):
        grams = [tokens[i : i + GRAM] for i in range(max(1, len(tokens) - GRAM + 1))]
        hashes = [_hash(gram) for gram in grams]
        for i in winnow(hashes):
            lines = {line for _, line in grams[i]}
            found.setdefault(hashes[i], set()).update(range(min(lines), max(lines) + 1))
    return found


def segments(source: str, setup: str = "") -> list[list[Token]]:
    """Read an answer as rows of tokens, one per top-level definition or statement.

    Args:
        source: Python code.
        setup: code whose imports it may use.

    Returns:
        The rows; none where the code cannot be parsed.
    """
    try:
        tree = _parse(source)
        names = _names(tree, Names(modules=_names(_parse(setup), Names()).modules))
        imports = (ast.Import, ast.ImportFrom)
        statements = [node for node in tree.body if not isinstance(node, imports)]
        return [list(_tokens(node, names)) for node in statements]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def winnow(hashes: list[str]) -> list[int]:
    """Choose fingerprints: of each window the smallest hash, of equal ones the last.

    Args:
        hashes: hashes of all runs, in order.

    Returns:
        Places of the chosen ones, ascending.
    """
    windows = range(max(1, len(hashes) - WINDOW + 1))
    return sorted({
        min(range(start, min(start + WINDOW, len(hashes))), key=lambda i: (hashes[i], -i))
        for start in windows
    })  # fmt: skip


def _hash(gram: list[Token]) -> str:
    text = "\n".join(token for token, _ in gram)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse(MAGIC.sub(r"\1pass", source))


def _tokens(node: ast.AST, names: Names, line: int = 1) -> Iterator[Token]:
    """A word for each node, then its children; a bracket where a statement or call ends."""
    if isinstance(node, SKIPPED):
        return
    line = getattr(node, "lineno", line)
    yield _word(node, names), line
    if isinstance(node, ast.Call):  # an own function's keywords can be renamed with it
        is_own = isinstance(node.func, ast.Name) and node.func.id in names.own
        yield from ((f"keyword {'' if is_own else k.arg}", line) for k in node.keywords)
    for name, value in ast.iter_fields(node):
        for child in (value if isinstance(value, list) else [value]) if name not in UNSEEN else []:
            if isinstance(child, ast.AST) and not _is_docstring(node, child):
                yield from _tokens(child, names, line)
    if isinstance(node, (ast.stmt, ast.Call)):
        yield "end", getattr(node, "end_lineno", line)


def _word(node: ast.AST, names: Names) -> str:
    match node:
        case ast.Name(id=name):
            return "name" if name in names.own else f"name {names.modules.get(name, name)}"
        case ast.Attribute(attr=name):
            return "attribute" if name in names.attributes else f"attribute {name}"
        case ast.Constant(value=str() | bytes()):
            return "text"
        case ast.Constant(value=value):
            return f"constant {value!r}"
    return type(node).__name__


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    return is_text and isinstance(child.value.value, str) and child in getattr(parent, "body", [])


def _names(tree: ast.Module, names: Names) -> Names:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                names.own.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.own.add(name)
            case ast.ExceptHandler(name=str(name)):
                names.own.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                names.attributes.add(name)
            case ast.Import(names=aliases):
                for alias in aliases:
                    module = alias.name if alias.asname else alias.name.partition(".")[0]
                    names.modules[alias.asname or module] = module
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    names.modules[alias.asname or alias.name] = f"{module}.{alias.name}"
    return names
