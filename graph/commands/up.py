"""`specloop up`: what many runs need, started on this machine, watched, and ended in order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.reporting import reported

if TYPE_CHECKING:
    from systems.supervision.plan import Plan
    from systems.supervision.process import Process

PORT = 8123


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that work runs.")
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, show_default=True, help="Of the first worker.")
@click.option("--host", default="127.0.0.1", show_default=True, help="On another than this, tokens are needed.")
@click.option(
    "--store", metavar="URL", help="PostgreSQL database to use (default: SPECLOOP_STORE, else one is started)."
)
@click.option("--redis", metavar="URL", help="Redis to use (default: REDIS_URL, else one is started).")
@click.option("--data", type=click.Path(path_type=Path, resolve_path=True), help="Folder for data and logs.")
@click.option("--print", "only_print", is_flag=True, help="Start nothing; print the plain commands.")
def up(
    workers: int, port: int, host: str, store: str | None, redis: str | None, data: Path | None, only_print: bool
) -> None:
    """Start PostgreSQL, Redis and workers here, watch them, and end them in order at Ctrl-C.

    What is named or runs already is used. At SIGHUP the workers are started anew, one after the other; no run is lost.
    """
    with reported(False, None):
        from systems.stores.place import VARIABLE, database_of
        from systems.supervision.plan import Wanted, data_folder, plan
        from systems.supervision.script import script
        from systems.supervision.watch import run
        from systems.supervision.workers import check_bind

        database = database_of({VARIABLE: store}) if store else database_of()
        found = redis or os.environ.get("REDIS_URL")
        wanted = Wanted(workers, port, host, database, found, data or data_folder())
        if database and not only_print:
            _check(database)
        work = plan(wanted)
        if only_print:
            click.echo(script(work), nl=False)
        else:
            run(
                work,
                ready=lambda serving: _ready(work, serving),
                say=lambda words: click.echo(words, err=True),
                check=lambda: check_bind(host, work.served, has_tokens=has_tokens(work.store)),
            )


def has_tokens(database: str) -> bool:
    """Whether anybody has a token in a database, so that a server need not be open to everyone."""
    from contextlib import closing

    from systems.access.tokens import VARIABLE, Tokens, server_place

    with closing(Tokens(server_place({VARIABLE: database}))) as tokens:
        return bool(tokens.all())


def _check(database: str) -> None:
    """Refuse a database that does not answer."""
    from systems.stores.place import Schema
    from systems.stores.postgres import pooled

    with pooled(Schema(database, "all projects", "")):
        pass


def _ready(work: Plan, serving: Sequence[Process]) -> None:
    others = (
        f"; more workers at ports {', '.join(str(each.service.port) for each in serving[1:])}" if serving[1:] else ""
    )
    click.echo(
        f"Ready{others}. Runs go there with\n"
        f"  export SPECLOOP_SERVER={work.url}\n"
        "and commands on this machine see their stores with\n"
        f"  export SPECLOOP_STORE={work.store}\n"
        f"Logs: {work.folder}. Ctrl-C ends it; kill -HUP {os.getpid()} starts the workers anew."
    )
