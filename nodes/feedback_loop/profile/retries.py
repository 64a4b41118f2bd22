"""Calls made again after they failed."""

from __future__ import annotations

from typing import Any, NamedTuple

from nodes.feedback_loop.calls.sameness import asked
from nodes.feedback_loop.reading.operations import Operation

REMEMBERED = 8
"""Failed calls of one tool or model that may still be made again; of more, the last ones count."""


class _Failed(NamedTuple):
    content: Any
    start_ns: int
    end_ns: int


class Retries:
    """Failed calls of one trace that were not made again so far."""

    __slots__ = ("_failed",)

    def __init__(self) -> None:
        self._failed: dict[tuple[str, str], list[_Failed]] = {}

    def observe(self, operation: Operation) -> bool:
        """Whether a call is a retry: the same call (tool and arguments, or model and conversation) failed before it.

        Calls without recorded content are the same where they have one parent.
        """
        if not self._failed and not operation.failed:
            return False
        key = operation.kind, operation.where
        failed = self._failed.get(key, [])
        again = _taken(failed, operation) if failed else False
        if operation.failed:
            one = _Failed(_content(operation), operation.start_ns, operation.end_ns)
            kept = [other for other in failed if not _wraps(one, other)]
            self._failed[key] = [*kept, one][-REMEMBERED:]
        return again


def _wraps(one: _Failed, other: _Failed) -> bool:
    """Whether one is a wrapper's span of the other, or holds it as one of its attempts."""
    return one.start_ns <= other.start_ns and other.end_ns <= one.end_ns and one.content == other.content


def _taken(failed: list[_Failed], operation: Operation) -> bool:
    """Whether one of the failed calls was the same; it is made again once."""
    content = _content(operation)
    for number, one in enumerate(failed):
        if one.end_ns <= operation.start_ns and one.content == content:
            del failed[number]
            return True
    return False


def _content(operation: Operation) -> Any:
    content = operation.messages if operation.kind == "model" else asked(operation)
    return content or ("below", operation.parent_id)
