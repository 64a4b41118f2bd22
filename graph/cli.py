"""The command line: every command by its name.

Results go to standard output, everything else to standard error; `--json` prints one JSON object. Exit codes: 0 done;
1 unfinished, and it says what is missing; 2 wrong usage; 3 waiting for a person; 4 an outside system is missing or
failed for good; 130 interrupted, resumable. Heavy imports happen inside the commands.
"""

from __future__ import annotations

from typing import Any

import click

from graph.commands.analyze import analyze, report
from graph.commands.archive import archive
from graph.commands.ask import ask
from graph.commands.cases import case
from graph.commands.collect import collect
from graph.commands.doctor import doctor
from graph.commands.feedback import feedback
from graph.commands.history import history
from graph.commands.improve import improve
from graph.commands.ledger import ledger, rollback
from graph.commands.next import next_
from graph.commands.prune import prune
from graph.commands.reporting import print_error
from graph.commands.run import demo, resume, run
from graph.commands.serve_mcp import serve_mcp
from graph.commands.status import status, stop
from graph.commands.store import store
from graph.commands.token import token
from graph.commands.trust import trust
from graph.commands.up import up

WORK = (run, resume, status, stop, next_, ask, feedback, archive, history)
ANALYSIS = (analyze, report, collect, prune)
LEARNING = (case, improve, ledger, rollback)
SETTING_UP = (demo, doctor, trust, store, token, up, serve_mcp)


class Program(click.Group):
    """The commands; what is wrong with the options is said as JSON too, where `--json` is among them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember whether JSON is asked for, whatever else is wrong."""
        ctx.obj = {"json": "--json" in args}
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.obj["json"]:
                print_error("UsageError", error.format_message(), f"See `{(error.ctx or ctx).command_path} --help`.")
            raise


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="specloop")
def main() -> None:
    """A goal in, a complete OpenSpec change out, and a system that learns from its own traces."""


for each in (*WORK, *ANALYSIS, *LEARNING, *SETTING_UP):
    main.add_command(each)
