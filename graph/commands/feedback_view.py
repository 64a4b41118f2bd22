"""Feedback on the terminal: what was said, what of it contradicts itself, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from graph.feedback.contradictions import Said
from graph.feedback.lines import Bulk
from nodes.feedback_loop.rendering.escaping import plain
from systems.feedback import LABELS, Heeded

MOST = 400
SHOWN = 8
STYLES = {-1: "red", 0: "", 1: "green"}


def told(given: Heeded) -> Iterator[str]:
    """What became of feedback that was given, a sentence a line."""
    kept = "Known already, and kept once" if given.known else "Kept"
    yield f"{kept} with run {given.run_id} as {given.span_id[:SHOWN]}{_about(given)}."
    if given.cases:
        yield f"{_cases(given)}."
    for other in given.contradicts:
        yield f"It contradicts {other.span_id[:SHOWN]}, {LABELS[other.rating]}: {plain(other.text, MOST)}"
    if given.contradicts:
        yield f"No case comes of either until you take one back: specloop feedback {given.run_id} --withdraw ID"
    if given.note:
        yield f"Nothing was drafted again: {plain(given.note, MOST)}."
    yield from (f"{plain(each.line, MOST)}." for each in given.documents)
    yield from (f"Opened {plain(each.change)} for it: {plain(each.path)}" for each in given.follow_ups)


def _about(given: Heeded) -> str:
    meant = "; ".join(f"{each.aspect} ({each.why})" for each in given.concerns)
    return f", about {plain(meant, MOST)}" if meant else ""


def _cases(given: Heeded) -> str:
    cases = "1 draft case" if len(given.cases) == 1 else f"{len(given.cases)} draft cases"
    if given.rating > 0:
        return f"The checks of {cases} are yours now"
    return f"{cases[0].upper()}{cases[1:]} of it are in no trial now; `specloop case list` shows them"


def bulk_told(bulk: Bulk) -> Iterator[str]:
    """What became of a file of feedback: wrong lines by their numbers, and how many were kept."""
    yield from (f"line {each.line}: {plain(each.why, MOST)}" for each in bulk.wrong)
    for given in bulk.kept:
        if given.contradicts:
            ids = ", ".join(other.span_id[:SHOWN] for other in given.contradicts)
            yield f"{given.run_id}: {given.span_id[:SHOWN]} contradicts {ids}"
    known = f", {bulk.known:,} known already" if bulk.known else ""
    wrong = f", {len(bulk.wrong):,} wrong lines left out" if bulk.wrong else ""
    yield f"{len(bulk.kept):,} kept{known}{wrong}."


def said_table(said: Said) -> RenderableType:
    """What was said of a run, oldest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("id", "when", "rating", "about", "feedback"):
        table.add_column(column, overflow="fold", no_wrap=column == "when")
    for each in said.feedback:
        about = plain(", ".join(each.about)) or "the run"
        label = Text(LABELS[each.rating], style=STYLES[each.rating])
        when = each.said[:16].replace("T", " ")
        table.add_row(each.span_id[:SHOWN], when, label, Text(about), Text(plain(each.text, MOST)))
    return table


def contradictions_table(said: Said) -> RenderableType:
    """What contradicts itself, side by side."""
    table = Table(title="These cannot both hold", title_justify="left", title_style="bold yellow", box=None)
    for column, style in (("good", "green"), ("bad", "red")):
        table.add_column(column, overflow="fold", style=style, ratio=1)
    for pair in said.contradictions:
        table.add_row(*(Text(f"{each.span_id[:SHOWN]} {plain(each.text, MOST)}") for each in pair))
    return table
