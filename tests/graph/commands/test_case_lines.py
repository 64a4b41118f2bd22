"""Whatever stands in a file of cases: cases that judge something, or a sentence that names the lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.commands.case_lines import from_file
from systems.cases import broken
from systems.errors import UsageError

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["question", "server", "tool", "terms", "kind", "given", "check", "origin", "arguments", "artifact", "goal"]
LIKELY = st.sampled_from(
    ["route", "answer", "draft", "call", "git", "Why?", ["git"], {"question": "Why?"}, {"terms": ["a"]}]
)


def told(path: Path) -> str:
    """What is said of a file; nothing where its cases are sound."""
    try:
        cases = from_file(path)
    except UsageError as error:
        return error.message
    assert cases and not any(broken(case) for case in cases)
    assert all(case.origin == "person" for case in cases)
    return ""


@SHARED
@given(st.binary(max_size=200))
@example(b"\xff")
@example(b'{"question": "Why?", "server": "git"}\r\n')
def test_any_bytes_are_cases_or_a_sentence(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(body)
    assert told(path) == "" or str(path) in told(path)


@SHARED
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), LIKELY | VALUES, max_size=5), min_size=1, max_size=3))
def test_any_objects_are_cases_or_a_sentence(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    words = told(path)
    assert words == "" or "line " in words


@pytest.mark.parametrize("depth", [300, 900])
def test_arguments_that_are_nested_too_deep_are_told(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "cases.jsonl"
    nested = "[" * depth + "]" * depth
    whole = json.dumps({"kind": "call", "given": {"server": "s", "tool": "t", "arguments": {"a": 0}}, "check": {}})
    path.write_text(whole.replace("0", nested).replace('"check": {}', '"check": {"outcome": "ok"}'))
    assert "line 1: " in told(path)


def test_only_the_first_wrong_lines_are_told(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text("{\n" * 9)
    assert "line 5: no JSON" in told(path) and "line 6" not in told(path) and "and 4 more" in told(path)
