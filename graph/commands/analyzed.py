"""Traces analyzed one after the other, with what is to be drawn and compared of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from graph.commands import traces
from graph.commands.traces import Trace
from nodes.feedback_loop.analysis import run_key
from nodes.feedback_loop.comparison import compare
from nodes.feedback_loop.digest import Digest
from nodes.feedback_loop.profile import Profiler
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.reading.ordering import in_order
from nodes.feedback_loop.rendering import MOST_ROWS, Compared, Rows, Run
from nodes.feedback_loop.report import Report, analyze
from systems.prices import NO_PRICES, Prices
from systems.records import Profile

Critic = Callable[[Report, Digest], Report]


class Analyzed:
    """What was found in a number of traces.

    Attributes:
        runs: reports; their rows are empty unless they are to be drawn.
    """

    def __init__(self, *, draw: bool, compare: bool, critic: Critic | None = None, prices: Prices = NO_PRICES) -> None:
        """Begin with nothing.

        Args:
            draw: keep rows, `MOST_ROWS` of all traces together.
            compare: keep a profile of every run.
            critic: adds to a report what a model sees in the digest of the trace.
            prices: of models whose spans do not tell their cost.
        """
        self.runs: list[Run] = []
        self._room = MOST_ROWS if draw else 0
        self._draw = draw
        self._critic = critic
        self._prices = prices
        self._profiles = Profiles() if compare else None

    @property
    def reports(self) -> list[Report]:
        """The reports, in the order in which the traces came."""
        return [run.report for run in self.runs]

    def add(self, trace: Trace) -> Report:
        """Analyze one more.

        Raises:
            UsageError: it cannot be read; nothing of it is kept.
        """
        rows, profiles, digest = Rows(self._room), Profiles(), Digest()

        def watch(operation: Operation) -> None:
            if self._draw:
                rows.observe(operation)
            if self._profiles:
                profiles.observe(operation)
            if self._critic:
                digest.observe(operation)

        report = analyze(trace.spans, file=trace.name, dropped=trace.dropped, prices=self._prices, watch=watch)
        if self._critic:
            report = self._critic(report, digest)
        self.runs.append(Run(report, rows))
        self._room -= len(rows)
        if self._profiles:
            self._profiles.add(profiles)
        return report

    def compared(self, against: str, before: Iterable[Profile]) -> Compared:
        """What changed from the runs before to these."""
        return Compared(against, compare(list(before), self._profiles.all() if self._profiles else []))


class Profiles:
    """One profile a run, however many runs there are in one file."""

    def __init__(self) -> None:
        self._open: dict[str, Profiler] = {}
        self._closed: list[Profile] = []

    def observe(self, operation: Operation) -> None:
        """Take one operation, in the order of ends."""
        key = run_key(operation)
        if key not in self._open:
            self._open[key] = Profiler()
        self._open[key].observe(operation)

    def add(self, other: Profiles) -> None:
        """Take over the runs of another file."""
        self._closed += other.all()

    def all(self) -> list[Profile]:
        """The profiles so far."""
        return [*self._closed, *(profiler.profile() for profiler in self._open.values())]


def profiles(target: str, project: Path, *, stored: bool) -> list[Profile]:
    """The runs that a target names, without looking for faults.

    Args:
        target: as `traces.traces` takes it; where only what is stored counts, as `traces.stored` does.
        project: where runs and stored traces are.
        stored: whether that is so.

    Raises:
        UsageError: there is no such thing, or a trace cannot be read: a comparison with a part of them would mislead.
    """
    found = Profiles()
    with (traces.stored if stored else traces.traces)(target, project) as each:
        for trace in each:
            runs = Profiles()
            for operation in in_order(map(read, trace.spans)):
                runs.observe(operation)
            found.add(runs)
    return found.all()
