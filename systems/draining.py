"""A worker that is told to end begins nothing new, so that what is handed on is whole.

Servers of the agent protocol answer SIGTERM by waiting a while for their runs; what is not done then is cancelled and
goes on at another worker from its last checkpoint. A node that was in the midst of its work would be done again. So
nodes that have not begun wait here instead: nodes at work get the whole of that time, and what is cancelled is idle.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from types import FrameType

WORKER = "SPECLOOP_WORKER"
"""Set in the environment of a worker whose runs go on elsewhere when it ends."""
MOST_SECONDS = 300.0
"""A server that waits for its runs without end is not held up for ever."""

_heeding = threading.Event()
_told = threading.Event()


def heed() -> None:
    """Note a SIGTERM from now on, besides what it did before; only in a worker, whose server ends it."""
    if _heeding.is_set() or not os.environ.get(WORKER) or threading.current_thread() is not threading.main_thread():
        return
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before):
        return

    def note(number: int, frame: FrameType | None) -> None:
        _told.set()
        before(number, frame)

    signal.signal(signal.SIGTERM, note)
    _heeding.set()


async def begin() -> None:
    """Return at once, unless this worker is told to end; then stay until the server cancels the run to hand it on."""
    heed()
    if _told.is_set():
        await asyncio.sleep(MOST_SECONDS)
