"""One call of a served tool: arguments checked, progress told, a person asked, cancelled in order, errors in words."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
from mcp import types
from mcp.server.session import ServerSession
from mcp.shared.context import RequestContext
from mcp.shared.exceptions import McpError
from pydantic import BaseModel, ValidationError

from systems.errors import SpecloopError, UsageError
from systems.serving.tools import Tool

Result = TypeVar("Result")
PLAIN = frozenset({"string", "number", "integer", "boolean"})
"""Types of the fields that MCP lets a form have
(https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#requested-schema)."""

_log = logging.getLogger(__name__)


async def called(tool: Tool, arguments: Mapping[str, Any], request: RequestContext[ServerSession, Any, Any]) -> Any:
    """What a tool answers to a call; what went wrong is an answer too, for the model that called it."""
    try:
        given = checked(tool, arguments)
        async with _telling(request) as client:
            return _result(await _apart(tool.work(given, client)))
    except SpecloopError as error:
        return _failure(f"{type(error).__name__}: {error}")
    # Border of the process: whatever is wrong in here, the client gets an answer and the others are served on.
    except Exception as error:
        _log.exception("%s failed", tool.name)
        return _failure(f"{type(error).__name__}: {error}")


def checked(tool: Tool, arguments: Mapping[str, Any]) -> BaseModel:
    """The arguments as the tool takes them.

    Raises:
        UsageError: one is missing, unknown or wrong; names it, and what the tool takes.
    """
    try:
        return tool.takes.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "arguments"
        takes = ", ".join(
            f"{name}{'' if field.is_required() else ' (optional)'}" for name, field in tool.takes.model_fields.items()
        )
        raise UsageError(f"{tool.name}: {place}: {first['msg']}.", mend=f"It takes: {takes or 'nothing'}.") from error


def fits(form: Mapping[str, Any]) -> bool:
    """Whether MCP can carry a form: one level of plain fields."""
    fields = form.get("properties", {}).values()
    return form.get("type") == "object" and all(field.get("type") in PLAIN for field in fields)


class Client:
    """The client at the other end of a call; `systems.serving.tools.Caller` for the tool."""

    def __init__(self, request: RequestContext[ServerSession, Any, Any]) -> None:
        self._request = request
        self._token = request.meta.progressToken if request.meta else None
        self._said: asyncio.Queue[str | None] = asyncio.Queue()

    def tell(self, message: str) -> None:
        """Say how far the work is, where the client wants to know."""
        if self._token is not None:
            self._said.put_nowait(message)

    async def ask(self, message: str, form: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the person at the client fills into a form."""
        if not (self._can_elicit() and fits(form)):
            return None
        try:
            answer = await self._request.session.elicit_form(message, dict(form), self._request.request_id)
        except McpError as error:
            _log.warning("the client could not ask: %s", error)
            return None
        return dict(answer.content or {}) if answer.action == "accept" else None

    async def pass_on(self) -> None:
        """Send what is said, in order, until the work has ended."""
        number = 0
        while (message := await self._said.get()) is not None:
            number += 1
            assert self._token is not None
            await self._request.session.send_progress_notification(
                self._token, number, None, message, str(self._request.request_id)
            )

    def ended(self) -> None:
        """Nothing more will be said."""
        self._said.put_nowait(None)

    def _can_elicit(self) -> bool:
        """Whether the client said so; one that names no mode means forms."""
        params = self._request.session.client_params
        mode = params.capabilities.elicitation if params else None
        return mode is not None and (mode.form is not None or mode.url is None)


@asynccontextmanager
async def _telling(request: RequestContext[ServerSession, Any, Any]) -> AsyncIterator[Client]:
    client = Client(request)
    passing_on = asyncio.create_task(client.pass_on())
    try:
        yield client
        client.ended()
        await passing_on
    finally:
        passing_on.cancel()


async def _apart(work: Awaitable[Result]) -> Result:
    """The result of work in a task of its own.

    The MCP library cancels a call again and again until it has ended; what is interrupted needs its time to end in
    order, so it is told once and waited for.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait({task})
        raise


def _result(found: BaseModel) -> types.CallToolResult:
    value = found.model_dump(mode="json")
    text = json.dumps(value, ensure_ascii=False)
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structuredContent=value)


def _failure(words: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=words)], isError=True)
