"""One writer at a time in a project's OpenSpec root, across processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from systems.errors import Busy, Missing

POLL_SECONDS = 0.05


@asynccontextmanager
async def locked(path: Path, *, seconds: float) -> AsyncIterator[None]:
    """Hold the lock file, waiting for it without blocking the event loop. Not re-entrant.

    Each try is a system call that never waits, so a cancelled wait holds nothing; the system frees the lock of a
    process that dies. The lock's folder is made, and kept out of git, where it is not there.

    Raises:
        Busy: another holder kept it for `seconds`.
        Missing: the lock file cannot be written.
    """
    lock = FileLock(path, thread_local=False)
    deadline = time.monotonic() + seconds
    while not _try(lock, path):
        if time.monotonic() >= deadline:
            raise Busy(
                f"Another run has held {path} for {seconds:g} s.",
                mend="Wait for it to end, or stop it; the lock goes with its process.",
            )
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _try(lock: FileLock, path: Path) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (ignore := path.with_name(".gitignore")).exists():
            ignore.write_text("*\n", encoding="utf-8")
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except (OSError, NotImplementedError) as error:
        mend = f"Give yourself write permission in {path.parent}, or free some space."
        raise Missing(f"The lock {path} cannot be taken ({error}).", system="disk", mend=mend) from error
    return True
