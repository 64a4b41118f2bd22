"""What would change, as a person reads it: documents line by line, policies knob by knob, in the terminal's colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def diff_text(path: str, diff: str) -> RenderableType:
    """A unified diff under the file's name, with how much of it is new and gone; a new file without the marks."""
    lines = diff.splitlines()[2:]
    added, gone = (sum(line.startswith(mark) for line in lines) for mark in "+-")
    if added and not gone and not any(line.startswith(" ") for line in lines):
        head, lines = f"new, {added} lines", [line for line in lines if not line.startswith("@")]
    else:
        head = f"+{added} -{gone}" if lines else "nothing changes"
    body = [Text(f"  {line}", COLOURS.get(line[:1], "")) for line in lines]
    return Group(Text.assemble("\n", (path, "bold"), (f"  {head}", "dim")), *body, Text())


def policy_text(changes: Sequence[Mapping[str, str]], evidence: Mapping[str, Any]) -> RenderableType:
    """The knobs that are turned, and the numbers that speak for it."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))
    for title in ("knob", "now", "then"):
        table.add_column(title, overflow="fold")
    for one in changes:
        table.add_row(Text(one["knob"]), Text(one["old"], "red"), Text(one["new"], "green"))
    facts = Table.grid(padding=(0, 2))
    for label, said in evidence.items():
        facts.add_row(Text(label, "dim"), Text(str(said)))
    return Padding(Group(table, Text(), facts), (1, 0, 1, 2))
