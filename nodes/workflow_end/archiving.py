"""Archiving at the end of a run: only when every task is done, and only when the person says so."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from langgraph.types import interrupt
from pydantic import BaseModel, Field

from systems.connections import Run
from systems.errors import Rejected
from systems.openspec import archive, archived_as
from systems.records import Implementation


class ArchiveDecision(BaseModel):
    """Whether a finished change becomes part of the main specs."""

    decision: Literal["archive", "keep"] = Field(description="archive, or keep the change open")


class Filed(NamedTuple):
    """What became of a change at the end of a run.

    Attributes:
        path: where its documents went, relative to the project; None while it is open.
        notes: what the person should know about it.
    """

    path: str | None = None
    notes: tuple[str, ...] = ()


async def filed(change: str, worked: Implementation | None, run: Run, *, offer: bool = True) -> Filed:
    """Archive a change whose tasks are all done, where the person is asked and says so.

    Args:
        change: the change, without anything missing.
        worked: the branch on which its tasks were worked, if they were.
        run: the run.
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
    if run.options.approve != "ask":
        return Filed(notes=(f"all {tasks.total} tasks are done: `specloop archive {change}` ends the change",))
    if not _allowed(change, tasks.total, worked):
        return Filed(notes=(f"{change} stays open, as you said; `specloop archive {change}` ends it",))
    try:
        return Filed((await archive(openspec, change)).path)
    except Rejected as error:
        return Filed(notes=(f"{error.message} {error.mend}".strip(),))


def _allowed(change: str, tasks: int, worked: Implementation | None) -> bool:
    code = (
        f" Its code is on branch {worked.branch}, not in yours." if worked and worked.stat and worked.stat.files else ""
    )
    text = f"All {tasks} tasks of {change} are done. Archive it, so that its specs become the main specs?{code}"
    reply: Any = interrupt({"kind": "archive", "text": text}, response_schema=ArchiveDecision)
    return ArchiveDecision.model_validate(reply).decision == "archive"
