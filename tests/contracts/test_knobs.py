"""No knob is dead: each one of every section is read by something that is not the policy itself."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from systems.knobs import ServerLimits
from systems.pins import SECTIONS
from systems.records import Record

ROOT = Path(__file__).parents[2]
THEMSELVES = tuple(ROOT / "systems" / name for name in ("knobs.py", "policy.py", "pins.py"))
EDITORS = tuple(ROOT / "nodes" / "feedback_loop" / name for name in ("proposals", "improvements.py"))
"""They read a knob in order to turn it, which is no effect."""
SOURCES = [path for floor in ("graph", "nodes", "systems") for path in (ROOT / floor).rglob("*.py")]
READ_AS: dict[str, type[Record]] = {**SECTIONS, "server_limits": ServerLimits}
KNOBS = [(section, knob) for section, kind in READ_AS.items() for knob in kind.model_fields]


@functools.cache
def trees() -> tuple[ast.Module, ...]:
    """Everything that may use a knob."""
    paths = [path for path in SOURCES if not any(path.is_relative_to(left_out) for left_out in THEMSELVES + EDITORS)]
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in paths)


@functools.cache
def read(section: str, sources: tuple[ast.Module, ...]) -> frozenset[str]:
    """The attributes that are read of something that is this section."""
    kind = READ_AS[section].__name__
    fields = {name for tree in sources for name in _fields(tree, section, kind)}
    return frozenset(attribute for tree in sources for attribute in _read(tree, section, kind, fields))


def _fields(tree: ast.Module, section: str, kind: str) -> Iterator[str]:
    """Public attributes that hold the section, by which other modules may know it."""
    named = _named(tree, section, kind, set())
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _mentions(node.annotation, kind):
            yield _identifier(node.target)
        for target, value in _assigned(node):
            public = isinstance(target, ast.Attribute) and not target.attr.startswith("_")
            if public and _is_section(value, section, kind, named):
                yield _identifier(target)


def _read(tree: ast.Module, section: str, kind: str, fields: set[str]) -> Iterator[str]:
    named = _named(tree, section, kind, fields)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_section(node.value, section, kind, named):
            yield node.attr


def _named(tree: ast.Module, section: str, kind: str, fields: set[str]) -> set[str]:
    """The variables, arguments and attributes of a module that hold the section."""
    nodes = list(ast.walk(tree))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in fields}
    named |= {node.arg for node in nodes if isinstance(node, ast.arg) and _mentions(node.annotation, kind)}
    pairs = [pair for node in nodes for pair in _assigned(node)]
    while True:
        more = {_identifier(target) for target, value in pairs if _is_section(value, section, kind, named)} - named
        if not more:
            return named
        named |= more


def _mentions(node: ast.AST | None, name: str) -> bool:
    return node is not None and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=False)
            else:
                yield target, node.value


def _is_section(value: ast.expr, section: str, kind: str, named: set[str]) -> bool:
    if isinstance(value, ast.Call):
        copied = isinstance(value.func, ast.Attribute) and _is_section(value.func.value, section, kind, named)
        return copied or _mentions(value, kind)
    if isinstance(value, ast.Attribute) and value.attr == section:
        owner = _identifier(value.value)
        return "policy" in owner or owner.isupper()
    return _identifier(value) in named


def _identifier(value: ast.expr) -> str:
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""


@pytest.mark.parametrize(("section", "knob"), KNOBS)
def test_a_knob_is_read_somewhere(section: str, knob: str) -> None:
    assert knob in read(section, trees())


@pytest.mark.parametrize(
    "source",
    [
        "def f(run):\n    return run.systems.policy.draft.seconds",
        "def f(policy):\n    limits, knobs = 1, policy.draft\n    return knobs.seconds",
        "def f(knobs: DraftKnobs):\n    return knobs.seconds",
        "class A:\n    def __init__(self, knobs: DraftKnobs):\n        self._knobs = knobs\n    def f(self):\n"
        "        return self._knobs.seconds",
        "def f(policy):\n    own = policy.by_node.get('x', DraftKnobs())\n    return own.seconds",
    ],
)
def test_a_knob_that_is_read_is_seen(source: str) -> None:
    assert "seconds" in read("draft", (ast.parse(source),))


@pytest.mark.parametrize(
    "source",
    [
        "def f(span):\n    return span.seconds",
        "def f(run):\n    return run.systems.policy.servers.seconds",
        "def f(knobs: LoopKnobs):\n    return knobs.seconds",
        "def f(state):\n    return state.draft.seconds",
        "def f(policy):\n    return policy.edited({'draft': {'seconds': 1}})",
    ],
)
def test_a_knob_that_nothing_reads_is_caught(source: str) -> None:
    assert "seconds" not in read("draft", (ast.parse(source),))
