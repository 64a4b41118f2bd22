"""Whether two calls were the same, and whether they brought the same."""

from __future__ import annotations

import re

from nodes.feedback_loop.reading.operations import Operation
from systems import names

MOST = 20_000
"""Results longer than this are compared as they are."""

_METADATA = re.compile(
    r"\"(?:(?:request|trace|correlation|response)_?id|nonce|ts|timestamp|(?:generated|fetched|queried|retrieved|checked|"
    r"served|requested)_?(?:at|on)|(?:elapsed|took|latency)\w*|\w+_ms)\"\s*:\s*(?:\"[^\"]*\"|[\d.]+)",
    re.IGNORECASE,
)
"""Fields of a result in JSON that are about the call itself."""
_VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d\d:\d\d:\d\d(?:\.\d+)?\b"
    rf"|{_METADATA.pattern}"
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


def substance(result: str) -> str:
    """A result without what it says about the call itself: when it was made, under which id, how long it took."""
    return _METADATA.sub('"":""', result) if result[:1] == "{" and len(result) <= MOST else result


def same_result(one: Operation, other: Operation) -> bool:
    """Whether two working calls gave back the same, apart from times and request ids."""
    if one.failed or other.failed:
        return False
    left, right = brought(one), brought(other)
    return left == right or (abs(len(left) - len(right)) < 8 and settled(left) == settled(right))
