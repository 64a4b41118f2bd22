"""`specloop analyze --since`: all stored traces that began in a time, told a line each, or summed up for a person.

What is kept of them is their number, findings by kind, and the few worst: memory does not grow with the traces.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from graph.commands.moments import nanoseconds
from graph.commands.reporting import print_json
from graph.commands.sweep import Swept, sweep
from nodes.feedback_loop.rendering import text
from nodes.feedback_loop.rendering.escaping import plain
from nodes.feedback_loop.rendering.figures import counted, short
from nodes.feedback_loop.rendering.text import STYLES
from nodes.feedback_loop.report import Report
from systems.errors import UsageError
from systems.records import SEVERITIES, Severity
from systems.settings import load_prices
from systems.spans import open_spans
from systems.stores import exists, place_of

MOST_SHOWN = 10


class Window(NamedTuple):
    """Which traces: those that began in a time.

    Attributes:
        since: when, or later.
        until: before when; None for now.
        workers: processes that analyze them.
    """

    since: datetime | None
    until: datetime | None
    workers: int


class Tally:
    """What many traces come to.

    Attributes:
        unreadable: traces that could not be read.
        found: findings by severity and kind.
    """

    def __init__(self) -> None:
        self.unreadable = 0
        self.found: Counter[tuple[Severity, str]] = Counter()
        self._traces_with: Counter[tuple[Severity, str]] = Counter()
        self._traces = self._spans = self._tokens = self._failed = self._faulty = 0
        self._worst: list[tuple[tuple[int, ...], int, Report]] = []

    def add(self, one: Swept) -> None:
        """Count one more."""
        self._traces += 1
        self._spans += one.spans
        self._tokens += one.tokens
        self._failed += one.failed
        self._faulty += bool(one.found)
        self.found.update(one.found)
        self._traces_with.update(one.found.keys())
        if one.report is not None:
            weight = tuple(sum(n for (of, _), n in one.found.items() if of == each) for each in reversed(SEVERITIES))
            keep = heapq.heappush if len(self._worst) < MOST_SHOWN else heapq.heappushpop
            keep(self._worst, (weight, -self._traces, one.report))

    def shown(self, words: str) -> RenderableType:
        """The sum for a person: findings by kind, then the worst traces."""
        size = f"{counted(self._traces, 'trace')} {words}, {counted(self._spans, 'span')}"
        told = f"{size}, {self._failed:,} calls failed, {short(self._tokens)} tokens"
        parts: list[RenderableType] = [Text(told, style="bold")]
        if not self.found:
            return Group(*parts, Text("Nothing found.", style="green"))
        parts += [Text(f"Something found in {self._faulty:,} of them:"), Text(), self._kinds(), Text()]
        worst = [report for _, _, report in sorted(self._worst, key=lambda one: one[:2], reverse=True)]
        return Group(
            *parts, Text(f"The worst {len(worst):,}:" if len(worst) > 1 else "It is:", style="bold"), text(worst)
        )

    def _kinds(self) -> Table:
        shown = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in ("severity", "finding", "traces", "findings"):
            shown.add_column(column, justify="right" if column in ("traces", "findings") else "left")
        ranked = sorted(self.found, key=lambda one: (-SEVERITIES.index(one[0]), -self._traces_with[one], one[1]))
        for severity, kind in ranked:
            one = (severity, kind)
            shown.add_row(Text(severity, STYLES[severity]), kind, f"{self._traces_with[one]:,}", f"{self.found[one]:,}")
        return shown


def analyze_stored(project: Path, window: Window, *, as_json: bool) -> Tally:
    """Analyze the stored traces of a project that began in a time, and print what came of it.

    Raises:
        UsageError: the project has no spans yet.
        Missing: its store is damaged, or cannot be reached.
    """
    place, tally = place_of(project), Tally()
    since, until = nanoseconds(window.since), nanoseconds(window.until)
    prices = load_prices(project)

    def trace_ids() -> Iterator[str]:
        if not exists(place):
            raise UsageError("The project has no spans yet.", mend="Name another with --project, or start a run.")
        with closing(open_spans(place)) as store:
            yield from store.begun(since=since, until=until)

    for one in sweep(place, trace_ids(), workers=window.workers, prices=prices, lines=as_json):
        if one.error[0]:
            tally.unreadable += 1
            _tell_unreadable(one, as_json=as_json)
            continue
        tally.add(one)
        if as_json:
            click.echo(one.line)
    if not as_json:
        Console(highlight=False).print(tally.shown(_words(window)))
    return tally


def _tell_unreadable(one: Swept, *, as_json: bool) -> None:
    message, mend = one.error
    if as_json:
        print_json({"file": one.trace_id, "error": {"kind": "Missing", "message": message, "mend": mend}})
    click.echo(f"{one.trace_id}: {plain(message, 1_000)} {mend}", err=True)


def _words(window: Window) -> str:
    times = (("since", window.since), ("until", window.until))
    said = [f"{word} {moment:%Y-%m-%d %H:%M}" for word, moment in times if moment is not None]
    return " ".join(["that began", *said])
