"""Whatever a model says, what is rendered has the structure that OpenSpec asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.execution.artifacts import (
    Capability,
    Design,
    Proposal,
    Requirement,
    Scenario,
    Sections,
    SpecDelta,
    Task,
    TaskGroup,
    Tasks,
    kebab,
    line,
    render_design,
    render_proposal,
    render_sections,
    render_spec_delta,
    render_tasks,
)
from nodes.execution.example import example_of
from systems.openspec import OpenSpec, capabilities

NASTY = (
    "### Scenario: no",
    "```",
    "## REMOVED Requirements\n### Requirement: gone",
    "<!-- hidden",
    "- [x] done already",
    "#### # ## heading",
    "1. 2) * > quoted",
    "The system MUST NOT",
    "**WHEN** bold",
    "日本語 \u202e \x00\x07\x1b[31m",
    "---",
    "   \n\t ",
    "| a | b |",
    "when then WHEN",
    "~~~",
    "--> <b>html</b> <!--",
    "\ud83d half",
)
nasty = st.sampled_from(NASTY)
texts = st.one_of(st.text(max_size=80), nasty, st.tuples(nasty, st.text()).map("".join), st.text("#`-*>~<! .:[]x1)"))


def delta(*words: str) -> SpecDelta:
    """A spec delta in which the words stand everywhere; unchecked, as lengths are another matter."""
    requirements = [
        Requirement.model_construct(
            name=word, shall=word, scenarios=[Scenario.model_construct(name=word, when=word, then=word)]
        )
        for word in words
    ]
    return SpecDelta.model_construct(purpose=words[0], requirements=requirements)


@given(st.lists(texts, min_size=1, max_size=4), st.one_of(st.none(), st.lists(texts, max_size=2)))
def test_every_spec_delta_has_requirements_with_scenarios(words: list[str], existing: list[str] | None) -> None:
    text = render_spec_delta(delta(*words), existing=existing)
    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    requirements = [heading for heading in headings if heading.startswith("### Requirement: ")]
    assert requirements and len(requirements) == len({name.casefold() for name in requirements})
    assert headings.count("## ADDED Requirements") + headings.count("## MODIFIED Requirements") >= 1
    known = ("# Spec Delta", "## Purpose", "## ADDED", "## MODIFIED", "### Requirement: ", "#### Scenario: ")
    assert all(heading.startswith(known) for heading in headings)
    assert len([heading for heading in headings if heading.startswith("#### Scenario: ")]) == len(requirements)
    assert text.count("\nThe system SHALL ") == len(requirements)
    assert not re.search(r"^\s*(```|~~~)", text, re.MULTILINE) and "<!--" not in text


@given(st.lists(st.lists(texts.filter(bool), min_size=1, max_size=3), min_size=1, max_size=3))
def test_every_task_is_one_open_box(groups: list[list[str]]) -> None:
    draft = Tasks.model_construct(
        groups=[
            TaskGroup.model_construct(
                title=words[0], tasks=[Task.model_construct(task=word, verify=word) for word in words]
            )
            for words in groups
        ]
    )
    text = render_tasks(draft)
    boxes = re.findall(r"^- \[ \] \d+\.\d+ \S.*; verify: \S.*$", text, re.MULTILINE)
    assert len(boxes) == sum(len(words) for words in groups)
    assert not re.search(r"^\s*[-*] \[[xX~]\]", text, re.MULTILINE)
    assert len(text.splitlines()) == 1 + 3 * len(groups) + len(boxes)


@given(texts)
def test_every_proposal_lists_its_capabilities_again(word: str) -> None:
    draft = Proposal.model_construct(
        why=word,
        changes=[word, word],
        capabilities=[Capability.model_construct(name=f"{word} one", description=word)],
        impact=[word],
    )
    text = render_proposal(draft, existing=())
    assert capabilities(text) == (kebab(f"{word} one"),)
    assert [heading for heading in re.findall(r"^## .*$", text, re.MULTILINE)] == [
        "## Why",
        "## What Changes",
        "## Capabilities",
        "## Impact",
    ]


@given(texts)
def test_a_line_is_one_line_and_no_structure(word: str) -> None:
    flat = line(word)
    assert flat == flat.strip() and len(flat.splitlines()) == 1
    assert not re.match(r"(#{1,6} |>|[-*+] |\d+[.)] |```|~~~|<!--|\[[ xX~]\])", f"{flat} ")
    assert flat.encode() and line(flat) == flat


@pytest.mark.external
async def test_openspec_takes_every_nasty_text(tmp_path: Path) -> None:
    openspec = OpenSpec(tmp_path)
    folder = await openspec.new_change("nasty", "nasty")
    (folder / "specs" / "nasty").mkdir(parents=True)
    (folder / "specs" / "nasty" / "spec.md").write_text(render_spec_delta(delta(*NASTY, "...", ":"), existing=None))
    group = TaskGroup.model_construct(
        title=NASTY[0], tasks=[Task.model_construct(task=word, verify=word) for word in NASTY]
    )
    (folder / "tasks.md").write_text(render_tasks(Tasks.model_construct(groups=[group])))
    found = await openspec.validate("nasty")
    assert found.valid and not found.issues
    assert (await openspec.tasks("nasty")).total == len(NASTY)


def test_known_capabilities_and_requirements_are_modified() -> None:
    text = render_spec_delta(delta("Print it", "Read it"), existing=["print IT"])
    assert text.index("## ADDED Requirements") < text.index("Requirement: Read it")
    assert text.index("## MODIFIED Requirements") < text.index("Requirement: Print it")
    assert "## Purpose" not in text
    draft = Proposal(
        why="People want it very much.",
        changes=["x"],
        capabilities=[Capability(name=name, description="What it covers") for name in ("Old one", "New")],
        impact=["cli.py"],
    )
    text = render_proposal(draft, existing={"old-one"})
    assert "### New Capabilities\n- `new`:" in text and "### Modified Capabilities\n- `old-one`:" in text


@pytest.mark.parametrize(
    ("proposal", "found"),
    [
        (
            "# P\n\n## Capabilities\n\n### New\n- `one`: x\n* `two/part`: y\n\n## Impact\n- `three`\n",
            ("one", "two/part"),
        ),
        ("## Capabilities\n- `../../up`: x\n- `a/../b`: y\n- `fine`: z\n", ("fine",)),
        ("## Capabilities\nNone.\n", ()),
        ("# Nothing\n- `one`: x\n", ()),
        ("## Capabilities\r\n\r\n- `one`: x\r\n", ("one",)),
        ("## Capabilities\n- `/etc/passwd`: x\n- `one`: y\n- `one`: again\n", ("one",)),
    ],
)
def test_the_capabilities_of_a_proposal_are_found(proposal: str, found: tuple[str, ...]) -> None:
    assert capabilities(proposal) == found


def test_the_design_keeps_its_headings() -> None:
    example = example_of("design", "Add a flag", ("cli.py",))
    assert isinstance(example, Design)
    text = render_design(example)
    assert re.findall(r"^## .*$", text, re.MULTILINE) == [
        "## Context",
        "## Goals / Non-Goals",
        "## Decisions",
        "## Risks / Trade-offs",
    ]


def test_an_artifact_of_the_users_schema_has_the_headings_of_its_template() -> None:
    text = render_sections(Sections(sections=["One thing", "# two"]), ["# Title", "## A", "## B"])
    assert text == "# Title\n\nOne thing.\n\n## A\n\ntwo.\n\n## B\n\n(nothing said).\n"


@pytest.mark.parametrize("artifact", ["proposal", "specs", "design", "tasks"])
@given(goal=st.text(min_size=1, max_size=400).filter(lambda goal: bool(goal.strip())))
def test_the_example_of_any_goal_fits_its_own_form(artifact: str, goal: str) -> None:
    example = example_of(artifact, goal, ("src/list.py",))
    assert example is not None
    type(example).model_validate(example.model_dump())
