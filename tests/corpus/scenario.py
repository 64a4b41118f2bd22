"""What an agent's run is made of, told without a framework: a task, tools that behave, and what the model says.

A `Scenario` is played by every framework in `tests/corpus/frameworks` against `model_server`, under every
instrumentation, and recorded as OTLP JSON. Faults are what the *model says* or what the *tools do*; frameworks and
instrumentations are the real ones, unchanged. This module needs nothing but Python's own library.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One tool call the model asks for. `raw` is sent instead of the arguments' JSON: for malformed arguments."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    raw: str | None = None

    @property
    def text(self) -> str:
        """The arguments as the model writes them."""
        return self.raw if self.raw is not None else json.dumps(dict(self.arguments))


@dataclass(frozen=True)
class Turn:
    """One reply of the model.

    Attributes:
        text: what it says; may be empty, also beside calls.
        calls: tools it asks for; several are one parallel request.
        seconds: how long it takes.
        finish: `stop`, `tool_calls`, `length`, ...; by itself where None.
        tokens: (input, output) it reports; None: about a quarter of the characters, of the real request and reply.
        status: HTTP status; other than 200 an error with `text` as its message, e.g. 429, 500.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    seconds: float = 0.0
    finish: str | None = None
    tokens: tuple[int, int] | None = None
    status: int = 200


@dataclass(frozen=True)
class Does:
    """What one call of a tool does: takes its time, then returns text or raises.

    Attributes:
        result: the text returned, or the message of the exception.
        seconds: how long it takes.
        raises: name of a built-in exception (`TimeoutError`, `ValueError`, `ConnectionError`, ...); None returns.
    """

    result: str = ""
    seconds: float = 0.0
    raises: str | None = None

    def __call__(self) -> str:
        """Do it."""
        time.sleep(self.seconds)
        if self.raises:
            import builtins

            raise getattr(builtins, self.raises)(self.result)
        return self.result


@dataclass(frozen=True)
class Tool:
    """A tool: JSON-schema properties of its arguments (all required, all strings or integers), and what its calls do.

    Attributes:
        does: by call, in order; the last one again for every further call.
    """

    name: str
    description: str
    parameters: Mapping[str, str]  # argument -> "string" | "integer"
    does: tuple[Does, ...]


@dataclass(frozen=True)
class Span:
    """A culprit, by what it is: the `number`-th (from 0) call of a tool, or of the model (`tool` None)."""

    number: int
    tool: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A run to be played.

    Attributes:
        name: unique, lower-case with hyphens; tells what happens.
        kinds: finding kinds that are true of it at warning or above; empty: a healthy run.
        like: for a healthy run the kind that it looks like and is not.
        task: what the person asks.
        system: what the agent is told to be.
        tools: what it has.
        turns: the model's replies, in order; after the last one it says "Done.".
        culprits: the spans where the fault is.
        allowed: further kinds that may be reported too, because they are true as well.
        schema: JSON schema of the final answer where structured output is asked for.
    """

    name: str
    kinds: tuple[str, ...]
    task: str
    tools: tuple[Tool, ...]
    turns: tuple[Turn, ...]
    system: str = "You are a careful assistant. Use the tools."
    like: str = ""
    culprits: tuple[Span, ...] = ()
    allowed: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None


class Toolbox:
    """The tools of a scenario as a framework calls them: `call(name)` does what that tool's next call does."""

    def __init__(self, scenario: Scenario) -> None:
        self._tools = {tool.name: tool for tool in scenario.tools}
        self._asked = [call for turn in scenario.turns for call in turn.calls]
        self._made: dict[str, set[int]] = {}
        self._lock = threading.Lock()

    def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> str:
        """Do what its next call does, or its next with these arguments: parallel calls come in any order."""
        tool = self._tools[name]
        with self._lock:
            number = self._number(tool, arguments)
        return tool.does[min(number, len(tool.does) - 1)]()

    def _number(self, tool: Tool, arguments: Mapping[str, Any] | None) -> int:
        calls = [call.arguments for call in self._asked if call.tool == tool.name and _fits(call, tool)]
        made = self._made.setdefault(tool.name, set())
        same = (k for k, asked in enumerate(calls) if arguments is not None and dict(asked) == dict(arguments))
        number = next((k for k in (*same, *range(len(made) + 1)) if k not in made), len(made))
        made.add(number)
        return number


def _fits(call: Call, tool: Tool) -> bool:
    """Whether a framework can make the call."""
    types = {"string": str, "integer": int}
    return (
        call.raw is None
        and set(call.arguments) == set(tool.parameters)
        and all(isinstance(call.arguments[name], types[kind]) for name, kind in tool.parameters.items())
    )
