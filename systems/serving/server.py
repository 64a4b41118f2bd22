"""The MCP server of a set of tools, whatever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import McpError

from systems.serving.calls import called
from systems.serving.tools import Tool


def server(name: str, version: str, instructions: str, tools: Sequence[Tool]) -> Server[Any, Any]:
    """An MCP server with these tools.

    Args:
        name: of the server.
        version: of the program.
        instructions: what a model should know before it calls anything.
        tools: what is served.
    """
    made: Server[Any, Any] = Server(name, version, instructions)
    by_name = {tool.name: tool for tool in tools}

    async def listed(_: types.ListToolsRequest) -> types.ServerResult:
        return types.ServerResult(types.ListToolsResult(tools=[described(tool) for tool in tools]))

    async def call(request: types.CallToolRequest) -> types.ServerResult:
        tool = by_name.get(request.params.name)
        if tool is None:
            words = f"There is no tool {request.params.name!r}. There are: {', '.join(by_name)}."
            raise McpError(types.ErrorData(code=types.INVALID_PARAMS, message=words))
        return types.ServerResult(await called(tool, request.params.arguments or {}, made.request_context))

    made.request_handlers[types.ListToolsRequest] = listed
    made.request_handlers[types.CallToolRequest] = call
    return made


def described(tool: Tool) -> types.Tool:
    """A tool as MCP lists it."""
    effects = tool.effects
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        inputSchema=tool.takes.model_json_schema(),
        outputSchema=tool.gives.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=tool.title,
            readOnlyHint=effects.read_only,
            destructiveHint=effects.destructive,
            idempotentHint=effects.idempotent,
            openWorldHint=effects.open_world,
        ),
    )
