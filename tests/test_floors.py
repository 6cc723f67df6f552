"""The house rules of course/ that a machine can check."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ["ops", "layers", "losses", "metrics", "models", "explain", "data", "training"]
FLOORS += ["plots", "claims", "grading"]
SAME_FLOOR = {"losses": 2, "metrics": 2}
GROUND = {"quiet", "errors", "checksums", "runtime", "lectures"}
ROOF = {"lab", "doctor"}
MODULES = sorted((ROOT / "course").rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT / "course").as_posix()


def floor(room):
    return SAME_FLOOR.get(room, FLOORS.index(room))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_from_below(path):
    room = path.relative_to(ROOT / "course").parts[0].removesuffix(".py")
    if room == "__init__" or room in ROOF or path.name == "__main__.py":
        return
    for imported in imports(path):
        if not imported.startswith("course."):
            continue
        other = imported.split(".")[1]
        if other == room or other in GROUND:
            continue
        assert room not in GROUND, f"{room} stands on the ground but imports {imported}"
        assert other in FLOORS, f"{name_of(path)} imports {imported}, which is not a room"
        assert floor(other) < floor(room), f"{name_of(path)} imports {imported} from above"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_public_keras_and_tensorflow_only_in_data(path):
    for imported in imports(path):
        assert not re.match(r"keras(_cv)?\.src|tensorflow\.python", imported), imported
        if imported.split(".")[0] in ("tensorflow", "tensorflow_datasets"):
            assert name_of(path).startswith("data/"), f"{name_of(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_short_and_named_for_what_it_holds(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert not {"utils", "misc", "common", "helpers"} & set(path.with_suffix("").parts)


def public_symbols():
    for room in FLOORS[:-2]:
        if not (ROOT / "course" / room / "__init__.py").exists():
            continue
        module = importlib.import_module(f"course.{room}")
        for name in module.__all__:
            if callable(getattr(module, name)):
                yield pytest.param(getattr(module, name), id=f"{room}.{name}")


@pytest.mark.parametrize("symbol", public_symbols())
def test_public_symbol_names_its_lecture_and_what_it_takes(symbol):
    text = symbol.__doc__ or ""
    numbers = set(re.findall(r"lectures? (\d\d)", text, re.IGNORECASE))
    assert numbers, f"the docstring of {symbol.__name__} names no lecture"
    planned = re.findall(r"^\| (\d\d) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert numbers <= set(planned), f"{symbol.__name__} names a lecture that is not planned"
    assert "Args:" in text or not inspect.signature(symbol).parameters, f"{symbol.__name__}: Args?"


def test_no_leftovers():
    places = [
        p for d in ("course", "tests", "datasets", "solutions") for p in (ROOT / d).rglob("*")
    ]
    for path in places:
        if path.suffix in (".py", ".md", ".ipynb", ".txt") and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
