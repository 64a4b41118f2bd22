"""`specloop improve`: tries what could be better on the project's own cases, and keeps only what is proven.

Exit codes: 0 when it came to an end, whether or not anything was accepted; 2 wrong usage; 3 a policy waits for your
word; 4 an outside system is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.commands.options import server_option
from graph.commands.reporting import print_json, reported
from graph.commands.working import can_ask

if TYPE_CHECKING:
    from rich.console import RenderableType

    from systems.trials import Improved


@click.command()
@click.option("--rounds", type=click.IntRange(1, 100), default=10, show_default=True, help="Most rounds.")
@click.option("--budget", type=click.FloatRange(1), help="Seconds after which no new play begins.")
@click.option(
    "--trial",
    type=click.FloatRange(1),
    default=1_800,
    show_default=True,
    help="Seconds after which a trial that is not decided ends, and its proposal is refused.",
)
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Folder of the project (default: this folder)."
)
@server_option
@click.option(
    "--abreast", type=click.IntRange(1, 256), default=8, show_default=True, help="Plays at once, with --server."
)
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@click.option("--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form).")
@click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you decide about what is proven.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def improve(
    rounds: int,
    budget: float | None,
    trial: float,
    project: Path,
    server: str | None,
    abreast: int,
    as_json: bool,
    **settings: Any,
) -> None:
    """Improve the policy by what the project's own cases prove, and nothing else.

    With --approve ask you see each policy that has won its trial before it holds; without a terminal it waits. With
    --server its workers play the cases, which must see the project in the same folder; what is learned stands here.
    """
    with reported(as_json, project):
        from rich.console import Console

        from graph.commands.asking import at_terminal
        from graph.learning.improvement import Plan, Workers
        from graph.workspace import Workspace
        from systems.settings import HERE, server_of

        told = Console(stderr=True)
        with told.status("starting: model, servers") as status:
            plan = Plan(
                rounds,
                budget,
                trial,
                watch=lambda line: told.print(line, markup=False, highlight=False),
                progress=lambda text: status.update(text),
                person=at_terminal(told, status) if can_ask(as_json) else None,
            )
            if url := server_of(project, server):
                plan = plan._replace(workers=Workers(url, str(project.resolve()), abreast))
            report = Workspace(project, server=HERE, **settings).improve(plan)
        if as_json:
            print_json(report.model_dump(mode="json"))
        else:
            Console().print(summary(report))


def summary(report: Improved) -> RenderableType:
    """What it came to, in a few lines."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    tried = report.accepted + report.rejected
    changed = report.after != report.before
    head = Text(f"{report.accepted} of {tried} proposals accepted, {report.rejected} refused; {report.stopped}.")
    holds = (
        f"Policy {report.after[:12]} holds now (before: {report.before[:12]})." if changed else "Nothing was changed."
    )
    lines: list[RenderableType] = [head, Text(holds)]
    if report.sealed:
        table = Table("sealed cases", "success", "95% interval", "seconds a case", "tokens a case", box=None)
        for name, one in zip(("before", "after"), report.sealed, strict=True):
            interval = f"{one.success_low:.0%} to {one.success_high:.0%}"
            table.add_row(name, f"{one.success:.0%}", interval, f"{one.seconds:.2f}", f"{one.tokens:,.0f}")
        turned = f"{report.repairs} of {report.sealed[0].cases} repaired, {report.regressions} worse"
        turned += f"; sealed cases were read {report.opened} times so far"
        lines += [table, Text(turned, style="dim")]
    lines.append(Text("All of it: specloop ledger", style="dim"))
    return Group(*lines)
