"""The least that is asked for: of each artifact only what OpenSpec's strict validation and the next step need.

What is left out is either said by code (a scenario's name, a new capability's purpose) or its section does not appear.
`full` makes the draft that is rendered, `of` the least form of a full one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from nodes.execution.artifacts import (
    Capability,
    Decision,
    Design,
    Proposal,
    Requirement,
    Scenario,
    SpecDelta,
    Task,
    TaskGroup,
    Tasks,
)

MOST_NAME = 60
Name = Annotated[str, Field(min_length=3, max_length=40)]
Sentence = Annotated[str, Field(min_length=10)]


class Least(BaseModel, ABC):
    """What the least form of any artifact can do."""

    @abstractmethod
    def full(self) -> BaseModel:
        """The draft as it is rendered."""

    @classmethod
    @abstractmethod
    def of(cls, full: Any) -> Self:
        """The same draft with less in it."""


class LeastProposal(Least):
    """Why a change is needed and what it changes."""

    why: str = Field(min_length=20, description="The problem this solves, in one sentence")
    changes: list[str] = Field(min_length=1, description="What will change, one item each")
    capabilities: list[Name] = Field(min_length=1, description="Two or three words each, e.g. json output")

    def full(self) -> Proposal:
        """Without descriptions and impact."""
        named = [Capability.model_construct(name=name, description="") for name in self.capabilities]
        return Proposal.model_construct(why=self.why, changes=self.changes, capabilities=named, impact=[])

    @classmethod
    def of(cls, full: Proposal) -> Self:
        """Without descriptions and impact."""
        return cls(why=full.why, changes=full.changes, capabilities=[each.name for each in full.capabilities])


class LeastRequirement(BaseModel):
    """One thing the system shall do, and one way to see it met."""

    name: str = Field(min_length=3, max_length=MOST_NAME, description="Short name")
    shall: str = Field(min_length=10, description="Goes on after 'The system SHALL', e.g. print the list as JSON")
    when: str = Field(min_length=5, description="The condition, without the word WHEN")
    then: str = Field(min_length=5, description="The outcome, without the word THEN")


class LeastSpecDelta(Least):
    """What a capability shall do after the change."""

    requirements: list[LeastRequirement] = Field(min_length=1)

    def full(self) -> SpecDelta:
        """With one scenario a requirement, named after its condition, and a purpose that says what the first asks."""
        made = []
        for each in self.requirements:
            scenario = Scenario.model_construct(name=_name(each.when), when=each.when, then=each.then)
            made.append(Requirement.model_construct(name=each.name, shall=each.shall, scenarios=[scenario]))
        purpose = f"Says what people can rely on: the system has to {self.requirements[0].shall}"
        return SpecDelta.model_construct(purpose=purpose, requirements=made)

    @classmethod
    def of(cls, full: SpecDelta) -> Self:
        """Without the purpose, and with the first scenario of each requirement."""
        firsts = [(each, each.scenarios[0]) for each in full.requirements]
        made = [LeastRequirement(name=r.name, shall=r.shall, when=s.when, then=s.then) for r, s in firsts]
        return cls(requirements=made)


class LeastDesign(Least):
    """How the change is made."""

    context: str = Field(min_length=20, description="Current state and constraints")
    decisions: list[Decision] = Field(min_length=1)

    def full(self) -> Design:
        """Without goals and risks."""
        return Design.model_construct(context=self.context, goals=[], non_goals=[], decisions=self.decisions, risks=[])

    @classmethod
    def of(cls, full: Design) -> Self:
        """Without goals and risks."""
        return cls(context=full.context, decisions=full.decisions)


class LeastTasks(Least):
    """The checklist of the implementation."""

    tasks: list[Sentence] = Field(min_length=1, description="What to do, e.g. Add the option to cli.py")

    def full(self) -> Tasks:
        """In one group, without a way to verify each."""
        made = [Task.model_construct(task=task, verify="") for task in self.tasks]
        return Tasks.model_construct(groups=[TaskGroup.model_construct(title="Implementation", tasks=made)])

    @classmethod
    def of(cls, full: Tasks) -> Self:
        """All tasks in one list."""
        return cls(tasks=[each.task for group in full.groups for each in group.tasks])


def _name(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MOST_NAME else flat[:MOST_NAME].rsplit(" ", 1)[0]


LEAST: dict[type[BaseModel], type[Least]] = {
    Proposal: LeastProposal,
    SpecDelta: LeastSpecDelta,
    Design: LeastDesign,
    Tasks: LeastTasks,
}
"""The least form of each full one."""
