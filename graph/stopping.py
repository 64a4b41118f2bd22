"""A run that somebody else stops: with `specloop stop`, from another process or another task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from systems.errors import Away, Busy, Stopped
from systems.records import RunSummary
from systems.runs import Runs

POLL_SECONDS = 0.2
HEED_SECONDS = 30.0


@asynccontextmanager
async def stoppable(runs: Runs, run_id: str) -> AsyncIterator[None]:
    """Cancel what is done in here as soon as somebody asks the run to stop.

    It counts cancellations as `asyncio.timeout` does, so that one from outside stays one.

    Raises:
        Stopped: somebody did.
    """
    task = asyncio.current_task()
    assert task is not None
    cancelling = task.cancelling()
    stopped = False

    def heeded() -> bool:
        with suppress(Away):  # whoever works on the run finds out by himself, and may wait until it is over
            return runs.heeds_stop(run_id)
        return False

    async def watch() -> None:
        nonlocal stopped
        while not heeded():
            await asyncio.sleep(POLL_SECONDS)
        stopped = True
        task.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if stopped and task.uncancel() <= cancelling:
            raise Stopped.of(run_id) from None
        raise
    finally:
        watching.cancel()


async def stop(runs: Runs, run_id: str, *, seconds: float = HEED_SECONDS) -> RunSummary:
    """Ask a run, or the follow-ups after it, to stop, and wait until they have; what nobody works on stays as it is.

    Raises:
        UsageError: there is no such run.
        Busy: it goes on after that time.
    """
    run = runs.get(run_id)
    if run.status != "running" and not runs.is_followed(run_id):
        return run
    runs.ask_to_stop(run_id)
    for _ in range(int(seconds / POLL_SECONDS)):
        await asyncio.sleep(POLL_SECONDS)
        if runs.is_asked_to_stop(run_id) or runs.is_followed(run_id):
            continue
        if (now := runs.get(run_id)).status != "running":
            return now
    raise Busy(
        f"Run {run_id} has not stopped within {seconds:g} s; process {run.pid} on {run.host} works on it.",
        mend=f"It will when it comes to it; `kill {run.pid}` there ends it at once, and nothing is lost.",
    )
