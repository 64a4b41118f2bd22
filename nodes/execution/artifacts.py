"""The artifacts of OpenSpec's spec-driven schema: what the model fills in, and how code renders it.

Structure never depends on the model's luck: headings, SHALL, WHEN/THEN and check boxes come from here.
Formats: https://github.com/Fission-AI/OpenSpec, and `openspec instructions ARTIFACT`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pydantic import BaseModel, Field

LEAST_PURPOSE = 50
NOTHING = "(nothing said)"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MARKS = re.compile(r"<!-*|-*->|`{3,}|~{3,}")
STRUCTURE = re.compile(r"^(?:>|#{1,6}(?=\s|$)|[*+-]+(?=\s|$)|\d+[.)](?=\s|$)|\[[ xX~-]?\])\s*")


class Capability(BaseModel):
    """A capability the change adds or modifies."""

    name: str = Field(min_length=3, max_length=40, description="Two or three words, e.g. json output")
    description: str = Field(min_length=10, description="What it covers, in one sentence")


class Proposal(BaseModel):
    """Why a change is needed and what it changes."""

    why: str = Field(min_length=20, description="The problem this solves, in one or two sentences")
    changes: list[str] = Field(min_length=1, description="What will change, one item each")
    capabilities: list[Capability] = Field(min_length=1, description="What the system will be able to do")
    impact: list[str] = Field(min_length=1, description="Affected files, commands or interfaces")


class Scenario(BaseModel):
    """One way to see a requirement met."""

    name: str = Field(min_length=3, max_length=60, description="Short name")
    when: str = Field(min_length=5, description="The condition, without the word WHEN")
    then: str = Field(min_length=5, description="The outcome, without the word THEN")


class Requirement(BaseModel):
    """One thing the system shall do."""

    name: str = Field(min_length=3, max_length=60, description="Short name")
    shall: str = Field(min_length=10, description="Goes on after 'The system SHALL', e.g. print the list as JSON")
    scenarios: list[Scenario] = Field(min_length=1)


class SpecDelta(BaseModel):
    """What a capability shall do after the change."""

    purpose: str = Field(min_length=LEAST_PURPOSE, description="What the capability is for, one or two sentences")
    requirements: list[Requirement] = Field(min_length=1)


class Decision(BaseModel):
    """A technical choice."""

    choice: str = Field(min_length=10, description="What is chosen")
    reason: str = Field(min_length=10, description="Why, against which alternative")


class Risk(BaseModel):
    """What could go wrong."""

    risk: str = Field(min_length=5)
    mitigation: str = Field(min_length=5)


class Design(BaseModel):
    """How the change is made."""

    context: str = Field(min_length=20, description="Current state and constraints")
    goals: list[str] = Field(min_length=1)
    non_goals: list[str] = Field(min_length=1, description="What is left out")
    decisions: list[Decision] = Field(min_length=1)
    risks: list[Risk] = Field(min_length=1)


class Task(BaseModel):
    """A piece of work for one sitting."""

    task: str = Field(min_length=10, description="What to do, e.g. Add the option to cli.py")
    verify: str = Field(min_length=5, description="How to see that it is done, e.g. the new test passes")


class TaskGroup(BaseModel):
    """Tasks that belong together."""

    title: str = Field(min_length=3, max_length=60)
    tasks: list[Task] = Field(min_length=1)


class Tasks(BaseModel):
    """The checklist of the implementation."""

    groups: list[TaskGroup] = Field(min_length=1)


class Sections(BaseModel):
    """An artifact of the user's own schema: one text for each heading of its template."""

    sections: list[str] = Field(min_length=1, description="One text for each heading, in order")


def line(text: str) -> str:
    """A model's text as one line that cannot be taken for Markdown structure."""
    flat = " ".join(CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).split())
    while (bare := " ".join(STRUCTURE.sub("", MARKS.sub("", flat)).split())) != flat:
        flat = bare
    return flat or NOTHING


def sentence(text: str) -> str:
    """One line that ends like a sentence."""
    flat = line(text)
    return flat if flat[-1] in ".!?" else f"{flat}."


def title(text: str) -> str:
    """One line for a heading."""
    return line(text).rstrip(".: ") or NOTHING


