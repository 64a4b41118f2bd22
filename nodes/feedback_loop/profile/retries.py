"""Calls made again after they failed."""

from __future__ import annotations

from typing import Any, NamedTuple

from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.sameness import asked

REMEMBERED = 8
"""Failed calls of one tool or model that may still be made again; of more, the last ones count."""


class _Failed(NamedTuple):
    content: Any
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
        failed = self._failed.get(key)
        again = _taken(failed, operation) if failed else False
        if operation.failed:
            if failed is None:
                failed = self._failed[key] = []
            failed.append(_Failed(_content(operation), operation.end_ns))
            del failed[:-REMEMBERED]
        return again


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
