"""What is known of a tool, and what a call of it gave."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from systems.errors import ToolFailed
from systems.mcp.content import Content
from systems.records import Hash, Record, canonical, content_hash


class Tool(Record):
    """One thing a server can be asked for."""

    server: str = ""
    name: str
    description: str = ""
    input_schema: dict[str, Any] = Field(description="JSON schema of its arguments")
    read_only: bool = Field(description="The server says that it changes nothing; anything else needs a person's word")
    changes: bool = Field(False, description="The server says that it changes something; no question is routed to it")
    kind: Literal["tool", "resource", "prompt"] = "tool"
    address: str = Field("", description="URI of a resource, name of a prompt")


class Result(Record):
    """What a tool gave."""

    text: str = Field(description="The result as text, cut to `content_bytes` with a note of what was left out")
    span_id: str = Field(description="Id of the execute_tool span, 16 hex digits")
    content_hash: Hash = Field(description="Hash of `text`")
    bytes: int = Field(description="UTF-8 bytes of the result before it was cut")
    cut: bool = Field(description="Whether something was left out")
    seconds: float = Field(description="How long the call took, with a restart if there was one")
    reused: bool = Field(False, description="Taken from an earlier call with the same arguments")


def result_of(found: Content, seconds: float) -> Result:
    """The result of a call, before its span is known."""
    return Result(
        text=found.text,
        span_id="",
        content_hash=content_hash(found.text),
        bytes=found.bytes,
        cut=found.cut,
        seconds=seconds,
    )


def arguments_hash(tool: Tool, arguments: dict[str, Any]) -> Hash:
    """The hash of a call's arguments.

    Raises:
        ToolFailed: they are not JSON.
    """
    try:
        text = canonical(arguments)
        text.encode("utf-8")
        return content_hash(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise failed(tool, "arguments", f"was given arguments that are not JSON: {error}.") from error


def failed(tool: Tool, cause: str, what: str, *, mend: str = "") -> ToolFailed:
    """The error of a call; `what` goes on from the tool's name."""
    message = f"{tool.server}.{tool.name} {what}"
    return ToolFailed(message, server=tool.server, tool=tool.name, cause=cause, mend=mend)
