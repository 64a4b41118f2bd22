"""What instructions in words ask for: JSON and nothing else, in any language, with the fields they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.reading.asked_in_words import fields, only_json
from nodes.feedback_loop.reading.schemas import problem


@pytest.mark.parametrize(
    "words",
    [
        "Answer only with JSON: name, age.",
        "Your reply must be a single JSON object. No prose.",
        "You book receipts. Return valid JSON.",
        "Antworte ausschließlich mit JSON: name, alter.",
        "Réponds uniquement en JSON.",
        "Responde solo con JSON.",
    ],
)
def test_instructions_may_ask_for_json_alone(words: str) -> None:
    assert only_json(words)


@pytest.mark.parametrize(
    "words",
    [
        "The tools return JSON. Answer in plain words.",
        "Tools answer in JSON. Only use JSON tools.",
        "If the user asks for data, respond with JSON only.",
        "You are a careful assistant.",
    ],
)
def test_json_of_tools_and_json_on_a_condition_are_no_form_of_the_answer(words: str) -> None:
    assert not only_json(words)


@pytest.mark.parametrize(
    ("words", "answer", "wrong"),
    [
        ("JSON: ticket (integer), severity, closed (boolean).", {"ticket": 5, "severity": "high", "closed": True}, ""),
        (
            "JSON: ticket (integer), severity, closed (boolean).",
            {"ticket": "no. 5", "severity": 1, "closed": True},
            "ticket",
        ),
        ('JSON with the keys "name" and "age".', {"name": "Bo"}, "age missing"),
        ("JSON with the fields name, age (optional) and town", {"name": "Bo", "town": "Ede"}, ""),
        ("JSON mit den Feldern name und alter.", {"name": "Bo"}, "alter missing"),
        ("a JSON list; each entry has the fields name and age.", [{"name": "Bo", "age": 4}], ""),
        ("JSON: what you found, in your own words, and why.", {"found": "it"}, ""),
    ],
)
def test_fields_named_in_words_are_the_schema(words: str, answer: object, wrong: str) -> None:
    told = problem(fields(f"Answer only with {words}") or {}, answer)
    assert (wrong in told) if wrong else not told


@given(st.text(max_size=300))
def test_any_instructions_can_be_read(words: str) -> None:
    only_json(f"{words} JSON {words}")
    fields(f"Answer only with JSON: {words}")
