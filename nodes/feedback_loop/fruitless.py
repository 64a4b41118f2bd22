"""Whether a call brought nothing, and whether it was one more attempt at what the call before it tried already."""

from __future__ import annotations

import re
from collections.abc import Set

from nodes.feedback_loop.effects import changes
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.messages import parsed
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.outcomes import acknowledged, nothing_found
from nodes.feedback_loop.sameness import asked
from nodes.feedback_loop.series import Series
from nodes.feedback_loop.words import keys, leaves, stemmed, values

_SHORT, _LONG = 400, 4_000
_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r"\w+\W+\w+\W+\w")
_HINTS = tuple(
    "no_|_no|not|n't|n\u2019t|none|nil|null|[]|{}|empty|unknown|0_|:_0|:0|fail|denied|forbid|unauth|unable|incorrect|"
    "wrong|reject|refus|invalid|unchanged|_try|error|rephrase|specif|unclear|inconclusive|insufficient|undetermined|"
    "sorry|please|required|restrict|block|captcha|paywall|log in|expired|locked|unsupp|unavail|conflict|too_|still|"
    "remain|same_|mismatch|kein|nicht|aucun|ningun|ning\u00fan|introuv|sin_|nessun|nenhum|geen".replace("_", " ").split(
        "|"
    )
)
"""What every text that tells of nothing has in it: looked for before the patterns, which take longer."""
_REFUSED = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|unable|(?:could|can)(?: ?not|n?['\u2019]t)|incorrect|wrong|rejected|"
    r"refused|invalid|unchanged|failed|failure|no idea|rephrase|more specific|unclear|inconclusive|insufficient|"
    r"no (?:\w+ ){0,2}(?:change|effect|response|reply|element|access|luck|difference)s?|undetermined|sorry|restricted|"
    r"not (?:allowed|available|possible|valid|recogni[sz]ed|permitted|supported|matched|listed|covered|known|sure|"
    r"understood)|(?:does|do|did)(?: not|n['\u2019]t) (?:match|contain|know|have|work|apply|resolve|understand|help)|"
    r"(?:please )?try (?:again|another|different|other)|please (?:provide|specify|refine|clarify|enter|contact|ask|be)|"
    r"too (?:many|broad|vague|short|long|large|big|small)|blocked|captcha|paywall|expired|locked|unsupported|"
    r"(?:login|log in|subscription|permission|authentication) (?:is )?required|unavailable|conflicts?|mismatch|still|"
    r"remains?|same as)\b",
    re.IGNORECASE,
)
_EMPTY_FIELD = re.compile(
    r'"(?:hits|results?|items|matches|data|rows|records|documents|entries|slots|total|count|found|answers?)"\s*:\s*'
    r"(?:\[\]|\{\}|0\b|null|false)"
)
_HARD = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|restricted|captcha|paywall|failed|permission)\b", re.IGNORECASE
)
_OWN_STATE = re.compile(
    r"\b(?:(?:service|server|system|host|backend|api)\b.{0,30}\b(?:unavailable|unreachable|down|offline|busy)|"
    r"overloaded|maintenance|temporar\w+|internal (?:server )?error|bad gateway|50[0234]|later|throttl\w*|quota|"
    r"rate limit\w*|time(?:d)?[ -]?out)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
CALLS, ATTEMPTS = 4, 2
LONG = 40
"""Least characters of a result that says something: the same one to other questions is no news."""
_PAGES = frozenset(map(stemmed, ("page", "offset", "cursor", "start", "skip", "token", "chunk")))
_SEARCHES = frozenset("search find lookup look query browse fetch read open retrieve ask try".split())
_RESULT = 10_000
_STEPS = (1, 7)
"""Numbers that differ by this count things, days or weeks."""


def fruitless(call: Operation) -> bool:
    """Whether a call found nothing, was refused, or failed over what it was asked (not over the tool's own state)."""
    if call.failed:
        return bool(call.error) and cause(call) in ("error", "invalid") and not _OWN_STATE.search(call.error[:_SHORT])
    result = call.result
    if not result:
        return bool(call.arguments)
    if len(result) >= _SHORT:
        return len(result) < _LONG and result[0] == "{" and bool(_EMPTY_FIELD.search(result))
    if not _hinted(result):
        return False
    return (
        nothing_found(result)
        or bool(_EMPTY_FIELD.search(result))
        or (bool(_REFUSED.search(result)) and not _OWN_STATE.search(result))
    )


def says_nothing(result: str) -> bool:
    """`nothing_found`, faster on results that are something."""
    return not result or (len(result) < _SHORT and _hinted(result) and nothing_found(result))


def refuses(result: str) -> bool:
    """Whether a short result says that a service does not work at present."""
    return len(result) < _SHORT and bool(_OWN_STATE.search(result))


def _hinted(result: str) -> bool:
    text = result.lower()
    for hint in _HINTS:  # faster than any(): this is asked of every third result
        if hint in text:
            return True
    return len(text) < 4


def words(text: str) -> frozenset[str]:
    """The words and numbers of a text, or of the values of a JSON text, without endings."""
    return frozenset(map(stemmed, _WORD.findall(values(text))))


def attempt(before: Set[str], now: Set[str], known: Set[str]) -> bool:
    """Whether a call with the words `now` tries what the one with the words `before` tried, in another way.

    It does with the same words in another order, and with words that nobody gave it: guesses, synonyms. Going through
    things that the task or an earlier result names (`known`), or that are counted, is no attempt at the same.
    """
    new, gone = now - before, before - now
    if not new:
        return bool(now)
    if _counts_on(new, gone):
        return False
    if new <= known:
        return rephrased(before, now)
    return bool(before & now) or not new & known


def rephrased(before: Set[str], now: Set[str]) -> bool:
    """Whether words say the same as others in other words: most are common, and it isn't one put for another."""
    new, gone, common = now - before, before - now, before & now
    if len(new) == len(gone) and (len(new) == 1 or _counts_on(new, gone)):
        return False
    return len(common) >= 2 and 2 * len(common) >= min(len(before), len(now))


def _counts_on(new: Set[str], gone: Set[str]) -> bool:
    """Whether each new word is the number after one that is gone: pages, days, numbered things."""
    return len(new) == len(gone) and all(any(_next(one, other) for other in gone) for one in new)


def shape_of(arguments: str) -> tuple[str, ...]:
    """What kinds of things a call is about, by field: a name, a number, a date, an id, an address.

    Things that are gone through are of one shape; a record that is sought by one fact after another is not.
    """
    value = parsed(arguments)
    fields = value.items() if isinstance(value, dict) else [("", value)]
    return tuple(f"{name}:{_shape(str(one))}" for name, one in sorted(fields, key=lambda field: field[0]))


def _shape(value: str) -> str:
    if "@" in value or "://" in value:
        return "address"
    if not any(map(str.isdigit, value)):
        return "words"
    return "number" if not any(map(str.isalpha, value)) else "id"


def no_news(before: str, call: Operation) -> bool:
    """Whether a call brought what another one brought before, `before`, and that is not that something was done."""
    return bool(call.result) and call.result == before and not acknowledged(before)


class Row:
    """Calls that brought nothing, one after another.

    Attributes:
        calls: the calls.
        doubtful: whether some of them brought something short that was only no news; it may have been the point.
        told: whether they are a finding.
    """

    def __init__(self, task: str) -> None:
        self.calls = Series()
        self.doubtful = self.told = False
        self._words: set[str] = set()
        self._unread = [task]
        self._last: dict[str, frozenset[str]] = {}
        self._results: dict[str, str] = {}
        self._shapes: dict[str, tuple[str, ...]] = {}
        self._learnt: dict[str, Operation] = {}
        self._before: frozenset[str] = frozenset()
        self._different: set[tuple[str, str]] = set()
        self._attempts = self._others = 0

    @property
    def tools(self) -> list[str]:
        """The tools called."""
        return list(self._last)

    @property
    def _known(self) -> set[str]:
        """What the task and other calls' results name."""
        for text in self._unread:
            self._words |= words(text[:_RESULT])
        self._unread.clear()
        return self._words

    def continues(self, call: Operation) -> bool:
        """Whether a call brought nothing either, or only what it brought before."""
        before = self._results.get(call.where)
        return fruitless(call) or (before is not None and no_news(before, call))

    def learn(self, call: Operation) -> None:
        """Take what another call brought into account: it may name what is gone through."""
        if call.result:
            self._unread.append(call.result)
            self._results[call.where] = call.result
            self._learnt[call.where] = call

    def add(self, call: Operation) -> bool:
        """Append a call; whether they are a finding now."""
        first = self._learnt.pop(call.where, None)
        if call.where not in self._last and first is not None and no_news(first.result, call):
            self._last[call.where] = words(first.arguments)
            self._shapes[call.where] = shape_of(first.arguments)
            self._different.add((first.where, asked(first)))
        self.calls.add(call)
        if len(self._different) < CALLS:
            self._different.add((call.where, asked(call)))
        now = words(call.arguments)
        if call.where in self._last:
            self._attempts, self._others = (
                (self._attempts + 1, self._others) if self._attempt(call, now) else (self._attempts, self._others + 1)
            )
        elif self._instead(call, now):
            self._attempts += 1
        self._last[call.where] = self._before = now
        self._shapes[call.where] = shape_of(call.arguments)
        self._results[call.where] = call.result
        return len(self._different) >= CALLS and self._attempts >= max(ATTEMPTS, 2 * self._others)

    def _instead(self, call: Operation, now: frozenset[str]) -> bool:
        """Whether another tool searches for, or tries to change, what the one before it did."""
        common = bool(self._before & now)
        return (common and not _SEARCHES.isdisjoint(_WORD.findall(call.name.lower()))) or (
            changes(call) and bool(self._last) and (common or call.result == self.calls.shown[-2].result)
        )

    def _attempt(self, call: Operation, now: frozenset[str]) -> bool:
        """Whether a call is another attempt; where it did bring something, it must clearly ask the same."""
        before = self._last[call.where]
        if fruitless(call):
            if shape_of(call.arguments) != self._shapes.get(call.where):
                return True
            hard = not call.failed and bool(_HARD.search(call.result))
            return (hard and now != before) or attempt(before, now, self._known)
        self.doubtful |= len(call.result) < LONG
        if any(map(_PHRASE.search, leaves(parsed(call.arguments)))):
            return attempt(before, now, self._known)
        new = now - before
        other_words = len(new) > 1 and not new & self._known and not _counts_on(new, before - now)
        return rephrased(before, now) or other_words or not _PAGES.isdisjoint(keys(call.arguments))


def _next(one: str, other: str) -> bool:
    left, right = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if left is None or right is None or left[1] != right[1]:
        return False
    return abs(int(left[2]) - int(right[2])) in _STEPS
