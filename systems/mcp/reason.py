"""Why a server could not be started, in words that name no secret."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from systems.mcp.config import ServerConfig
from systems.mcp.secrets import hidden


def reason(failure: BaseException | None, config: ServerConfig, last_words: str) -> str:
    """A clause that goes on from the server's name, without the secrets of its entry.

    Args:
        failure: what the libraries raised, possibly as nested groups.
        config: how the server was to be started.
        last_words: last line on its standard error.
    """
    return hidden(_clause(failure, config, last_words), config)


def _clause(failure: BaseException | None, config: ServerConfig, last_words: str) -> str:
    import anyio
    import httpx
    from mcp import McpError

    error = _innermost(failure)
    if error is None:
        return "was stopped while starting"
    place = _place(config.url)
    if isinstance(error, httpx.HTTPStatusError):
        return f"answered {error.response.status_code} {error.response.reason_phrase} at {place}"
    if isinstance(error, httpx.TransportError | httpx.InvalidURL):
        return f"could not be reached at {place} ({type(error).__name__})"
    broken = isinstance(error, anyio.BrokenResourceError | anyio.ClosedResourceError)
    if broken or (isinstance(error, McpError) and error.error.message == "Connection closed"):
        return f"ended while starting ({last_words or 'without a word on its standard error'})"
    if isinstance(error, McpError) and error.error.message == "Session terminated":
        return f"answered 404 Not Found at {place}"
    if isinstance(error, McpError):
        return f"refused: {error.error.message[:200]}"
    if isinstance(error, OSError):
        return f"could not be started: {error.strerror or error}"
    return f"could not be started ({type(error).__name__}: {str(error)[:200]})"


def _innermost(error: BaseException | None) -> BaseException | None:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _place(url: str) -> str:
    """The address without user, password and query, which may be secrets."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
