"""A scripted model: fills whatever JSON schema it is asked for with plain, sound words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

WORDS = "the listing prints each item so that a person reads it at a glance and another program takes it up as it is"


def scripted_reply(request: dict[str, Any]) -> dict[str, Any]:
    """What a good model answers to a chat request, as the record it was asked for."""
    schema = request["response_format"]["json_schema"]["schema"]
    filled = _filled(schema, schema.get("$defs", {}), "", count(1))
    assert isinstance(filled, dict)
    return filled


def schema_of(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema a chat request asks for."""
    schema: dict[str, Any] = request["response_format"]["json_schema"]["schema"]
    return schema


def artifact_of(request: dict[str, Any]) -> str:
    """Which document a chat request asks for, by the name of its schema; `OwnQuestions` for the model's questions."""
    name: str = request["response_format"]["json_schema"]["name"]
    return {"Proposal": "proposal", "SpecDelta": "specs", "Design": "design", "Tasks": "tasks"}.get(name, name)


def prompt_of(request: dict[str, Any]) -> str:
    """Everything a chat request says."""
    return "\n".join(str(message["content"]) for message in request["messages"])


def caps_of(request: dict[str, Any]) -> list[int]:
    """Every cap on a text of the schema a chat request asks for."""
    return [int(value) for value in _values(json.loads(json.dumps(schema_of(request))), "maxLength")]


def _values(node: Any, key: str) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == key and isinstance(value, int))
        for value in node.values():
            yield from _values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, key)


def _filled(schema: dict[str, Any], defs: dict[str, Any], name: str, numbers: count[int]) -> Any:
    if "$ref" in schema:
        return _filled(defs[schema["$ref"].rpartition("/")[2]], defs, name, numbers)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {key: _filled(part, defs, key, numbers) for key, part in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_filled(schema["items"], defs, name, numbers) for _ in range(max(1, schema.get("minItems", 1)))]
    return _text(name, schema, next(numbers))


def _text(name: str, schema: dict[str, Any], number: int) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 200)
    if name == "questions":
        return "Which files are tests?"[:most]
    start = "json output" if name == "name" else f"{name.replace('_', ' ').capitalize()} {number}"
    text = start if len(start) >= least else f"{start}: {WORDS}"
    return text[: max(least, min(most, 80))].strip().ljust(least, ".")
