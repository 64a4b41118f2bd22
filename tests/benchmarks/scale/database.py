"""What a database went through and holds, by its own counters.

https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-DATABASE-VIEW
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from systems.errors import Missing
from systems.stores.place import Schema
from systems.stores.postgres import pooled

KINDS = {
    "spans": ("spans", "traces", "names"),
    "checkpoints": ("checkpoint",),
    "documents": ("documents", "versions", "writes"),
    "cases": ("cases", "bodies", "sealed", "harvests", "claims"),
}
"""What tables are for, by how their names begin; the rest is the server's lists of runs and threads, and small."""
_COUNTERS = "SELECT active_time / 1000, xact_commit FROM pg_stat_database WHERE datname = current_database()"
_SIZES = """
SELECT relname, sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema' GROUP BY relname
"""
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def counted(store: str) -> Counter[str]:
    """Seconds of statements, transactions and bytes by what they hold, so far."""
    with pooled(_everything(store)) as connection:
        row = connection.execute(_COUNTERS).fetchone()
        found = Counter[str](dict(zip(("active_seconds", "transactions"), row or (), strict=True)))
        for name, size in connection.execute(_SIZES):
            found[f"{_kind(str(name))}_bytes"] += int(size)
    return found


def waited(folder: Path) -> Counter[str]:
    """What `timed/sitecustomize.py` wrote down, of all workers together."""
    found = Counter[str]()
    for file in folder.glob("*.json"):
        found.update(json.loads(file.read_text()))
    return found


class Connections(threading.Thread):
    """Looks twice a second how many connections there are.

    Attributes:
        most: the most of them at once.
    """

    def __init__(self, store: str) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.over = threading.Event()
        self._place = _everything(store)

    def run(self) -> None:
        """Look until told to stop."""
        while not self.over.wait(0.5):
            with suppress(Missing), pooled(self._place) as connection:
                row = connection.execute(_CONNECTED).fetchone()
                self.most = max(self.most, int(row[0]) if row else 0)


def _kind(table: str) -> str:
    return next((kind for kind, begins in KINDS.items() if table.startswith(begins)), "other")


def _everything(store: str) -> Schema:
    return Schema(store, "all projects", "")
