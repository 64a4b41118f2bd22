"""Redis: who works on which run next, and what runs say while they go on.

Nothing in it has to last: runs, checkpoints and leases are in PostgreSQL, and workers put what Redis has forgotten into
its queue again. https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from systems.errors import Missing
from systems.supervision.service import LOOPBACK, TRY_SECONDS, Service, program

PORT = 6379
MEND = "Install it (Debian, Ubuntu: apt-get install redis-server), or name a server: --redis redis://HOST:6379/0"


def redis_service(folder: Path, port: int) -> Service:
    """A server of our own, on loopback.

    Raises:
        Missing: it is not installed.
    """
    argv = (program("redis-server", system="redis", mend=MEND), "--port", str(port), "--bind", LOOPBACK)
    return Service(
        name="Redis",
        argv=(*argv, "--dir", str(folder), "--save", "", "--appendonly", "no"),
        port=port,
        folder=folder,
        log=folder / "log",
        answers=partial(answers, url_of(port)),
    )


def url_of(port: int) -> str:
    """Where a server of our own is reached."""
    return f"redis://{LOOPBACK}:{port}/0"


def answers(url: str) -> bool:
    """Whether a Redis answers there; one that wants to know first who asks does too."""
    where = urlsplit(url)
    try:
        with socket.create_connection((where.hostname or LOOPBACK, where.port or PORT), TRY_SECONDS) as connection:
            if where.scheme == "rediss":
                return True
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"+PONG", b"-NOAUTH", b"-DENIED"))
    except OSError:
        return False


def check(url: str) -> None:
    """Refuse a server that does not answer.

    Raises:
        Missing: nothing answers there, or it is no Redis.
    """
    if not answers(url):
        where = urlsplit(url)
        mend = "Start it, or leave --redis out to have one started."
        raise Missing(f"No Redis answers at {where.hostname}:{where.port or PORT}.", system="redis", mend=mend)
