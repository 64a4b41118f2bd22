"""The same check fails in the same words again and again, whatever was changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, excerpt
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.effects import changes
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.sameness import asked, brought, settled
from nodes.feedback_loop.series import Series
from nodes.feedback_loop.waiting import call_before
from systems.records import Finding

CHECKS = 3
_BAD = re.compile(
    r"\b(?:[1-9]\d*|one|two|three|some) (?:\w+ ){0,2}(?:failed|failures?|failing|errors?|problems?|issues?|violations?)\b"
    r"|\bfail(?:ed|s|ure|ing)?\b|\b\w*error\b|\bnot pass\w*|\bexit (?:code|status):? [1-9]|\btraceback\b|✗|❌",
    re.IGNORECASE,
)
_NONE_BAD = re.compile(r"\b(?:0|no|zero|without)\s+(?:\w+\s+)?(?:failed|failures?|errors?|problems?|issues?)\b", re.I)
_Call = tuple[str, str]


class FutileChanges:
    """At least `CHECKS` times the same call with the same bad result, and each time something changed in between.

    A check that comes out otherwise in the end was worth repeating.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("repeat",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._bad: dict[_Call, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        before, call = self._run.before, (span.where, asked(span))
        if before is None or before.start_ns < self._run.began:
            return
        told = _bad(span)
        if not told or told != _bad(before):
            self._bad.pop(call, None)
        elif (between := call_before(self._run.tools)) is not None and between is not before and changes(between):
            self._bad.setdefault(call, Series()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per check."""
        for (tool, arguments), again in self._bad.items():
            if again.count + 1 < CHECKS:
                continue
            last = again.shown[-1]
            yield from self._run.finding(
                "no_progress",
                "error",
                tool,
                again.shown,
                evidence=excerpt(f"{tool}({arguments}) -> {last.result or last.error}"),
                impact=again.impact,
                explanation=f"{tool} came out as badly as before {again.count} times; what was done in between did not help.",
            )


def _bad(call: Operation) -> str:
    """The bad result of a check, apart from times; empty for a good one."""
    if call.failed:
        return settled(call.error)
    text = brought(call)
    return settled(text) if text and _BAD.search(_NONE_BAD.sub("", text[:4_000])) else ""
