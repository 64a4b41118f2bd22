"""Both engines do the same, and say what is wrong."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from systems import case_tables, documents, results, run_tables
from systems.access import replies, tokens
from systems.errors import Missing
from systems.ledger import chain
from systems.mcp import reads
from systems.spans import schema as spans
from systems.stores import Place, Schema, exists, open_tables
from systems.stores.locks import is_held, taken
from tests import postgres

STORES = (
    documents.migrations,
    run_tables.migrations,
    replies.migrations,
    tokens.migrations,
    results.migrations,
    case_tables.migrations,
    reads.migrations,
    spans.migrations,
)
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
ONLY_POSTGRES = {"layout", "ledger_heads", "spans_before", "spans_after"}
ONLY_THERE = {"rowid", "duration"}


def test_both_engines_have_the_same_tables_and_columns(tmp_path: Path, database: postgres.Server) -> None:
    path = tmp_path / "store.db"
    for migrations in (*STORES, chain.migrations):
        open_tables(path, migrations).close()
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = {
            (table, row[1]) for table in names if table[0] != "_" for row in file.execute(f"PRAGMA table_info({table})")
        }
    schema = open_tables(Schema(database.url, "compared", "p"), documents.migrations)
    theirs = {(table, column) for table, column in schema.rows(COLUMNS) if table not in ONLY_POSTGRES}
    assert {(table, column) for table, column in theirs if column not in ONLY_THERE} == ours


def test_a_place_exists_once_something_was_kept_there(place: Place) -> None:
    assert not exists(place)
    open_tables(place, documents.migrations).close()
    assert exists(place)


def test_a_transaction_keeps_all_or_nothing_and_is_its_own_threads(place: Place) -> None:
    with closing(open_tables(place, documents.migrations)) as tables:
        put = "INSERT INTO documents (hash, body) VALUES (?, ?)"
        with pytest.raises(RuntimeError), tables.transaction():
            tables.run(put, "one", b"1")
            assert tables.row("SELECT body FROM documents WHERE hash = ?", "one") == (b"1",)
            raise RuntimeError
        assert tables.rows("SELECT hash FROM documents") == []
        with tables.transaction(), tables.transaction():
            tables.run_many(put, [("two", b"2"), ("three", b"3")])
        assert len(tables.rows("SELECT hash FROM documents")) == 2


def test_writers_of_a_store_take_turns(place: Place) -> None:
    def add() -> None:
        with closing(open_tables(place, documents.migrations)) as own:
            for _ in range(10):
                with own.transaction():
                    row = own.row("SELECT hash FROM documents")
                    own.run("DELETE FROM documents")
                    own.run("INSERT INTO documents VALUES (?, ?)", str(int(row[0]) + 1 if row else 1), b"")

    open_tables(place, documents.migrations).close()
    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(open_tables(place, documents.migrations)) as tables:
        assert tables.rows("SELECT hash FROM documents") == [("30",)]


def test_bodies_of_sealed_cases_are_seen_by_those_who_say_so(place: Place) -> None:
    with closing(open_tables(place, case_tables.migrations)) as tables:
        for _ in range(2):
            tables.run("INSERT INTO sealed_bodies (id, body) VALUES ('a', ?) ON CONFLICT DO NOTHING", b"secret")
        try:
            assert tables.rows("SELECT body FROM sealed_bodies") == []
        except Missing as refused:
            assert "prohibited" in str(refused)
    with closing(open_tables(place, case_tables.migrations, sees="sealed_bodies")) as tables:
        assert tables.rows("SELECT body FROM sealed_bodies") == [(b"secret",)]


def test_a_lock_is_held_by_one_until_it_is_released(place: Place) -> None:
    lock = taken(place, "run-a")
    assert lock and is_held(place, "run-a") and taken(place, "run-a") is None
    assert not is_held(place, "run-b")
    lock.release()
    assert not is_held(place, "run-a")
    again = taken(place, "run-a", seconds=1)
    assert again
    again.release()


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    place = Schema("postgresql://me:hush@127.0.0.1:9/x", "s", "p")
    with pytest.raises(Missing, match=r"127\.0\.0\.1:9/x \(schema s\) cannot be reached") as raised:
        open_tables(place, documents.migrations)
    assert "hush" not in f"{raised.value} {raised.value.mend} {place!r} {place}"
    assert raised.value.system == "store" and "SPECLOOP_STORE" in raised.value.mend


def test_a_server_that_was_restarted_is_not_noticed(tmp_path: Path) -> None:
    if not postgres.is_installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres.running() as server:
        place = Schema(server.url, "again", "p")
        tables = open_tables(place, documents.migrations)
        tables.run("INSERT INTO documents VALUES ('a', ?)", b"1")
        lock = taken(place, "run-a")
        server.stop()
        server.start()
        assert tables.rows("SELECT hash FROM documents") == [("a",)]
        assert is_held(place, "run-a") and lock
        lock.release()
        assert not is_held(place, "run-a")
