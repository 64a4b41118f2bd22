"""One request, its answer, what limits both, and the room that all requests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

LIVE, READY, METRICS = "/health", "/ready", "/metrics"
PATHS = (LIVE, READY, METRICS)
"""Who looks after a collector asks these."""


class Limits(NamedTuple):
    """What is asked of senders. Sizes are bytes.

    Attributes:
        idle_seconds: how long a kept connection may wait for its next request.
        request_seconds: how long one request may take to arrive.
        answer_seconds: how long the sender may take to read the answer.
        head: size of request line and headers.
        body: size of a body, packed or unpacked; the default is that of the OpenTelemetry Collector.
        held: size of all requests that are not answered yet, together.
        connections: open at the same time.
        behind_seconds: how long commits may lag before senders are told to wait; exporters give up after 10 s.
    """

    idle_seconds: float = 75.0
    request_seconds: float = 30.0
    answer_seconds: float = 10.0
    head: int = 16 << 10
    body: int = 20 << 20
    held: int = 64 << 20
    connections: int = 500
    behind_seconds: float = 3.0


class Refused(Exception):
    """A request that is answered with an error.

    Attributes:
        status: HTTP status code.
        message: what is wrong, for the person who reads the sender's log.
        headers: headers of the answer.
    """

    def __init__(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


class Room:
    """Bytes of all requests that are not answered yet."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0


class Share:
    """What one request holds of the room; nothing when the `with` block ends."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *error: object) -> None:
        self._room.held -= self._held
        self._held = 0

    def take(self, size: int) -> None:
        """Hold so many bytes more.

        Raises:
            Refused: there is no room now.
        """
        if self._room.held + size > self._room.most:
            raise Refused(429, "Too much at once; send it again.", ("Retry-After", "1"))
        self._room.held += size
        self._held += size


class Request(NamedTuple):
    """A request with all of its body; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    share: Share


class Reply(NamedTuple):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Application(Protocol):
    """What answers the requests."""

    async def answer(self, request: Request) -> Reply:
        """The answer.

        Raises:
            Refused: instead of an answer.
        """
        ...

    def refuse(self, headers: Mapping[str, str], error: Refused) -> Reply:
        """The error, in the form that the request's headers ask for."""
        ...
