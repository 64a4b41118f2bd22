"""A store in a schema of a PostgreSQL database.

Connections come from one pool a database and process, whatever the number of stores and projects; each is checked
before it is used, so that a server that was restarted meanwhile is not noticed; one that is away is (`outage.py`).
psycopg binds values on its own side (`ClientCursor`), which lets a value be NULL wherever SQLite lets it.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any

try:
    import psycopg
    from psycopg import sql as quoting
    from psycopg.rows import DictRow, dict_row
    from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout
except ModuleNotFoundError as absent:  # named with the command that mends it, where it is needed
    from systems.errors import Missing

    raise Missing(
        f"Stores in PostgreSQL need a package that is not installed ({absent.name}).",
        system="store",
        mend="pip install 'specloop[postgres]'",
    ) from absent

from systems.errors import Away, Missing
from systems.stores import outage
from systems.stores.connection import (
    CONNECT_SECONDS,
    AsyncConnection,
    Connection,
    address,
    check,
    check_on_loop,
    dialled,
    keep,
    keep_on_loop,
)
from systems.stores.keys import key_of
from systems.stores.layout import LAYOUT
from systems.stores.place import Schema
from systems.stores.refusals import newer, refusal

MOST_CONNECTIONS = 8
IDLE_SECONDS = 120

_pools: dict[str, ConnectionPool[Connection]] = {}
_ahead: dict[str, float] = {}  # seconds that a server's clock is ahead of ours
_ready: set[tuple[str, str]] = set()
_opening = threading.Lock()


class PostgresTables:
    """The tables of one store in a schema; see `systems.stores.tables.Tables`."""

    def __init__(self, place: Schema, store: str, *, sees: str = "", most: float | None = None) -> None:
        self.place = place
        self._store, self._sees, self._most = store, sees, most
        self._own = threading.local()
        _prepare(place)

    @property
    def aside(self) -> str:
        """What a person does with a damaged database."""
        return "restore the database from a backup"

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement selects."""
        with self._connection() as connection:
            return _executed(connection, sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row that a statement selects; None where there is none."""
        with self._connection() as connection:
            return _executed(connection, sql, values).fetchone()

    def run(self, sql: str, *values: Any) -> int:
        """Carry out a statement, and return how many rows it concerned."""
        with self._connection() as connection:
            return _executed(connection, sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Carry out a statement for each of many rows, all or none, and return how many rows it concerned."""
        with self._connection() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(translated(sql), [tuple(map(_text, row)) for row in rows])
            return cursor.rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written in the block, or nothing; one within another belongs to it."""
        if getattr(self._own, "connection", None):
            yield
            return
        with connected(self.place) as connection, connection.transaction():
            alone = key_of(f"{self.place.name} writes {self._store}")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (alone,))
            connection.execute("SELECT set_config('specloop.sees', %s, true)", (self._sees,))
            self._own.connection = connection
            try:
                yield
            finally:
                self._own.connection = None

    def triggers(self) -> set[str]:
        """Names of the triggers that are there."""
        found = "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal"
        return {str(name) for (name,) in self.rows(f"{found} AND relnamespace = current_schema()::regnamespace")}

    def now(self) -> float:
        """The time on the server's machine, as of the last connection that was made."""
        return time.time() + _ahead.get(self.place.url, 0.0)

    def close(self) -> None:
        """Nothing to give back: connections belong to the pool."""

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        own = getattr(self._own, "connection", None)
        if own:
            with mapped(self.place):
                yield own
        elif self._sees:
            with self.transaction():
                yield self._own.connection
        else:
            with connected(self.place, most=self._most) as connection:
                yield connection


@contextmanager
def connected(place: Schema, *, seconds: float | None = None, most: float | None = None) -> Iterator[Connection]:
    """A connection of the pool, turned to a schema; every statement is a transaction of its own.

    Args:
        place: the schema.
        seconds: how long to wait for a connection; None: as long as is usual, see `outage.py`.
        most: how long to wait for an answer.

    Raises:
        Missing: the database cannot be reached, or refuses.
    """
    with pooled(place, seconds=seconds, most=most) as connection:
        connection.turn_to(place.name)
        yield connection


@contextmanager
def pooled(place: Schema, *, seconds: float | None = None, most: float | None = None) -> Iterator[Connection]:
    """A connection of the pool, turned to no schema in particular; arguments and errors are those of `connected`."""
    with mapped(place), _pool(place.url).connection(timeout=outage.patience(seconds)) as connection:
        connection.most = most
        try:
            yield connection
        finally:
            connection.most = None


@asynccontextmanager
async def on_the_loop(place: Schema) -> AsyncIterator[AsyncConnectionPool[psycopg.AsyncConnection[DictRow]]]:
    """Connections for a caller on an event loop, turned to a schema that is there.

    Raises:
        Missing: the database cannot be reached, or refuses.
    """
    with mapped(place):
        _prepare(place)
        pool: Any = AsyncConnectionPool(
            address(place.url),
            connection_class=AsyncConnection,
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "prepare_threshold": 0,
                "options": f"-c search_path={place.name}",
            },
            min_size=0,
            max_size=MOST_CONNECTIONS,
            max_idle=IDLE_SECONDS,
            timeout=outage.WAIT_SECONDS,
            configure=keep_on_loop,
            check=check_on_loop,
            open=False,
        )
    async with pool:
        yield pool


