"""One session with a server: over streamable HTTP by langchain-mcp-adapters, over stdio by the MCP library itself.

The adapters leave a child's standard error to the terminal; ours goes into a file. Limits are the caller's: over HTTP
nothing is waited for less long than a call may take, because the library takes a read that ran out of time for the end
of the server.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from systems.mcp.child import Child
from systems.mcp.config import ServerConfig
from systems.mcp.features import Features

if TYPE_CHECKING:
    import httpx
    from mcp import ClientSession

NEVER = timedelta(days=365)


@asynccontextmanager
async def session(
    config: ServerConfig, child: Child, features: Features, *, seconds: float
) -> AsyncIterator[ClientSession]:
    """An initialized session; opened and closed by the same task.

    Args:
        config: which server.
        child: its process, where it has one.
        features: what is answered to the server.
        seconds: limit of every request that has none of its own.
    """
    from mcp.types import Implementation

    told = {
        "read_timeout_seconds": timedelta(seconds=seconds),
        "elicitation_callback": features.elicit,
        "list_roots_callback": features.roots,
        "logging_callback": features.log,
        "client_info": Implementation(name="specloop", version=version("specloop")),
    }
    async with (
        _over_http(config, seconds, told) if config.transport == "http" else _with_child(config, child, told) as one
    ):
        await one.initialize()
        yield one


def load_library(config: ServerConfig) -> None:
    """Import what a session takes, a second in which the event loop stands: to be done before a clock is started.

    What it has to say about a server's messages may hold anything: it is not for the terminal.
    """
    import_module("langchain_mcp_adapters.sessions" if config.transport == "http" else "mcp")

    logger = logging.getLogger("mcp")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _over_http(
    config: ServerConfig, seconds: float, told: dict[str, Any]
) -> AbstractAsyncContextManager[ClientSession]:
    from langchain_mcp_adapters.sessions import create_session

    return create_session(
        {
            "transport": "streamable_http",
            "url": config.url,
            "headers": dict(config.headers),
            "timeout": timedelta(seconds=seconds),
            "sse_read_timeout": NEVER,
            "session_kwargs": told,
            "httpx_client_factory": _client,
        }
    )


def _client(
    headers: dict[str, str] | None = None, timeout: httpx.Timeout | None = None, auth: httpx.Auth | None = None
) -> httpx.AsyncClient:
    """A client that takes its headers nowhere else: it follows no redirects."""
    import httpx

    return httpx.AsyncClient(headers=headers, timeout=timeout, auth=auth)


@asynccontextmanager
async def _with_child(config: ServerConfig, child: Child, told: dict[str, Any]) -> AsyncIterator[ClientSession]:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command, args = child.command()
    parameters = StdioServerParameters(
        command=command, args=args, env=dict(config.env), cwd=config.cwd, encoding_error_handler="replace"
    )
    with child.open_log() as log:
        async with stdio_client(parameters, errlog=log) as (read, write), ClientSession(read, write, **told) as opened:
            yield opened
