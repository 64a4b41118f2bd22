"""`specloop feedback`: what a person thinks of a run, kept on its trace, and heeded by its documents and its cases."""

from __future__ import annotations

import asyncio
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from graph.commands.options import json_option, place_options, settings_options
from graph.commands.reporting import EXIT_CODES, print_json, reported
from graph.commands.there import said_there
from graph.commands.working import project_of, talked, watched

if TYPE_CHECKING:
    from graph.workspace import Workspace
    from systems.feedback import Heeded

RATINGS = ("-1", "0", "1")
NOT_HEEDED = 1


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.argument("text", required=False)
@click.option("--rating", type=click.Choice(RATINGS), default="0", show_default=True, help="1 good, -1 bad.")
@click.option("--file", "lines", type=click.File("rb"), help="JSON lines; - is standard input.")
@click.option("--keep", is_flag=True, help="Only keep it: draft nothing again.")
@click.option("--withdraw", metavar="ID", help="Take back what you said of RUN; its id is in the list.")
@place_options
@settings_options
@json_option
def feedback(
    run_id: str | None, text: str | None, project: Path, server: str | None, as_json: bool, **given: Any
) -> None:
    """Say in TEXT what you think of RUN; without TEXT, list what was said.

    Where you are not content, the documents that you mean are drafted again, and written once you approve them
    (--approve auto: without asking); a change that is finished gets a follow-up instead. A rating of 1 makes the checks
    of the drafts you mean yours; -1 takes them out of all trials.
    """
    lines, withdraw = given.pop("lines"), given.pop("withdraw")
    rating, keep = int(given.pop("rating")), given.pop("keep")
    if (lines is None) == (run_id is None) or (withdraw and (text or lines)):
        raise click.UsageError("Give RUN and TEXT, RUN alone, RUN with --withdraw, or --file.")
    if run_id and (withdraw or text is None):
        said_there()
    with reported(as_json, project):
        if lines is not None:
            _bulk(lines, project, as_json)
        elif run_id and withdraw:
            _withdrawn(run_id, withdraw, project, as_json)
        elif run_id and text is None:
            _listed(run_id, project, as_json)
        elif run_id and text is not None:
            ask = given.pop("approve") != "auto"
            workspace = project_of(project, given, server=server)
            heeded = _given(run_id, text, rating, workspace, as_json, keep=keep, ask=ask)
            _finish(heeded, project, workspace.server, as_json)


def _given(
    run_id: str, text: str, rating: int, workspace: Workspace, as_json: bool, *, keep: bool, ask: bool
) -> Heeded:
    work = functools.partial(workspace.feedback, run_id, text, rating, ask=ask, redraft=not keep)
    heeded = watched(workspace, work, as_json)
    waiting = heeded.outcome and heeded.outcome.status == "waiting"
    return _talked(heeded, workspace, as_json) if waiting else heeded


def _finish(heeded: Heeded, project: Path, server: str | None, as_json: bool) -> NoReturn:
    """Show what came of it, and end with its exit code."""
    from graph.commands.feedback_view import told

    if as_json:
        print_json(heeded.model_dump(mode="json"))
    else:
        click.echo("\n".join(told(heeded)))
        _show_waiting(heeded, f"--project {project}" + (f" --server {server}" if server else ""))
    failed = any(each.status == "failed" for each in heeded.documents)
    sys.exit(EXIT_CODES[heeded.outcome.status] or NOT_HEEDED * failed if heeded.outcome else 0)


def _talked(heeded: Heeded, workspace: Workspace, as_json: bool) -> Heeded:
    """What came of it after the person on the terminal was asked; as it was where nobody can be asked."""
    if heeded.outcome is None:
        return heeded
    return asyncio.run(workspace.acame_of(heeded, talked(heeded.outcome, workspace, as_json)))


def _show_waiting(heeded: Heeded, place: str) -> None:
    """The diffs that wait for approval, and how to give it."""
    if heeded.outcome is None or heeded.outcome.status != "waiting":
        return
    from nodes.feedback_loop.rendering.escaping import visible

    for item in heeded.outcome.waiting_for:
        click.echo(f"\n{item['text']}")
        for file in item.get("files", ()):
            click.echo(visible(file["diff"]), nl=False)
    click.echo(f"\nspecloop resume {heeded.run_id} --answer approve {place}   # or reject:REASON")


def _listed(run_id: str, project: Path, as_json: bool) -> None:
    from graph.feedback.keeping import Keeper
    from systems.project.repository import check_project

    with Keeper(check_project(project)) as keeper:
        said = keeper.said(run_id)
    if as_json:
        print_json(said.model_dump(mode="json"))
    elif said.feedback:
        from rich.console import Console

        from graph.commands.feedback_view import contradictions_table, said_table

        Console().print(said_table(said))
        if said.contradictions:
            Console().print(contradictions_table(said))
    else:
        click.echo(f'Nothing was said of {run_id} yet: specloop feedback {run_id} "TEXT" --rating -1', err=True)


def _withdrawn(run_id: str, prefix: str, project: Path, as_json: bool) -> None:
    from graph.feedback.keeping import Keeper
    from nodes.feedback_loop.rendering.escaping import plain
    from systems.project.repository import check_project

    with Keeper(check_project(project)) as keeper:
        gone = asyncio.run(keeper.withdraw(run_id, prefix))
    if as_json:
        print_json(gone.model_dump(mode="json"))
    else:
        click.echo(f"Taken back; it counts no more: {plain(gone.text)}")


def _bulk(lines: BinaryIO, project: Path, as_json: bool) -> None:
    """Keep the feedback of a file; no document is drafted again because of it."""
    from graph.commands.feedback_view import bulk_told
    from graph.feedback.keeping import Keeper
    from graph.feedback.lines import bounded, keep_lines
    from systems.errors import UsageError
    from systems.project.repository import check_project

    with Keeper(check_project(project)) as keeper:
        bulk = asyncio.run(keep_lines(bounded(lines), keeper))
    if as_json:
        print_json(bulk.model_dump(mode="json"))
    for line in bulk_told(bulk):
        click.echo(line, err=as_json)
    sys.exit(UsageError.exit_code if bulk.wrong else 0)
