"""All MCP servers of a run: started when needed, called under limits, restarted once, each call one span.

A server that cannot serve never stops the others: it is named in `Servers.unavailable` with its reason. `under` gives
the same running servers other limits, as another policy has them, and a memory of their own.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from opentelemetry.trace import Tracer, format_span_id

from systems import names
from systems.errors import Elicited, ToolFailed
from systems.mcp.calls import Calls, How
from systems.mcp.config import ServerConfig
from systems.mcp.content import content
from systems.mcp.elicitation import Replied
from systems.mcp.failing import NotMade, check_call, declined, short
from systems.mcp.limits import limits
from systems.mcp.listings import Listings
from systems.mcp.ongoing import Ongoing
from systems.mcp.pool import Pool
from systems.mcp.reads import Read, Reads
from systems.mcp.secrets import hidden
from systems.mcp.tools import Result, Tool, arguments_hash, failed, result_of
from systems.mcp.tracing import traced
from systems.policy import ServerKnobs
from systems.records import Hash

AGAIN = ("timeout", "lost")


class Servers:
    """The MCP servers of a project; an async context manager."""

    def __init__(
        self,
        configs: Mapping[str, ServerConfig],
        *,
        knobs: ServerKnobs,
        tracer: Tracer,
        stderr: Path,
        project: Path | None = None,
        listings: Listings | None = None,
        reads: Reads | None = None,
    ) -> None:
        """Nothing is started yet.

        Args:
            configs: the servers, by name.
            knobs: limits of starts, calls and results.
            tracer: makes the spans.
            stderr: folder for the servers' standard error, one log each.
            project: the folder that the servers are told of, as their root.
            listings: what servers offered before; without, each is started to be asked.
            reads: remembers what was read; without, a trace knows its own reads only.
        """
        self._pool = Pool(configs, tracer=tracer, stderr=stderr, project=project, listings=listings)
        self._tracer = tracer
        self._remember_nothing(knobs, reads or Reads())

    def under(self, knobs: ServerKnobs) -> Servers:
        """The same running servers under other limits.

        Results are kept apart, so that no policy is helped by what another one asked, and so are deaths: a server that
        died too often for one is started again for the other. Whoever opened the servers closes them for all.
        """
        other = copy.copy(self)
        other._remember_nothing(knobs, self._reads.alone())
        return other

    def _remember_nothing(self, knobs: ServerKnobs, reads: Reads) -> None:
        self._knobs, self._reads = knobs, reads
        self._calls = Calls(self._pool, knobs)

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
    def names(self) -> tuple[str, ...]:
        """The configured servers that are not disabled, serving or not."""
        return self._pool.names

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools of the servers that serve."""
        left_out = self.unavailable
        served = (tools for server, tools in self._pool.tools.items() if server not in left_out)
        return tuple(tool for tools in served for tool in tools.values())

    @property
    def unavailable(self) -> dict[str, str]:
        """Name of each server that does not serve, with a sentence that says why."""
        return self._calls.unavailable

    async def start(self) -> None:
        """Know the tools of every server, and start those of which that takes; what does not is in `unavailable`."""
        await self._pool.start(self._knobs)

    async def call(
        self,
        server: str,
        tool: str,
        arguments: dict[str, Any],
        *,
        approved: bool = False,
        reuse: bool = False,
        replies: Mapping[Hash, Replied] | None = None,
    ) -> Result:
        """Call a tool; a read-only call that ran out of time or was lost is made again as often as the limits say.

        Args:
            server: name of the server.
            tool: name of the tool on it.
            arguments: checked against the tool's schema before anything is sent.
            approved: a person allowed this call; needed for a tool that is not read-only.
            reuse: an earlier result of the same read-only call will do while its source is as it was.
            replies: what the person said to questions of the tool, by `Elicitation.key`; None declines them all.

        Raises:
            ToolFailed: cause error, timeout, empty, lost or arguments.
            Elicited: the tool asks something that is not among the replies.
            ServerUnavailable: there is no such server, it did not start, it died twice, or is being restarted.
        """
        retry = 0
        while True:
            try:
                how = How(approved, reuse, retry, replies)
                return await self._call(server, tool, arguments, how)
            except ToolFailed as failure:
                if retry >= limits(self._knobs, server).retries or not self._worth_again(failure):
                    raise
            retry += 1

    async def close(self) -> None:
        """End all servers; takes a few seconds at most and leaves nothing behind. May be called twice."""
        await self._pool.close()

    def _worth_again(self, failure: ToolFailed) -> bool:
        if isinstance(failure, NotMade):
            return False
        known = self._pool.tools.get(failure.server, {}).get(failure.tool)
        serves = failure.server not in self.unavailable
        return failure.cause in AGAIN and serves and known is not None and known.read_only

    async def _call(self, server: str, tool: str, arguments: dict[str, Any], how: How) -> Result:
        with traced(self._tracer, f"{names.EXECUTE_TOOL} {tool}", server) as span:
            span.set_attributes({names.OPERATION: names.EXECUTE_TOOL, names.TOOL_NAME: tool})
            if how.retry:
                span.set_attribute(names.RETRY, how.retry)
            found = self._calls.tool(server, tool)
            arguments_key = arguments_hash(found, arguments)
            span.set_attribute(names.ARGUMENTS_HASH, arguments_key)
            read = Read(span.get_span_context().trace_id, server, tool, arguments_key)
            ongoing = Ongoing(span, tool=tool, replies=how.replies)
            call = partial(self._fresh, found, arguments, how, ongoing)
            if found.read_only and how.reuse:
                result = await self._reads.once(read, found, arguments, tuple(self._pool.tools[server]), call)
            else:
                result = await call()
            if result.reused:
                span.set_attribute(names.REUSED, True)
            result = result.model_copy(update={"span_id": format_span_id(span.get_span_context().span_id)})
            span.set_attributes({names.RESULT_HASH: result.content_hash, names.RESULT_BYTES: result.bytes})
            if found.read_only and not how.reuse:
                self._reads.note(read, result)
            return result

    async def _fresh(self, tool: Tool, arguments: dict[str, Any], how: How, ongoing: Ongoing) -> Result:
        check_call(tool, arguments, approved=how.approved)
        started = time.perf_counter()
        answer = await self._calls.made(tool, arguments, how, ongoing)
        if ongoing.unanswered:
            raise Elicited(ongoing.unanswered)
        found = content(answer, self._knobs.content_bytes)
        text = hidden(found.text, self._pool.configs[tool.server])
        if answer.isError:
            raise failed(tool, "error", f"failed: {short(text)}{declined(ongoing)}")
        if not text.strip():
            raise failed(tool, "empty", f"gave an empty result.{declined(ongoing)}")
        return result_of(found._replace(text=text), time.perf_counter() - started)
