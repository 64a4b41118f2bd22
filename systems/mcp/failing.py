"""Why a call gave nothing, in words that say what to change."""

from __future__ import annotations

from typing import Any

from systems.errors import ToolFailed
from systems.mcp.arguments import complaint
from systems.mcp.ongoing import Ongoing
from systems.mcp.patience import Place
from systems.mcp.tools import Tool, failed

_MESSAGE_CHARACTERS = 500
_MORE = "Ask for less, or allow servers.call_seconds more."


class NotMade(ToolFailed):
    """A call that was not made, because such a call got no answer before; another try mends nothing."""


def check_call(tool: Tool, arguments: dict[str, Any], *, approved: bool) -> None:
    """Let a call pass that may be made.

    Raises:
        ToolFailed: it needs a person's word, or its arguments are wrong.
    """
    if not (tool.read_only or approved):
        raise failed(tool, "error", "may change something.", mend="It needs a person's word first.")
    wrong = complaint(tool.input_schema, arguments)
    if wrong:
        raise failed(tool, "arguments", f"does not take these arguments: {wrong}.")


def too_slow(tool: Tool, seconds: float, limit: float) -> ToolFailed:
    """A call that ran out of time, after fewer seconds than its limit where others had run out before."""
    shortened = f" (shortened from {limit:g} s, as an earlier call got no answer either)" if seconds < limit else ""
    return failed(tool, "timeout", f"gave no answer within {seconds:g} s{shortened}.", mend=_MORE)


def not_made(call: Place, limit: float) -> NotMade:
    """A call that would only run out of time again."""
    message = f"{call.server}.{call.tool} is not called again for now: it gave no answer within {limit:g} s."
    return NotMade(message, server=call.server, tool=call.tool, cause="timeout", mend=_MORE)


def declined(ongoing: Ongoing) -> str:
    """What the tool wanted to know and was not told, where that may be why it failed."""
    if not ongoing.declined:
        return ""
    return f" It asked {short(ongoing.declined[0])!r}, which was declined; `--approve ask` puts it to you."


def short(text: str) -> str:
    """The text on one line, cut to what fits in a message."""
    text = " ".join(text.split())
    return text if len(text) <= _MESSAGE_CHARACTERS else text[:_MESSAGE_CHARACTERS] + " ..."
