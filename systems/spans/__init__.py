"""The span store: every span of every run of a project, in `<project>/.specloop/specloop.db`.

The contract:

- A span that `add` has returned for survives the end of the process by any means (WAL; a power cut may take the last).
- Adding a span again, known by its trace and span id, changes nothing: import and resume may repeat themselves.
- What comes out equals what went in: attributes and events are kept whole, also those nobody here knows.
- Spans may come late, out of order, from any thread, and without their parents; reading never depends on the order.
- Nothing is ever deleted. SQLite's errors come out as `Missing`.

schema.py has the tables, rows.py turns a span into a row and back, store.py adds and asks.
"""

from systems.spans.rows import Rows, as_rows
from systems.spans.store import Store, TraceSummary
from systems.stores import Place, Schema


def open_spans(place: Place) -> Store:
    """The span store of a project.

    Raises:
        Missing: it is damaged, or cannot be reached or written.
    """
    if isinstance(place, Schema):
        raise NotImplementedError
    return Store(place)


__all__ = ["Rows", "Store", "TraceSummary", "as_rows", "open_spans"]
