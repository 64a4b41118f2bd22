"""One session with a server, over stdio or streamable HTTP, by the MCP library itself.

Its limits are the caller's: over HTTP nothing is waited for less long than a call may take, because the library takes a
read that ran out of time for the end of the server.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from systems.mcp.child import Child
from systems.mcp.config import ServerConfig
from systems.mcp.features import Features

if TYPE_CHECKING:
    from mcp import ClientSession


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
    from mcp import ClientSession
    from mcp.types import Implementation

    async with AsyncExitStack() as stack:
        read, write = await _streams(config, child, seconds, stack)
        opened = await stack.enter_async_context(
            ClientSession(
                read,
                write,
                timedelta(seconds=seconds),
                elicitation_callback=features.elicit,
                list_roots_callback=features.roots,
                logging_callback=features.log,
                client_info=Implementation(name="specloop", version=version("specloop")),
            )
        )
        await opened.initialize()
        yield opened


def load_library() -> None:
    """Import the MCP library, which takes a second and stops the event loop: to be done before a clock is started.

    What it has to say about a server's messages may hold anything: it is not for the terminal.
    """
    import mcp.client.streamable_http  # noqa: F401

    logger = logging.getLogger("mcp")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


async def _streams(config: ServerConfig, child: Child, seconds: float, stack: AsyncExitStack) -> tuple[Any, Any]:
    if config.transport == "http":
        return await _http(config, seconds, stack)
    from mcp import StdioServerParameters
    from mcp.client.stdio import stdio_client

    command, args = child.command()
    parameters = StdioServerParameters(
        command=command, args=args, env=dict(config.env), cwd=config.cwd, encoding_error_handler="replace"
    )
    log = stack.enter_context(child.open_log())
    return await stack.enter_async_context(stdio_client(parameters, errlog=log))


async def _http(config: ServerConfig, seconds: float, stack: AsyncExitStack) -> tuple[Any, Any]:
    import httpx
    from mcp.client.streamable_http import streamable_http_client

    client = httpx.AsyncClient(headers=config.headers, timeout=httpx.Timeout(seconds, read=None))
    await stack.enter_async_context(client)
    read, write, _ = await stack.enter_async_context(streamable_http_client(config.url, http_client=client))
    return read, write
