"""What a server offers: its tools, and its resources and prompts as tools that only read.

A resource becomes the tool `resource:URI`, without arguments, and a template of resources `resource:TEMPLATE`, with its
variables as arguments; a prompt `prompt:NAME`, with the prompt's arguments.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from systems.mcp.tools import Tool

if TYPE_CHECKING:
    from mcp import ClientSession, types

MOST_RESOURCES = 50
MOST_PROMPTS = 50
_PAGES = 100
_VARIABLE = re.compile(r"\{(?P<reserved>\+?)(?P<name>\w+)\}")
_RESERVED = ":/?#[]@!$&'()*+,;="


async def offered(session: ClientSession) -> list[Tool]:
    """Everything a server can be asked for; a kind that it does not offer, or fails to list, is left out.

    So is a tool that can only be called as a task of the protocol, to be polled for.

    Raises:
        McpError: it says that it has tools and does not list them.
    """
    from mcp import McpError

    abilities = session.get_server_capabilities()
    found: list[Tool] = []
    try:
        found += [tool_of(tool) for tool in await _all(session.list_tools, "tools") if not _only_as_task(tool)]
    except McpError:
        if abilities is None or abilities.tools is not None:
            raise
    if abilities and abilities.resources is not None:
        found += map(resource_of, await _some(session.list_resources, "resources", MOST_RESOURCES))
        templates = await _some(session.list_resource_templates, "resourceTemplates", MOST_RESOURCES)
        found += [template_of(each) for each in templates if "{" not in _VARIABLE.sub("", each.uriTemplate)]
    if abilities and abilities.prompts is not None:
        found += map(prompt_of, await _some(session.list_prompts, "prompts", MOST_PROMPTS))
    return found


async def asked(session: ClientSession, tool: Tool, arguments: dict[str, Any], **limits: Any) -> types.CallToolResult:
    """What a tool, a resource or a prompt gives, in the form of a tool's result.

    Args:
        session: with the server.
        tool: what is asked for.
        arguments: of the tool, or of the prompt.
        limits: read_timeout_seconds and progress_callback of a tool call.
    """
    from mcp.types import CallToolResult, EmbeddedResource
    from pydantic import AnyUrl

    if tool.kind == "resource":
        read = await session.read_resource(AnyUrl(expanded(tool.address, arguments)))
        return CallToolResult(content=[EmbeddedResource(type="resource", resource=part) for part in read.contents])
    if tool.kind == "prompt":
        got = await session.get_prompt(tool.address, {name: str(value) for name, value in arguments.items()})
        return CallToolResult(content=[message.content for message in got.messages])
    return await session.call_tool(tool.name, arguments, **limits)


def tool_of(tool: types.Tool) -> Tool:
    """A tool as its server lists it."""
    said = tool.annotations.readOnlyHint if tool.annotations else None
    return Tool(
        name=tool.name,
        description=tool.description or tool.title or "",
        input_schema=tool.inputSchema,
        read_only=said is True,
        changes=said is False,
    )


def resource_of(resource: types.Resource) -> Tool:
    """A resource as a tool that reads it."""
    about = ": ".join(filter(None, (resource.title or resource.name, resource.description)))
    return Tool(
        name=f"resource:{resource.uri}",
        description=about,
        input_schema={"type": "object", "properties": {}},
        read_only=True,
        kind="resource",
        address=str(resource.uri),
    )


def template_of(template: types.ResourceTemplate) -> Tool:
    """A template of resources as a tool that reads one."""
    variables = [match["name"] for match in _VARIABLE.finditer(template.uriTemplate)]
    about = ": ".join(filter(None, (template.title or template.name, template.description)))
    return Tool(
        name=f"resource:{template.uriTemplate}",
        description=about,
        input_schema={
            "type": "object",
            "properties": {name: {"type": "string", "minLength": 1} for name in variables},
            "required": variables,
        },
        read_only=True,
        kind="resource",
        address=template.uriTemplate,
    )


def expanded(template: str, values: Mapping[str, Any]) -> str:
    """The address that a template stands for (https://www.rfc-editor.org/rfc/rfc6570, `{name}` and `{+name}`)."""

    def value(match: re.Match[str]) -> str:
        return quote(str(values[match["name"]]), safe=_RESERVED if match["reserved"] else "")

    return _VARIABLE.sub(value, template) if values else template


def prompt_of(prompt: types.Prompt) -> Tool:
    """A prompt as a tool that gives its text."""
    arguments = prompt.arguments or []
    return Tool(
        name=f"prompt:{prompt.name}",
        description=": ".join(filter(None, (prompt.title or prompt.name, prompt.description))),
        input_schema={
            "type": "object",
            "properties": {each.name: {"type": "string", "description": each.description or ""} for each in arguments},
            "required": [each.name for each in arguments if each.required],
        },
        read_only=True,
        kind="prompt",
        address=prompt.name,
    )


def _only_as_task(tool: types.Tool) -> bool:
    return tool.execution is not None and tool.execution.taskSupport == "required"


async def _some(listing: Callable[..., Awaitable[Any]], kind: str, most: int) -> list[Any]:
    from mcp import McpError

    try:
        return (await _all(listing, kind, most))[:most]
    except McpError:
        return []


async def _all(listing: Callable[..., Awaitable[Any]], kind: str, most: int = 10_000) -> list[Any]:
    from mcp.types import PaginatedRequestParams

    page = await listing()
    found = list(getattr(page, kind))
    for _ in range(_PAGES):
        if not page.nextCursor or len(found) >= most:
            break
        page = await listing(params=PaginatedRequestParams(cursor=page.nextCursor))
        found += getattr(page, kind)
    return found
