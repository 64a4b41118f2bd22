"""What a run waits for, asked on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def asked(item: dict[str, Any], console: Console) -> Any:
    """The person's answer to one thing a run waits for.

    Args:
        item: one of `Outcome.waiting_for`.
        console: standard error.
    """
    console.print(f"\n{item['text']}", style="bold", markup=False)
    for file in item.get("files", ()):
        from rich.syntax import Syntax

        console.print(Syntax(file["diff"], "diff", background_color="default"))
    if item["kind"] == "question":
        return click.prompt("Your answer (empty: stays open)", default="", show_default=False, err=True)
    if item["kind"] == "check":
        return click.prompt("approve, edit:COMMAND, or reject:REASON", default="approve", err=True)
    if item["kind"] == "permission":
        return click.prompt("allow or refuse", type=click.Choice(["allow", "refuse"]), default="refuse", err=True)
    if item["kind"] == "archive":
        return click.prompt("archive or keep", type=click.Choice(["archive", "keep"]), default="keep", err=True)
    if item["kind"] == "elicitation":
        return click.prompt(_ways(item["fields"]), default="decline", err=True)
    return click.prompt("approve, or reject:REASON", default="approve", err=True)


def _ways(fields: dict[str, Any]) -> str:
    """What may be said to a tool that asks."""
    named = ", ".join(fields.get("properties", {}))
    return f"decline, accept, or {{{named}}} as JSON (of one field, its value)" if named else "decline, or accept"
