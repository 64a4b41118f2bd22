"""What is wrong with a database, in words: which one it is, what it says, and what mends it.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import psycopg
from packaging.version import Version
from psycopg_pool import PoolTimeout

from systems.errors import Away, Missing
from systems.stores.place import Schema


def refusal(place: Schema, error: Exception) -> Missing:
    """The error of a database, as a person is told of it."""
    words = " ".join(str(error).split()) or type(error).__name__
    state = getattr(error, "sqlstate", None) or ""
    if state == "53100":
        return Missing(
            f"The disk of {place} is full ({words}).",
            system="disk",
            mend="Free some space where PostgreSQL keeps it; then specloop resume: what was kept is there.",
        )
    if state in ("42501", "25006"):
        return Missing(
            f"{place} cannot be written ({words}).",
            system="store",
            mend="Give the user of SPECLOOP_STORE the right to write there.",
        )
    if state in ("55P03", "57014"):
        return Missing(f"{place} stayed locked ({words}).", system="store", mend="End the session that holds it.")
    if isinstance(error, psycopg.OperationalError | PoolTimeout) and not state.startswith(("22", "42")):
        return Away(
            f"{place} cannot be reached ({words}).",
            system="store",
            mend="Start PostgreSQL, or mend SPECLOOP_STORE; then specloop resume.",
        )
    return Missing(f"{place} is not as specloop made it ({words}).", system="store", mend="Go back to a backup of it.")


def newer(place: Schema, steps: Mapping[str, str | None]) -> Missing:
    """The error for a schema that this version does not know, by the steps it has not heard of."""
    by = max((each for each in steps.values() if each), key=Version, default=None)
    has = f"{place} was brought up to date by specloop {by or 'of a newer version'}"
    return Missing(
        f"{has}, this is {version('specloop')} ({', '.join(steps)}).",
        system="store",
        mend=f"Install it here: pip install 'specloop>={by}'." if by else "Install that version here.",
    )
