"""A profile as tables: one per kind of place, the place with the longest share of the critical path first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nodes.feedback_loop.rendering.figures import Unit, figure
from systems.records import Profile, Totals

PLACES = {"tools": "Tools", "models": "Models", "nodes": "Nodes", "agents": "Agents", "servers": "Servers"}
PLACES |= {"steps": "Steps"}


class Column(NamedTuple):
    """One number of `Totals`."""

    field: str
    title: str
    unit: Unit
    brief: bool = False


COLUMNS = (
    Column("calls", "calls", "count", True),
    Column("failures", "failed", "count", True),
    Column("retries", "retries", "count"),
    Column("critical_seconds", "critical", "seconds", True),
    Column("seconds", "total", "seconds", True),
    Column("self_seconds", "self", "seconds"),
    Column("waiting_seconds", "waiting", "seconds"),
    Column("p50_seconds", "p50", "seconds"),
    Column("p95_seconds", "p95", "seconds", True),
    Column("p99_seconds", "p99", "seconds"),
    Column("input_tokens", "tokens in", "tokens", True),
    Column("output_tokens", "tokens out", "tokens", True),
    Column("cached_tokens", "cached", "tokens"),
    Column("reasoning_tokens", "reasoning", "tokens"),
    Column("cost_usd", "cost", "dollars", True),
    Column("mean_concurrency", "at once", "mean"),
    Column("max_concurrency", "most at once", "count"),
)
MEANINGS = {column.title: Totals.model_fields[column.field].description or "" for column in COLUMNS}


class Row(NamedTuple):
    """One place; values in the order of the table's columns."""

    place: str
    values: tuple[float | None, ...]

    def shown(self, columns: tuple[Column, ...]) -> list[str]:
        """The values as people read them; nought is left out."""
        return [figure(value, column.unit) if value else "" for value, column in zip(self.values, columns, strict=True)]


class Table(NamedTuple):
    """The places of one kind."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: int


def tables(profile: Profile, *, brief: bool = False, most: int = 500) -> list[Table]:
    """The tables that have rows, with the columns that say anything.

    Args:
        profile: what to show.
        brief: only the columns that matter most.
        most: rows of a table.
    """
    places = ((title, getattr(profile, field)) for field, title in PLACES.items())
    return [_table(title, totals, brief, most) for title, totals in places if totals]


def _says(column: Column, value: float | None) -> bool:
    """Whether a number is worth a column: not nought, and not that one call at a time was at work."""
    return bool(value) and (value != 1 or "concurrency" not in column.field)


def _table(title: str, totals: Mapping[str, Totals], brief: bool, most: int) -> Table:
    ordered = sorted(totals.items(), key=lambda one: (-one[1].critical_seconds, -one[1].seconds, one[0]))[:most]
    wanted = [column for column in COLUMNS if column.brief or not brief]
    columns = tuple(one for one in wanted if any(_says(one, getattr(total, one.field)) for _, total in ordered))
    rows = (Row(place, tuple(getattr(total, column.field) for column in columns)) for place, total in ordered)
    return Table(title, columns, tuple(rows), max(0, len(totals) - most))
