"""The span store: every span of every run of a project, in its SQLite file or in its schema of PostgreSQL.

The contract:

- A span that `add` has returned for survives the end of the process by any means. In SQLite a power cut may take the
  last ones (WAL); PostgreSQL has them on disk.
- Adding a span again, known by its trace and span id, changes nothing: import and resume may repeat themselves. In
  PostgreSQL its start belongs to what it is known by, since there a day is a table of its own.
- What comes out equals what went in: attributes and events are kept whole, also those nobody here knows.
- Spans may come late, out of order, from any thread, and without their parents; reading never depends on the order.
- Nothing is deleted unless a person asks for it (`prune`), and then by whole UTC days, the oldest first.
- The engines' errors come out as `Missing`.

interface.py   what a span store does, and the records it gives
rows.py        a span as a row, and back
schema.py      the tables in SQLite; those in PostgreSQL are in systems/stores/layout.py
queries.py     what is asked in the SQL that both engines share
sqlite.py      the store in a file
postgres.py    the store in a schema; days.py its partitions by day, ingest.py how rows get there
"""

from systems.spans.interface import Pruned, SpanStore, TraceSummary
from systems.spans.rows import Rows, as_rows
from systems.spans.sqlite import Store
from systems.stores import Place, Schema


def open_spans(place: Place) -> SpanStore:
    """The span store of a project.

    Raises:
        Missing: it is damaged, or cannot be reached or written.
    """
    if isinstance(place, Schema):
        import systems.stores.postgres  # noqa: F401 (says how to install what is missing, where something is)
        from systems.spans.postgres import PostgresStore

        return PostgresStore(place)
    return Store(place)


__all__ = ["Pruned", "Rows", "SpanStore", "Store", "TraceSummary", "as_rows", "open_spans"]
