"""Plain requests to a model server, beside those that LangChain sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

if TYPE_CHECKING:
    import httpx

R = TypeVar("R", bound=BaseModel)


def is_loopback(url: str) -> bool:
    """Whether a URL is on this machine, where no proxy is to be asked."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")


@asynccontextmanager
async def client(base_url: str, api_key: SecretStr | None, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    """A client for one server; everything done in the block takes at most so many seconds.

    Raises:
        TimeoutError: it took longer.
    """
    import httpx

    made = httpx.AsyncClient(
        headers={"Authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {},
        timeout=seconds,
        trust_env=not is_loopback(base_url),
        verify=base_url.startswith("https"),  # without, no certificates are read, which takes a busy machine long
    )
    async with made, asyncio.timeout(seconds):
        yield made


async def got(http: httpx.AsyncClient, url: str, shape: type[R], *, post: Any = None) -> R | None:
    """An answer of this shape; None when there is none, or one of another shape.

    Args:
        http: the client.
        url: where.
        shape: what counts as an answer; LM Studio answers unknown paths with 200.
        post: sent as JSON; without, it is a GET.
    """
    import httpx

    try:
        response = await (http.get(url) if post is None else http.post(url, json=post))
        return shape.model_validate_json(response.content) if response.is_success else None
    except (httpx.HTTPError, ValidationError):
        return None


def root(base_url: str) -> str:
    """The server itself: its base without the version of the API."""
    return base_url.removesuffix("/v1")
