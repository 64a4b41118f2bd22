"""What `status` says, on the command line and as a tool."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from graph.families import tree_below
from systems.access.replies import Reply
from systems.documents import Documents
from systems.records import Outcome, Record, RunSummary
from systems.runs import Runs
from systems.stores import place_of
from systems.stores.line import Queue, queues
from systems.stores.place import database_of

if TYPE_CHECKING:
    from graph.workspace import Workspace

CAME_TO_SOMETHING = ("done", "unfinished", "waiting")


class Listing(Record):
    """The runs of a project."""

    runs: tuple[RunSummary, ...] = Field(
        description="Newest first; the one run asked for comes before those of its follow-ups"
    )
    servers: tuple[Queue, ...] = Field(
        (), exclude_if=lambda servers: not servers, description="Model servers that workers share, while they are asked"
    )
    outcome: Outcome | None = Field(
        None,
        exclude_if=lambda outcome: outcome is None,
        description="What the one run asked for came to, once it came to something",
    )
    replies: tuple[Reply, ...] = Field(
        (), exclude_if=lambda replies: not replies, description="What people answered to the one run asked for"
    )

    @property
    def is_running(self) -> bool:
        """Whether any of them is worked on now."""
        return any(run.status == "running" for run in self.runs)


def listing(workspace: Workspace, run_id: str | None) -> Listing:
    """The runs of a project, or one with what it came to and what was run after it.

    Raises:
        UsageError: there is no such run.
    """
    runs = workspace.status(run_id)
    if run_id is not None:
        runs = tuple(run for _, run in tree_below(run_id, workspace.status()))
    replies = workspace.replies(run_id) if run_id else ()
    ended = run_id is not None and runs[0].status in CAME_TO_SOMETHING
    database = database_of()
    servers = queues(database) if database else ()
    outcome = workspace.ended(runs[0].run_id) if ended else None
    return Listing(runs=runs, servers=servers, outcome=outcome, replies=replies)


def came_to(project: Path, run_id: str) -> Outcome | None:
    """What a run came to, or waits for; None where it has come to nothing yet.

    Raises:
        UsageError: there is no such run.
    """
    place = place_of(project)
    with closing(Runs(place)) as runs:
        runs.get(run_id)
        reference = runs.outcome(run_id)
    if reference is None:
        return None
    with closing(Documents(place)) as documents:
        return documents.get_record(reference, Outcome)
