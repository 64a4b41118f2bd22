"""Who works on what: locks that end with the process that holds them, on one machine or on many.

A file's stores have lock files beside them; those of a database have its advisory locks
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS), which the connection of a process holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from filelock import FileLock, Timeout

from systems.errors import Missing
from systems.stores.place import Place

FOLDER = "locks"
POLL_SECONDS = 0.02


class Lock(Protocol):
    """A lock that is held."""

    def still(self) -> bool:
        """Whether it is held, also where the connection that held it was lost meanwhile.

        Raises:
            Missing: the database cannot be reached.
        """

    def release(self) -> None:
        """Let others have it."""


class _File(NamedTuple):
    """A lock file that is held: nothing but this process lets it go."""

    lock: FileLock

    def still(self) -> bool:
        return True

    def release(self) -> None:
        self.lock.release()


def taken(place: Place, name: str, *, seconds: float = 0.0) -> Lock | None:
    """A lock of a project, now held; None when somebody else holds it for longer than that.

    Args:
        place: where the stores of the project are.
        name: of the lock.
        seconds: how long to wait for it.

    Raises:
        Missing: the lock file cannot be written, or the database cannot be reached.
    """
    if not isinstance(place, Path):
        from systems.stores.advisory import taken as advisory

        return advisory(place, name, seconds=seconds)
    file = place.parent / FOLDER / f"{name}.lock"
    lock = FileLock(file, thread_local=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=seconds, poll_interval=POLL_SECONDS)
    except Timeout:
        return None
    except OSError as error:
        mend = f"Give yourself write permission in {file.parent}, or free some space."
        raise Missing(f"The lock {file} cannot be taken ({error}).", system="disk", mend=mend) from error
    return _File(lock)


def is_held(place: Place, name: str) -> bool:
    """Whether somebody holds a lock of a project.

    Raises:
        Missing: the lock file cannot be written, or the database cannot be reached.
    """
    if not isinstance(place, Path):
        from systems.stores.advisory import is_held as held

        return held(place, name)
    lock = taken(place, name)
    if lock:
        lock.release()
    return lock is None
