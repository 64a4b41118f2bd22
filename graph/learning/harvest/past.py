"""A run of the past, as its stores have it: what cases are harvested from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from systems.documents import Documents
from systems.records import Answer, DocumentUpdate, LoopRecord, Source, Span
from systems.trials import Asked, Called, Case, CaseKind, Check, Requested, Stepped

SUSPECT = {"misrouted", "swallowed_error", "empty_output", "stale_data", "prompt_injection", "secret_exposed"}
"""Findings after which an answer does not count as accepted."""


@dataclass(frozen=True)
class Past:
    """What a run left behind.

    Attributes:
        run_id: the run.
        trace_id: its trace.
        goal: what it was asked to do.
        project: the project it worked in.
        loops: its loops, in order.
        spans: its spans.
        documents: where the texts are.
    """

    run_id: str
    trace_id: str
    goal: str
    project: Path
    loops: Sequence[LoopRecord]
    spans: Sequence[Span]
    documents: Documents

    def accepted(self) -> Iterator[LoopRecord]:
        """The loops whose documents stand."""
        return (loop for loop in self.loops if stands(loop.updates))

    def answers(self, loop: LoopRecord) -> Iterator[tuple[Answer, Source]]:
        """The answers of a loop, but for those that a finding says are not what they seem."""
        suspects = {span for finding in loop.findings if finding.kind in SUSPECT for span in finding.span_ids}
        for answer in loop.answers:
            if answer.answered and answer.sources and answer.sources[0].span_id not in suspects:
                yield answer, answer.sources[0]

    def case(self, kind: CaseKind, given: Asked | Requested | Called | Stepped, check: Check, *spans: str) -> Case:
        """A case from this run."""
        return Case(
            kind=kind,
            given=given,
            check=check,
            origin="run",
            run_id=self.run_id,
            trace_id=self.trace_id,
            span_ids=tuple(span for span in spans if span),
        )


def stands(updates: Sequence[DocumentUpdate]) -> bool:
    """Whether every document of a loop was written and OpenSpec took it."""
    return bool(updates) and all(update.status == "written" and update.valid for update in updates)
