"""Which run works on which change: one at a time, in this process and others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from systems.errors import Busy, Overtaken
from systems.stores import place_of
from systems.stores.locks import Lock, taken

POLL_SECONDS = 0.2


class Claims:
    """The changes that runs of this process work on."""

    def __init__(self, project: Path) -> None:
        """None is claimed yet.

        Args:
            project: the folder whose changes they are.
        """
        self._project = project
        self._claims: dict[str, tuple[str, Lock]] = {}

    async def take(self, change: str, *, run_id: str, seconds: float, waiting: Callable[[], None]) -> None:
        """Make a run the only one that works on a change, in this process and others, until it lets go.

        Args:
            change: OpenSpec change id.
            run_id: the run; what it holds already it may claim again.
            seconds: how long to wait for another run to finish with it.
            waiting: called once when there is something to wait for.

        Raises:
            Busy: the other run is still at it after that time.
            Missing: the lock file cannot be written.
        """
        if self._holder(change) == run_id:
            return
        deadline = asyncio.get_running_loop().time() + seconds
        told = False
        while not self._taken(change, run_id):
            if not told:
                waiting()
                told = True
            if asyncio.get_running_loop().time() > deadline:
                raise Busy(f"Change {change} is being worked on by another run.", mend="See `specloop status`.")
            await asyncio.sleep(POLL_SECONDS)

    def check(self, run_id: str) -> None:
        """Make sure that what a run claims is its own still.

        Raises:
            Overtaken: the database was away, and another run has the change since.
            Missing: the database cannot be reached.
        """
        for change, (holder, lock) in self._claims.items():
            if holder == run_id and not lock.still():
                raise Overtaken(
                    f"Another run took the change {change} while the database was away.",
                    mend=f"Nothing more is written to it; go on once that has ended: specloop resume {run_id}",
                )

    def _holder(self, change: str) -> str | None:
        return self._claims[change][0] if change in self._claims else None

    def _taken(self, change: str, run_id: str) -> bool:
        if change in self._claims:
            return False
        lock = taken(place_of(self._project), f"change-{change}")
        if lock:
            self._claims[change] = run_id, lock
        return lock is not None

    def release(self, run_id: str | None = None) -> None:
        """Let others work again on the changes that a run has claimed; without a run, on all."""
        for change, (holder, lock) in list(self._claims.items()):
            if run_id in (None, holder):
                lock.release()
                del self._claims[change]
