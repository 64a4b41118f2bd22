"""Texts that set out to be JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.reading.json_text import at_limit, cut_off, unfenced, value, verdict

VALUES = st.dictionaries(st.text(max_size=6), st.lists(st.integers() | st.text(max_size=6), max_size=3), max_size=4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', "json"),
        ('[{"a": 1}]', "json"),
        ("{}", "json"),
        ('{"a": 1,,}', "broken"),
        ('{"a": "b', "cut"),
        ('{"a": [1, 2', "cut"),
        ("[1] the source", "text"),
        ("{name}", "text"),
        ("no", "text"),
        ("", "text"),
    ],
)
def test_the_verdict(text: str, expected: str) -> None:
    assert verdict(text) == expected


@given(VALUES)
def test_what_python_writes_is_json_and_every_beginning_of_it_is_cut(content: object) -> None:
    text = json.dumps(content)
    assert verdict(text) == "json"
    assert value(f"```json\n{text}\n```") == value(f"Here: {text}") == content
    for end in range(2, len(text)):
        assert verdict(text[:end]) in ("cut", "text")
        assert not cut_off(text)


def test_a_fence_is_taken_off() -> None:
    assert unfenced('```json\n{"a": 1}\n```') == '{"a": 1}'
    assert unfenced('```\n{"a": 1}') == '{"a": 1}'
    assert unfenced(" plain ") == "plain"


@pytest.mark.parametrize("text", ["no JSON at all", "{broken", "", "[" * 100_000])
def test_where_there_is_none_there_is_none(text: str) -> None:
    assert value(text) is None


def test_a_few_words_of_json_without_an_end_are_broken_and_not_cut_off_at_a_limit() -> None:
    assert not at_limit('{"item": "tips", "count": ', "tool_calls")
    assert at_limit('{"item": "tips", "count": ', "length")
    assert at_limit('{"item": "tips", "count": ', "")
    assert at_limit('{"body": "' + "Dear gardeners, " * 9, "tool_calls")
    assert not at_limit('{"item": "tips"}', "length")
