"""Who may ask a model server now, where workers on several machines share it: first come, first served.

PostgreSQL's advisory locks are the line: the lock that everybody waits for is handed on in the order of asking, and who
holds it takes the next place that is free. A place, like one in the line, is given up when its connection ends, however
the process ended (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import Field

from systems.hashed import Record
from systems.stores.keys import short_key_of
from systems.stores.place import Schema

if TYPE_CHECKING:
    import psycopg

POLL_SECONDS = 0.05
PREFIX = "specloop asks "
MOST_NAME = 63  # bytes of an application_name, see NAMEDATALEN
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_QUEUES = """
SELECT application_name, count(*) FILTER (WHERE objid > 0), count(*) FILTER (WHERE objid = 0)
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND objsubid = 2 AND application_name LIKE %s GROUP BY 1 ORDER BY 1
"""


class Queue(Record):
    """What goes on at a model server, over all workers."""

    server: str = Field(description="The server's address, and the machine where that says nothing by itself")
    asked: int = Field(description="Requests it works on now")
    waiting: int = Field(description="Requests that wait for a place")


@asynccontextmanager
async def place_in_line(database: str, server: str, most: int) -> AsyncIterator[None]:
    """A place at a model server, once it is this request's turn.

    Args:
        database: URL of the PostgreSQL database that the workers share.
        server: URL of the model server.
        most: requests that it answers at once.

    Raises:
        Missing: the database cannot be reached.
    """
    import psycopg

    from systems.stores.connection import address, keep_on_loop
    from systems.stores.postgres import mapped

    key, name = short_key_of(_named(server)), f"{PREFIX}{_named(server)}".encode()[:MOST_NAME].decode("utf-8", "ignore")
    with mapped(Schema(database, "model servers", "")):
        connection = await psycopg.AsyncConnection.connect(address(database, name=name), autocommit=True)
        async with connection:
            await keep_on_loop(connection)
            await connection.execute("SELECT pg_advisory_lock(%s, 0)", (key,))
            while not await _sat_down(connection, key, most):
                await asyncio.sleep(POLL_SECONDS)
            await connection.execute("SELECT pg_advisory_unlock(%s, 0)", (key,))
            yield


def queues(database: str) -> tuple[Queue, ...]:
    """The model servers that are being asked now.

    Raises:
        Missing: the database cannot be reached.
    """
    from systems.stores.postgres import pooled

    with pooled(Schema(database, "model servers", "")) as connection:
        rows = connection.execute(_QUEUES, (f"{PREFIX}%",)).fetchall()
    return tuple(Queue(server=name.removeprefix(PREFIX), asked=asked, waiting=waiting) for name, asked, waiting in rows)


async def _sat_down(connection: psycopg.AsyncConnection, key: int, most: int) -> bool:
    """Take a free place, if there is one."""
    for place in range(1, most + 1):
        answer = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (key, place))
        row = await answer.fetchone()
        if row and row[0]:
            return True
    return False


def _named(server: str) -> str:
    """A server by its address; one on loopback is another one on every machine."""
    where = urlsplit(server)
    return f"{where.netloc} on {platform.node()}" if where.hostname in LOOPBACK else where.netloc
