"""Failed calls that are still open, and which of them a later attempt made good."""

from __future__ import annotations

from collections.abc import Callable, Set

from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.rephrasing import attempt, words
from systems import names

MOST_OPEN = 200
MOST_ASKED = 50
MOST_PLACES = 1_000
MOST_MENDED = 20_000
TRIES = 5
"""Working calls of a tool after a failure that may be another attempt in other words; later ones are something else."""

_Failure = tuple[str, int]
"""Its span id, and when it ended."""
_Place = str | tuple[str | None, str] | tuple[str, int]


class _Open:
    """Failures of one place by what was asked, and the last of them."""

    __slots__ = ("asked", "last", "tries", "words")

    def __init__(self) -> None:
        self.asked: dict[str, list[_Failure]] = {}
        self.last = ""
        self.words: frozenset[str] = frozenset()
        self.tries = 0


class Attempts:
    """What failed and what worked, place by place, in the order in which it ended.

    A tool's failure is made good by a later call of the tool that asks the same, or asks for the same in another way;
    going on with the next of several things makes nothing good. Arguments of a wrong form ask for nothing yet: the next
    ones that work make them good. A model's is by the next answer in that conversation.
    Of specloop's own questions, whose candidates are asked below one parent, any answer makes the others good.

    Attributes:
        count: how many failures were made good.
    """

    def __init__(self, known: Callable[[], Set[str]]) -> None:
        """Start; `known` tells the words of the task."""
        self._known = known
        self._open: dict[_Place, _Open] = {}
        self._mended: dict[str, None] = {}
        self._asking = False
        self.count = 0

    def failed(self, operation: Operation) -> None:
        """A call failed."""
        place = self._place(operation)
        waiting = self._open.get(place)
        if waiting is None:
            if len(self._open) >= MOST_PLACES:
                return
            waiting = self._open[place] = _Open()
        asked = operation.arguments if isinstance(place, str) and cause(operation) != "invalid" else ""
        group = waiting.asked.pop(asked, [])
        if asked != waiting.last:
            now = words(asked)
            before = waiting.asked.get(waiting.last)
            if before and self._same(waiting.words, now):
                group = waiting.asked.pop(waiting.last) + group
            waiting.last, waiting.words = asked, now
        waiting.tries = TRIES
        group.append((operation.span_id, operation.end_ns))
        waiting.asked[asked] = group[-MOST_OPEN:]
        if len(waiting.asked) > MOST_ASKED:
            del waiting.asked[next(iter(waiting.asked))]

    def worked(self, operation: Operation) -> None:
        """A call worked."""
        place = operation.name if operation.kind != "model" and not self._asking and not operation.server else None
        waiting = self._open.get(place or self._place(operation))
        if waiting is not None and waiting.asked:
            self._mend(waiting, operation)

    def made_good(self, operation: Operation) -> bool:
        """Whether a later attempt worked."""
        return operation.span_id in self._mended

    def _mend(self, waiting: _Open, now: Operation) -> None:
        asked = now.arguments if isinstance(self._place(now), str) else ""
        if not asked:
            mended = list(waiting.asked)
        else:
            mended = [one for one in (asked, "") if one in waiting.asked]
            if waiting.tries and waiting.last and waiting.last in waiting.asked and waiting.last != asked:
                waiting.tries -= 1
                if self._same(waiting.words, words(asked)):
                    mended.append(waiting.last)
        for one in mended:
            group = waiting.asked.pop(one)
            later = [failure for failure in group if failure[1] > now.start_ns]
            if later:
                waiting.asked[one] = later
            for span_id, ended in group:
                if ended <= now.start_ns:
                    self._mended[span_id] = None
                    self.count += 1
        while len(self._mended) > MOST_MENDED:
            del self._mended[next(iter(self._mended))]

    def _same(self, before: frozenset[str], now: frozenset[str]) -> bool:
        return bool(before & now) and attempt(before, now, self._known())

    def _place(self, operation: Operation) -> _Place:
        if operation.kind == "model":
            return operation.agent, len(operation.messages[0].text) if operation.messages else -1
        if operation.attributes.get(names.NODE) == "answer":
            self._asking = True
            return operation.parent_id, ""
        return operation.where
