"""Sealed cases: the only way to read them, and who did.

Only `graph.learning.final_report` may import this module (a contract of import-linter in pyproject.toml). A use is
recorded, for good, before the first case is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from pydantic import Field

from systems import case_tables as tables
from systems.errors import Missing
from systems.records import Record
from systems.stores import Place, Tables, open_tables
from systems.trials import Case

_SELECT = f"""
SELECT key, kind, side, claims.id, origin, against, words, given.body, claimed.body
FROM claims JOIN cases ON cases.key = case_key
LEFT JOIN {tables.SEALED_BODIES} AS given ON given.id = key
LEFT JOIN {tables.SEALED_BODIES} AS claimed ON claimed.id = claims.id
WHERE state = 'holds' AND side = 'sealed' ORDER BY cases.rowid, claims.rowid
"""


class Use(Record):
    """One time that sealed cases were read."""

    used: str = Field(description="ISO 8601, UTC")
    purpose: str
    cases: int = Field(description="How many there were")


@contextmanager
def unsealed(place: Place, *, purpose: str) -> Iterator[tuple[Case, ...]]:
    """The sealed cases, oldest first, without the disputed; the use is recorded.

    Args:
        place: where the project's stores are.
        purpose: what they are read for, in words.

    Raises:
        Missing: the store is damaged.
    """
    with closing(open_tables(place, tables.migrations, sees=tables.SEALED_BODIES)) as store:
        yield tuple(_case(row, store) for row in _used(store, purpose))


def uses(place: Place) -> tuple[Use, ...]:
    """Every time that sealed cases were read, oldest first."""
    with closing(open_tables(place, tables.migrations)) as store:
        rows = store.rows("SELECT used, purpose, cases FROM sealed_uses ORDER BY rowid")
    return tuple(Use(used=used, purpose=purpose, cases=cases) for used, purpose, cases in rows)


def _used(store: Tables, purpose: str) -> list[tables.Row]:
    """The rows of the sealed cases, once their use is recorded."""
    with store.transaction():
        rows = [tables.Row._make(row) for row in store.rows(_SELECT)]
        claims = Counter(row.key for row in rows)
        sound = [row for row in rows if claims[row.key] == 1]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        store.run("INSERT INTO sealed_uses (used, purpose, cases) VALUES (?, ?, ?)", now, purpose, len(sound))
        return sound


def _case(row: tables.Row, store: Tables) -> Case:
    case = tables.whole(row)
    if case is None:
        raise Missing(
            f"The sealed case {row.key[:12]} was changed behind the store's back in {store.place}.",
            system="store",
            mend=f"Move the store aside ({store.aside}); cases come again from the next runs.",
        )
    return case
