"""What a person's words come to as an answer to a tool."""

from __future__ import annotations

from typing import Any

import pytest

from systems.mcp import Elicitation, Replied, replied
from systems.mcp.elicitation import with_defaults

CITY = {"city": {"type": "string"}}
FORM = {
    "name": {"type": "string", "default": "Ann"},
    "age": {"type": "integer", "default": 30},
    "sure": {"type": "boolean", "default": True},
}


def question(properties: dict[str, Any], *required: str) -> Elicitation:
    fields = {"type": "object", "properties": properties, "required": list(required)}
    return Elicitation(server="s", tool="t", message="Well?", fields=fields)


@pytest.mark.parametrize(
    ("words", "properties", "action", "content"),
    [
        ("", CITY, "decline", {}),
        ("decline", CITY, "decline", {}),
        ("Oslo", CITY, "accept", {"city": "Oslo"}),
        ('{"city": "Oslo"}', CITY, "accept", {"city": "Oslo"}),
        ("{not json", CITY, "accept", {}),
        ("accept", FORM, "accept", {}),
        ("accept", CITY, "accept", {}),
        ("41", {"age": {"type": "integer"}}, "accept", {"age": 41}),
        ("old", {"age": {"type": "integer"}}, "accept", {"age": "old"}),
        ("2.5", {"score": {"type": "number"}}, "accept", {"score": 2.5}),
        ("no", {"sure": {"type": "boolean"}}, "accept", {"sure": False}),
        ("refuse", {"way": {"enum": ["refuse", "accept"]}}, "accept", {"way": "refuse"}),
        ("a, b", {"tags": {"type": "array"}}, "accept", {"tags": ["a", "b"]}),
        ("accept", {}, "accept", {}),
    ],
)
def test_words_become_values(words: str, properties: dict[str, Any], action: str, content: dict[str, Any]) -> None:
    assert replied(words, question(properties)).model_dump() == {"action": action, "content": content}


def test_what_is_left_out_has_its_default_and_what_is_missing_is_said() -> None:
    given = Replied(action="accept", content={"age": 7})
    assert with_defaults(given, question(FORM)) == ({"name": "Ann", "age": 7, "sure": True}, "")
    _, wrong = with_defaults(Replied(action="accept"), question(CITY, "city"))
    assert "'city' is a required property" in wrong


def test_the_same_question_has_the_same_key_whatever_was_wrong_with_the_last_answer() -> None:
    asked = question(CITY)
    assert asked.key == asked.model_copy(update={"wrong": "that"}).key != question(FORM).key
