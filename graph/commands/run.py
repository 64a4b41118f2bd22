"""`specloop run`, `resume` and `demo`: a goal in, a complete OpenSpec change out."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import click

from graph.commands.options import json_option, place_options, settings_options
from graph.commands.reporting import reported, stderr
from graph.commands.working import can_ask, carried_out, finish, project_of, talked, watched


@click.command()
@click.argument("goal")
@click.option("--change", help="Take up this existing change instead of making a new one.")
@place_options
@settings_options
@json_option
def run(goal: str, change: str | None, project: Path | str, server: str | None, as_json: bool, **settings: Any) -> None:
    """Take GOAL to a complete OpenSpec change."""
    with reported(as_json, project):
        workspace = project_of(project, settings, server=server, can_ask=can_ask(as_json))
        outcome = carried_out(workspace, functools.partial(workspace.run, goal, change=change), as_json)
        if (after := outcome.followed) and after.run_id != outcome.run_id:  # the person was asked by a follow-up
            outcome = workspace.outcome(after.run_id).model_copy(update={"followed": after})
        finish(outcome, as_json, project, workspace.server)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--answer", help="approve, reject:REASON, JSON, or the answer to a question the run waits for.")
@place_options
@settings_options
@json_option
def resume(
    run_id: str, answer: str | None, project: Path | str, server: str | None, as_json: bool, **settings: Any
) -> None:
    """Go on with RUN, where it was interrupted, waits or ended unfinished."""
    with reported(as_json, project):
        workspace = project_of(project, settings, server=server)
        if answer is None and workspace.status(run_id)[0].status == "waiting" and can_ask(as_json):
            outcome = talked(workspace.outcome(run_id), workspace, as_json)
        else:
            outcome = watched(workspace, functools.partial(workspace.resume, run_id, answer), as_json)
            outcome = talked(outcome, workspace, as_json)
        finish(outcome, as_json, project, workspace.server)


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to put the demo project (default: a new folder)."
)
@click.option("--model", default="embedded", show_default=True, help="Model to use.")
@json_option
def demo(folder: Path | None, model: str, as_json: bool) -> None:
    """Lay out a small repository and run the main job on it."""
    from systems.demo import GOAL, lay_out

    with reported(as_json, None):
        project = lay_out(folder)
    with reported(as_json, project):
        stderr().print(f"A small todo program with its history is in [bold]{project}[/]. Its goal: [bold]{GOAL}[/]")
        workspace = project_of(project, {"model": model})
        outcome = watched(workspace, functools.partial(workspace.run, GOAL), as_json)
        finish(outcome, as_json, project)
