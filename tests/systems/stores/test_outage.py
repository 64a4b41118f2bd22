"""A network between stores and database that is cut or hangs: it is said within a set time, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from systems import documents
from systems.errors import Away, Missing
from systems.spans import open_spans
from systems.stores import Schema, Tables, open_tables, outage
from systems.stores.connection import dialled
from systems.stores.locks import is_held, taken
from systems.stores.place import schema_of
from tests import postgres
from tests.proxy import Proxy, between
from tests.systems.otlp.forms import a_span

PUT = "INSERT INTO documents VALUES (?, ?)"


@pytest.fixture
def network(database: postgres.Server) -> Iterator[Proxy]:
    with between(database.port) as network:
        yield network


@pytest.fixture
def place(network: Proxy, database: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Schema:
    """A schema behind the network, which callers on an event loop have little patience with, and others not much."""
    monkeypatch.setattr(outage, "LOOP_SECONDS", 0.5)
    monkeypatch.setattr(outage, "WAIT_SECONDS", 2.0)
    return schema_of(tmp_path, database.url.replace(f":{database.port}", f":{network.port}"))


@pytest.fixture
def tables(place: Schema) -> Iterator[Tables]:
    with closing(open_tables(place, documents.migrations)) as tables:
        tables.run(PUT, "before", b"")
        yield tables


@pytest.mark.parametrize("how", ["stall", "cut"])
async def test_whoever_is_on_an_event_loop_waits_once_and_the_others_are_told_at_once(
    how: str, place: Schema, network: Proxy, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    getattr(network, how)()
    with pytest.raises(Away, match=r"cannot be reached \(.*\)"):
        tables.run(PUT, "lost", b"")
    monkeypatch.setattr(outage, "LOOP_SECONDS", 600.0)  # who waits now waits for ever
    for _ in range(100):
        with pytest.raises(Away, match=r"cannot be reached"):
            tables.rows("SELECT hash FROM documents")
    monkeypatch.setattr(outage, "LOOP_SECONDS", 4.0)
    network.mend()
    await outage.over(place.url)
    tables.run(PUT, "after", b"")
    assert {"before", "after"} <= {name for (name,) in tables.rows("SELECT hash FROM documents")}


async def test_what_hangs_in_the_midst_of_a_transaction_leaves_nothing_behind_and_holds_nobody_else_up(
    place: Schema, network: Proxy, tables: Tables, database: postgres.Server
) -> None:
    with pytest.raises(Away, match=r"no answer within 0\.5 s"), tables.transaction():
        tables.run(PUT, "half", b"")
        network.stall()
        tables.run(PUT, "other half", b"")
    network.mend()
    with closing(open_tables(replace(place, url=database.url), documents.migrations)) as direct:
        await asyncio.to_thread(direct.run, PUT, "another worker's", b"")
        assert {name for (name,) in direct.rows("SELECT hash FROM documents")} == {"before", "another worker's"}


def test_whoever_can_wait_is_told_too(place: Schema, network: Proxy, tables: Tables) -> None:
    network.stall()
    with pytest.raises(Missing, match=r"cannot be reached"), closing(open_spans(place)) as spans:
        spans.add([a_span(1)])
    network.mend()
    with closing(open_spans(place)) as spans:
        spans.add([a_span(1)])
        assert len(spans.spans(trace_id=a_span(1).trace_id)) == 1


async def test_a_lock_that_could_not_be_given_up_is_not_held_for_good(
    place: Schema, network: Proxy, tables: Tables, database: postgres.Server
) -> None:
    lock = taken(place, "run-a")
    assert lock
    network.stall()
    lock.release()
    network.mend()
    await outage.over(place.url)
    direct = replace(place, url=database.url)
    async with asyncio.timeout(30):
        while is_held(direct, "run-a"):
            await asyncio.sleep(0.1)


def test_the_server_looks_after_its_clients_as_they_after_it(database: postgres.Server) -> None:
    with closing(dialled(f"{database.url}?keepalives_count=9")) as connection:
        kept = dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name ~ '^tcp_|^idle_in|^client_c'"))
        ours = connection.info.get_parameters()
    assert (kept["tcp_keepalives_count"], kept["tcp_user_timeout"]) == ("3", "25000")
    assert (kept["idle_in_transaction_session_timeout"], kept["client_connection_check_interval"]) == ("60000", "5000")
    assert (ours["tcp_user_timeout"], ours["keepalives_interval"]) == ("25000", "5")
    assert ours["keepalives_count"] == "9", "what the URL says itself counts"
