"""`specloop ask`: one question, answered from an MCP server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from graph.commands.options import fresh_option, json_option, place_options
from graph.commands.reporting import print_json, reported, stdout
from graph.commands.working import at_hand, project_of


@click.command()
@click.argument("question")
@place_options
@click.option("--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form).")
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you allow calls that change something.")
@fresh_option
@json_option
def ask(question: str, project: Path | str, server: str | None, as_json: bool, **settings: Any) -> None:
    """Answer one QUESTION about the project from an MCP server.

    On a terminal you are asked before a tool is called that may change something, unless --approve says auto.
    """
    with reported(as_json, project):
        workspace = project_of(project, settings, server=server)
        answer = workspace.ask(question, person=at_hand(workspace, as_json))
        if as_json:
            print_json(answer.model_dump(mode="json"))
        else:
            from graph.view import answer_text

            stdout().print(answer_text(answer))
        sys.exit(0 if answer.answered else 1)
