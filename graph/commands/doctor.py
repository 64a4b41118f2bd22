"""`specloop doctor`: what specloop needs, whether it is there, and what mends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from graph.commands.options import json_option, place_options
from graph.commands.reporting import print_json, reported, stdout


@click.command()
@place_options
@click.option("--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form).")
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@json_option
def doctor(project: Path | str, server: str | None, as_json: bool, **settings: Any) -> None:
    """Check Node, OpenSpec, the model, MCP servers and the stores, here or at a server, and say what mends each."""
    with reported(as_json, project):
        from graph.commands.examining import checks_table, examine, examine_at
        from systems.settings import server_of

        at = server_of(project, server)
        if at or not isinstance(project, Path):
            checks = examine_at(project, at, settings)
        else:
            checks = examine(project, settings)
        if as_json:
            print_json({"checks": [check.model_dump(mode="json") for check in checks]})
        else:
            stdout().print(checks_table(checks))
        sys.exit(0 if all(check.ok for check in checks) else 4)
