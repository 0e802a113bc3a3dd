"""House rules that a machine can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "octant"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_MODULE = 600
LONGEST_FUNCTION = 50
VAGUE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(module: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def _lines(function: Function) -> int:
    """Returns the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _name(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_modules_and_functions_are_short(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= LONGEST_MODULE
    long = [function.name for function in _functions(module) if _lines(function) > LONGEST_FUNCTION]
    assert long == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_nothing_is_left_unfinished(module: Path) -> None:
    assert UNFINISHED.findall(module.read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_names_say_what_is_inside(module: Path) -> None:
    assert not VAGUE & set(module.relative_to(SOURCE).with_suffix("").parts)


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_files_are_data(module: Path) -> None:
    """Nothing from outside is ever executed."""
    called = [
        node.func.id
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert not {"eval", "exec", "compile", "__import__"} & set(called)


@pytest.mark.parametrize(
    "room",
    sorted(path for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"),
    ids=lambda p: p.name,
)
def test_no_room_is_empty(room: Path) -> None:
    assert any(len(path.read_text("utf-8").splitlines()) > 5 for path in room.rglob("*.py"))
