"""What a span store does, whatever engine it is on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from pydantic import Field

from systems.records import Record, Span
from systems.spans.rows import DAY_NS, Rows


class TraceSummary(Record):
    """One trace of the store, in a line."""

    trace_id: str = Field(description="32 hex digits")
    run_id: str | None = Field(description="Run the trace belongs to; None when none of its spans says so")
    service: str | None = Field(None, description="Service it came from; None when none of its spans says so")
    started: str = Field(description="Start of the first span, ISO 8601, UTC")
    spans: int = Field(description="How many spans the store has of it")


class Pruned(Record):
    """What became of spans that were too old."""

    spans: int = Field(description="Spans deleted")
    traces: int = Field(description="Traces of which nothing is left")
    bytes: int = Field(description="Bytes given back to the disk; an estimate where nothing was deleted yet")


class SpanStore(Protocol):
    """Spans of one project; safe to use from several threads, and beside other processes.

    Every method raises `Missing` where the store is damaged, cannot be reached or written, or the disk is full. Times
    are nanoseconds since the epoch.
    """

    def add(self, spans: Iterable[Span]) -> int:
        """Keep spans, all or none; returns how many were new."""

    def add_rows(self, batches: Iterable[Rows]) -> int:
        """Keep spans that were made ready before, all batches or none; returns how many were new."""

    def spans(self, *, trace_id: str, since: int | None = None) -> list[Span]:
        """Spans of a trace, or of its loops from one on and of none, ordered by start."""

    def ended(self, *, trace_id: str | None = None, run_id: str | None = None) -> Iterator[Span]:
        """Spans of a trace, of all traces of a run, or of the whole store, in the order in which they ended.

        That is children before their parents, as live spans arrive. The engine sorts, on disk where it must, and hands
        out one span after the other; others may add spans meanwhile, which are not seen.
        """

    def traces(self, *, known_as: str | None = None, newest: int | None = None) -> list[TraceSummary]:
        """Traces, oldest first.

        Args:
            known_as: only those with this trace id, or of this run.
            newest: only so many, the newest.
        """

    def begun(self, *, since: int | None = None, until: int | None = None) -> Iterator[str]:
        """Ids of the traces that began since one moment and before another, oldest first."""

    def durations(self, name: str, *, since: int | None = None, until: int | None = None) -> list[float]:
        """Seconds that the spans of a name took, in ascending order; from an index, without reading the spans.

        Args:
            name: of the spans.
            since: only those that started then or later.
            until: only those that started earlier.
        """

    def percentiles(
        self, name: str, percents: Sequence[float] = (50, 95, 99), *, since: int | None = None, until: int | None = None
    ) -> tuple[float, ...]:
        """Percentiles of the seconds that the spans of a name took, by nearest rank; empty when there is no such span.

        The p-th percentile is the smallest duration that at least p percent of the spans do not exceed
        (https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method).

        Args:
            name: of the spans.
            percents: 0 to 100.
            since: only spans that started then or later.
            until: only spans that started earlier.
        """

    def prune(self, before: int, *, dry_run: bool = False) -> Pruned:
        """Delete the spans that started before a moment, which is the beginning of a UTC day.

        Args:
            before: the moment.
            dry_run: only count what would go.
        """

    def close(self) -> None:
        """Give the connection back; the store is of no use afterwards."""


def day_before(now_ns: int, days: float) -> int:
    """The beginning of the UTC day that was so many days ago: spans before it are older than that."""
    return (now_ns - int(days * DAY_NS)) // DAY_NS * DAY_NS
