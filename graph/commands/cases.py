"""`specloop case`: the cases that policies are tried on; list them, add or correct one, drop one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.commands.options import place_options
from graph.commands.reporting import print_json, reported
from graph.commands.there import at_server

if TYPE_CHECKING:
    from systems.cases import Added, Cases, Stored

NOT_TAKEN = 1

_project = click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def case() -> None:
    """The cases that policies are tried on: your own past runs, and what you add."""


@case.command("list")
@place_options
@_json
@at_server
def list_cases(project: Path, as_json: bool) -> None:
    """List the cases, oldest first; of sealed ones only the id."""
    with _cases(project, as_json) as cases:
        stored = cases.stored()
        counts: dict[Any, Any] = dict(cases.counts())
    if as_json:
        print_json({"cases": [_as_json(each) for each in stored], "counts": counts})
    elif stored:
        from rich.console import Console

        from graph.commands.case_view import cases_table

        Console().print(cases_table(stored))
    else:
        click.echo('No cases yet. They come from runs: specloop run "GOAL"; or add one: specloop case add', err=True)


@case.command()
@click.option("--question", help="A question about the project.")
@click.option("--server", help="MCP server that can answer it; `person` where none can.")
@click.option("--tool", default="", help="Tool of that server.")
@click.option("--term", "terms", multiple=True, metavar="WORD", help="Word that the answer must hold; may come again.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Cases, one JSON object a line: {question, server, tool, terms} or {kind, given, check}.",
)
@_project
@_json
def add(path: Path | None, project: Path, as_json: bool, **said: Any) -> None:
    """Add a case, or correct the check of one that is there."""
    with _cases(project, as_json) as cases:
        from graph.commands.case_lines import asked, from_file

        if path and (said["question"] or said["server"] or said["tool"] or said["terms"]):
            raise click.UsageError("Give a --file or a --question, not both.")
        given = from_file(path) if path else asked({name: value for name, value in said.items() if value})
        added = cases.add_all(given)
    if as_json:
        print_json({"added": [each.model_dump(mode="json") for each in added]})
    for each in added:
        click.echo(_told(each), err=as_json)
    sys.exit(NOT_TAKEN if not any(each.side for each in added) else 0)


@case.command()
@click.argument("case_id", metavar="ID")
@_project
@_json
def drop(case_id: str, project: Path, as_json: bool) -> None:
    """Take the case ID out for good, or, of a disputed one, the claim KEY:CLAIM."""
    with _cases(project, as_json) as cases:
        dropped = cases.drop(case_id)
    if as_json:
        print_json({"dropped": case_id, "case": _as_json(dropped)})
    else:
        click.echo(f"Dropped {case_id}. `specloop case add` brings it back, to the same side.")


@contextmanager
def _cases(project: Path, as_json: bool) -> Iterator[Cases]:
    with reported(as_json, project):
        from systems.cases import Cases
        from systems.project.repository import check_project
        from systems.stores import place_of

        with closing(Cases(place_of(check_project(project)))) as cases:
            yield cases


def _as_json(stored: Stored) -> dict[str, Any]:
    return {**stored.model_dump(mode="json"), "disputed": stored.disputed}


def _told(added: Added) -> str:
    reason = f": {added.reason}" if added.reason else ""
    if added.side is None:
        return f"{added.key[:12]} was not taken{reason}."
    disputed = (
        f" Disputed, in no trial: specloop case drop {added.key[:12]}:CLAIM (see case list)" if added.disputed else ""
    )
    return f"{added.key[:12]} {added.kind}, {added.side}{reason}.{disputed}"
