"""Connections to PostgreSQL that end when nobody is at the other end, on either side.

A network that is cut says nothing. The system of the client looks after a silent connection by keepalives; a server or
a pooler that hangs answers these, so that besides no answer is waited for without end. The server is told to look after
its clients as well: it would keep the locks of a worker whose machine is gone for hours.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS and runtime-config-connection.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg import sql as quoting
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from systems.stores import outage

CONNECT_SECONDS = 10
NAME = "specloop"
_WAKE_SECONDS = 0.1
_DIALLED = {
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds that what was sent may stay unacknowledged
}
_KEPT = {
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
    "client_connection_check_interval": "5s",  # whoever has gone away waits for no lock, and gets none
    "idle_in_transaction_session_timeout": "60s",
}
_KEEP = """
SELECT set_config(name, value, false) FROM pg_settings
JOIN unnest(%s::text[], %s::text[]) AS wanted (name, value) USING (name)
"""


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that knows which schema it was last used for.

    Attributes:
        most: seconds that whoever has it now waits for one answer, at most; None: as long as is usual.
    """

    schema = ""
    most: float | None = None

    def turn_to(self, schema: str) -> None:
        """Let names without a schema mean those of this one."""
        if self.schema != schema:
            self.execute(quoting.SQL("SET search_path TO {}").format(quoting.Identifier(schema)))
            self.schema = schema

    def wait(self, gen: PQGen[RV], interval: float = _WAKE_SECONDS, timeout: float | None = None) -> RV:
        """Wait for an answer; a connection that gives none is closed, since nobody knows what came of the question."""
        seconds = outage.patience(self.most) if timeout is None else timeout
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.OperationalError as error:
            if error.sqlstate or self.broken or self.closed:
                raise
            self.close()
            raise _silent(seconds) from error


class AsyncConnection(psycopg.AsyncConnection[DictRow]):
    """The same for a caller on an event loop, which nothing holds up."""

    most: float | None = None

    async def wait(self, gen: PQGen[RV], interval: float = _WAKE_SECONDS, timeout: float | None = None) -> RV:
        """Wait for an answer; see `Connection`."""
        seconds = (self.most or outage.WAIT_SECONDS) if timeout is None else timeout
        try:
            return await super().wait(gen, interval, seconds)
        except psycopg.OperationalError as error:
            if error.sqlstate or self.broken or self.closed:
                raise
            await self.close()
            raise _silent(seconds) from error


def dialled(url: str, *, name: str = NAME, seconds: float | None = None) -> Connection:
    """A connection of the caller's own.

    Args:
        url: the database.
        name: by which the server knows the connection.
        seconds: how long to wait for it, at least 2; None: as its URL says, else `CONNECT_SECONDS`.

    Raises:
        psycopg.Error: it cannot be made.
    """
    hurry = {} if seconds is None else {"connect_timeout": int(seconds)}
    conninfo = make_conninfo(address(url, name=name), **hurry)
    connection = Connection.connect(conninfo, autocommit=True, cursor_factory=psycopg.ClientCursor)
    keep(connection)
    return connection


def address(url: str, *, name: str = NAME) -> str:
    """How a database is dialled; what its URL says itself counts.

    Raises:
        psycopg.Error: the URL is none of libpq's.
    """
    ours: dict[str, Any] = {**_DIALLED, "application_name": name, "connect_timeout": CONNECT_SECONDS}
    return make_conninfo("", **{**ours, **conninfo_to_dict(url)})


def check(connection: Connection) -> None:
    """Ask a connection of the pool for a sign of life before it is used; one that hangs is soon given up.

    Raises:
        psycopg.Error: it is lost.
    """
    connection.most = outage.LOOP_SECONDS
    connection.execute("")
    connection.most = None


async def check_on_loop(connection: AsyncConnection) -> None:
    """See `check`."""
    connection.most = outage.LOOP_SECONDS
    await connection.execute("")
    connection.most = None


def keep(connection: psycopg.Connection[Any]) -> None:
    """Have the server look after a connection, as far as it knows how to."""
    with suppress(errors.DatabaseError):
        connection.execute(_KEEP, (list(_KEPT), list(_KEPT.values())))


async def keep_on_loop(connection: psycopg.AsyncConnection[Any]) -> None:
    """See `keep`."""
    with suppress(errors.DatabaseError):
        await connection.execute(_KEEP, (list(_KEPT), list(_KEPT.values())))


def _silent(seconds: float) -> psycopg.OperationalError:
    return psycopg.OperationalError(f"no answer within {seconds:g} s")
