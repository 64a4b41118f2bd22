"""Commands that are said by a worker of the server, where the project's runs are worked by one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from graph.commands.reporting import reported


def said_there(
    name: str,
    project: Path | str,
    server: str | None,
    *,
    as_json: bool,
    options: Sequence[str] = (),
    words: Sequence[str] = (),
) -> None:
    """Let a worker say what a command says, and end as it ended; come back where no server works the runs.

    Args:
        name: of the command.
        project: as the person named it.
        server: as the person named it.
        as_json: whether one JSON object is asked for.
        options: of the command, besides.
        words: its arguments.
    """
    with reported(as_json, project):
        from systems.settings import server_of

        if isinstance(project, Path) and not server_of(project, server):
            return
        from graph.remote.workspace import RemoteWorkspace

        said = RemoteWorkspace(project, server=server).command(name, (*options, *["--json"] * as_json), list(words))
        click.echo(said.output, nl=False)
        click.echo(said.errors, nl=False, err=True)
        sys.exit(said.code)
