"""Commands that are said by a worker of the server, where the project's runs are worked by one."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from graph.commands.pages import check_page, write_page
from graph.commands.reporting import reported

HERE = ("project", "server", "as_json")
"""Options that say where, and how the answer is to look; the others go along."""
PAGE = "html"


def at_server(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Let a worker say what a command says, where a server works the project's runs; else the command itself does."""

    @functools.wraps(callback)
    def said(*args: Any, **params: Any) -> Any:
        if not click.get_current_context().invoked_subcommand:
            said_there()
        params.pop("server", None)
        return callback(*args, **params)

    return said


def said_there() -> None:
    """Let a worker say what the present command says, and end as it ended; come back where no server works the runs."""
    context = click.get_current_context()
    project, server = given(context, "project") or Path(), given(context, "server")
    as_json = bool(given(context, "as_json"))
    with reported(as_json, project):
        from systems.settings import server_of

        if isinstance(project, Path) and not server_of(project, server):
            return
        from graph.remote.workspace import RemoteWorkspace

        page: Path | None = given(context, PAGE)
        if page:
            check_page(page)
        name = context.command_path.partition(" ")[2]
        options = (*_options(context), *["--json"] * as_json)
        told = RemoteWorkspace(project, server=server).command(name, options, _words(context, project))
        if page and told.page is not None:
            write_page(page, told.page, quiet=True)  # the worker has said where it is
        click.echo(told.output, nl=False)
        click.echo(told.errors, nl=False, err=True)
        sys.exit(told.code)


def given(context: click.Context, name: str) -> Any:
    """An option of a command, or of the group that it belongs to."""
    outer = context.parent.params.get(name) if context.parent else None
    return context.params.get(name) or outer


def _options(context: click.Context) -> Iterator[str]:
    """What the person chose, each in one word."""
    for each in context.command.params:
        name = str(each.name)
        chosen = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if isinstance(each, click.Option) and chosen and name not in HERE:
            value, option = context.params[name], each.opts[0]
            yield option if each.is_flag else f"{option}={value.isoformat() if isinstance(value, datetime) else value}"


def _words(context: click.Context, project: Path | str) -> list[str]:
    """The command's arguments; a file of the project by its place there."""
    values = [context.params[str(each.name)] for each in context.command.params if isinstance(each, click.Argument)]
    return [_placed(value, project) for value in values if value is not None]


def _placed(value: Any, project: Path | str) -> str:
    if isinstance(value, Path) and isinstance(project, Path) and value.resolve().is_relative_to(project.resolve()):
        return value.resolve().relative_to(project.resolve()).as_posix()
    return str(value)
