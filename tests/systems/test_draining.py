"""A worker that is told to end begins nothing new, and does what it did before at the signal too."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from systems import draining


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A server that takes SIGTERM, in a process that has not heard any yet."""
    for name in ("_told", "_heeding"):
        monkeypatch.setattr(draining, name, threading.Event())
    numbers: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGTERM, before)


async def begins() -> bool:
    try:
        await asyncio.wait_for(draining.begin(), 0.2)
    except TimeoutError:
        return False
    return True


async def test_nothing_begins_in_a_worker_that_is_told_to_end(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(draining.WORKER, "1")
    assert await begins()
    os.kill(os.getpid(), signal.SIGTERM)
    assert not await begins()
    assert told == [signal.SIGTERM]


async def test_a_process_that_is_no_worker_is_left_alone(told: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(draining.WORKER, raising=False)
    assert await begins()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await begins()
    assert told == [signal.SIGTERM]
