"""Which argument a message is about, and what it would take instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from nodes.question_routing.complaints import complained

ZONE = {"properties": {"timezone": {"type": "string"}}}
DIFF = {"properties": {"repo_path": {"type": "string"}, "target": {"type": "string"}}}
PATH = {"properties": {"path": {"type": "string"}, "head": {"type": "number"}, "tail": {"type": "number"}}}
PICK = {"properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}, "a": {"type": "number"}}}
CONVERT = {"properties": {name: {"type": "string"} for name in ("source_timezone", "time", "target_timezone")}}


@pytest.mark.parametrize(
    ("schema", "arguments", "message", "argument"),
    [
        (ZONE, {"timezone": "Tokyo"}, "Invalid timezone: 'No time zone found with key Tokyo'", "timezone"),
        (ZONE, {}, "does not take these arguments: $: 'timezone' is a required property.", "timezone"),
        (ZONE, {}, "1 validation error for callArguments timezone Field required [type=missing]", "timezone"),
        (DIFF, {"repo_path": "/p", "target": "nope"}, "Ref 'nope' did not resolve to an object", "target"),
        (DIFF, {"repo_path": "/p", "target": "nope"}, "fatal: bad revision 'nope'", "target"),
        (DIFF, {"repo_path": "/p", "target": "nope"}, "unknown revision or path not in the working tree.", "target"),
        (PATH, {"path": "/p/redme"}, "ENOENT: no such file or directory, open '/p/redme'", "path"),
        (PATH, {"path": "/p/src"}, "EISDIR: illegal operation on a directory, read", "path"),
        (
            PICK,
            {"city": "Bern"},
            "$.city: 'Bern' is not one of ['Rome', 'Oslo'].",
            "city",
        ),
        (PICK, {"a": "x"}, "does not take these arguments: $.a: 'x' is not of type 'number'.", "a"),
        (PICK, {"city": "Bern"}, '[{"code": "invalid_enum_value", "path": ["city"], "message": "Invalid"}]', "city"),
        (CONVERT, {"time": "9 am"}, "Invalid time format. Expected HH:MM [24-hour format]", "time"),
    ],
)
def test_the_argument_at_fault_is_found(
    schema: dict[str, Any], arguments: dict[str, Any], message: str, argument: str
) -> None:
    found = complained(schema, arguments, message)
    assert found and (found.argument, found.wrong, found.drop) == (argument, arguments.get(argument), False)


@pytest.mark.parametrize(
    ("message", "allowed"),
    [
        ("Unknown colour 'rde', did you mean 'red'?", ("red",)),
        ("colour must be one of: red, green or blue", ("red", "green", "blue")),
        ("'rde' is not one of ['red', 'green']", ("red", "green")),
        ("1 validation error for call colour Input should be 'red', 'green' or 'blue'", ("red", "green", "blue")),
        ("Invalid colour rde. Valid colours are: red | green", ("red", "green")),
        ("No such colour: rde. Available colours: red, rde", ("red",)),
        ("Invalid colour: 'there is none of that name'", ()),
    ],
)
def test_the_values_that_a_message_lists_are_read(message: str, allowed: tuple[str, ...]) -> None:
    found = complained({"properties": {"colour": {"type": "string"}}}, {"colour": "rde"}, message)
    assert found and found.allowed == allowed


def test_values_that_the_schema_lists_or_describes_stand_in_for_the_message() -> None:
    kind = {"properties": {"kind": {"description": "Whether 'local' or 'all'"}, "zone": {"description": "e.g. 'UTC'"}}}
    described = complained(kind, {"kind": "every"}, "Invalid kind: every")
    example = complained(kind, {"zone": "here"}, "Invalid zone: here")
    assert described and described.allowed == ("local", "all")
    assert example and example.allowed == (), "an example is no list"


def test_what_is_too_much_is_dropped() -> None:
    both = complained(PATH, {"path": "/p", "head": 1, "tail": 2}, "Cannot specify both head and tail parameters")
    extra = complained(PATH, {"path": "/p", "x": 1}, "Additional properties are not allowed ('x' was unexpected)")
    assert both and (both.argument, both.drop) == ("tail", True)
    assert extra and (extra.argument, extra.drop) == ("x", True)


@pytest.mark.parametrize(
    "message",
    [
        "Access denied - path outside allowed directories: /etc/passwd",
        "I would rather not",
        "Connection closed",
        "401 Unauthorized: invalid token",
        "gave no answer within 30 s.",
    ],
)
def test_a_message_about_something_else_is_no_complaint(message: str) -> None:
    assert complained(PATH, {"path": "/etc/passwd"}, message) is None


@drawn(
    message=st.text(max_size=400), value=st.one_of(st.none(), st.text(max_size=30), st.integers(), st.lists(st.text()))
)
def test_any_message_is_read(message: str, value: Any) -> None:
    found = complained(PICK, {"city": value}, f"Invalid city: {message}")
    assert found is None or found.argument == "city"
