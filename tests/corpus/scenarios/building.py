"""Short words to tell a scenario with: tools, calls, replies, and culprits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.corpus.scenario import Call, Does, Scenario, Span, Tool, Turn

SCENARIOS: tuple[Scenario, ...] = ()  # none of its own; whoever reads all modules of the folder need not know

SYSTEM = "You are a careful assistant. Use the tools."


def tool(name: str, description: str, takes: str, *does: str | Does) -> Tool:
    """A tool. `takes` names its arguments, `"city nights:integer"`; a text among `does` is a result at once."""
    parts = (part.partition(":") for part in takes.split())
    parameters = {argument: kind or "string" for argument, _, kind in parts}
    return Tool(name, description, parameters, tuple(Does(one) if isinstance(one, str) else one for one in does))


def fails(message: str, raises: str = "RuntimeError", seconds: float = 0.0) -> Does:
    """A call of a tool that raises."""
    return Does(message, seconds, raises)


def after(seconds: float, result: str) -> Does:
    """A call of a tool that takes its time."""
    return Does(result, seconds)


def data(**fields: Any) -> str:
    """A result in JSON."""
    return json.dumps(fields, ensure_ascii=False)


def call(tool: str, /, **arguments: Any) -> Call:
    """One call, for a turn with several."""
    return Call(tool, arguments)


def use(tool: str, /, **arguments: Any) -> Turn:
    """A reply that is one call and nothing else."""
    return Turn(calls=(Call(tool, arguments),))


def think(text: str, *calls: Call) -> Turn:
    """A reply that says something beside its calls."""
    return Turn(text, calls)


def together(*calls: Call) -> Turn:
    """A reply of several calls at the same time."""
    return Turn(calls=calls)


def say(text: str) -> Turn:
    """A reply without calls."""
    return Turn(text)


def at(tool: str | None, *numbers: int) -> tuple[Span, ...]:
    """Culprits: the calls of a tool with these numbers; of the model where the tool is None."""
    return tuple(Span(number, tool) for number in numbers)


def split(*parts: str) -> str:
    """A made-up secret told in parts, so that no scanner of source code takes it for one."""
    return "".join(parts)


def faulty(
    name: str,
    kinds: str,
    task: str,
    tools: Sequence[Tool],
    turns: Sequence[Turn],
    culprits: Sequence[Span],
    allowed: str = "",
    system: str = SYSTEM,
    schema: Mapping[str, Any] | None = None,
) -> Scenario:
    """A run with a fault; `kinds` and `allowed` are names with blanks between."""
    return Scenario(
        name=name,
        kinds=tuple(kinds.split()),
        task=task,
        tools=tuple(tools),
        turns=tuple(turns),
        system=system,
        culprits=tuple(culprits),
        allowed=tuple(allowed.split()),
        schema=schema,
    )


def healthy(
    name: str,
    like: str,
    task: str,
    tools: Sequence[Tool],
    turns: Sequence[Turn],
    system: str = SYSTEM,
    schema: Mapping[str, Any] | None = None,
) -> Scenario:
    """A run without a fault, that looks like a kind of them (or like none: `""`)."""
    return Scenario(
        name=name, kinds=(), like=like, task=task, tools=tuple(tools), turns=tuple(turns), system=system, schema=schema
    )
