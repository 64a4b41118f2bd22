"""Short ways to write down scenarios: tools, turns and culprits in a line each, and bulky texts made by rule."""

from __future__ import annotations

from collections.abc import Callable

from tests.corpus.scenario import Call, Does, Span, Tool, Turn


def tool(name: str, about: str, needs: str, *does: str | Does) -> Tool:
    """Describe a tool; `needs` names its arguments, an integer with `#` behind it: `"city nights#"`."""
    parameters = {argument.rstrip("#"): "integer" if argument.endswith("#") else "string" for argument in needs.split()}
    return Tool(name, about, parameters, tuple(Does(one) if isinstance(one, str) else one for one in does))


def slowly(seconds: float, *results: str) -> tuple[Does, ...]:
    """Give results that take their time."""
    return tuple(Does(result, seconds) for result in results)


def one(tool: str, /, **arguments: str | int) -> Call:
    """Call a tool."""
    return Call(tool, arguments)


def act(tool: str, says: str = "", /, **arguments: str | int) -> Turn:
    """Say something, or nothing, and call one tool."""
    return Turn(says, (Call(tool, arguments),))


def together(says: str, *calls: Call) -> Turn:
    """Call several tools in one turn."""
    return Turn(says, calls)


def say(text: str) -> Turn:
    """Answer without a tool."""
    return Turn(text)


def of(tool: str, *numbers: int) -> tuple[Span, ...]:
    """Name calls of a tool as culprits, counted from 0."""
    return tuple(Span(number, tool) for number in numbers)


def model(*numbers: int) -> tuple[Span, ...]:
    """Name calls of the model as culprits, counted from 0."""
    return tuple(Span(number) for number in numbers)


def lines(count: int, line: Callable[[int], str]) -> str:
    """Make a bulky text, line by line."""
    return "\n".join(line(number) for number in range(count))


def mixed(number: int, *choices: str) -> str:
    """Choose one for a line by its number, without an obvious period."""
    return choices[(number * 7919 + number // 3) % len(choices)]
