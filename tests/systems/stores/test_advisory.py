"""Locks in PostgreSQL whose connection is lost: whoever held one finds out whether it is theirs still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from systems.errors import Missing
from systems.stores.keys import key_of
from systems.stores.locks import is_held, taken
from systems.stores.place import Schema
from tests import postgres


@contextmanager
def another(database: postgres.Server, place: Schema, name: str) -> Iterator[bool]:
    """Another process that tries to take a lock, and holds it if it can; whether it could."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key_of(f"{place.name} {name}"),)).fetchone()
        yield bool(row and row[0])


def test_a_lock_that_is_lost_is_taken_again_unless_somebody_else_has_it(database: postgres.Server) -> None:
    place = Schema(database.url, "specloop_lost", "lost")
    lock, other = taken(place, "a"), taken(place, "b")
    assert lock and other and lock.still()
    database.cut("specloop locks")
    assert lock.still() and other.still(), "nobody took them"
    with another(database, place, "a") as took:
        assert not took, "it is held by the new connection"
    database.cut("specloop locks")
    with another(database, place, "a") as took:
        assert took and not lock.still() and other.still()
        lock.release()  # what is not its own any more
        assert is_held(place, "a")
    assert not lock.still(), "once lost, it is not taken again when it is free"
    other.release()


def test_a_lock_that_is_let_go_while_the_database_is_away_is_not_taken_back(database: postgres.Server) -> None:
    place = Schema(database.url, "specloop_lost", "lost")
    lock, other = taken(place, "c"), taken(place, "d")
    assert lock and other
    database.cut("specloop locks")
    lock.release()
    assert other.still()
    with another(database, place, "c") as took:
        assert took
    other.release()


def test_a_lock_is_not_believed_in_after_the_database_was_away_for_a_while() -> None:
    if not postgres.is_installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as server:
        place = Schema(server.url, "specloop_away", "away")
        lock, other = taken(place, "a"), taken(place, "b")
        assert lock and other
        server.stop()
        for _ in range(2):
            with pytest.raises(Missing, match="cannot be reached"):
                lock.still()
        server.start()
        with another(server, place, "a") as took:
            assert took and not lock.still() and other.still()
        other.release()
