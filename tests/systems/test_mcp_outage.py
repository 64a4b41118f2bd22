"""Who waits for a server that is being restarted, and who is refused at once."""

from __future__ import annotations

import asyncio
import time

import pytest

from systems.errors import ServerUnavailable
from systems.mcp.outage import Caller, Outage
from systems.policy import ServerKnobs

ONE, OTHER = Caller(ServerKnobs(), {}), Caller(ServerKnobs(), {})
LONG = 60.0


async def waited(outage: Outage, caller: Caller, seconds: float = LONG, *, caught: bool = False) -> bool:
    """Whether it was waited for to the end."""
    try:
        await outage.waited(caller, time.monotonic() + seconds, caught=caught)
    except ServerUnavailable:
        return False
    return True


async def test_after_a_hang_nobody_of_that_policy_waits_but_the_calls_that_were_taken_along() -> None:
    serves = asyncio.Event()
    outage = Outage("s", _until(serves), hung=ONE)
    with pytest.raises(ServerUnavailable, match="gave no answer to anything, and is being restarted"):
        await outage.waited(ONE, time.monotonic() + LONG, caught=False)
    waiting = [asyncio.create_task(each) for each in (waited(outage, ONE, caught=True), waited(outage, OTHER))]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    serves.set()
    assert await asyncio.gather(*waiting) == [True, True] and outage.over and await waited(outage, ONE)


async def test_after_a_death_calls_wait_until_one_of_the_policy_has_waited_in_vain() -> None:
    outage = Outage("s", _until(asyncio.Event()))
    first, last = (asyncio.create_task(waited(outage, ONE, seconds)) for seconds in (0.05, 0.1))
    assert not await first and not last.done()
    assert not await waited(outage, ONE), "refused at once"
    assert not await last
    other = asyncio.create_task(waited(outage, OTHER))
    await asyncio.sleep(0)
    assert not other.done()
    await outage.end()
    assert outage.over and await other


async def _until(event: asyncio.Event) -> None:
    await event.wait()
