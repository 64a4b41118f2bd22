"""Whether two calls were the same, and whether they brought the same."""

from __future__ import annotations

import re

from nodes.feedback_loop.reading.operations import Operation
from systems import names

MOST = 20_000
"""Results longer than this are compared as they are."""

_VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d\d:\d\d:\d\d(?:\.\d+)?\b"
    r"|\b1\d{9}(?:\d{3})?(?:\.\d+)?\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b\d+(?:\.\d+)? ?(?:m?s|sec(?:onds?)?)\b"
)


def recorded(operation: Operation) -> bool:
    """Whether a call's content was recorded: a call without arguments has a result at least."""
    return bool(operation.arguments or operation.result or operation.attributes.get(names.ARGUMENTS_HASH))


def asked(operation: Operation) -> str:
    """What a tool was asked, as text to compare."""
    return str(operation.attributes.get(names.ARGUMENTS_HASH) or operation.arguments)


def brought(operation: Operation) -> str:
    """What a tool gave back, as text to compare; empty where it was not recorded."""
    return str(operation.attributes.get(names.RESULT_HASH) or operation.result)


def settled(text: str) -> str:
    """A text without what changes from call to call by itself: times, durations, request ids."""
    return _VOLATILE.sub("#", text) if len(text) <= MOST else text


def same_result(one: Operation, other: Operation) -> bool:
    """Whether two working calls gave back the same, apart from times and request ids."""
    if one.failed or other.failed:
        return False
    left, right = brought(one), brought(other)
    return left == right or (abs(len(left) - len(right)) < 8 and settled(left) == settled(right))
