"""Feedback in bulk: one JSON object a line, `{"run": ..., "text": ..., "rating": ...}`.

A line that is wrong is told with its number, and stops no other one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.feedback.keeping import Keeper
from systems.errors import UsageError
from systems.feedback import Heeded
from systems.records import Record

MOST_BYTES = 200_000
"""Of a line: ten times the longest text, for the widest letters and escapes."""
FORM = '{"run": "RUN", "text": "The tasks are too coarse", "rating": -1}'


class Wrong(Record):
    """A line of which nothing was kept."""

    line: int = Field(description="Its number, from 1")
    why: str = Field(description="What is wrong with it")


class Bulk(Record):
    """What became of a file of feedback."""

    kept: tuple[Heeded, ...] = Field((), description="What is new, in the order of the lines")
    known: int = Field(0, description="Lines that had been given before; each is kept once")
    wrong: tuple[Wrong, ...] = Field((), description="Lines of which nothing was kept")


class Line(BaseModel):
    """What a line says."""

    model_config = ConfigDict(extra="forbid", strict=True)

    run: str = Field(min_length=1)
    text: str
    rating: int = Field(0, ge=-1, le=1)


def bounded(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long only the beginning, so that memory stays bounded."""
    while line := stream.readline(MOST_BYTES + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MOST_BYTES + 1)


async def keep_lines(lines: Iterable[bytes], keeper: Keeper) -> Bulk:
    """Keep the feedback of every line that can be read; empty lines do not count.

    Raises:
        UsageError: there is no line with anything in it.
        Missing: the store is damaged or cannot be written.
    """
    kept: list[Heeded] = []
    wrong: list[Wrong] = []
    known = 0
    for number, raw in enumerate(lines, 1):
        if not raw.removeprefix(b"\xef\xbb\xbf").strip():
            continue
        try:
            said = _read(raw)
            given = await keeper.keep(said.run, said.text, said.rating)
        except (ValueError, RecursionError, UsageError) as error:
            wrong.append(Wrong(line=number, why=_words(error)))
            continue
        known += given.known
        kept += [] if given.known else [given]
    if not (kept or known or wrong):
        raise UsageError("There is no feedback in it.", mend=f"A line looks like this: {FORM}")
    return Bulk(kept=tuple(kept), known=known, wrong=tuple(wrong))


def _read(raw: bytes) -> Line:
    if len(raw) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    said = json.loads(raw.decode("utf-8-sig"))
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    return Line.model_validate(said)


def _words(error: Exception) -> str:
    """What is wrong, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, UnicodeDecodeError):
        return "no UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error.msg}, column {error.colno}"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error)