@contextmanager
def mapped(place: Schema) -> Iterator[None]:
    """Turn PostgreSQL's errors into `Missing`, naming the database and the way out.

    Raises:
        Away: also at once, on an event loop while the database is known to be away.
    """
    outage.refuse(place.url)
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        told = refusal(place, error)
        if isinstance(told, Away):
            outage.begun(place.url, told, partial(_look, place.url))
        raise told from error


def has_schema(place: Schema) -> bool:
    """Whether anything was ever kept in a schema.

    Raises:
        Missing: the database cannot be reached.
    """
    with pooled(place) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (place.name,)).fetchone()
    return found is not None


def pool_sizes(url: str) -> dict[str, int]:
    """The connections of this process to a database: in use, idle, and requests that wait for one."""
    told = _pools[url].get_stats() if url in _pools else {}
    size, idle = told.get("pool_size", 0), told.get("pool_available", 0)
    return {"used": size - idle, "idle": idle, "waiting": told.get("requests_waiting", 0)}


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """A statement with psycopg's marks for values."""
    return sql.replace("%", "%%").replace("?", "%s")


def _executed(connection: Connection, sql: str, values: tuple[Any, ...]) -> psycopg.Cursor[tuple[Any, ...]]:
    return connection.execute(translated(sql), tuple(map(_text, values)))


def _text(value: Any) -> Any:
    """A value as PostgreSQL can hold it: its texts have no zero character."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


def _pool(url: str) -> ConnectionPool[Connection]:
    with _opening:
        if url not in _pools:
            logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())  # callers say what it would
            dialled(url).close()  # what is wrong for good is told at once
            _pools[url] = ConnectionPool(
                address(url),
                connection_class=Connection,
                kwargs={"autocommit": True, "cursor_factory": psycopg.ClientCursor},
                min_size=0,
                max_size=MOST_CONNECTIONS,
                max_idle=IDLE_SECONDS,
                reconnect_timeout=CONNECT_SECONDS,
                configure=partial(_begin, url),
                check=check,
                open=True,
            )
            atexit.register(_pools[url].close)
        return _pools[url]


def _begin(url: str, connection: Connection) -> None:
    """Make a new connection of the pool ready, and look at the server's clock."""
    keep(connection)
    for (theirs,) in connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8"):
        _ahead[url] = theirs - time.time()


def _look(url: str) -> None:
    """Return when a database answers, and the pool has a connection again."""
    dialled(url).close()
    if url in _pools:
        with _pools[url].connection(timeout=CONNECT_SECONDS):
            pass


def _prepare(place: Schema) -> None:
    """Make the schema or bring it up to date, once a process: all of it, or nothing; that may take its time."""
    if (place.url, place.name) in _ready:
        return
    with pooled(place) as connection, outage.alone(), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (key_of(f"{place.name} layout"),))
        connection.execute(quoting.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(quoting.Identifier(place.name)))
        connection.execute(quoting.SQL("SET LOCAL search_path TO {}").format(quoting.Identifier(place.name)))
        connection.execute("CREATE TABLE IF NOT EXISTS layout (name text PRIMARY KEY, applied timestamptz NOT NULL)")
        said = connection.execute("SELECT name, to_jsonb(layout) ->> 'version' FROM layout")  # it had no version once
        applied = dict(said.fetchall())
        if unknown := applied.keys() - LAYOUT.keys():
            raise newer(place, {name: applied[name] for name in sorted(unknown)})
        if LAYOUT.keys() - applied.keys():
            connection.execute("ALTER TABLE layout ADD COLUMN IF NOT EXISTS version text")
        for name, statements in LAYOUT.items():
            if name not in applied:
                connection.execute(statements.encode())
                connection.execute("INSERT INTO layout VALUES (%s, now(), %s)", (name, version("specloop")))
    _ready.add((place.url, place.name))
