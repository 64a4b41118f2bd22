"""A database that is away for a while: how long a caller waits for it, and how the others learn that it is back.

Stores are asked synchronously, by nodes too, which share an event loop with the heartbeats and the other runs of their
worker. So nobody waits there for long: what has no answer by then says that the database is away, everybody else on a
loop is told so at once, and a thread looks until it answers. A node that met this waits by `over`, which holds up
nobody, and is worked again. Off the loops, callers wait longer, and try for themselves.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from systems.errors import Away, Missing

WAIT_SECONDS = 30.0
LOOP_SECONDS = 4.0
"""Twice this, and a heartbeat's interval, stay below the leases of `specloop up`."""
AWAY_SECONDS = 90.0
"""How long a run waits for a database: one that is started anew is back by then."""
LOOK_SECONDS = 1.0
POLL_SECONDS = 0.1

_alone: ContextVar[bool] = ContextVar("specloop_alone", default=False)
_away: dict[str, Away] = {}
_lock = threading.Lock()


def patience(most: float | None = None) -> float:
    """Seconds that the caller waits for an answer, `WAIT_SECONDS` if nothing is said; on a shared event loop few."""
    most = WAIT_SECONDS if most is None else most
    return min(most, LOOP_SECONDS) if _shares_a_loop() else most


@contextmanager
def alone() -> Iterator[None]:
    """Wait in here as long as off the loops: for a command on an event loop of its own."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def refuse(url: str) -> None:
    """Return, but for a caller on an event loop while a database is away.

    Raises:
        Away: it is.
    """
    if url in _away and _shares_a_loop():
        raise Away.again(_away[url])


def begun(url: str, error: Away, look: Callable[[], None]) -> None:
    """Note that a database does not answer, and look until it does.

    Args:
        url: the database.
        error: how that was noticed.
        look: asks it something; whatever it raises means that it is still away.
    """
    with _lock:
        if url in _away:
            return
        _away[url] = error
    threading.Thread(target=_watch, args=(url, look), name="database", daemon=True).start()


async def over(url: str | None) -> None:
    """Return as soon as a database is not away; at once where there is none.

    Raises:
        Missing: it still is, after all the time that a run waits.
    """
    end = time.monotonic() + AWAY_SECONDS
    while away := _away.get(url or ""):
        if time.monotonic() > end:
            message = f"{away.message} It has been away for {AWAY_SECONDS:g} s."
            raise Missing(message, system=away.system, mend=away.mend)
        await asyncio.sleep(POLL_SECONDS)


def _watch(url: str, look: Callable[[], None]) -> None:
    while url in _away:
        try:
            look()
            del _away[url]
        except Exception:  # whatever it is: this thread only tells when it is over, and callers are told by their own
            time.sleep(LOOK_SECONDS)


def _shares_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return not _alone.get()
