"""Locks of a project in PostgreSQL: advisory locks of one connection that this process keeps for them.

They end with the process, or when its connection does: the server was restarted, the network was cut. The connection
is made again then, and what was held is taken again, unless somebody else has it by then: whoever holds a lock asks
before they write whether it is theirs `still`. A connection that is cut is noticed at both ends within half a minute.
A pooler between (PgBouncer) has to pool sessions, not transactions.
"""

from __future__ import annotations

import atexit
import threading
import time

import psycopg

from systems.errors import Missing
from systems.stores import outage
from systems.stores.connection import CONNECT_SECONDS, dialled
from systems.stores.keys import key_of
from systems.stores.place import Schema
from systems.stores.postgres import mapped

POLL_SECONDS = 0.1
_HOLDER = """
SELECT 1 FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = %s
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_sessions: dict[str, _Session] = {}
_starting = threading.Lock()


class Held:
    """An advisory lock that this process holds."""

    def __init__(self, session: _Session, key: int) -> None:
        self._session, self._key = session, key

    def still(self) -> bool:
        """Whether it is held, also after its connection was lost and made again.

        Raises:
            Missing: the database cannot be reached.
        """
        return self._session.has(self._key)

    def release(self) -> None:
        """Let others have it."""
        self._session.let_go(self._key)


class _Session:
    """The connection of this process that holds its locks in one database."""

    def __init__(self, place: Schema) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._keys: set[int] = set()
        self._connection: psycopg.Connection | None = None

    def take(self, key: int) -> bool:
        """Try to take a lock; one that this process has already is not taken twice."""
        with self._lock, mapped(self._place):
            self._keys &= self._standing()
            if key in self._keys or not self._try(key):
                return False
            self._keys.add(key)
            return True

    def has(self, key: int) -> bool:
        """Whether this process holds a lock."""
        with self._lock, mapped(self._place):
            self._keys &= self._standing()
            return key in self._keys

    def let_go(self, key: int) -> None:
        """Give a lock up; one whose connection is lost is given up with it."""
        with self._lock:
            if key in self._keys and self._connection:
                self._keys.discard(key)
                try:
                    with mapped(self._place):
                        self._connection.execute("SELECT pg_advisory_unlock(%s)", (key,))
                except Missing:
                    self._connection.close()  # the server frees what a closed connection holds; the rest is taken again

    def is_held(self, key: int) -> bool:
        """Whether anybody holds a lock."""
        with self._lock, mapped(self._place):
            self._keys &= self._standing()
            return bool(self._open().execute(_HOLDER, (key,)).fetchone())

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            if self._connection:
                self._connection.close()

    def _standing(self) -> set[int]:
        """The locks that are still held, after the connection was looked at and made again if it had to be."""
        if self._connection is not None:
            try:
                self._connection.execute("SELECT 1")
                return self._keys
            except psycopg.OperationalError:
                self._connection.close()
                self._connection = None
        return {key for key in self._keys if self._try(key)}

    def _try(self, key: int) -> bool:
        row = self._open().execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        return bool(row and row[0])

    def _open(self) -> psycopg.Connection:
        if self._connection is None:
            seconds = outage.patience(CONNECT_SECONDS)
            self._connection = dialled(self._place.url, name="specloop locks", seconds=seconds)
        return self._connection


def taken(place: Schema, name: str, *, seconds: float) -> Held | None:
    """See `systems.stores.locks.taken`."""
    session, key = _session(place), key_of(f"{place.name} {name}")
    end = time.monotonic() + seconds
    while not session.take(key):
        if time.monotonic() >= end:
            return None
        time.sleep(POLL_SECONDS)
    return Held(session, key)


def is_held(place: Schema, name: str) -> bool:
    """See `systems.stores.locks.is_held`."""
    return _session(place).is_held(key_of(f"{place.name} {name}"))


def _session(place: Schema) -> _Session:
    with _starting:
        if place.url not in _sessions:
            _sessions[place.url] = _Session(place)
            atexit.register(_sessions[place.url].close)
        return _sessions[place.url]
