"""`specloop next`: what to do next in a project and why, in one line."""

from __future__ import annotations

import asyncio
import shlex
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option, place_options
from graph.commands.reporting import reported
from graph.commands.there import at_server

if TYPE_CHECKING:
    from graph.advice import Advice


@click.command("next")
@place_options
@json_option
@at_server
def next_(project: Path, as_json: bool) -> None:
    """Say what to do next and why, in one line. Asks no model."""
    with reported(as_json, project):
        from systems.project.repository import check_project

        found = advised(check_project(project), Path.cwd())
        click.echo(found.model_dump_json() if as_json else found.line)


def advised(project: Path, standing_in: Path) -> Advice:
    """What to do next in a project.

    Args:
        project: absolute path of the project.
        standing_in: folder in which the person will type.

    Raises:
        Missing: the OpenSpec CLI cannot be had, or the store is damaged.
    """
    from systems.openspec import OpenSpec

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(asyncio.run, OpenSpec(project).standings()) if (project / "openspec").is_dir() else None
        from graph.advice import advice  # all of this is imported while the CLI starts
        from systems.documents import Documents
        from systems.ledger import Ledger, waiting
        from systems.records import Outcome
        from systems.runs import Runs
        from systems.stores import exists, place_of

        changes = asked.result() if asked else ()
    option = "" if standing_in.resolve() == project else f" --project {shlex.quote(str(project))}"
    with ExitStack() as stack:
        place = place_of(project)
        if not exists(place):
            return advice((), changes, lambda _: None, option)
        runs = stack.enter_context(closing(Runs(place)))
        documents = stack.enter_context(closing(Documents(place)))

        def outcome(run_id: str) -> Outcome | None:
            reference = runs.outcome(run_id)
            return documents.get_record(reference, Outcome) if reference else None

        policies = [one.key for one in waiting(stack.enter_context(closing(Ledger(place))))]
        return advice(runs.all(), changes, outcome, option, policies)
