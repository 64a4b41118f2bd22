"""Whether another tool did what a failed one could not: a second source, a second way to the same end."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import islice

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.outcomes import writes
from nodes.feedback_loop.texts.words import keys, leaves, stems
from systems.told.nothing_found import nothing_found

NEXT = 5
"""Calls after a failure among which its stand-in is looked for."""

_RESERVE = re.compile(r"^(?:backup|fallback|secondary|alternat(?:e|ive)|alt|primary|main|other)_", re.IGNORECASE)
_INSTEAD = re.compile(
    r"\b(?:instead|stattdessen|à la place|en su lugar|en cambio|invece|em vez disso|in plaats daarvan)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_GENERIC = frozenset(
    "find fetch look lookup load query quer read search check call tool api data primary backup".split()
)


def replaced(failed: Operation, tools: deque[Operation]) -> bool:
    """Whether one of the next calls stood in for the failed one: another tool of that purpose, asked about the same.

    What reads is replaced by what reads, what changes something only by what does the same to the same. `tools` are
    the run's calls, in the order in which they ended.
    """
    after = islice(tools, bisect_right(tools, failed.end_ns, key=lambda one: one.end_ns), None)
    later = islice((one for one in after if one.start_ns >= failed.end_ns and one.where != failed.where), NEXT)
    return any(_stands_in(failed, one) for one in later if not one.failed and not nothing_found(one.result))


def told_instead(failed: Operation, answer: Operation | None, tools: deque[Operation]) -> bool:
    """Whether an answer says what was done instead, and a later call had all that the failed one was given."""
    if answer is None or failed.kind != "tool" or not _INSTEAD.search(answer.output):
        return False
    given = set(told(failed.arguments))
    after = islice(tools, bisect_right(tools, failed.end_ns, key=lambda one: one.end_ns), None)
    return bool(given) and any(not one.failed and given <= set(told(one.arguments)) for one in islice(after, NEXT))


def told(arguments: str) -> Iterator[str]:
    """The values of a call's arguments, as lower-case texts."""
    return (leaf.lower().strip() for leaf in leaves(parsed(arguments)))


def _stands_in(failed: Operation, other: Operation) -> bool:
    given = set(told(failed.arguments))
    same = given & set(told(other.arguments))
    if given and not same:
        return False
    if any(len(_WORD.findall(one)) > 2 for one in same):
        return writes(failed.name) == writes(other.name)
    purpose, others = stems(failed.name), stems(other.name)
    if _RESERVE.sub("", failed.name) == _RESERVE.sub("", other.name):
        return True
    if writes(failed.name) or writes(other.name):
        return _verb(failed.name) == _verb(other.name)
    return bool((purpose & others) - _GENERIC - keys(failed.arguments))


def _verb(name: str) -> str:
    return name.rpartition(".")[2].partition("_")[0].lower()
