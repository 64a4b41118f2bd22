"""`specloop ledger` and `specloop rollback`: what was tried, what came of it, and the way back.

Exit codes: 0; 1 when `verify` finds something that does not agree; 2 wrong usage; 4 the store is damaged.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.commands.options import place_options
from graph.commands.pages import check_page, write_page
from graph.commands.reporting import print_json, reported
from graph.commands.there import at_server, given

if TYPE_CHECKING:
    from rich.console import RenderableType

    from systems.ledger import Ledger

DISAGREES = 1
_project = click.option(
    "--project", type=click.Path(path_type=Path), default=None, help="Folder of the project (default: this folder)."
)
_place = functools.partial(place_options, default=None)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(invoke_without_command=True)
@_place
@_json
@click.option("--html", type=click.Path(path_type=Path), help="Also write one self-contained page to this file.")
@click.option("--all", "everything", is_flag=True, help="List all decisions, not only the newest.")
@click.pass_context
@at_server
def ledger(context: click.Context, /, html: Path | None, everything: bool, **place: Any) -> None:
    """List what was tried, adopted, rejected and rolled back, newest first."""
    if context.invoked_subcommand:
        return
    with _opened(context) as store:
        from graph.commands.ledger_views import listed

        if html:
            check_page(html)
        seen = listed(store, everything=everything)
        if html:
            from nodes.feedback_loop.rendering.ledger_page import ledger_page

            write_page(html, ledger_page(seen.told, seen.wrong))
        _show(context, seen.json(), seen.text())


@ledger.command()
@click.argument("identifier", metavar="ID")
@_place
@_json
@click.pass_context
@at_server
def show(context: click.Context, /, identifier: str, **place: Any) -> None:
    """Show an entry or a policy: the beginning of its id, active, baseline, default or small-model."""
    with _opened(context) as store:
        from graph.commands.ledger_views import shown

        _show(context, *shown(store, identifier))


@ledger.command()
@_place
@_json
@click.pass_context
@at_server
def verify(context: click.Context, /, **place: Any) -> None:
    """Hash everything again, follow every reference, and name what does not agree."""
    with _opened(context) as store:
        from nodes.feedback_loop.rendering.ledger_text import verified

        wrong, entries = store.verify(), len(store.entries())
        told = {"entries": entries, "disagreements": [one.model_dump(mode="json") for one in wrong]}
        _show(context, told, verified(wrong, entries))
        sys.exit(DISAGREES if wrong else 0)


@ledger.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@_place
@_json
@click.pass_context
@at_server
def diff(context: click.Context, /, old: str, new: str, **place: Any) -> None:
    """Show what policy B has otherwise than policy A, knob by knob."""
    with _opened(context) as store:
        from graph.commands.ledger_views import compared

        _show(context, *compared(store, old, new))


@ledger.command("apply")
@click.argument("identifier", metavar="[ID]", required=False)
@_project
@_json
@click.pass_context
def apply_(context: click.Context, /, identifier: str | None, **place: Any) -> None:
    """Let the policy hold that has won its trial and waits for you: ID, or the only one."""
    with _opened(context) as store:
        from graph.commands.ledger_pending import applied

        _show(context, *applied(store, identifier))


@ledger.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--reason", default="", help="Why, for the ledger.")
@_project
@_json
@click.pass_context
def decline(context: click.Context, /, identifier: str | None, reason: str, **place: Any) -> None:
    """Decline the policy that waits for you; it is not proposed again without new evidence."""
    with _opened(context) as store:
        from graph.commands.ledger_pending import declined

        _show(context, *declined(store, identifier, reason))


@click.command()
@click.argument("policy", metavar="POLICY")
@click.option("--model", help="Model it is for, where the ledger knows several.")
@click.option("--reason", default="", help="Why, for the ledger.")
@_project
@_json
@click.pass_context
def rollback(context: click.Context, /, policy: str, model: str | None, reason: str, **place: Any) -> None:
    """Let POLICY hold again: an earlier one by the beginning of its id, baseline, default or small-model."""
    with _opened(context) as store:
        from graph.commands.ledger_views import rolled_back

        _show(context, *rolled_back(store, policy, model=model, reason=reason))


@contextmanager
def _opened(context: click.Context) -> Iterator[Ledger]:
    """The ledger of the project that the command, or the group before it, names."""
    project: Path = given(context, "project") or Path()
    with reported(bool(given(context, "as_json")), project):
        from systems.errors import UsageError
        from systems.ledger import Ledger
        from systems.settings import server_of
        from systems.stores import exists, place_of

        if not exists(place_of(project)):
            mend = "Name the project with --project, or start: specloop run GOAL, then specloop improve."
            if server := server_of(project):
                mend = (
                    f"Of what {server} works: set SPECLOOP_STORE to its workers' database, in a clone of the project."
                )
            raise UsageError(f"{project} has no ledger: specloop was not run there yet.", mend=mend)
        with closing(Ledger(place_of(project))) as store:
            yield store


def _show(context: click.Context, told: dict[str, Any], text: RenderableType) -> None:
    if given(context, "as_json"):
        print_json(finite(told))
    else:
        from rich.console import Console

        Console(highlight=False).print(text)


def finite(value: Any) -> Any:
    """What JSON can say: null instead of a number that is none, or infinite."""
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
