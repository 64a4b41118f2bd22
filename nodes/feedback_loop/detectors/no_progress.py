"""The same failure again, although a loop has passed and a revision was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.protocol import cost, excerpt, finding
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span

_NUMBERS = re.compile(r"\d+")
_Place = tuple[str, str]
_Mark = tuple[_Place, str, str]
DRAFTED = "same draft"


class NoProgress:
    """An artifact that fails validation or drafting again with the same words, or is drafted again just the same.

    Again means in another loop: repairs within one are attempts at the same thing, and a loop that was resumed may
    repeat itself. Numbers in the words do not matter (limits change from loop to loop).
    """

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._seen: dict[_Mark, Span] = {}
        self._again: dict[_Place, dict[_Mark, list[Span]]] = {}
        for span in earlier:
            for mark in _marks(span):
                self._seen.setdefault(mark, span)

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        for mark in _marks(span):
            before = self._seen.setdefault(mark, span)
            if before is not span and _another_loop(before, span):
                self._again.setdefault(mark[0], {}).setdefault(mark, []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per artifact."""
        for (_, artifact), marks in self._again.items():
            spans = [span for again in marks.values() for span in again]
            yield finding(
                "no_progress",
                "error",
                semantics.node(spans[-1]) or artifact,
                spans,
                evidence=f"{artifact}: {_told(marks)}",
                impact={**cost(spans), "loops": float(len({semantics.loop(span) for span in spans}))},
                explanation=f"{artifact} came out as before; what was changed since did not help.",
            )


def _told(marks: dict[_Mark, list[Span]]) -> str:
    """What came again: failures before drafts, because they say more."""
    mark, spans = min(marks.items(), key=lambda item: item[0][1] == DRAFTED)
    what, told = mark[1:]
    return f"{what}: {told[:12] if what == DRAFTED else excerpt(semantics.words(spans[-1]))}"


def _another_loop(before: Span, now: Span) -> bool:
    loops = semantics.loop(before), semantics.loop(now)
    return None in loops or loops[0] != loops[1]


def _marks(span: Span) -> Iterable[_Mark]:
    """What must not come again: (trace and artifact, what happened, with which words or hash)."""
    if (artifact := semantics.subject(span, names.VALIDATE)) and semantics.failed(span):
        yield (span.trace_id, artifact), "validation failed again", _same(semantics.words(span))
    elif artifact := semantics.subject(span, names.DRAFT):
        if semantics.failed(span):
            yield (span.trace_id, artifact), f"{semantics.cause(span)} again", _same(semantics.words(span))
        elif draft := span.attributes.get(names.DRAFT_HASH):
            yield (span.trace_id, artifact), DRAFTED, str(draft)


def _same(words: str) -> str:
    return _NUMBERS.sub("#", " ".join(words.split()))
