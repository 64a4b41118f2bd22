"""Which models a server offers, in whichever dialect it speaks (`dialects.py`).

LM Studio answers unknown paths with 200 and an `error`, so an answer counts only when it has the shape of its dialect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from systems.errors import Missing
from systems.models.dialects import Earlier, Listed, Native, Plain, Running, Tags
from systems.models.http import client, got, root

if TYPE_CHECKING:
    import httpx

START = "Start the server and load a model (LM Studio: `lms server start`, `lms load`), or use `--model embedded`."
KEY = "Set SPECLOOP_API_KEY to a key it accepts."


class Refused(Missing):
    """The server is there and wants a key, or another one."""


async def listing(
    base_url: str, api_key: SecretStr | None, seconds: float, *, embeddings: bool = False
) -> list[Listed] | None:
    """The language models of a server, loaded ones first; None when the server answers but has no list.

    Args:
        base_url: OpenAI-compatible base, such as `http://127.0.0.1:1234/v1`.
        api_key: sent as a bearer token when given.
        seconds: time limit for everything.
        embeddings: list the models for embeddings instead.

    Raises:
        Missing: nothing answers in time.
        Refused: the server wants a key, or another one.
    """
    import httpx

    try:
        async with client(base_url, api_key, seconds) as http:
            found = await _listed(http, base_url, embeddings)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        reason = str(error) or f"no answer within {seconds:g} s"
        raise Missing(f"No model server answers at {base_url} ({reason}).", system="model", mend=START) from error
    return None if found is None else sorted(found, key=lambda model: not model.loaded)


async def _listed(http: httpx.AsyncClient, base_url: str, embeddings: bool) -> list[Listed] | None:
    for url, dialect in _dialects(base_url):
        found = _read(await http.get(url), dialect, base_url, embeddings)
        if found is not None:
            known = dialect is not Plain or any(model.server for model in found)
            return found if known else await _ollama(http, base_url, embeddings) or found
    return None


async def _ollama(http: httpx.AsyncClient, base_url: str, embeddings: bool) -> list[Listed]:
    """What Ollama says in words of its own; nothing where it is another server."""
    tags = await got(http, f"{root(base_url)}/api/tags", Tags)
    if tags is None:
        return []
    running = await got(http, f"{root(base_url)}/api/ps", Running) or Running(models=[])
    stands = {model.name: running.context_of(model.name) for model in tags.listed(embeddings)}
    return [
        replace(model, loaded=stands[model.name][0], context_tokens=stands[model.name][1])
        for model in tags.listed(embeddings)
    ]


def _dialects(base_url: str) -> list[tuple[str, type[Native | Earlier | Plain]]]:
    plain: list[tuple[str, type[Native | Earlier | Plain]]] = [(f"{base_url}/models", Plain)]
    if urlsplit(base_url).path != "/v1":
        return plain
    return [(f"{root(base_url)}/api/v1/models", Native), (f"{root(base_url)}/api/v0/models", Earlier), *plain]


def _read(
    response: httpx.Response, dialect: type[Native | Earlier | Plain], base_url: str, embeddings: bool
) -> list[Listed] | None:
    if response.status_code in (401, 403):
        raise Refused(
            f"The model server at {base_url} refuses the key ({response.status_code}).", system="model", mend=KEY
        )
    try:
        return dialect.model_validate_json(response.content).listed(embeddings) if response.is_success else None
    except ValidationError:
        return None
