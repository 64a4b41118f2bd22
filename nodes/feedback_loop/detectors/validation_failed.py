"""Documents that the validator refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.drafts import subject
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.marks import OWN
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

_WORDS = 2_000


class ValidationFailed:
    """Failed `validate` spans, one finding per artifact; the evidence is the validator's words, one issue a line."""

    watches: ClassVar[Watches] = {"failure": OWN, "step": OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._refused: Grouped[str] = Grouped()
        self._valid: dict[str, int] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.title.startswith(names.VALIDATE):
            return
        artifact = subject(span, names.VALIDATE)
        if artifact and span.failed:
            self._refused.add(artifact, span)
        elif artifact:
            self._valid[artifact] = max(span.start_ns, self._valid.get(artifact, 0))

    def findings(self) -> Iterable[Finding]:
        """One finding per artifact."""
        for artifact, refused in self._refused.items():
            good = self._valid.get(artifact, -1) >= max(one.end_ns for one in refused)
            issues = dict.fromkeys(line for one in refused for line in one.error.splitlines() if line.strip())
            yield from self._run.finding(
                "validation_failed",
                "warning" if good else "error",
                refused[-1].agent or names.VALIDATE,
                refused,
                evidence="\n".join(issues)[:_WORDS],
                impact=refused.impact,
                explanation=f"The validator refused {artifact} {times(refused.total)}"
                + ("; it accepted a later one." if good else "."),
            )
