"""The same read is made once: within a trace, and across runs while what it depends on has not changed.

Contract of the table: one row a call, by server (as configured), tool, arguments and the limit of content; it has the
hash of what the result depends on and the hash of its text, which lies among the documents. A failure is not kept.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from systems.documents import Documents
from systems.errors import Missing
from systems.mcp.config import ServerConfig
from systems.mcp.sources import Sources
from systems.mcp.tools import Result, Tool
from systems.policy import AnswerKnobs
from systems.records import Hash, canonical, content_hash
from systems.stores import Place, open_tables
from systems.stores.sqlite import Database, Migrations
from systems.told.errors_told import told

MOST_REMEMBERED = 200
_DAY = 86_400
_KEEP = """
INSERT INTO reads (call, state, hash, bytes, cut, read_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (call) DO UPDATE SET state = excluded.state, hash = excluded.hash, bytes = excluded.bytes,
cut = excluded.cut, read_at = excluded.read_at
"""
migrations = Migrations("reads")


@migrations()
def create_reads(database: Database) -> None:
    """One row a call."""
    columns = {"call": str, "state": str, "hash": str, "bytes": int, "cut": int, "read_at": float}
    database.table("reads").create(columns, pk="call")


class Read(NamedTuple):
    """One call of a read-only tool in one trace."""

    trace: int
    server: str
    tool: str
    arguments: Hash


class KeptReads:
    """What earlier runs read."""

    def __init__(self, place: Place, documents: Documents, configs: Mapping[str, ServerConfig], *, limit: int) -> None:
        """Open the table.

        Args:
            place: where the stores of the project are.
            documents: where the texts are.
            configs: the servers; what one gave as configured otherwise is no result of it.
            limit: most bytes of a result.
        """
        self._documents = documents
        self._tables = open_tables(place, migrations)
        self._servers = {name: content_hash(f"{limit} {config!r}") for name, config in configs.items()}

    def get(self, read: Read, state: Hash, *, days: float) -> Result | None:
        """What the same call gave in the last days, when its source was in this state."""
        sql = "SELECT hash, bytes, cut FROM reads WHERE call = ? AND state = ? AND read_at > ?"
        row = self._tables.row(sql, self._call(read), state, time.time() - days * _DAY)
        if row is None:
            return None
        try:
            text = self._documents.get(row[0])
        except Missing:
            return None
        return Result(text=text, span_id="", content_hash=row[0], bytes=row[1], cut=bool(row[2]), seconds=0)

    def put(self, read: Read, state: Hash, result: Result) -> None:
        """Keep what a call gave; an older result of it is forgotten."""
        body = self._documents.put(result.text)
        self._tables.run(_KEEP, self._call(read), state, body, result.bytes, int(result.cut), time.time())

    def close(self) -> None:
        """Close the table."""
        self._tables.close()

    def _call(self, read: Read) -> Hash:
        return content_hash(canonical([self._servers.get(read.server, read.server), read.tool, read.arguments]))


class Reads:
    """What was read so far; `once` is the only way to read again or not."""

    def __init__(
        self,
        sources: Sources | None = None,
        kept: KeptReads | None = None,
        knobs: AnswerKnobs | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """Nothing is remembered yet.

        Args:
            sources: tells whether something changed; without it a trace never reads the same twice.
            kept: what other runs read; without it a run only knows its own reads.
            knobs: how long a kept read will do.
            fresh: what other runs read is not used, only replaced.
        """
        self._sources, self._kept, self._fresh = sources, kept, fresh
        self._days = knobs.keep_days if knobs else 0.0
        self._results: OrderedDict[Read, tuple[Hash | None, Result]] = OrderedDict()
        self._turns: WeakValueDictionary[Read, asyncio.Lock] = WeakValueDictionary()

    def alone(self) -> Reads:
        """The same without what this one knows, and without what other runs read."""
        return Reads(self._sources)

    async def once(
        self,
        read: Read,
        tool: Tool,
        arguments: Mapping[str, Any],
        siblings: Collection[str],
        call: Callable[[], Awaitable[Result]],
    ) -> Result:
        """The result of the same read, made before or being made now, while its source is as it was; else a new one.

        Args:
            read: which read it is.
            tool: the tool.
            arguments: of the call.
            siblings: names of all tools of the server.
            call: makes the call.
        """
        turn = self._turns.setdefault(read, asyncio.Lock())
        async with turn:
            state = await self._sources.state(tool, arguments, siblings) if self._sources else None
            known = self._known(read, state)
            if known:
                return known.model_copy(update={"reused": True, "seconds": 0.0})
            result = await call()
            if not told(result.text):
                self.note(read, result, state)
            return result

    def note(self, read: Read, result: Result, state: Hash | None = None) -> None:
        """Remember what a call gave."""
        self._results[read] = state, result
        self._results.move_to_end(read)
        if len(self._results) > MOST_REMEMBERED:
            self._results.popitem(last=False)
        if self._kept and state and self._days:
            self._kept.put(read, state, result)

    def _known(self, read: Read, state: Hash | None) -> Result | None:
        then, result = self._results.get(read, (None, None))
        if result and then in (None, state):
            return result
        if not (self._kept and state) or self._fresh:
            return None
        return self._kept.get(read, state, days=self._days)
