"""`specloop store copy`: a project's whole history from SQLite into PostgreSQL: tables, spans and checkpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from graph.checkpoints import FILE, in_file, in_schema
from systems.errors import Missing
from systems.ledger import Ledger
from systems.records import Span
from systems.spans import open_spans
from systems.stores import Schema
from systems.stores.copy import Content, Copied, another, copy_tables, digest

PAGE = 1_000


async def copied(source: Path, target: Schema) -> AsyncIterator[Copied]:
    """Copy a project's history, and say of each part what became of it.

    Raises:
        Missing: see `copy_tables`; or the ledger does not verify where it is now.
    """
    for one in copy_tables(source, target):
        yield one
    with closing(Ledger(target)) as ledger:
        if wrong := ledger.verify():
            said = f"The ledger in {target} does not agree with itself: {wrong[0].what}."
            raise Missing(said, system="store", mend=f"See `specloop ledger verify` for {source}: it was so there.")
    yield _spans(source, target)
    yield await _checkpoints(source.with_name(FILE), target)


def _spans(source: Path, target: Schema) -> Copied:
    """Spans go over in the order in which they ended, so that a copy that was broken off is a beginning of it."""
    with closing(open_spans(source)) as old, closing(open_spans(target)) as new:
        spans, there = old.ended(), _content(new.ended())
        if _content(islice(spans, there.rows)) != there:
            raise another("spans", target)
        count = 0
        while page := list(islice(spans, PAGE)):
            count += new.add(page)
        if count and _content(new.ended()) != _content(old.ended()):
            raise another("spans", target)
    return Copied(table="spans", rows=there.rows + count, new=bool(count))


def _content(spans: Iterable[Span]) -> Content:
    return digest((span.model_dump_json(),) for span in spans)


async def _checkpoints(source: Path, target: Schema) -> Copied:
    count = new = 0
    async with in_file(source) as old, in_schema(target) as kept:
        async for one in old.alist(None):
            found = await kept.aget_tuple(one.config)
            if found is None or _is_begun(found, one):
                new += 1
                await _keep(one, kept)
                found = await kept.aget_tuple(one.config)
            if found is None or _said(found) != _said(one):
                raise another("checkpoints", target)
            count += 1
    return Copied(table="checkpoints", rows=count, new=bool(new))


async def _keep(one: CheckpointTuple, kept: BaseCheckpointSaver[str]) -> None:
    """Keep a checkpoint and what its tasks wrote, as LangGraph did the first time."""
    start = {name: one.config["configurable"][name] for name in ("thread_id", "checkpoint_ns")}
    before = one.parent_config or {"configurable": start}
    await kept.aput(before, one.checkpoint, one.metadata, one.checkpoint["channel_versions"])
    written: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for task, channel, value in one.pending_writes or ():
        written[task].append((channel, value))
    for task, writes in written.items():
        await kept.aput_writes(one.config, writes, task)


def _is_begun(found: CheckpointTuple, one: CheckpointTuple) -> bool:
    """Whether a copy was broken off before it had all that the tasks of a checkpoint wrote."""
    *is_there, there = _said(found)
    *was_kept, kept = _said(one)
    return is_there == was_kept and len(there) < len(kept) and all(each in kept for each in there)


def _said(one: CheckpointTuple) -> tuple[Any, ...]:
    """What must be the same of a checkpoint in both places."""
    writes = sorted((task, channel, repr(value)) for task, channel, value in one.pending_writes or ())
    return one.checkpoint["id"], one.checkpoint["channel_values"], one.checkpoint["channel_versions"], writes
