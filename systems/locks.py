"""Lock files: which process works on what. The system frees the locks of a process that dies."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from systems.errors import Missing


def taken(path: Path, *, seconds: float = 0.0) -> FileLock | None:
    """The lock of a file, now held; None when somebody else holds it for longer than that.

    Raises:
        Missing: the lock file cannot be written.
    """
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout:
        return None
    except OSError as error:
        mend = f"Give yourself write permission in {path.parent}, or free some space."
        raise Missing(f"The lock {path} cannot be taken ({error}).", system="disk", mend=mend) from error
    return lock
