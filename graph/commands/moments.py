"""Times as people write them: `7d` and `12h` are ages, `2026-11-16` is a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")


class Age(click.ParamType[timedelta]):
    """How long ago: a number of minutes, hours, days or weeks."""

    name = "AGE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """`30d` as a time span."""
        if isinstance(value, timedelta):
            return value
        age = age_of(value)
        return age if age else self.fail(f"{value!r} is no age: write 30d, 12h or 4w.", param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment: an age, counted back from now, or a day or time by ISO 8601, in UTC unless it says otherwise."""

    name = "WHEN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """`7d` or `2026-11-16` as a moment."""
        if isinstance(value, datetime):
            return value
        if age := age_of(value):
            return datetime.now(UTC) - age
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: write 7d, 12h, 2026-11-16 or 2026-11-16T08:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def age_of(text: str) -> timedelta | None:
    """The time span that a text names; None where it names none, or more than there are."""
    found = _AGE.fullmatch(text)
    try:
        return timedelta(**{UNITS[found[2]]: float(found[1])}) if found else None
    except OverflowError:
        return None


def nanoseconds(moment: datetime | None) -> int | None:
    """A moment as spans have it: nanoseconds since the epoch."""
    if moment is None:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
