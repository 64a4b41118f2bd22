"""MCP over streamable HTTP, on loopback only and for no web page.

Whoever can connect can start runs, and nobody is asked who they are. So other addresses are refused, and so is a
request that names another host (DNS rebinding) or comes from another origin than this server
(https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning).
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from systems.errors import UsageError

PATH = "/mcp"
LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "localhost", "::1": "[::1]"}
"""What may be listened on, and how a URL names it."""
GRACE_SECONDS = 5


async def serve(server: Server[Any, Any], *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve every program of this machine that connects, until cancelled.

    A client that goes away does not end its calls, as the protocol has it; who cancels does.

    Args:
        server: what to serve.
        host: `127.0.0.1`, `localhost` or `::1`.
        port: 0 for any free one.
        ready: called with the URL once it can be reached.

    Raises:
        UsageError: the address is not loopback, or cannot be had.
    """
    listening = bound(host, port)
    places = [f"{name}:{listening.getsockname()[1]}" for name in LOOPBACK.values()]
    manager = StreamableHTTPSessionManager(server, security_settings=_security(places))
    web = _Web(uvicorn.Config(_Application(manager), **_QUIET))
    serving = asyncio.create_task(web.serve([listening]))
    try:
        async with manager.run():
            ready(f"http://{LOOPBACK[host]}:{listening.getsockname()[1]}{PATH}")
            await asyncio.shield(serving)
    finally:
        web.should_exit = True
        await asyncio.wait({serving}, timeout=2 * GRACE_SECONDS)
        listening.close()


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens on loopback.

    Raises:
        UsageError: the address is not loopback, or cannot be had.
    """
    if host not in LOOPBACK:
        raise UsageError(
            f"{host} is not loopback: everybody who reaches it could start runs here.",
            mend="Leave --host out; from another machine, reach it through a tunnel: ssh -L 8765:127.0.0.1:8765 HOST",
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        message = f"Port {port} on {host} is taken." if taken else f"Cannot listen on {host}, port {port}: {error}."
        raise UsageError(message, mend="Stop the program that has it, or choose another with --port.") from error


_QUIET: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "lifespan": "off",
    "ws": "none",
    "timeout_graceful_shutdown": GRACE_SECONDS,
}


def _security(places: list[str]) -> TransportSecuritySettings:
    return TransportSecuritySettings(allowed_hosts=places, allowed_origins=[f"http://{place}" for place in places])


class _Web(uvicorn.Server):
    """Uvicorn without handlers of signals, which are the program's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Application:
    """The one path that is served."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == PATH:
            await self._manager.handle_request(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": f"MCP is at {PATH}.".encode()})
