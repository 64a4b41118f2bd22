"""Values are read out of a question's words, or nothing is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.question_routing.values import numbers, said

MONDAY = date(2026, 11, 23)
INTEGER: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}


@pytest.mark.parametrize(
    ("name", "schema", "question", "value"),
    [
        ("limit", INTEGER, "Show the last 3 commits", 3),
        ("limit", INTEGER, "the first ten of them", 10),
        ("limit", INTEGER, "what came in over the last 3 weeks?", None),
        ("head", INTEGER, "Print the first 20 lines of a.py", 20),
        ("tail", INTEGER, "Print the first 20 lines of a.py", None),
        ("tail", INTEGER, "the last 40 lines of the log", 40),
        ("issue_number", INTEGER, "Is issue #311 closed?", 311),
        ("pull_number", INTEGER, "Which files does PR 17 touch?", 17),
        ("issue_number", INTEGER, "Which files does PR 17 touch?", None),
        ("url", TEXT, "See https://example.com/a?b=1.", "https://example.com/a?b=1"),
        ("state", {"enum": ["open", "closed", "in_review"]}, "Which are in review?", "in_review"),
        ("state", {"enum": ["open", "closed"]}, "Are they open or closed?", None),
        ("start_timestamp", TEXT, "What was committed since Friday?", "2026-11-20"),
        ("start_timestamp", TEXT, "What was committed since Monday?", "2026-11-16"),
        ("since", TEXT, "the past two weeks", "2026-11-09"),
        ("since", TEXT, "3 days ago", "2026-11-20"),
        ("since", TEXT, "What happened yesterday?", "2026-11-22"),
        ("since", TEXT, "between 2026-01-02 and 2026-02-03", "2026-01-02"),
        ("until", TEXT, "between 2026-01-02 and 2026-02-03", "2026-02-03"),
        ("until", TEXT, "What happened yesterday?", None),
        ("colour", TEXT, "Is it red?", None),
    ],
)
def test_a_value_is_what_the_question_says(name: str, schema: dict[str, Any], question: str, value: Any) -> None:
    assert said(name, schema, question, today=MONDAY) == value


def test_numbers_are_those_that_stand_alone() -> None:
    assert numbers("Add 3 and -4.5, not v1.2, 10:30 or a4") == (3, -4.5)


@given(st.text(max_size=100), st.sampled_from(["limit", "since", "url", "until", "issue_number", "head"]))
@settings(max_examples=60)
def test_any_text_says_something_or_nothing(question: str, name: str) -> None:
    assert isinstance(
        said(name, INTEGER if name in ("limit", "issue_number", "head") else TEXT, question), (str, int, type(None))
    )
