"""Arguments against schemas, sound and unsound."""

from __future__ import annotations

from typing import Any

import pytest

from systems.mcp.arguments import complaint

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "arguments", "words"),
    [
        (NUMBER, {"n": 1}, ""),
        ({}, {"anything": 1}, ""),
        (NUMBER, {}, "'n' is a required property"),
        (NUMBER, {"n": "1"}, "$.n: '1' is not of type 'integer'"),
        (NUMBER, {"n": 1, "m": 2}, "'m' was unexpected"),
        ({"$defs": {"T": NUMBER}, "$ref": "#/$defs/T"}, {"n": "1"}, "$.n"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(schema: dict[str, Any], arguments: dict[str, Any], words: str) -> None:
    found = complaint(schema, arguments)
    assert words in found and bool(found) is bool(words)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "#/$defs/gone"},
        {"properties": {"n": {"type": "string", "pattern": "(?<js>x"}}},
    ],
)
def test_an_unsound_schema_leaves_the_judgement_to_the_server(schema: dict[str, Any]) -> None:
    assert complaint(schema, {"n": "x"}) == ""
