"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

project_option = click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
server_option = click.option(
    "--server", help="Server that works the runs: the URL of an Aegra or LangGraph server; `here` is none."
)


class _Place(click.ParamType[Path | str]):
    """A folder, or the URL of a git repository."""

    name = "project"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """The folder as a path, the URL as it is."""
        from systems.project.addresses import is_url

        return value if isinstance(value, Path) or is_url(value) else Path(value)


def place_options(command: Callable[..., Any], default: Path | None = Path()) -> Callable[..., Any]:
    """Where a project is and who works its runs, for commands that a server can do too."""
    project = click.option(
        "--project",
        type=_Place(),
        default=default,
        help="Folder of the project (default: this folder); for a server also the URL of its git repository.",
        metavar="DIR|URL",
    )
    return project(server_option(command))


fresh_option = click.option(
    "--fresh", is_flag=True, default=None, help="Read everything again, also what is unchanged since earlier runs."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that stand above SPECLOOP_* and specloop.toml."""
    for option in reversed(
        (
            click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server."),
            click.option(
                "--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form)."
            ),
            click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you approve documents first."),
            click.option("--max-loops", type=int, help="Loops the run may take."),
            click.option("--max-seconds", type=float, help="Working seconds the run may take."),
            click.option("--max-tokens", type=int, help="Model tokens the run may take."),
            click.option("--follow-ups", type=int, help="Follow-ups that are run in turn after it, at most."),
            fresh_option,
        )
    ):
        command = option(command)
    return command
