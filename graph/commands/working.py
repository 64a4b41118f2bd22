"""A run on a terminal: shown as it happens, and the person asked what it waits for."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from graph.commands.asking import asked_all, at_terminal
from graph.commands.reporting import EXIT_CODES, print_json, program, stderr, stdout
from graph.commands.trust import offered

if TYPE_CHECKING:
    from graph.workspace import Workspace
    from systems.errors import Stopped
    from systems.person import Person
    from systems.records import Outcome

T = TypeVar("T")


def project_of(
    project: Path | str, settings: dict[str, Any], *, server: str | None = None, can_ask: bool = False
) -> Workspace:
    """The project, after the person was asked about programs it wants to start, where they are asked at all."""
    from systems.project.repository import check_project
    from systems.settings import load_settings, server_of

    if not isinstance(project, Path) or server_of(project, server):
        from graph.workspace import Workspace

        return Workspace(project, server=server, **settings)
    folder = check_project(project)
    given = load_settings(folder, settings)
    if can_ask and given.approve == "ask":
        offered(folder, given)
    from graph.workspace import Workspace

    return Workspace(project, **settings)


def carried_out(workspace: Workspace, work: Callable[..., Outcome], as_json: bool) -> Outcome:
    """What a run comes to; on a terminal it is shown, and the person is asked what it waits for."""
    return talked(watched(workspace, work, as_json), workspace, as_json)


def watched(workspace: Workspace, work: Callable[..., T], as_json: bool) -> T:
    """Do something that can be watched, and show what happens on standard error."""
    from graph.view import View

    look = None if workspace.server else lambda run_id: workspace.status(run_id)[0]
    with View(stderr(), drafts=not as_json, look=look) as view:
        try:
            return work(watch=view)
        except KeyboardInterrupt:
            if workspace.server is None or not view.run_id:
                raise
            raise _left(view.run_id, workspace.server) from None


def _left(run_id: str, server: str) -> Stopped:
    from systems.errors import Stopped

    follow, stop = (f"{program()} {word} {run_id} --server {server}" for word in ("resume", "stop"))
    return Stopped(f"Run {run_id} goes on at {server}.", mend=f"Follow it with: {follow}, or stop it with: {stop}")


def can_ask(as_json: bool) -> bool:
    """Whether a person is there to be asked on a terminal."""
    return not as_json and sys.stdin.isatty() and sys.stderr.isatty()


def at_hand(workspace: Workspace, as_json: bool) -> Person | None:
    """The person at the terminal, unless they said that they are not to be asked."""
    settings = workspace.settings
    if not can_ask(as_json) or ("approve" in settings.model_fields_set and settings.approve == "auto"):
        return None
    return at_terminal(stderr(), knows=False)


def talked(outcome: Outcome, workspace: Workspace, as_json: bool) -> Outcome:
    """Ask the person on the terminal what the run waits for, until it waits no more."""
    while outcome.status == "waiting" and can_ask(as_json):
        answers = asked_all(outcome.waiting_for, stderr())
        outcome = watched(workspace, functools.partial(workspace.resume, outcome.run_id, answers), as_json)
    return outcome


def finish(outcome: Outcome, as_json: bool, project: Path | str, server: str | None = None) -> None:
    """Show what a run came to, and end with its exit code."""
    if as_json:
        print_json(outcome.model_dump(mode="json"))
    else:
        from graph.view import outcome_panel

        stdout().print(outcome_panel(outcome, project=str(project), program=program(), server=server))
    sys.exit(EXIT_CODES[outcome.status])
