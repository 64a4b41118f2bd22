"""`specloop collect`: an OTLP/HTTP endpoint whose spans land in the project's span store, to be analyzed there."""

from __future__ import annotations

from pathlib import Path

import click

from graph.commands.reporting import print_json, reported


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=4318, show_default=True, help="0 takes any free one.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="On another than this, everyone who reaches it can write."
)
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when it ends.")
def collect(port: int, host: str, project: Path, as_json: bool) -> None:
    """Take spans from any OpenTelemetry exporter over OTLP/HTTP, until Ctrl-C.

    Point an agent at it with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 (protocol http/protobuf or http/json),
    then `specloop analyze TRACE`.
    """
    with reported(as_json, project):
        from systems.collector import serve
        from systems.project.repository import check_folder
        from systems.stores import place_of

        def ready(bound: int) -> None:
            click.echo(f"Taking spans at http://{host}:{bound}/v1/traces, until Ctrl-C.", err=True)

        counts = serve(place_of(check_folder(project)), host=host, port=port, ready=ready)
    if as_json:
        print_json(counts.model_dump())
    else:
        rejected = f", {counts.rejected:,} bad ones rejected" if counts.rejected else ""
        click.echo(f"{counts.stored:,} spans of {counts.requests:,} requests were stored{rejected}.")
