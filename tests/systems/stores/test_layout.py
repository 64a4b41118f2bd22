"""A database that is half made, or made by another version, is brought up to date once or left alone, and said so."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.checkpoints import saver
from systems import documents
from systems.errors import Away, Missing
from systems.stores import open_tables, outage
from systems.stores.layout import LAYOUT
from systems.stores.place import Schema, schema_of
from systems.stores.postgres import connected, has_schema
from tests import postgres

WORKERS = 4


@pytest.fixture
def place(request: pytest.FixtureRequest, database: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Schema:
    """A schema of this test's own, which every opening looks at as a new process does."""
    monkeypatch.setattr("systems.stores.postgres._ready", Forgetful())
    return Schema(database.url, f"layout_{request.node.name[:40]}", "p")


class Forgetful(set[tuple[str, str]]):
    """Remembers nothing."""

    def add(self, item: tuple[str, str]) -> None:
        pass


def steps(place: Schema) -> list[str]:
    with connected(place) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM layout ORDER BY applied, name")]


@pytest.mark.parametrize(
    ("breaks", "kind"), [("SELECT 1/0", Missing), ("SELECT pg_terminate_backend(pg_backend_pid())", Away)]
)
async def test_a_step_that_breaks_off_leaves_all_as_it_was_and_is_made_later(
    breaks: str, kind: type[Missing], database: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("systems.stores.postgres._ready", Forgetful())
    place = Schema(database.url, f"broken_{kind.__name__}", "p")
    newest = list(LAYOUT)[-1]
    whole = LAYOUT[newest]
    monkeypatch.delitem(LAYOUT, newest)
    open_tables(place, documents.migrations).run("INSERT INTO documents VALUES ('a', ?)", b"kept")
    monkeypatch.setitem(LAYOUT, newest, f"{whole}; {breaks}; CREATE TABLE after_it (a int)")
    with pytest.raises(Missing) as said:
        open_tables(place, documents.migrations)
    assert type(said.value) is kind and str(place) in said.value.message
    await outage.over(database.url)
    assert newest not in steps(place)
    monkeypatch.setitem(LAYOUT, newest, whole)
    with closing(open_tables(place, documents.migrations)) as tables:
        assert tables.rows("SELECT hash FROM documents") == [("a",)]
    assert sorted(steps(place)) == sorted(LAYOUT)


def test_nothing_is_there_after_a_first_step_that_breaks_off(place: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYOUT, "wrong", "CREATE TABLE half (a int); CREATE NONSENSE")
    with pytest.raises(Missing, match="syntax error"):
        open_tables(place, documents.migrations)
    assert not has_schema(place)


def test_workers_of_a_newer_version_that_start_at_once_bring_it_up_to_date_once(
    place: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_tables(place, documents.migrations).run("ALTER TABLE layout DROP COLUMN version")  # as older ones made it
    monkeypatch.setitem(LAYOUT, "next", "CREATE TABLE next_one (a int); SELECT pg_sleep(0.1)")
    failed: list[Exception] = []

    def start() -> None:
        try:
            open_tables(place, documents.migrations).rows("SELECT a FROM next_one")
        except Missing as error:
            failed.append(error)

    workers = [threading.Thread(target=start) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failed and steps(place).count("next") == 1


def test_an_older_worker_says_which_version_it_needs_and_touches_nothing(
    place: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setitem(LAYOUT, "next", "CREATE TABLE next_one (a int)")
        newer.setattr("systems.stores.postgres.version", lambda name: "999.1")
        open_tables(place, documents.migrations)
    with pytest.raises(Missing, match=r"brought up to date by specloop 999\.1, this is \d.* \(next\)") as said:
        open_tables(place, documents.migrations)
    assert "pip install 'specloop>=999.1'" in said.value.mend and said.value.exit_code == 4


@pytest.mark.parametrize("made", range(0, len(AsyncPostgresSaver.MIGRATIONS), 4))
async def test_checkpoints_whose_tables_are_half_made_are_made_whole(
    made: int, tmp_path: Path, database: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECLOOP_STORE", database.url)
    open_tables(place := schema_of(tmp_path, database.url), documents.migrations)
    with connected(place) as connection:
        for number, statement in enumerate(AsyncPostgresSaver.MIGRATIONS[: made + 1]):
            connection.execute(statement.encode())
            if number < made:  # the last one was made, and nobody came to say so
                connection.execute("INSERT INTO checkpoint_migrations VALUES (%s)", (number,))
    async with saver(tmp_path) as checkpoints:
        assert await checkpoints.held_of("none") == 0
