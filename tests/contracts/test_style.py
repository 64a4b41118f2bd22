"""The rules of style that no linter keeps: sizes of files and functions, bounds of knobs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import annotated_types
import pytest
from pydantic.fields import FieldInfo

from systems.policy import Policy
from systems.records import Record

ROOT = Path(__file__).parents[2]
MOST_LINES = 350
MOST_BODY_LINES = 40
SOURCES = sorted(path for floor in ("graph", "nodes", "systems") for path in (ROOT / floor).rglob("*.py"))
BOUNDS = (annotated_types.Ge, annotated_types.Gt, annotated_types.Le, annotated_types.Lt)
FORBIDDEN = re.compile(r"^Base|(Manager|Helper|Utils|Handler|Impl|Base)$")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(source: str) -> Iterator[tuple[str, int]]:
    """(name, lines of the body without the docstring) of every function that is too long."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > MOST_BODY_LINES:
                yield node.name, lines


def class_names(tree: ast.Module) -> list[str]:
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def knobs() -> Iterator[tuple[str, FieldInfo]]:
    """Every tunable value of the policy, by `section.knob`."""
    for section, info in Policy.model_fields.items():
        kind: Any = info.annotation
        if isinstance(kind, type) and issubclass(kind, Record):
            yield from ((f"{section}.{name}", field) for name, field in kind.model_fields.items())


KNOBS = dict(knobs())


def is_bounded(field: FieldInfo) -> bool:
    """Whether a knob cannot be turned without end: numbers have both bounds, the rest is closed or limited."""
    kind = field.annotation
    if kind in (int, float):
        return sum(isinstance(bound, BOUNDS) for bound in field.metadata) == 2
    if kind is bool or get_origin(kind) is dict:
        return True
    if kind is str or get_origin(kind) is tuple:
        return any(isinstance(bound, annotated_types.MaxLen) for bound in field.metadata)
    return all(isinstance(choice, str) for choice in get_args(kind)) and bool(get_args(kind))


def test_a_file_is_one_idea_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {named(path): count for path, count in lines.items() if count > MOST_LINES} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {named(path): list(long_functions(path.read_text(encoding="utf-8"))) for path in SOURCES}
    assert {name: functions for name, functions in long.items() if functions} == {}


def test_a_long_function_is_caught() -> None:
    body = "\n".join(["    x = 1"] * (MOST_BODY_LINES + 1))
    assert list(long_functions(f'def long():\n    """Says what for."""\n{body}\n')) == [("long", MOST_BODY_LINES + 1)]


def test_a_class_has_a_name_of_the_field() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    classes = {named(path): class_names(tree) for path, tree in trees.items()}
    assert [name for names in classes.values() for name in names if FORBIDDEN.search(name)] == []


@pytest.mark.parametrize("knob", KNOBS)
def test_a_knob_is_bounded_and_described(knob: str) -> None:
    assert KNOBS[knob].description
    assert is_bounded(KNOBS[knob])


def test_a_knob_without_bounds_is_caught() -> None:
    class Loose(Record):
        seconds: float
        anything: str

    assert not any(is_bounded(field) for field in Loose.model_fields.values())
