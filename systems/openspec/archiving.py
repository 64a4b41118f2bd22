"""Archive: a finished change goes into the main specs; what OpenSpec would let through and should not is refused.

    every task done? -> change and main specs sound? -> snapshot -> openspec archive -> main specs sound? | undone

OpenSpec itself archives a change with no task done (its issue 1652), and one whose delta leaves a main spec that it
refuses afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from systems.errors import Missing, Rejected
from systems.openspec.client import OpenSpec
from systems.openspec.records import Archived

SPECS = Path("specs")
CHANGES = Path("changes")
ARCHIVE = CHANGES / "archive"


async def archive(openspec: OpenSpec, change: str) -> Archived:
    """Archive a change, or leave everything as it was.

    Raises:
        UsageError: no such change; the message lists those there are.
        Rejected: a task is open, the change or a main spec is not sound, or the archive broke one; in words.
        Missing: OpenSpec cannot be run, or the disk failed it.
    """
    async with openspec.kept_running(), openspec.write_lock():
        await _check(openspec, change)
        with _put_back_on_failure(openspec.project / "openspec", change):
            archived = await openspec.archive(change)
            broken = (await openspec.validate_specs()).issues
            if broken:
                raise Rejected(
                    f"The archive of {change} broke a main spec and was undone: {broken[0]}",
                    issues=broken,
                    mend=f"Mend the spec delta in openspec/changes/{change}/specs, then archive it again.",
                )
        return archived


def archived_as(project: Path, change: str) -> str | None:
    """Where the documents of an archived change are, relative to the project; the newest of that name."""
    found = sorted((project / "openspec" / ARCHIVE).glob(f"????-??-??-{change}"))
    return found[-1].relative_to(project).as_posix() if found else None


async def _check(openspec: OpenSpec, change: str) -> None:
    tasks = await openspec.tasks(change)
    if tasks.state != "all_done" or not tasks.total:
        left = tasks.total - tasks.complete
        why = f"{left} of its {tasks.total} tasks {'is' if left == 1 else 'are'} open" if left else "it has no tasks"
        raise Rejected(
            f"Change {change} is not archived: {why}.",
            issues=(why,),
            mend=f"Do the tasks of openspec/changes/{change}/tasks.md and tick them, then archive.",
        )
    found = await openspec.validate(change)
    if not found.valid:
        raise Rejected(
            f"Change {change} is not archived: {found.issues[0] if found.issues else 'OpenSpec refuses it'}",
            issues=found.issues,
            mend=f"Mend it; `openspec validate {change} --strict` tells.",
        )
    main = await openspec.validate_specs()
    if not main.valid:
        raise Rejected(
            f"Change {change} is not archived, because a main spec is not sound already: {main.issues[0]}",
            issues=main.issues,
            mend="Mend it in openspec/specs; `openspec validate --specs --strict` tells.",
        )


@contextmanager
def _put_back_on_failure(root: Path, change: str) -> Iterator[None]:
    """Keep a copy of the main specs and of the change, and put it back where the block fails or is cancelled."""
    before = set((root / ARCHIVE).glob("*"))
    try:
        copy = Path(tempfile.mkdtemp(prefix=".archiving-", dir=root))
        for place in (SPECS, CHANGES / change):
            if (root / place).is_dir():
                shutil.copytree(root / place, copy / place, symlinks=True)
    except OSError as error:
        mend = "Free some space, or give yourself write permission; nothing was changed."
        raise Missing(f"No copy of {root} could be made ({error}).", system="disk", mend=mend) from error
    try:
        yield
    except BaseException:
        for made in set((root / ARCHIVE).glob(f"*-{change}")) - before:
            shutil.rmtree(made)
        for place in (SPECS, CHANGES / change):
            shutil.rmtree(root / place, ignore_errors=True)
            if (copy / place).is_dir():
                shutil.move(copy / place, root / place)
        raise
    finally:
        shutil.rmtree(copy, ignore_errors=True)
