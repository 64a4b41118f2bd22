"""Whether anything of a tool's result flowed on: into later arguments, into what the model said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from nodes.feedback_loop.calls.sameness import substance
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript, spoken, texted
from nodes.feedback_loop.texts.derivation import derived, rounded
from nodes.feedback_loop.texts.words import NOTHING, Said, stems

LONG = 40
"""Different words from which on a result is long, and one word in common may be chance."""
LONG_TASK = 2_000
"""Characters from which on instructions have every other word in them, and a word of theirs says nothing."""
_FEW, _MANY, _MOST, _DIGITS, _LINES = 2, 3, 400, 4, 2_000


class Use:
    """What was said when in a talk, and which numbers the results told."""

    def __init__(self, talk: Transcript) -> None:
        self.task = texted(talk.task if len(talk.task) < LONG_TASK else talk.asked)
        self.asked = texted(talk.asked)
        self._last: dict[str, int] = {}
        self._numbers: dict[float, int] = {}
        self._words: dict[float, int] = {}
        self._told: Counter[float] = Counter()
        self._named: Counter[str] = Counter()
        self._place: dict[int, int] = {}
        self._outputs: list[tuple[int, str]] = []
        for place, call in enumerate(talk.calls):
            self._place[id(call)] = place
            what = spoken(call)
            self._last.update(dict.fromkeys(what.names, place))
            self._last.update(dict.fromkeys(what.words, place))
            self._numbers.update(dict.fromkeys(what.numbers, place))
            self._numbers.update(dict.fromkeys(what.small, place))
            if call.kind == "tool":
                told = texted(call.result)
                self._told.update(told.numbers)
                self._named.update(told.names)
            elif call.output:
                self._outputs.append((place, call.output))
                self._words.update(dict.fromkeys(texted(call.output).numbers, place))

    def news(self, call: Operation, known: Said = NOTHING) -> Said:
        """What a result says that neither the task nor the call's own arguments and name nor `known` said before."""
        found = texted(substance(call.result)).without(self.task.joined(texted(call.arguments)).joined(known))
        named = stems(call.name)
        return Said(found.numbers, found.small, found.names - named, found.words - named)

    def flows(self, call: Operation, known: Said = NOTHING) -> bool:
        """Whether anything of the call's result, beyond what is known anyway, is in what came after it."""
        what, place = self.news(call, known), self._place[id(call)]
        if self._quoted(call, place):
            return True
        own = self._own(what)
        if any(self._last.get(one, -1) > place for one in own):
            return True
        common = sum(self._last.get(one, -1) > place for one in what.words)
        if common > (len(what.words) >= LONG):
            return True
        later = [one for one, last in self._numbers.items() if last > place and (one >= 10 or one % 1)]
        if any(rounded(one, other) for one in islice(what.numbers, _MOST) for other in islice(later, _MOST)):
            return True
        if not distinctive(what) and any(self._numbers.get(one, -1) > place for one in what.small):
            return True
        return self._computed(call, what, [one for one, last in self._words.items() if last > place])

    def _quoted(self, call: Operation, place: int) -> bool:
        """Whether a line of the result is in what the model said later, word for word."""
        lines = [one.strip() for one in call.result[:_LINES].splitlines()] if call.result else []
        lines = [one for one in lines if one.count(" ") >= _FEW and not any(map(str.isdigit, one))]
        return any(one in output for at, output in self._outputs if at > place for one in lines)

    def _own(self, what: Said) -> Iterable[str]:
        """The names of a result that are its own; beside a number one that many tell (`EUR`) is only its unit."""
        return (one for one in what.names if self._named[one] < _MANY) if what.numbers else what.names

    def _computed(self, call: Operation, what: Said, later: list[float]) -> bool:
        """Whether a number in the model's words that nobody told follows from the result's and the others'."""
        if not (what.numbers or what.small):
            return False
        own = texted(call.result).numbers
        new = [one for one in later if one not in self.task.numbers and self._told[one] <= (one in own)]
        others = sorted(self._told.keys() | self.task.numbers | self.task.small)
        source = sorted(what.numbers) or sorted(what.small)
        return 2 * sum(derived(one, source, others) for one in new[:20]) > len(new[:20])


@lru_cache(maxsize=4)
def use_of(talk: Transcript) -> Use:
    """The same for all that ask about one talk, one after another."""
    return Use(talk)


def distinctive(what: Said) -> bool:
    """Whether there is enough to recognise again: two numbers or names, or several words; a precise number is two."""
    strong = len(what.numbers) + len(what.names) + any(map(precise, what.numbers))
    return strong >= _FEW or strong + len(what.words) >= _MANY


def precise(number: float) -> bool:
    """Whether a number has so many digits that it does not come again by chance; years have not."""
    digits = f"{number:.10g}".replace(".", "").strip("0")
    return len(digits) >= _DIGITS and not (number % 1 == 0 and 1_900 <= number < 2_100)
