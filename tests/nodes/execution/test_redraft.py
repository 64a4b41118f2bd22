"""A redraft changes what it was asked to change; the rest stays byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.context import Context
from nodes.document_update.node import document_update
from nodes.execution.node import execution
from nodes.execution.redraft import redrafted
from systems.connections import Run, opened
from systems.records import Draft, Step
from tests.graph.conftest import BEGUN, change_folder
from tests.graph.scripted import prompt_of
from tests.systems.imitation_server import ImitationServer

WHY = "## Why\n\nScripts cannot read the list, because it is printed for people only.\n\n"
RISKS = "## Risks\n\n- [Old shells break the quotes] → test them\n\n"
SOURCES = "## Sources\n\n1. Which files? `git` (sha256 1)\n"
OLD = f"# Design\n\n{WHY}{RISKS}{SOURCES}"
WHY_ANEW = WHY.replace("Scripts cannot", "Other programs can hardly")
RISKS_ANEW = "## Risks\n\n- [Windows paths have backslashes] → use pathlib\n\n"
SOURCES_ANEW = SOURCES.replace("sha256 1", "sha256 2")
DRAFT = f"# Design\n\n{WHY_ANEW}{RISKS_ANEW}{SOURCES_ANEW}"
SPEC = (
    "## ADDED Requirements\n\n### Requirement: JSON\nThe list SHALL be JSON.\n\n#### Scenario: One\n- **WHEN** one\n\n"
)
XML = "### Requirement: XML\nThe list SHALL be XML.\n\n#### Scenario: One\n- **WHEN** one\n"


def test_only_the_section_that_feedback_asks_for_is_drafted_anew_and_its_sources() -> None:
    assert redrafted(OLD, DRAFT, ["it ignores Windows paths"]) == f"# Design\n\n{WHY}{RISKS_ANEW}{SOURCES_ANEW}"


def test_a_section_that_is_named_is_drafted_anew() -> None:
    assert redrafted(OLD, DRAFT, ["the risks are too few"]) == f"# Design\n\n{WHY}{RISKS_ANEW}{SOURCES_ANEW}"


def test_what_is_merely_worded_otherwise_stays_where_nothing_says_what_to_change() -> None:
    reworded = OLD.replace("for people only", "only for people").replace("sha256 1", "sha256 2")
    assert redrafted(OLD, reworded, []) == OLD
    assert redrafted(OLD, reworded.replace(RISKS, RISKS_ANEW), []) == f"# Design\n\n{WHY}{RISKS_ANEW}{SOURCES_ANEW}"


def test_a_request_that_names_nothing_is_not_lost_in_rewording() -> None:
    reworded = OLD.replace("for people only", "only for people")
    assert redrafted(OLD, reworded, ["Zu lang!"]) == reworded


@pytest.mark.parametrize("asked", [["Requirement XML lacks a SHALL"], ["give XML too"]])
def test_a_requirement_that_is_asked_for_is_added_and_no_other_is_touched(asked: list[str]) -> None:
    draft = SPEC.replace("SHALL be JSON", "SHALL be printed as JSON") + XML
    assert redrafted(SPEC.rstrip("\n") + "\n", draft, asked) == SPEC + XML


def test_a_requirement_goes_only_when_it_is_named() -> None:
    both = SPEC + XML
    assert redrafted(both, SPEC, ["nobody needs XML"]) == SPEC.rstrip("\n") + "\n"
    assert redrafted(both, SPEC.replace("be JSON", "be sorted JSON"), ["it must be sorted"]).endswith(XML)


@given(st.permutations([WHY, RISKS, WHY_ANEW, RISKS_ANEW]), st.integers(1, 4), st.sampled_from(["", "windows", "why"]))
def test_it_consists_of_sections_of_both_and_asking_again_changes_nothing(
    parts: list[str], count: int, asked: str
) -> None:
    old, draft = f"# Design\n\n{WHY}{RISKS}", "".join(parts[:count])
    made = redrafted(old, draft, [asked])
    lines = {*old.splitlines(), *draft.splitlines()}
    assert set(made.splitlines()) <= lines and made.endswith("\n") and not made.endswith("\n\n")
    assert redrafted(made, made, [asked]) == made


def tasks_reply(request: dict[str, Any]) -> dict[str, Any]:
    """A model that words everything otherwise when it is asked again, and adds what it was asked for."""
    again = "Windows" in prompt_of(request)
    printed = {"task": "Print the items as JSON" if again else "Let it print JSON", "verify": "pytest -q"}
    groups = [{"title": "Print", "tasks": [printed]}]
    windows = {"title": "Windows", "tasks": [{"task": "Try it with backslashes", "verify": "pytest -q"}]}
    return {"groups": [*groups, *([windows] if again else [])]}


@pytest.mark.external
async def test_a_document_that_is_drafted_again_in_a_run_keeps_what_nobody_asked_to_change(begun: Path) -> None:
    with ImitationServer(tasks_reply) as server:
        context = Context(project=str(begun), model=server.url)
        async with opened(context, linger=0) as systems:
            run = Run("run-1", context, systems)
            step = Step(artifact="tasks", change=BEGUN, loop=1, reason="test").model_dump()
            written = await execution({"goal": "Print JSON", "step": step}, run)
            await document_update({"step": step, "draft_ref": written["draft_ref"]}, run)
            first = (change_folder(begun, BEGUN) / "tasks.md").read_text()
            asked = {**step, "asked": ["Windows is missing"]}
            written = await execution({"goal": "Print JSON", "step": asked}, run)
            (file,) = systems.documents.get_record(written["draft_ref"] or "", Draft).files
            again = systems.documents.get(file.content)
    assert "Let it print JSON" in first and "Windows" not in first
    assert again.startswith(first.rstrip("\n")) and "Try it with backslashes" in again
    assert "Print the items as JSON" not in again
