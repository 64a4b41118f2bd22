"""Calls that wait or think, and results that say that one has to wait."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from nodes.feedback_loop.reading.recorded import Recorded

Call = TypeVar("Call", bound=Recorded)

_PENDING = re.compile(
    r"\b(?:pending|running|in[ _-]?progress|queued|being processed|processing|waiting|still|unfinished|"
    r"not (?:yet|ready|finished|done|complete)|initiali[sz]ing|provisioning|syncing)\b"
    r"|\bprogress\W{1,5}\d|^\W*\d{1,2} ?%\W*$|\b\d{1,2} ?(?:%|percent) (?:done|complete\w*|finished|processed|of)\b",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"\b(?:status|state|phase|stage)\W{1,5}(?:pending|running|in[ _-]?progress|queued|process(?:ing|es)|waiting|"
    r"started|starting|building|deploying|creating|provisioning|syncing|uploading|working|busy|scheduled|preparing|"
    r"booting|incomplete)\b",
    re.IGNORECASE,
)
_WAITS = re.compile(r"(?:^|_)(?:wait|sleep|delay|pause|idle)(?:_|$)", re.IGNORECASE)
_THINKS = re.compile(r"(?:^|_)(?:think|thought|thinking|reflect|scratchpad|todo_?(?:write|list)?)$", re.IGNORECASE)
_SHORT, _LONG = 100, 1_000


def pending(result: str) -> bool:
    """Whether a result says that something is still under way."""
    if len(result) < _SHORT and _PENDING.search(result):
        return True
    return len(result) < _LONG and bool(_STATE.search(result))


@lru_cache(maxsize=1_024)
def waits(tool: str) -> bool:
    """Whether a tool only lets time pass."""
    return bool(_WAITS.search(tool.rpartition(".")[2]))


@lru_cache(maxsize=1_024)
def thinks(tool: str) -> bool:
    """Whether a tool only holds a thought of the model's."""
    return bool(_THINKS.search(tool.rpartition(".")[2]))


def call_before(tools: Sequence[Call]) -> Call | None:
    """The call before the last one, thoughts left out."""
    for number in (-2, -3):
        if len(tools) < -number:
            return None
        if not thinks(tools[number].name):
            return tools[number]
    return None
