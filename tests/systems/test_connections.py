"""The one opener: systems are shared while they are held, closed after, and a change has one run at a time."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from systems.connections import opened
from systems.errors import Busy, Missing, UsageError
from systems.records import LoopRecord, PlanRevision, Profile, Step, Totals
from systems.stores import place_of
from systems.stores.locks import taken
from tests.systems.drafting import closed_port
from tests.systems.imitation_server import ImitationServer


@dataclass(frozen=True)
class Given:
    """The plain values of a run."""

    project: str
    model: str
    model_url: str = "http://127.0.0.1:9/v1"
    model_tools: bool | None = None
    model_context: int | None = None
    model_parallel: int | None = None
    keyless: bool = False
    mcp: str | None = None
    approve: Literal["auto", "ask"] = "auto"
    supervised: bool = False
    max_loops: int = 3
    max_seconds: float = 60
    max_tokens: int = 1_000
    capture_content: bool = False
    fresh: bool = False


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Given]:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "mcp.json").write_text('{"mcpServers": {}}')
    with ImitationServer() as server:
        yield Given(str(tmp_path), server.url)


async def test_the_same_options_share_their_systems_and_others_do_not(given: Given) -> None:
    other = Given(given.project, given.model, max_loops=4)
    async with opened(given, linger=0) as first, opened(given, linger=0) as second, opened(other, linger=0) as third:
        assert first is second and first is not third
    async with opened(given, linger=0) as fresh:
        assert fresh is not first


async def test_systems_stay_open_for_a_while_after_the_last_holder(given: Given) -> None:
    async with opened(given, linger=0.2) as first:
        pass
    async with opened(given, linger=0.2) as second:
        assert second is first
    await asyncio.sleep(0.5)
    async with opened(given, linger=0) as third:
        assert third is not first


async def test_an_owner_waits_for_guests_that_still_unwind_and_leaves_nothing_open(given: Given) -> None:
    inside, order = asyncio.Event(), list[str]()

    async def guest() -> None:
        async with opened(given) as systems:
            inside.set()
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.1)
                systems.runs.start("late", goal="g", change=None, settings={})
                order.append("guest")

    async with opened(given, linger=0) as systems:
        visit = asyncio.create_task(guest())
        await inside.wait()
        visit.cancel()
    order.append("owner")
    assert order == ["guest", "owner"]
    with pytest.raises(Missing):
        systems.runs.all()
    async with opened(given, linger=0) as fresh:
        assert fresh is not systems and fresh.runs.get("late")


async def test_what_cannot_be_opened_is_said_every_time(given: Given) -> None:
    unreachable = Given(given.project, closed_port())
    for _ in range(2):
        with pytest.raises(Missing):
            async with opened(unreachable):
                pytest.fail("it opened")
    with pytest.raises(UsageError):
        async with opened(Given(f"{given.project}/nowhere", given.model)):
            pytest.fail("it opened")


async def test_a_change_has_one_run_at_a_time_in_one_process_too(given: Given) -> None:
    told: list[str] = []
    async with opened(given, linger=0) as systems:
        claim = systems.claims.take
        await claim("add", run_id="one", seconds=1, waiting=lambda: told.append("one"))
        await claim("add", run_id="one", seconds=1, waiting=lambda: told.append("one"))
        with pytest.raises(Busy, match="add"):
            await claim("add", run_id="two", seconds=0.3, waiting=lambda: told.append("two"))
        await claim("other", run_id="two", seconds=1, waiting=lambda: told.append("other"))
        waiting = asyncio.create_task(claim("add", run_id="two", seconds=5, waiting=lambda: told.append("two again")))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        systems.claims.release("one")
        await waiting
    assert told == ["two", "two again"]


async def test_the_same_systems_serve_under_another_policy(given: Given) -> None:
    async with opened(given, linger=0) as systems:
        other = systems.with_policy(systems.policy.edited({"draft": {"repairs": 0}}))
        assert (other.policy.draft.repairs, systems.policy.draft.repairs) == (0, 2)
        assert other.policy.parent == systems.policy.hash
        assert other.model is systems.model and other.documents is systems.documents and other.spans is systems.spans
        assert other.servers is not systems.servers
        await other.claims.take("add", run_id="one", seconds=1, waiting=lambda: None)
        with pytest.raises(Busy):
            await systems.claims.take("add", run_id="two", seconds=0.1, waiting=lambda: None)


async def test_a_change_is_free_again_when_the_systems_are_closed(given: Given) -> None:
    place = place_of(Path(given.project))
    async with opened(given, linger=0) as systems:
        await systems.claims.take("add", run_id="one", seconds=1, waiting=lambda: None)
        assert taken(place, "change-add") is None
    lock = taken(place, "change-add")
    assert lock is not None
    lock.release()


async def test_a_file_is_ours_until_a_person_changes_it(given: Given) -> None:
    path = Path(given.project).resolve() / "a.md"
    async with opened(given, linger=0) as systems:
        assert not systems.wrote(path)
        path.write_text("ours")
        systems.documents.note_write("a.md", after=systems.documents.put("ours"), before=None, run_id="one")
        assert systems.wrote(path)
        path.write_text("theirs")
        assert not systems.wrote(path)
        path.unlink()
        assert not systems.wrote(path)


async def test_the_loops_of_a_run_come_in_order(given: Given) -> None:
    async with opened(given, linger=0) as systems:
        last = None
        for number in (1, 2, 3):
            last = systems.documents.put_record(_loop(number, last))
        assert [loop.loop for loop in systems.history(last)] == [1, 2, 3] and systems.history(None) == ()


def _loop(number: int, previous: str | None) -> LoopRecord:
    step = Step(artifact="tasks", change="add", loop=number, reason="ready")
    profile = Profile(seconds=0, total=Totals(), nodes={}, tools={}, models={}, critical_path=())
    nothing: dict[str, tuple[()]] = {"answers": (), "updates": (), "findings": (), "improvements": ()}
    return LoopRecord.model_validate(
        {
            **nothing,
            "loop": number,
            "step": step,
            "draft": None,
            "profile": profile,
            "revision": PlanRevision(),
            "previous": previous,
        }
    )
