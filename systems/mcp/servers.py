"""All MCP servers of a run: started side by side, called under limits, restarted once, each call one span.

A server that cannot serve never stops the others: it is named in `Servers.unavailable` with its reason.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, format_span_id
from pydantic import Field

from systems import names
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp.arguments import complaint
from systems.mcp.config import ServerConfig
from systems.mcp.connection import Connection, Lost
from systems.mcp.content import Content, content
from systems.policy import ServerKnobs
from systems.records import Hash, Record, canonical, content_hash

if TYPE_CHECKING:
    from mcp.types import CallToolResult

DEATHS = 2
_MESSAGE_CHARACTERS = 500


class Tool(Record):
    """One tool of one server."""

    server: str
    name: str
    description: str = ""
    input_schema: dict[str, Any] = Field(description="JSON schema of its arguments")
    read_only: bool = Field(description="The server says that it changes nothing; anything else needs a person's word")


class Result(Record):
    """What a tool gave."""

    text: str = Field(description="The result as text, cut to `content_bytes` with a note of what was left out")
    span_id: str = Field(description="Id of the execute_tool span, 16 hex digits")
    content_hash: Hash = Field(description="Hash of `text`")
    bytes: int = Field(description="UTF-8 bytes of the result before it was cut")
    cut: bool = Field(description="Whether something was left out")
    seconds: float = Field(description="How long the call took, with a restart if there was one")
    reused: bool = Field(False, description="Taken from an earlier call with the same arguments")


class Servers:
    """The MCP servers of a project; an async context manager.

    Attributes:
        unavailable: name of each server that does not serve, with a sentence that says why.
    """

    def __init__(
        self, configs: Mapping[str, ServerConfig], *, knobs: ServerKnobs, tracer: Tracer, stderr: Path
    ) -> None:
        """Nothing is started yet.

        Args:
            configs: the servers, by name.
            knobs: limits of starts, calls and results.
            tracer: makes the spans.
            stderr: folder for the servers' standard error, one log each.
        """
        self._configs = {name: config for name, config in configs.items() if not config.disabled}
        self._knobs, self._tracer, self._stderr = knobs, tracer, stderr
        self._connections: dict[str, Connection] = {}
        self._deaths = dict.fromkeys(self._configs, 0)
        self._locks = {name: asyncio.Lock() for name in self._configs}
        self._starting = asyncio.Lock()
        self._tools: dict[str, dict[str, Tool]] = {}
        self._results: dict[tuple[str, str, Hash], Result] = {}
        self._closed = False
        self.unavailable: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools of the servers that serve."""
        return tuple(tool for tools in self._tools.values() for tool in tools.values())

    async def start(self) -> None:
        """Start the servers that were not started yet, side by side; what does not start is in `unavailable`."""
        async with self._starting:
            waiting = [name for name in self._configs if name not in self._connections and name not in self.unavailable]
            await asyncio.gather(*(self._start(name) for name in waiting))
            self._tools = {name: self._tools[name] for name in self._configs if name in self._tools}

    async def call(
        self, server: str, tool: str, arguments: dict[str, Any], *, approved: bool = False, reuse: bool = False
    ) -> Result:
        """Call a tool.

        Args:
            server: name of the server.
            tool: name of the tool on it.
            arguments: checked against the tool's schema before anything is sent.
            approved: a person allowed this call; needed for a tool that is not read-only.
            reuse: an earlier result of the same read-only call will do.

        Raises:
            ToolFailed: cause error, timeout, empty, lost or arguments.
            ServerUnavailable: there is no such server, it did not start, or it died twice.
        """
        with self._span(f"{names.EXECUTE_TOOL} {tool}", server) as span:
            span.set_attributes({names.OPERATION: names.EXECUTE_TOOL, names.TOOL_NAME: tool})
            found = self._find(server, tool)
            key = (server, tool, _arguments_hash(found, arguments))
            span.set_attribute(names.ARGUMENTS_HASH, key[2])
            if found.read_only and reuse and key in self._results:
                result = self._results[key].model_copy(update={"reused": True, "seconds": 0.0})
                span.set_attribute(names.REUSED, True)
            else:
                result = await self._fresh(found, arguments, approved=approved)
            result = result.model_copy(update={"span_id": format_span_id(span.get_span_context().span_id)})
            span.set_attributes({names.RESULT_HASH: result.content_hash, names.RESULT_BYTES: result.bytes})
            if found.read_only:
                self._results[key] = result
            return result

    async def close(self) -> None:
        """End all servers; takes a few seconds at most and leaves nothing behind. May be called twice."""
        self._closed = True
        connections, self._connections = self._connections, {}
        self._tools = {}
        await asyncio.gather(*(connection.close() for connection in connections.values()))

    async def _fresh(self, tool: Tool, arguments: dict[str, Any], *, approved: bool) -> Result:
        if not (tool.read_only or approved):
            raise _failed(tool, "error", "may change something.", mend="It needs a person's word first.")
        wrong = complaint(tool.input_schema, arguments)
        if wrong:
            raise _failed(tool, "arguments", f"does not take these arguments: {wrong}.")
        started = time.perf_counter()
        found = content(await self._ask(tool, arguments), self._knobs.content_bytes)
        if not found.text.strip():
            raise _failed(tool, "empty", "gave an empty result.")
        return _record(found, time.perf_counter() - started)

    async def _ask(self, tool: Tool, arguments: dict[str, Any]) -> CallToolResult:
        while True:
            connection = await self._serving(tool.server)
            try:
                answer = await connection.call(tool.name, arguments, self._knobs.call_seconds)
                break
            except TimeoutError as error:
                limit = f"gave no answer within {self._knobs.call_seconds:g} s."
                raise _failed(
                    tool, "timeout", limit, mend="Ask for less, or allow servers.call_seconds more."
                ) from error
            except Lost as error:
                await self._died(tool.server, connection)
                if error.sent:
                    raise _failed(tool, "lost", "broke off: the server is gone.") from error
            # Border to foreign code: the libraries raise what they like for an answer they cannot accept.
            except Exception as error:
                raise _failed(tool, "error", f"failed: {_short(str(error))}") from error
        if answer.isError:
            raise _failed(tool, "error", f"failed: {_short(content(answer, self._knobs.content_bytes).text)}")
        return answer

    async def _serving(self, server: str) -> Connection:
        async with self._locks[server]:
            self._check_serves(server)
            connection = self._connections[server]
            if connection.doubtful and not connection.lost and not await connection.answers():
                await self._died(server, connection)
                self._check_serves(server)
            if connection.lost:
                await connection.close(kill=True)
                await self._start(server)
                self._check_serves(server)
            return self._connections[server]

    async def _died(self, server: str, connection: Connection) -> None:
        if connection.lost:
            return
        connection.lost = True
        self._deaths[server] += 1
        if self._deaths[server] >= DEATHS:
            self._leave_out(server, f"{server} died {DEATHS} times and is not started again. {connection.mend}".strip())
            await connection.close(kill=True)

    async def _start(self, server: str) -> None:
        config = self._configs[server]
        try:
            with self._span(f"{names.START_SERVER} {server}", server) as span:
                span.set_attribute(names.COLD, True)
                if self._closed:
                    raise ServerUnavailable(f"{server} was stopped.", server=server)
                if config.problem:
                    raise ServerUnavailable(config.problem, server=server)
                connection = Connection(config, start_seconds=self._knobs.start_seconds, stderr=self._stderr)
                self._connections[server] = connection
                await connection.open()
        except ServerUnavailable as error:
            self._leave_out(server, str(error))
        else:
            tools = (_tool(server, tool) for tool in connection.tools)
            self._tools[server] = {tool.name: tool for tool in tools}

    def _leave_out(self, server: str, why: str) -> None:
        self.unavailable[server] = why
        self._tools.pop(server, None)

    def _find(self, server: str, tool: str) -> Tool:
        self._check_serves(server)
        tools = self._tools[server]
        if tool not in tools:
            message = f"{server} has no tool {tool!r}."
            mend = f"It has: {', '.join(tools)}."
            raise ToolFailed(message, server=server, tool=tool, cause="error", mend=mend)
        return tools[tool]

    def _check_serves(self, server: str) -> None:
        if server in self.unavailable:
            raise ServerUnavailable(self.unavailable[server], server=server)
        if self._closed or server not in self._tools:
            what = "is not started" if server in self._configs else "is not among the enabled servers"
            raise ServerUnavailable(f"{server} {what}.", server=server, mend=f"There are: {', '.join(self._configs)}.")

    @contextmanager
    def _span(self, name: str, server: str) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute(names.SERVER, server)
            try:
                yield span
            except BaseException as error:
                kind = error.cause if isinstance(error, ToolFailed) else _KINDS.get(type(error), type(error).__name__)
                span.set_attribute(names.ERROR_TYPE, kind)
                span.set_status(Status(StatusCode.ERROR, str(error) or kind))
                raise


def _tool(server: str, tool: Any) -> Tool:
    hints = tool.annotations
    return Tool(
        server=server,
        name=tool.name,
        description=tool.description or "",
        input_schema=tool.inputSchema,
        read_only=hints is not None and hints.readOnlyHint is True,
    )


def _record(found: Content, seconds: float) -> Result:
    return Result(
        text=found.text,
        span_id="",
        content_hash=content_hash(found.text),
        bytes=found.bytes,
        cut=found.cut,
        seconds=seconds,
    )


def _arguments_hash(tool: Tool, arguments: dict[str, Any]) -> Hash:
    try:
        text = canonical(arguments)
        text.encode("utf-8")
        return content_hash(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _failed(tool, "arguments", f"was given arguments that are not JSON: {error}.") from error


def _failed(tool: Tool, cause: str, what: str, *, mend: str = "") -> ToolFailed:
    message = f"{tool.server}.{tool.name} {what}"
    return ToolFailed(message, server=tool.server, tool=tool.name, cause=cause, mend=mend)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MESSAGE_CHARACTERS else text[:_MESSAGE_CHARACTERS] + " ..."


_KINDS: dict[type[BaseException], str] = {ServerUnavailable: "unavailable", asyncio.CancelledError: "cancelled"}
