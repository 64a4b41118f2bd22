"""One MCP server, kept open by a task of its own.

A session must be opened and closed by the same task, may be used by any task of the same event loop, and has no time
limit of its own: `Connection` is that task, and puts a limit on everything. Starting a session for each call instead
would cost the server's start-up every time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from systems.errors import ServerUnavailable
from systems.mcp.child import Child
from systems.mcp.config import ServerConfig
from systems.mcp.features import Features
from systems.mcp.offers import asked, offered
from systems.mcp.ongoing import Ongoing
from systems.mcp.reason import reason
from systems.mcp.session import load_library, session
from systems.mcp.tools import Tool

if TYPE_CHECKING:
    from mcp import ClientSession, types

CLOSE_SECONDS = 5.0
LEAST_PING_SECONDS = 1.0
_GRACE_SECONDS = 0.4
_Answer = TypeVar("_Answer")


class Lost(Exception):
    """The server is gone.

    Attributes:
        sent: whether the request may have reached it.
    """

    def __init__(self, *, sent: bool) -> None:
        super().__init__("the connection broke")
        self.sent = sent


class Connection:
    """One server from its start to its end.

    Attributes:
        tools: what it listed when it was opened, without the server's name.
        took: seconds until it was open.
        lost: it is known to be gone; only `close` is of use.
        hung: it is lost because it answered nothing any more.
        refused: why it could not be opened.
    """

    def __init__(
        self, config: ServerConfig, *, start_seconds: float, stderr: Path, project: Path | None = None
    ) -> None:
        """Nothing is started yet.

        Args:
            config: which server.
            start_seconds: limit of its start.
            stderr: folder for its standard error.
            project: the folder that it is told of.
        """
        self._config = config
        self._start_seconds = start_seconds
        self._features = Features(config, project)
        self._child = Child(config, stderr)
        self._session: ClientSession | None = None
        self._failure: BaseException | None = None
        self._owner: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._stop = asyncio.Event()
        self.tools: list[Tool] = []
        self.took = 0.0
        self.lost = False
        self.hung = False
        self.refused: ServerUnavailable | None = None

    @property
    def mend(self) -> str:
        """Where to look when the server fails; empty when there is nothing to look at."""
        written = self._config.transport == "stdio" and self._child.log.exists()
        return f"Its standard error is in {self._child.log}." if written else ""

    async def open(self, ongoing: Ongoing | None = None) -> None:
        """Start or reach the server and list what it offers.

        Args:
            ongoing: is told what the server says meanwhile.

        Raises:
            ServerUnavailable: it is not there, ended, refused, or took longer than its limit.
        """
        load_library(self._config)
        began = time.monotonic()
        self._owner = asyncio.create_task(self._own(), name=f"mcp {self._config.name}")
        try:
            with self._features.during(ongoing):
                async with asyncio.timeout(self._start_seconds):
                    await self._ready.wait()
        except TimeoutError:
            await self._fail(f"did not start within {self._start_seconds:g} s")
        except asyncio.CancelledError:
            await self.close(kill=True)
            raise
        if self._session is None:
            await self._fail("")
        self.took = time.monotonic() - began

    async def call(
        self, tool: Tool, arguments: dict[str, Any], seconds: float, ongoing: Ongoing | None = None
    ) -> types.CallToolResult:
        """Call a tool, read a resource or get a prompt.

        When half of the time is over the server is pinged, so that in the end a slow call is told from a hung server:
        that one is killed, and takes all its calls with it.

        Args:
            tool: what is asked for.
            arguments: what it is given.
            seconds: limit of the call.
            ongoing: is told of progress and logs, and answers what the server asks.

        Raises:
            TimeoutError: no answer within `seconds`; with `hung`, not to the ping either.
            Lost: the server is gone.
        """
        told = {
            "read_timeout_seconds": timedelta(seconds=seconds),
            "progress_callback": self._features.progress(ongoing),
        }
        async with self._pinged(seconds / 2) as ping:
            try:
                with self._features.during(ongoing):
                    return await self._request(lambda session: asked(session, tool, arguments, **told), seconds)
            except TimeoutError:
                if not await ping():
                    self.hung = True
                    self._kill()
                raise

    async def close(self, *, kill: bool = False) -> None:
        """End the server, by force when told to or when it does not go by itself; takes at most `CLOSE_SECONDS`."""
        self._stop.set()
        if self._owner is None:
            return
        seconds = CLOSE_SECONDS - 2 * _GRACE_SECONDS
        if kill:
            self._kill()
            if self._config.transport == "http":  # the library still says good-bye, which a hung server does not answer
                seconds = _GRACE_SECONDS
        await asyncio.wait({self._owner}, timeout=seconds)
        self._child.kill()
        if not self._owner.done():
            self._owner.cancel()
            await asyncio.wait({self._owner}, timeout=_GRACE_SECONDS)
        self._child.forget()

    def _kill(self) -> None:
        self._child.kill()
        if self._owner:
            self._owner.cancel()

    @asynccontextmanager
    async def _pinged(self, seconds: float) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        """Ping after so many seconds, and wait as long for the answer; gives what waits until it is known."""
        pings: list[asyncio.Task[bool]] = []

        def ping() -> asyncio.Task[bool]:
            if not pings:
                pings.append(asyncio.create_task(self._answers(max(seconds, LEAST_PING_SECONDS))))
            return pings[0]

        later = asyncio.get_running_loop().call_later(seconds, ping)
        try:
            yield ping
        finally:
            later.cancel()
            for sent in pings:
                await _dropped(sent)

    async def _answers(self, seconds: float) -> bool:
        from mcp import McpError

        try:
            await self._request(lambda session: session.send_ping(), seconds)
        except (TimeoutError, Lost):
            return False
        except McpError:
            pass
        return True

    async def _fail(self, why: str) -> None:
        await self.close(kill=True)
        why = why or reason(self._failure, self._config, self._child.last_words())
        self.refused = ServerUnavailable(f"{self._config.name} {why}.", server=self._config.name, mend=self.mend)
        raise self.refused

    async def _own(self) -> None:
        try:
            async with session(self._config, self._child, self._features, seconds=self._start_seconds) as opened:
                self.tools = await offered(opened)
                self._session = opened
                self._ready.set()
                await self._stop.wait()
        # Border to foreign code: whatever the libraries raise here means that this server is not there.
        except (Exception, BaseExceptionGroup) as error:
            self._failure = error
        finally:
            self._session = None
            self._ready.set()

    async def _request(self, ask: Callable[[ClientSession], Awaitable[_Answer]], seconds: float) -> _Answer:
        if self._session is None or self._owner is None:
            raise Lost(sent=False)
        call = asyncio.ensure_future(ask(self._session))
        try:
            await asyncio.wait({call, self._owner}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _dropped(call)
        if call.done() and not call.cancelled():
            return _result(call)
        if self._owner.done():
            raise Lost(sent=True)
        raise TimeoutError


async def _dropped(task: asyncio.Future[Any]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)


def _result(call: asyncio.Future[_Answer]) -> _Answer:
    import anyio
    from mcp import McpError, types

    try:
        return call.result()
    except (anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
        raise Lost(sent=False) from error
    except McpError as error:
        code, message = error.error.code, error.error.message
        if message == "Session terminated":
            raise Lost(sent=False) from error
        if code == types.CONNECTION_CLOSED and message == "Connection closed":
            raise Lost(sent=True) from error
        if code == 408 and message.startswith("Timed out while waiting"):
            raise TimeoutError from error
        raise
