"""`specloop trust`: what the project's own mcp.json starts, and that it may."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.reporting import print_json, reported

if TYPE_CHECKING:
    from systems.settings import Settings

NOT_TRUSTED = 3


@click.command()
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
@click.option("--yes", is_flag=True, help="Trust it without being asked.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def trust(project: Path, yes: bool, as_json: bool) -> None:
    """Show what the project's mcp.json starts, and let it; asked again when the file changes."""
    from systems.project.repository import check_project
    from systems.settings import load_settings

    with reported(as_json, project):
        folder = check_project(project)
        file, lines, trusted = looked_at(folder, load_settings(folder, {}))
        if file and not trusted:
            trusted = decided(file, lines, yes=yes, can_ask=not as_json and sys.stdin.isatty())
        elif not as_json:
            _say(file, lines, trusted)
        if as_json:
            found = {"file": str(file) if file else None, "starts": lines, "trusted": trusted}
            print_json(found)
    sys.exit(0 if trusted else NOT_TRUSTED)


def looked_at(project: Path, settings: Settings) -> tuple[Path | None, tuple[str, ...], bool]:
    """(the project's own file, what it starts, whether that is trusted); without a file there is nothing to distrust.

    Raises:
        UsageError: the file is wrong.
    """
    from systems.mcp.trust import is_trusted, own_file, servers_of, shown

    file = own_file(project, settings.mcp)
    if file is None:
        return None, (), True
    servers_of(project, settings.mcp)
    return file, shown(file), is_trusted(file)


def offered(project: Path, settings: Settings) -> None:
    """Ask the person on the terminal about a file that is not trusted yet; refused, its servers are left out."""
    file, lines, trusted = looked_at(project, settings)
    if file and not trusted:
        decided(file, lines, yes=False, can_ask=True)


def decided(file: Path, lines: tuple[str, ...], *, yes: bool, can_ask: bool) -> bool:
    """Whether the person trusts the file; remembered when they do."""
    from systems.mcp.trust import trust as remember

    _say(file, lines, trusted=False)
    if not yes and not can_ask:
        click.echo("Nothing of it is started. Allow it with: specloop trust --yes", err=True)
        return False
    if yes or click.confirm("Start these, now and from now on?", err=True):
        remember(file)
        return True
    return False


def _say(file: Path | None, lines: tuple[str, ...], trusted: bool) -> None:
    if file is None:
        click.echo("The project has no mcp.json of its own; git, time and filesystem serve.", err=True)
        return
    click.echo(f"{file} ({'trusted' if trusted else 'came with the project'}):", err=True)
    for line in lines:
        click.echo(f"  {line}", err=True)
