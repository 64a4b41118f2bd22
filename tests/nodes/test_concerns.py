"""Feedback is about the documents it names, else about those whose words it shares; else nobody guesses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.next_step.concerns import concerned

DOCUMENTS = {
    "proposal.md": "# Proposal\n\n## Why\n\nScripts cannot read the list.\n",
    "specs/listing/spec.md": "### Requirement: Print JSON\nThe list SHALL be printed as JSON with --json.\n",
    "specs/undo/spec.md": "### Requirement: Undo\nThe last removal SHALL be taken back.\n",
    "design.md": "# Design\n\n## Encoding\n\nWrite UTF-8 whatever the console's code page is.\n\n## Storage\n\nKeep one"
    " file per list, replaced atomically.\n\n## Sources\n\n1. Windows paths are in README.md\n",
    "tasks.md": "# Tasks\n\n- [ ] 1.1 Add the option\n- [ ] 1.2 Test the exit code\n",
}


def meant(text: str) -> list[str]:
    return [concern.aspect for concern in concerned(text, DOCUMENTS)]


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("the design ignores Windows paths", ["design.md"]),
        ("The DESIGN says nothing of a console's code page", ["design.md#Encoding"]),
        ("In the design, files are not replaced atomically on Windows", ["design.md#Storage"]),
        ("proposal.md is too long for the design", ["proposal.md"]),
        ("The task list is too coarse", ["tasks.md"]),
        ("the tasks and the proposal disagree", ["tasks.md", "proposal.md"]),
        ("the design ignores that tasks have due dates", ["design.md"]),
        ("das Design ignoriert Windows-Pfade", ["design.md"]),
        ("The spec of undo forgets empty lists", ["specs/undo/spec.md"]),
        ("specs/listing/spec.md: no scenario", ["specs/listing/spec.md"]),
        ("The requirements are vague", ["specs/listing/spec.md", "specs/undo/spec.md"]),
        ("UTF-8 on this console code page comes out as noise", ["design.md#Encoding"]),
    ],
)
def test_what_feedback_is_about(text: str, aspects: list[str]) -> None:
    assert sorted(meant(text)) == sorted(aspects)
    assert all(concern.why for concern in concerned(text, DOCUMENTS))


@pytest.mark.parametrize("text", ["Good", "No, too coarse", "list", "ファイルが多すぎる", "Windows paths", "🙂", "#"])
def test_where_words_do_not_decide_nothing_is_guessed(text: str) -> None:
    assert meant(text) == []


def test_without_documents_nothing_is_meant() -> None:
    assert concerned("the design", {}) == ()


@given(st.text(max_size=200))
def test_any_text_names_documents_that_there_are(text: str) -> None:
    assert {concern.path for concern in concerned(text, DOCUMENTS)} <= set(DOCUMENTS)
