"""The same check comes out the same again and again, whatever was changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, takewhile
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt, times
from nodes.feedback_loop.calls.effects import only_reads
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.calls.sameness import asked, settled
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.answers import came_to_nothing
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.waiting import thinks, waits
from systems.records import Finding

CHECKS, CHECKS_NEUTRAL = 3, 4
MOST, MOST_BETWEEN = 100, 20
_BAD = re.compile(
    r"\b(?:[1-9]\d*|one|two|three|some) (?:\w+ ){0,2}(?:failures?|failing|errors?|problems?|issues?|violations?)\b"
    r"|\b(?:down|offline|unreachable|broken|mismatch\w*|degraded|critical|still|red|missing|unhealthy|[45]\d\d)\b"
    r"|\bfail(?:ed|s|ure|ing)?\b|\b\w*error\b|\bnot pass\w*|\bexit (?:code|status):? [1-9]|\btraceback\b|✗|❌",
    re.IGNORECASE,
)
_NONE_BAD = re.compile(r"\b(?:0|no|zero|without)\s+(?:\w+\s+)?(?:failed|failures?|errors?|problems?|issues?)\b", re.I)
_NUMBER = re.compile(
    r"\b\d\d?:\d\d(?::\d\d)?\b|\b(?:attempt|try|trial|run|build|job|request|revision|id)\W{0,3}\d+\b", re.I
)
_Call = tuple[str, str]


class FutileChanges:
    """At least `CHECKS` times the same call with the same bad result, and each time something changed in between.

    A check that comes out otherwise in the end was worth repeating. Of a result that is not plainly bad (a number that
    should have moved) only the run's last words tell that it was not what was wanted.
    """

    watches: ClassVar[Watches] = {"repeat": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._same: dict[_Call, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        before, call = self._run.before, (span.where, asked(span))
        if before is None or before.start_ns < self._run.began:
            return
        told = _told(span)
        if not told or told != _told(before):
            self._same.pop(call, None)
        elif (call in self._same or len(self._same) < MOST) and self._changed_since(before):
            if call not in self._same:
                self._same[call] = Series()
                self._same[call].add(before)
            self._same[call].add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per check."""
        for (tool, arguments), again in self._same.items():
            if again.count < CHECKS or not self._in_vain(again):
                continue
            last = again.shown[-1]
            yield from self._run.finding(
                "no_progress",
                "error",
                tool,
                again.shown,
                evidence=excerpt(f"{tool}({arguments}) -> {last.result or last.error}"),
                impact=again.impact,
                explanation=f"{tool} came out the same {times(again.count)}; no change in between helped.",
            )

    def _in_vain(self, again: Series) -> bool:
        call = again.shown[0]
        if call.failed or fruitless(call) or _BAD.search(_NONE_BAD.sub("", call.result[:4_000])):
            return True
        run = self._run
        if again.count < CHECKS_NEUTRAL or not (run.ended and run.models) or acknowledged(call.result):
            return False
        return run.answer is None or came_to_nothing(run.answer.output)

    def _changed_since(self, before: Operation) -> bool:
        """Whether something may have been changed between a check and the present one."""
        between = takewhile(lambda one: one is not before, islice(reversed(self._run.tools), 1, MOST_BETWEEN))
        return any(not (only_reads(one) or waits(one.name) or thinks(one.name)) for one in between)


def _told(call: Operation) -> str:
    """What a check came to, apart from times and the number of the attempt."""
    return _NUMBER.sub("#", settled(call.error if call.failed else call.result))
