"""How a program that serves until it is told to stop hears of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def until_signalled() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, also where the program was started with Ctrl-C ignored."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set)) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


async def unless_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Do work until it ends or a signal comes, which cancels it and waits until it has ended in order."""
    with until_signalled() as stop:
        working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})
        if not working.cancelled():
            working.result()
