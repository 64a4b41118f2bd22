"""Failed calls that are still open, and which of them a later attempt made good."""

from __future__ import annotations

from collections.abc import Callable, Set

from nodes.feedback_loop.reading.marks import OWN
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.rephrasing import attempt, words

MOST_OPEN = 200
MOST_ASKED = 50
MOST_PLACES = 1_000
MOST_MENDED = 20_000
MOST_COMPARED = 500
"""Calls of a run that are compared word by word, so that time is bounded; then only the same makes a failure good."""
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
        eager: places where any working call may make a failure good, not just the same call.
        open: failures of tools that nothing made good yet, by place.
        open_models: those of models.
    """

    def __init__(self, known: Callable[[], Set[str]], told: Callable[[], Set[str]]) -> None:
        """Start; `known` tells the words of the task, `told` those and the words of the last results."""
        self._known = known
        self._told = told
        self._mended: dict[str, bool] = {}
        self._compared = 0
        self.count = 0
        self.eager: set[_Place] = set()
        self.open: dict[_Place, _Open] = {}
        self.open_models: dict[_Place, _Open] = {}

    def failed(self, operation: Operation) -> None:
        """A call failed."""
        place = _place(operation)
        places = self.open_models if operation.kind == "model" else self.open
        waiting = places.get(place)
        if waiting is None:
            if len(places) >= MOST_PLACES:
                return
            waiting = places[place] = _Open()
        asked = operation.arguments if isinstance(place, str) and operation.cause != "invalid" else ""
        group = waiting.asked.pop(asked, [])
        if asked != waiting.last:
            now = self._words(asked)
            before = waiting.asked.get(waiting.last)
            if before and self._same(waiting.words, now):
                group = waiting.asked.pop(waiting.last) + group
            waiting.last, waiting.words = asked, now
        waiting.tries = TRIES
        self.eager.add(place)
        group.append((operation.span_id, operation.end_ns))
        waiting.asked[asked] = group[-MOST_OPEN:]
        if len(waiting.asked) > MOST_ASKED:
            del waiting.asked[next(iter(waiting.asked))]

    def worked(self, operation: Operation) -> None:
        """A call of a tool worked while failures are open."""
        place: _Place = operation.where
        asked = operation.arguments
        if operation.marks & OWN:
            place, asked = _place(operation), ""
        waiting = self.open.get(place)
        if waiting is None:
            return
        if not asked:
            self._mend(waiting, list(waiting.asked), operation.start_ns)
        else:
            mended = [one for one in (asked, "") if one in waiting.asked]
            if waiting.tries and self._again(waiting, asked):
                mended.append(waiting.last)
            self._mend(waiting, mended, operation.start_ns, asked)
        if not waiting.asked:
            del self.open[place]
        if not waiting.tries and "" not in waiting.asked:
            self.eager.discard(place)

    def answered(self, operation: Operation) -> None:
        """A model call worked while failures of models are open."""
        place = _place(operation)
        waiting = self.open_models.get(place)
        if waiting is not None:
            self._mend(waiting, list(waiting.asked), operation.start_ns)
            if not waiting.asked:
                del self.open_models[place]

    def made_good(self, operation: Operation) -> bool:
        """Whether a later attempt worked."""
        return operation.span_id in self._mended

    def went_round(self, operation: Operation) -> bool:
        """Whether the attempt that worked asked for something else than what failed."""
        return self._mended.get(operation.span_id) is False

    def _again(self, waiting: _Open, asked: str) -> bool:
        """Whether a call asks for what the last failed one did, in other words."""
        if not waiting.last or waiting.last not in waiting.asked or self._compared >= MOST_COMPARED:
            waiting.tries = 0
            return False
        if waiting.last == asked:
            return False
        waiting.tries -= 1
        lower = asked.lower()
        return any([word in lower for word in waiting.words]) and self._same(waiting.words, self._words(asked))

    def _mend(self, waiting: _Open, mended: list[str], start_ns: int, asked: str = "") -> None:
        for one in mended:
            group = waiting.asked.pop(one)
            later = [failure for failure in group if failure[1] > start_ns]
            if later:
                waiting.asked[one] = later
            for span_id, ended in group:
                if ended <= start_ns:
                    self._mended[span_id] = not asked or one == asked
                    self.count += 1
        while len(self._mended) > MOST_MENDED:
            del self._mended[next(iter(self._mended))]

    def _words(self, asked: str) -> frozenset[str]:
        self._compared += 1
        return words(asked) if self._compared <= MOST_COMPARED else frozenset()

    def _same(self, before: frozenset[str], now: frozenset[str]) -> bool:
        new, gone = now - before, before - now
        if not before & now or not attempt(before, now, self._known()):
            return False
        return not new or len(new) != len(gone) or not (new | gone) <= self._told()


def _place(operation: Operation) -> _Place:
    if operation.kind == "model":
        return operation.agent, len(operation.messages[0].text) if operation.messages else -1
    if operation.marks & OWN:
        return operation.parent_id, ""
    return operation.where
