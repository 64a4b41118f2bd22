"""A worked example of each artifact, about the goal at hand.

A small model copies what it is shown, so it is shown the plainest draft of the right document, never one about another
project.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from nodes.execution.artifacts import (
    Capability,
    Decision,
    Design,
    Proposal,
    Requirement,
    Risk,
    Scenario,
    SpecDelta,
    Task,
    TaskGroup,
    Tasks,
)

MOST_GOAL = 80
LEAST_WORDS = 3
MOST_NAME_WORDS = 3
FILLER = frozenset("a an the to of in on for and that so it is with please add make support implement".split())


def example_of(artifact: str, goal: str, files: Sequence[str]) -> BaseModel | None:
    """The plainest sound draft of an artifact; None for artifacts of the user's own schema."""
    short = _short(goal)
    place = next((path for path in files if not path.lower().startswith("readme")), "the code concerned")
    makers = {"proposal": _proposal, "specs": _specs, "design": _design, "tasks": _tasks}
    maker = makers.get(artifact)
    return maker(short, place) if maker else None


def _short(goal: str) -> str:
    flat = " ".join(goal.split()).rstrip(".")
    if len(flat) < LEAST_WORDS:
        return f"Do this: {flat}"
    return flat if len(flat) <= MOST_GOAL else flat[:MOST_GOAL].rsplit(" ", 1)[0]


def _name(goal: str) -> str:
    words = [word for word in goal.lower().split() if word not in FILLER]
    name = " ".join(words[:MOST_NAME_WORDS])[:40]
    return name if len(name) >= LEAST_WORDS else "new behaviour"


def _proposal(goal: str, place: str) -> BaseModel:
    return Proposal(
        why=f"People who use the project need this and cannot do it yet: {goal}.",
        changes=[goal],
        capabilities=[Capability(name=_name(goal), description=f"What people can do after this change: {goal}.")],
        impact=[place],
    )


def _specs(goal: str, place: str) -> BaseModel:
    scenario = Scenario(
        name="It is used as meant",
        when=f"a person uses what this change brings: {goal}",
        then="they get the result that they asked for",
    )
    return SpecDelta(
        purpose=f"Says what people can rely on once this is done: {goal}.",
        requirements=[Requirement(name=goal[:60], shall=f"let people do this: {goal}", scenarios=[scenario])],
    )


def _design(goal: str, place: str) -> BaseModel:
    return Design(
        context=f"The change belongs in {place}, which does not do this yet: {goal}.",
        goals=[goal],
        non_goals=["Changes to what the project does already"],
        decisions=[
            Decision(choice=f"Change {place}", reason="It is where the behaviour lives; a new module is not needed")
        ],
        risks=[Risk(risk="Existing behaviour changes by accident", mitigation="Existing tests stay green")],
    )


def _tasks(goal: str, place: str) -> BaseModel:
    change = Task(task=f"In {place}: {goal}", verify="a new test that fails before and passes after")
    tell = Task(task=f"Describe it in the documentation: {goal}", verify="the example in it runs")
    return Tasks(groups=[TaskGroup(title="Make the change", tasks=[change, tell])])
