"""Causes of failures, by the class of the error and by its words."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.reading.failures import cause
from nodes.feedback_loop.reading.operations import read
from tests.nodes.feedback_loop.traces import Trace


def told(kind: str | None, words: str, arguments: str | None = None, own: str | None = None) -> str:
    span = Trace().tool("x", error=words or "x", ERROR_TYPE=kind, TOOL_ARGUMENTS=arguments, CAUSE=own)
    return cause(read(span))


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("openai.LengthFinishReasonError", "", "truncated"),
        ("RateLimitError", "", "rate_limited"),
        ("429", "", "rate_limited"),
        ("asyncio.TimeoutError", "", "timeout"),
        ("504", "", "timeout"),
        ("APIConnectionError", "", "connection_lost"),
        ("pydantic_core.ValidationError", "nights: field required", "invalid"),
        ("ToolRetryError", "ValueError: fare class V is closed", "error"),
        ("ToolRetryError", "RuntimeError: HTTP 429: API rate limit exceeded", "rate_limited"),
        (
            "TOOL_ERROR",
            "Invoking `move()` failed as the following mandatory input parameters are not present",
            "invalid",
        ),
        ("TypeError", "move() missing 1 required positional argument: 'day'", "invalid"),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'", "error"),
        (None, "Error code: 504 - upstream request timeout", "timeout"),
        (None, "Disk quota exceeded", "error"),
        (None, "order 429 not found", "error"),
        (None, "HTTP 503 Service Unavailable", "error"),
        (None, "approval of the department head is missing", "error"),
        (None, "", "error"),
    ],
)
def test_the_cause_is_told_by_class_then_by_words(kind: str | None, words: str, expected: str) -> None:
    assert told(kind, words) == expected


@pytest.mark.parametrize(
    ("own", "expected"), [("lost", "connection_lost"), ("arguments", "invalid"), ("unavailable", "absent")]
)
def test_specloops_own_word_wins(own: str, expected: str) -> None:
    assert told("RuntimeError", "timed out", own=own) == expected


@pytest.mark.parametrize(("arguments", "expected"), [('{"a": 1}', "error"), ('{"a": 1,,', "invalid")])
def test_json_that_cannot_be_read_is_the_models_only_where_it_is_the_arguments(arguments: str, expected: str) -> None:
    assert told("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", arguments) == expected
