"""What a server is given in secret, taken out of everything that it, or a library about it, says.

`systems.redaction` knows what secrets look like; this knows the very ones of a server, whatever they look like.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from systems.mcp.config import ServerConfig
from systems.redaction import REDACTED, is_secret

LEAST_CHARACTERS = 6
_OPEN_HEADERS = ("accept", "content-type", "user-agent")


def hidden(text: str, config: ServerConfig) -> str:
    """The text without the secret values of a server's entry; the longest go first, so that none is left in half."""
    for secret in sorted(_secrets(config), key=len, reverse=True):
        if len(secret) >= LEAST_CHARACTERS:
            text = text.replace(secret, REDACTED)
    return text


def _secrets(config: ServerConfig) -> Iterator[str]:
    yield from config.secrets
    yield from (value for name, value in config.env.items() if is_secret(name))
    for name, value in config.headers.items():
        if name.lower() not in _OPEN_HEADERS:
            yield from {value, value.rpartition(" ")[2]}
    if config.url:
        parts = urlsplit(config.url)
        yield from (parts.password or "", *(value for _, value in parse_qsl(parts.query)))
    yield from in_arguments(config.args)


def in_arguments(args: tuple[str, ...]) -> Iterator[str]:
    """Values of options that name a secret: `--token VALUE` and `--token=VALUE`."""
    for option, following in zip(args, (*args, "")[1:], strict=True):
        name, equals, value = option.partition("=")
        if option.startswith("-") and is_secret(name.lstrip("-")):
            yield value if equals else following
