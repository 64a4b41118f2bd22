"""`specloop serve-mcp`: the project's specloop for LM Studio and every other MCP client."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from graph.commands.options import project_option, settings_options
from graph.commands.reporting import reported

PORT = 8765


@click.command("serve-mcp")
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http; loopback only.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="With --http; 0 takes any free one.",
)
@project_option
@settings_options
def serve_mcp(http: bool, host: str, port: int, project: Path, **settings: Any) -> None:
    """Serve run, resume, status, ask, feedback, analyze and ledger of a project as MCP tools.

    MCP clients start it by themselves when their mcp.json names it; the options hold for every call.
    """
    with reported(False, project):
        from systems.project.repository import check_project
        from systems.settings import load_settings

        folder = check_project(project)
        load_settings(folder, settings)
        asyncio.run(serve(folder, settings, http=http, host=host, port=port))


async def serve(project: Path, settings: dict[str, Any], *, http: bool, host: str, port: int) -> None:
    """Serve until the client is gone (standard input and output), or a signal comes.

    Raises:
        UsageError: the address is not loopback, or cannot be had.
    """
    from importlib.metadata import version

    from graph.mcp_server.service import Service
    from graph.mcp_server.tools import INSTRUCTIONS, tools
    from systems.connections import closed
    from systems.serving.server import server
    from systems.signals import unless_signalled

    def ready(url: str) -> None:
        click.echo(f"Serving {project} at {url}, to every program of this machine, until Ctrl-C.", err=True)

    made = server("specloop", version("specloop"), INSTRUCTIONS, tools(Service(project, settings)))
    if http:
        from systems.serving.http import serve as serve_http

        carried = serve_http(made, host=host, port=port, ready=ready)
    else:
        from systems.serving.stdio import serve as serve_stdio

        carried = serve_stdio(made)
    try:
        await unless_signalled(carried)
    finally:
        await closed()
