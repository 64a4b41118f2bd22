"""Failed calls that are still open, and which of them a later attempt made good."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Set

from nodes.feedback_loop.fruitless import attempt, words
from nodes.feedback_loop.operations import Operation
from systems import names

MOST_OPEN = 20
MOST_PLACES = 1_000
MOST_MENDED = 10_000


class Attempts:
    """What failed and what worked, place by place, in the order in which it ended.

    A tool's failure is made good by a later call of the tool that asks the same, or asks for the same in another way;
    going on with the next of several things makes nothing good. A model's is by the next answer in that conversation.
    Of specloop's own questions, whose candidates are asked below one parent, any answer makes the others good.

    Attributes:
        any_open: whether anything failed so far; `worked` need not be told before.
        count: how many failures were made good.
    """

    def __init__(self) -> None:
        self._open: dict[Hashable, deque[Operation]] = {}
        self._mended: dict[str, None] = {}
        self.any_open = False
        self.count = 0

    def failed(self, operation: Operation) -> None:
        """A call failed."""
        self.any_open = True
        place = _place(operation)
        if place in self._open or len(self._open) < MOST_PLACES:
            self._open.setdefault(place, deque(maxlen=MOST_OPEN)).append(operation)

    def worked(self, operation: Operation, known: Set[str]) -> None:
        """A call worked; `known` are the words of the task."""
        waiting = self._open.get(_place(operation))
        if not waiting:
            return
        mended = [one for one in waiting if one.end_ns <= operation.start_ns and _same(one, operation, known)]
        for one in mended:
            waiting.remove(one)
            self._mended[one.span_id] = None
            self.count += 1
            if len(self._mended) > MOST_MENDED:
                del self._mended[next(iter(self._mended))]

    def made_good(self, operation: Operation) -> bool:
        """Whether a later attempt worked."""
        return operation.span_id in self._mended


def _place(operation: Operation) -> Hashable:
    if operation.kind == "model":
        return operation.agent, len(operation.messages[0].text) if operation.messages else -1
    if operation.attributes.get(names.NODE) == "answer":
        return operation.parent_id, ""
    return operation.where


def _same(failed: Operation, now: Operation, known: Set[str]) -> bool:
    if failed.kind == "model" or failed.where != now.where or failed.arguments == now.arguments:
        return True
    before = words(failed.arguments)
    if not before or not now.arguments:
        return True
    return attempt(before, words(now.arguments), known)