def kebab(name: str) -> str:
    """A capability's folder name."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:50].strip("-") or "capability"


def render_proposal(draft: Proposal, *, existing: Collection[str]) -> str:
    """proposal.md; capabilities that the project has already are listed as modified."""
    named = {kebab(capability.name): _covers(capability) for capability in draft.capabilities}
    new = [f"- `{name}`{text}" for name, text in named.items() if name not in existing]
    modified = [f"- `{name}`{text}" for name, text in named.items() if name in existing]
    return _document(
        "# Proposal",
        "## Why",
        sentence(draft.why),
        "## What Changes",
        _bullets(draft.changes),
        "## Capabilities",
        "### New Capabilities\n" + ("\n".join(new) or "None."),
        "### Modified Capabilities\n" + ("\n".join(modified) or "None."),
        *_part("## Impact", _bullets(draft.impact)),
    )


def _covers(capability: Capability) -> str:
    return f": {sentence(capability.description)}" if capability.description else ""


def render_spec_delta(draft: SpecDelta, *, existing: Collection[str] | None) -> str:
    """specs/<capability>/spec.md.

    Args:
        draft: what the model filled in.
        existing: names of the capability's requirements; None when the capability is new.
    """
    known = {name.casefold() for name in existing or ()}
    blocks: dict[str, list[str]] = {"ADDED": [], "MODIFIED": []}
    seen: set[str] = set()
    for requirement in draft.requirements:
        name = title(requirement.name)
        if name.casefold() in seen:
            continue
        seen.add(name.casefold())
        blocks["MODIFIED" if name.casefold() in known else "ADDED"].append(_requirement(name, requirement))
    parts = ["# Spec Delta"]
    if existing is None:
        parts += ["## Purpose", purpose(draft.purpose)]
    for operation, requirements in blocks.items():
        if requirements:
            parts += [f"## {operation} Requirements", *requirements]
    return _document(*parts)


def purpose(text: str) -> str:
    """A purpose that OpenSpec does not find too brief once the change is archived (50 characters)."""
    flat = sentence(text)
    return flat if len(flat) >= LEAST_PURPOSE else f"{flat} The requirements below say what it has to do."


def _requirement(name: str, requirement: Requirement) -> str:
    shall = re.sub(
        r"^(?:the system\s+)?(?:shall|must|will|should)\s+", "", line(requirement.shall), flags=re.IGNORECASE
    )
    parts = [f"### Requirement: {name}\nThe system SHALL {sentence(lowered(shall))}"]
    seen: set[str] = set()
    for scenario in requirement.scenarios:
        name = title(scenario.name)
        if name.casefold() not in seen:
            seen.add(name.casefold())
            when = re.sub(r"^when\s+", "", line(scenario.when), flags=re.IGNORECASE)
            then = re.sub(r"^then\s+", "", line(scenario.then), flags=re.IGNORECASE)
            parts.append(f"#### Scenario: {name}\n- **WHEN** {when}\n- **THEN** {then}")
    return "\n\n".join(parts)


def lowered(text: str) -> str:
    """A text that goes on in a sentence; an abbreviation at its beginning stays as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def render_design(draft: Design) -> str:
    """design.md."""
    decisions = [
        f"### {number}. {sentence(item.choice)}\n\n{sentence(item.reason)}" for number, item in _numbered(draft)
    ]
    risks = "\n".join(f"- [{line(item.risk)}] → {line(item.mitigation)}" for item in draft.risks)
    return _document(
        "# Design",
        "## Context",
        f"See proposal.md for the motivation. {sentence(draft.context)}",
        *_part("## Goals / Non-Goals", _labelled("Goals", draft.goals), _labelled("Non-Goals", draft.non_goals)),
        *_part("## Decisions", *decisions),
        *_part("## Risks / Trade-offs", risks),
    )


def _numbered(draft: Design) -> list[tuple[int, Decision]]:
    return list(enumerate(draft.decisions, 1))


def render_tasks(draft: Tasks) -> str:
    """tasks.md."""
    parts = ["# Tasks"]
    for number, group in enumerate(draft.groups, 1):
        boxes = [
            f"- [ ] {number}.{index} {title(item.task)}" + (f"; verify: {line(item.verify)}" if item.verify else "")
            for index, item in enumerate(group.tasks, 1)
        ]
        parts += [f"## {number}. {title(group.title)}", "\n".join(boxes)]
    return _document(*parts)


def render_sections(draft: Sections, headings: list[str]) -> str:
    """An artifact of the user's own schema, with the headings of its template."""
    texts = [*draft.sections, *[""] * len(headings)]
    return _document(*(f"{heading}\n\n{sentence(text)}" for heading, text in zip(headings, texts, strict=False)))


def _part(heading: str, *texts: str) -> list[str]:
    """A heading and what stands under it; nothing where there is nothing."""
    said = [text for text in texts if text]
    return [heading, *said] if said else []


def _labelled(label: str, items: list[str]) -> str:
    return f"**{label}:**\n{_bullets(items)}" if items else ""


def _bullets(items: list[str]) -> str:
    return "\n".join(f"- {line(item)}" for item in dict.fromkeys(items))


def _document(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
