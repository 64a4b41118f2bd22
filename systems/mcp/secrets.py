"""What a server is given in secret, taken out of everything that it, or a library about it, says.

`systems.redaction` knows what secrets look like; this knows the very ones of a server, whatever they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from systems.mcp.config import ServerConfig, names_secret
from systems.redaction import REDACTED

LEAST_CHARACTERS = 6
_OPEN_HEADERS = ("accept", "content-type", "user-agent")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)


def hidden(text: str, config: ServerConfig) -> str:
    """The text without the secret values of a server's entry."""
    return without(text, (secret for secret in _secrets(config) if len(secret) >= LEAST_CHARACTERS))


def without(text: str, secrets: Iterable[str]) -> str:
    """The text without these; the longest go first, so that none is left in half."""
    for secret in sorted(set(filter(None, secrets)), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return text


def _secrets(config: ServerConfig) -> Iterator[str]:
    yield from config.secrets
    for name, value in config.env.items():
        yield from in_variable(name, value)
    for name, value in config.headers.items():
        yield from in_header(name, value)
    yield from in_address(config.url)
    yield from in_arguments(config.args)


def in_variable(name: str, value: str) -> Iterator[str]:
    """All of it where its name is a secret's, else what is secret in the value."""
    if names_secret(name):
        yield value
    yield from _in_text(value)


def in_header(name: str, value: str) -> Iterator[str]:
    """The value of a header, and its last word: `Bearer KEY`."""
    if name.lower() not in _OPEN_HEADERS:
        yield from {value, value.rpartition(" ")[2]}


def in_address(url: str, *, every: bool = True) -> Iterator[str]:
    """The password of an address, as it is written and as it is meant, and what its query says.

    Args:
        url: the address.
        every: all values of the query; else those alone whose name is a secret's.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    yield from {parts.password or "", unquote(parts.password or "")}
    yield from (value for name, value in parse_qsl(parts.query) if every or names_secret(name))


def in_arguments(args: tuple[str, ...]) -> Iterator[str]:
    """Values of what names a secret: `--token VALUE`, `--token=VALUE`, `TOKEN=VALUE`; and what is secret in others."""
    for option, following in zip(args, (*args, "")[1:], strict=True):
        name, equals, value = option.partition("=")
        if names_secret(name.lstrip("-")) and (equals or option.startswith("-")):
            yield value if equals else following
        yield from _in_text(option)


def _in_text(text: str) -> Iterator[str]:
    """Secrets of the addresses in a text, and of the header that it is, as in `Authorization: Bearer KEY`."""
    for address in _ADDRESS.findall(text):
        yield from in_address(address, every=False)
    name, colon, value = text.partition(":")
    if colon and names_secret(name.strip()):
        yield from in_header(name, value.strip())
