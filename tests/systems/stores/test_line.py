"""Workers that share a model server take turns at it."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from systems import names, telemetry
from systems.errors import Missing
from systems.models import ModelChoice
from systems.models.readiness import Ready
from systems.stores.line import place_in_line, queues
from tests import postgres

SERVER = "http://model.example:1234/v1"
HOLDER = """
import asyncio, sys
from systems.stores.line import place_in_line
async def hold():
    async with place_in_line(sys.argv[1], sys.argv[2], 1):
        print("asks", flush=True)
        await asyncio.sleep(60)
asyncio.run(hold())
"""


@pytest.mark.parametrize("places", [1, 2])
async def test_no_more_ask_at_once_than_the_server_answers_and_the_first_come_first(
    database: postgres.Server, places: int
) -> None:
    now, most, order, go = 0, 0, [], asyncio.Event()

    async def ask(number: int) -> None:
        nonlocal now, most
        async with place_in_line(database.url, SERVER, places):
            now, most = now + 1, max(most, now + 1)
            order.append(number)
            await go.wait()
            now -= 1

    asking = []
    for number in range(6):
        asking.append(asyncio.create_task(ask(number)))
        asked, waiting = min(number + 1, places), max(0, number + 1 - places)
        while [(queue.asked, queue.waiting) for queue in queues(database.url)] != [(asked, waiting)]:
            await asyncio.sleep(0.01)
    (queue,) = queues(database.url)
    assert (queue.server, queue.asked, queue.waiting) == ("model.example:1234", places, 6 - places)
    go.set()
    await asyncio.gather(*asking)
    assert most == places and sorted(order) == [0, 1, 2, 3, 4, 5]
    assert places > 1 or order == [0, 1, 2, 3, 4, 5]
    async with asyncio.timeout(10):
        while queues(database.url):  # a connection is gone a moment after it was closed
            await asyncio.sleep(0.01)


async def test_the_place_of_a_killed_worker_is_free_again(database: postgres.Server) -> None:
    command = [sys.executable, "-c", HOLDER, database.url, SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"asks\n"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3), place_in_line(database.url, SERVER, 1):
                pytest.fail("the place is taken")
        other.kill()
    async with asyncio.timeout(10), place_in_line(database.url, SERVER, 1):
        pass


async def test_runs_take_turns_however_many_requests_one_has() -> None:
    ready = Ready(ModelChoice(name="m", base_url=SERVER, embedded=False, context_tokens=512, parallel=1))
    order: list[str] = []

    async def ask(run: str) -> None:
        telemetry._scope.set({names.RUN: run})
        async with ready.place():
            order.append(run)
            await asyncio.sleep(0)

    await asyncio.gather(*(ask(run) for run in ("many", "many", "many", "many", "one", "other")))
    assert order == ["many", "many", "one", "other", "many", "many"]


async def test_a_database_that_is_gone_is_named() -> None:
    with pytest.raises(Missing, match=r"127\.0\.0\.1:9/x"):
        async with place_in_line("postgresql://me@127.0.0.1:9/x", SERVER, 1):
            pytest.fail("there is no database")
