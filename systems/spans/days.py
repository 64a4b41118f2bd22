"""The partitions of spans in PostgreSQL: a table for every UTC day, made when its first span comes.

Absurd times, from before 2000 or after 2100, have a table each (`LAYOUT["spans"]`), so that there need be no default
partition: with one, every new day would be checked against all that is in it, under a lock that stops the readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from psycopg import sql as quoting

from systems.spans.rows import DAY_NS
from systems.stores.connection import Connection
from systems.stores.keys import key_of
from systems.stores.place import Schema
from systems.stores.postgres import connected

BEFORE = "spans_before"
FIRST, PAST = 10_957, 47_482
"""Days since the epoch of 2000-01-01 and 2100-01-01."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTITIONS = """
SELECT relname, pg_total_relation_size(pg_class.oid) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'spans'::regclass ORDER BY relname
"""


class Partition(NamedTuple):
    """The table of a day.

    Attributes:
        name: of the table.
        bytes: what it takes on the disk, indices included.
        past: nanoseconds since the epoch at which the day after it begins.
    """

    name: str
    bytes: int
    past: int


def make_days(place: Schema, starts_ns: Iterable[int], made: set[int]) -> None:
    """Make the tables of the days in which spans started, but of those known to be there.

    Args:
        place: the schema.
        starts_ns: when spans started.
        made: days since the epoch whose tables are there; those made here are added.

    Raises:
        Missing: the database cannot be reached, or refuses.
    """
    missing = sorted({start // DAY_NS for start in starts_ns}.intersection(range(FIRST, PAST)) - made)
    if not missing:
        return
    with connected(place) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (key_of(f"{place.name} partitions"),))
        there = {name for name, _ in connection.execute(_PARTITIONS)}
        for day in missing:
            if _name(day) not in there:
                _make(connection, day)
    made.update(missing)


def partitions_before(connection: Connection, moment: int) -> list[Partition]:
    """The tables that have nothing but spans which started before a moment, that of times before 2000 among them."""
    found = [Partition(name, size, _past(name)) for name, size in connection.execute(_PARTITIONS)]
    return [partition for partition in found if partition.past <= moment]


def count_in(connection: Connection, partition: Partition) -> int:
    """How many spans a table has."""
    statement = quoting.SQL("SELECT count(*) FROM {}").format(quoting.Identifier(partition.name))
    ((count,),) = connection.execute(statement).fetchall()
    return int(count)


def drop(connection: Connection, partition: Partition) -> None:
    """Take a table away with all that is in it; that of times before 2000 is only emptied."""
    statement = "TRUNCATE {}" if partition.name == BEFORE else "DROP TABLE {}"
    connection.execute(quoting.SQL(statement).format(quoting.Identifier(partition.name)))


def _make(connection: Connection, day: int) -> None:
    """Attaching a table, unlike creating it as a partition, lets others write to the other days meanwhile."""
    table, first = quoting.Identifier(_name(day)), quoting.Literal(day * DAY_NS)
    past = quoting.Literal((day + 1) * DAY_NS)
    connection.execute(quoting.SQL("CREATE TABLE {} (LIKE spans INCLUDING ALL)").format(table))
    attach = quoting.SQL("ALTER TABLE spans ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
    connection.execute(attach.format(table, first, past))


def _name(day: int) -> str:
    return f"spans_{_EPOCH + timedelta(day):%Y%m%d}"


def _past(name: str) -> int:
    """When the spans of a partition are over; never, where it has no day."""
    if name == BEFORE:
        return FIRST * DAY_NS
    if not re.fullmatch(r"spans_\d{8}", name):
        return 2**63
    return ((datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC) - _EPOCH).days + 1) * DAY_NS
