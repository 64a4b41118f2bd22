"""Archiving at the end of a run: only when every task is done, and only when the person says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from systems.connections import Run
from systems.errors import Rejected
from systems.forms import ArchiveDecision
from systems.openspec import archive, archived_as
from systems.person import Person, in_charge
from systems.records import Implementation


class Filed(NamedTuple):
    """What became of a change at the end of a run.

    Attributes:
        path: where its documents went, relative to the project; None while it is open.
        notes: what the person should know about it.
        allowed: what they always allow in this run, as far as they were asked.
    """

    path: str | None = None
    notes: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


async def filed(
    change: str, worked: Implementation | None, run: Run, allowed: Sequence[str], *, offer: bool = True
) -> Filed:
    """Archive a change whose tasks are all done, where the person is asked and says so.

    Args:
        change: the change, without anything missing.
        worked: the branch on which its tasks were worked, if they were.
        run: the run.
        allowed: what the person always allows in it.
        offer: whether a change that could be archived is offered to be.
    """
    openspec = run.systems.openspec
    if change not in await openspec.changes():
        return Filed(
            archived_as(openspec.project, change)
        )  # this run archived it, and was killed before it could say so
    if not offer:
        return Filed()
    tasks = await openspec.tasks(change)
    if tasks.state != "all_done" or not tasks.total:
        return Filed()
    person = in_charge(run.options, allowed)
    if person is None:
        return Filed(notes=(f"all {tasks.total} tasks are done: `specloop archive {change}` ends the change",))
    decision = await _decision(change, tasks.total, worked, person)
    if decision.rejected:
        said = f" ({decision.reason})" if decision.reason else ""
        return Filed(notes=(f"{change} stays open, as you said{said}; `specloop archive {change}` ends it",))
    run.check()
    try:
        return Filed((await archive(openspec, change)).path, allowed=tuple(person.allowed))
    except Rejected as error:
        return Filed(notes=(f"{error.message} {error.mend}".strip(),), allowed=tuple(person.allowed))


async def _decision(change: str, tasks: int, worked: Implementation | None, person: Person) -> ArchiveDecision:
    code = (
        f" Its code is on branch {worked.branch}, not in yours." if worked and worked.stat and worked.stat.files else ""
    )
    text = f"All {tasks} tasks of {change} are done. Archive it, so that its specs become the main specs?{code}"
    return await person.asked(ArchiveDecision, text)
