"""The same failure again, although a loop has passed and a revision was made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import OWN
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

_NUMBERS = re.compile(r"\d+")
_Mark = tuple[str, str, str]
DRAFTED = "same draft"


class NoProgress:
    """An artifact that fails validation or drafting again with the same words, or is drafted again just the same.

    Again means in another loop: repairs within one are attempts at the same thing, and a loop that was resumed may
    repeat itself. Numbers in the words do not matter (limits change from loop to loop).
    """

    watches: ClassVar[Watches] = {"failure": OWN, "step": OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._seen: dict[_Mark, Operation] = {}
        self._again: dict[str, dict[_Mark, list[Operation]]] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        for mark in _marks(span):
            before = self._seen.setdefault(mark, span)
            if before is not span and _another_loop(before, span):
                self._again.setdefault(mark[0], {}).setdefault(mark, []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per artifact."""
        for artifact, marks in self._again.items():
            again = [span for spans in marks.values() for span in spans]
            yield from self._run.finding(
                "no_progress",
                "error",
                again[-1].agent or artifact,
                again,
                evidence=f"{artifact}: {_told(marks)}",
                impact={**cost(again), "loops": float(len({one.attributes.get(names.LOOP) for one in again}))},
                explanation=f"{artifact} came out as before; what was changed since did not help.",
            )


def _told(marks: dict[_Mark, list[Operation]]) -> str:
    """What came again: failures before drafts, because they say more."""
    mark, again = min(marks.items(), key=lambda item: item[0][1] == DRAFTED)
    what, told = mark[1:]
    return f"{what}: {told[:12] if what == DRAFTED else excerpt(again[-1].error)}"


def _another_loop(before: Operation, now: Operation) -> bool:
    loops = before.attributes.get(names.LOOP), now.attributes.get(names.LOOP)
    return None in loops or loops[0] != loops[1]


def _marks(operation: Operation) -> Iterable[_Mark]:
    """What must not come again: (artifact, what happened, with which words or hash)."""
    if (artifact := subject(operation, names.VALIDATE)) and operation.failed:
        yield artifact, "validation failed again", _same(operation.error)
    elif artifact := subject(operation, names.DRAFT):
        if operation.failed:
            yield artifact, f"{operation.cause} again", _same(operation.error)
        elif draft := operation.attributes.get(names.DRAFT_HASH):
            yield artifact, DRAFTED, str(draft)


def _same(words: str) -> str:
    return _NUMBERS.sub("#", " ".join(words.split()))
