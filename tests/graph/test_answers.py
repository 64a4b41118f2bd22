"""Answers to what a run waits for: by id or to the first, and one that allows more answers what else is covered."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.types import Interrupt

from graph.answers import answers
from systems.errors import UsageError


def permission(identifier: str, tool: str) -> Interrupt:
    return Interrupt(value={"kind": "permission", "text": "May I?", "server": "git", "tool": tool}, id=identifier)


WAITING = (permission("a", "commit"), permission("b", "commit"), permission("c", "push"))


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ("approve", {"a": "approve"}),
        ("always", {"a": "always", "b": "approve"}),
        ({"b": "always server"}, {"a": "approve", "b": "always_server", "c": "approve"}),
        ('{"b": "always", "a": "reject: no"}', {"a": "reject", "b": "always"}),
    ],
)
def test_what_is_always_allowed_answers_the_other_questions_about_it(given: Any, answered: dict[str, str]) -> None:
    assert {key: one["decision"] for key, one in answers(given, WAITING).items()} == answered


@pytest.mark.parametrize("given", ["perhaps", {"a": "approve", "d": "approve"}, {"decision": "edit"}, 7])
def test_what_is_no_answer_is_refused(given: Any) -> None:
    with pytest.raises(UsageError):
        answers(given, WAITING)
