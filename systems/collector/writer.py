"""Commits: spans of requests that came while the last transaction was written go into the next one together."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from systems.errors import SpecloopError
from systems.spans import Rows, SpanStore

MOST_TOGETHER = 16_384
"""Spans in one transaction: more is not faster, and the first of them would wait longer."""


class _Waiting(NamedTuple):
    rows: Rows
    written: asyncio.Future[None]
    since: float


class Writer:
    """Writes to the store in a thread of its own.

    Attributes:
        stored: spans written so far that the store did not have before.
    """

    def __init__(self, store: SpanStore) -> None:
        self.stored = 0
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spans")
        self._work: asyncio.Task[None] | None = None

    @property
    def behind(self) -> float:
        """Seconds that the oldest spans have waited."""
        return time.monotonic() - self._waiting[0].since if self._waiting else 0.0

    async def write(self, rows: Rows) -> None:
        """Return when the spans are committed.

        Raises:
            SpecloopError: they could not be stored.
        """
        waiting = _Waiting(rows, asyncio.get_running_loop().create_future(), time.monotonic())
        self._waiting.append(waiting)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._write_all())
        await waiting.written

    async def close(self) -> None:
        """Write what waits, and end the thread."""
        if self._work:
            await self._work
        self._thread.shutdown()

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while group := self._group():
            try:
                self.stored += await loop.run_in_executor(
                    self._thread, self._store.add_rows, [waiting.rows for waiting in group]
                )
                error = None
            except SpecloopError as failure:
                error = failure
            for waiting in group:
                self._waiting.popleft()
                if waiting.written.done():  # whoever waited has been cancelled
                    continue
                waiting.written.set_exception(error) if error else waiting.written.set_result(None)

    def _group(self) -> list[_Waiting]:
        """What goes into the next transaction; it stays in the queue until it is written."""
        group: list[_Waiting] = []
        spans = 0
        for waiting in self._waiting:
            spans += len(waiting.rows.spans)
            if group and spans > MOST_TOGETHER:
                break
            group.append(waiting)
        return group
