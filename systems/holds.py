"""Who works on a run: one process at a time, which finds out when another one has gone on with it.

Contract: whoever takes a run writes their process, their machine and the moment into its row, under its lock. A lock
that was lost with its connection is taken again where it is free; but where the row is somebody else's by then, the run
is theirs, even if they are done with it. `check` says so before anything is written, and what is noted of a run's time
at the end is noted by its holder alone.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from systems.errors import Busy, Overtaken, Stopped
from systems.stores import Place
from systems.stores.locks import Lock, is_held, taken
from systems.stores.tables import Tables

LOOK_SECONDS = 1.0  # `status` holds a lock for a moment to see whether somebody else does


@dataclass
class _Hold:
    """A run that this process holds.

    Attributes:
        lock: its lock; None where a server handed the run on while another worker still had it.
        since: what stands in its row; None where it has none yet.
        users: nodes that work on it side by side.
    """

    lock: Lock | None
    since: float | None
    users: int = 1


_here: dict[tuple[Place, str], _Hold] = {}


class Holds:
    """The runs of one project that this process holds."""

    def __init__(self, place: Place, tables: Tables, heeds_stop: Callable[[str], bool]) -> None:
        """None is held by that.

        Args:
            place: where the stores of the project are.
            tables: with the rows of its runs.
            heeds_stop: whether a run is to stop now; asked a second time, it is not.
        """
        self._place, self._tables, self._heeds_stop = place, tables, heeds_stop

    @contextmanager
    def alive(self, run_id: str) -> Iterator[None]:
        """Hold a run as a whole.

        Raises:
            Busy: another process works on it.
            Missing: the lock cannot be taken.
        """
        lock = taken(self._place, lock_of(run_id), seconds=LOOK_SECONDS)
        if lock is None:
            raise Busy(f"Run {run_id} is being worked on by another process.", mend="See `specloop status`.")
        self._begin(run_id, lock)
        try:
            yield
        finally:
            self._end(run_id)

    @contextmanager
    def held(self, run_id: str) -> Iterator[None]:
        """Hold a run for one node, where nobody holds it as a whole: under a server, which says whose turn it is.

        Raises:
            Stopped: somebody asked the run to stop.
            Overtaken: this process held it, and another one went on with it.
        """
        hold = _here.get((self._place, run_id))
        if hold:
            self.check(run_id)
            hold.users += 1
        else:
            self._begin_node(run_id)
        try:
            yield
        finally:
            self._leave(run_id)

    def check(self, run_id: str) -> None:
        """Make sure that a run which this process holds is its own still.

        Raises:
            Overtaken: another process went on with it.
            Missing: the database cannot be reached.
        """
        hold = _here.get((self._place, run_id))
        if hold is None:
            return
        if (hold.lock and not hold.lock.still()) or not self._is_ours(run_id, hold):
            raise Overtaken(
                f"Another process went on with run {run_id} while this one had lost it.",
                mend="Nothing more is written by this one; see `specloop status`.",
            )

    def _is_ours(self, run_id: str, hold: _Hold) -> bool:
        """Whether nobody took the run since, not even for a while."""
        row = self._tables.row("SELECT since, pid, host FROM runs WHERE run_id = ?", run_id)
        return hold.since is None or row == (hold.since, os.getpid(), platform.node())

    def _begin_node(self, run_id: str) -> None:
        lock = taken(self._place, lock_of(run_id))
        if self._heeds_stop(run_id):
            if lock:
                lock.release()
            raise Stopped.of(run_id)
        self._begin(run_id, lock)

    def _begin(self, run_id: str, lock: Lock | None) -> None:
        """Write down who works on a run, and since when; what a killed process left of its time is added first."""
        now = self._tables.now()
        noted = self._tables.run(
            "UPDATE runs SET seconds = seconds + CASE WHEN seen > since THEN seen - since ELSE 0 END,"
            " since = ?, seen = ?, pid = ?, host = ? WHERE run_id = ?",
            *(now, now, os.getpid(), platform.node(), run_id),
        )
        _here[self._place, run_id] = _Hold(lock, now if noted else None)

    def _leave(self, run_id: str) -> None:
        hold = _here.get((self._place, run_id))
        if hold:
            hold.users -= 1
            if not hold.users:
                self._end(run_id)

    def _end(self, run_id: str) -> None:
        """Let a run go, with the time that it was held."""
        hold = _here.pop((self._place, run_id))
        try:
            self._heeds_stop(run_id)
            self._tables.run(
                "UPDATE runs SET seconds = seconds + CASE WHEN ? > since THEN ? - since ELSE 0 END, since = NULL"
                " WHERE run_id = ? AND since = ? AND pid = ? AND host = ?",
                *(now := self._tables.now(), now, run_id, hold.since, os.getpid(), platform.node()),
            )
        finally:
            if hold.lock:
                hold.lock.release()


def lock_of(run_id: str) -> str:
    """Name of a run's lock."""
    return f"run-{run_id}"


def is_worked_on(place: Place, run_id: str) -> bool:
    """Whether some process holds a run now."""
    return is_held(place, lock_of(run_id))
