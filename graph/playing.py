"""A play of a case, as a graph of one node: how `improve` has its trials played by the workers of a server.

What is given is whole, the case and the policy, so that a worker needs nothing of the project but its files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from graph.context import Context
from graph.learning.play import Player
from graph.permitted import permitted
from systems.connections import Run, opened
from systems.errors import SpecloopError
from systems.openspec.scratch import scratch
from systems.policy import Policy
from systems.project.addresses import is_url
from systems.project.clones import checked_out
from systems.trials import Case


class Wanted(TypedDict):
    """A play that is wanted."""

    case: dict[str, Any]
    policy: dict[str, Any]
    repetition: int


class Play(Wanted, total=False):
    """What is wanted, and what came of it: a play or an error."""

    played: dict[str, Any]
    model: str
    error: dict[str, str]


class Ended(TypedDict, total=False):
    """What the node writes."""

    played: dict[str, Any]
    model: str
    error: dict[str, str]


async def play(state: Wanted, runtime: Runtime[Context]) -> Ended:
    """Play one case under one policy."""
    try:
        asked = permitted(runtime, "approve", "Improving a policy")
        project = asked.context.project
        context = asked.in_folder((await checked_out(project)).folder if is_url(project) else Path(project))
        async with opened(context) as systems, scratch() as judge:
            player = Player(Run("improve", context, systems), judge)
            case, policy = Case.model_validate(state["case"]), Policy.model_validate(state["policy"])
            played = await player.play(case, policy, state["repetition"])
        return Ended(played=played.model_dump(mode="json"), model=systems.model.choice.name)
    except SpecloopError as error:
        return Ended(error=error.told())


def build() -> CompiledStateGraph[Play, Context, Wanted, Play]:
    """The graph of one node."""
    builder: StateGraph[Play, Context, Wanted, Play] = StateGraph(
        Play, context_schema=Context, input_schema=Wanted, output_schema=Play
    )
    builder.add_node("play", play, input_schema=Wanted, metadata={"description": "Plays a case of a trial"})
    builder.add_edge(START, "play")
    builder.add_edge("play", END)
    return builder.compile(name="play")


graph = build()
