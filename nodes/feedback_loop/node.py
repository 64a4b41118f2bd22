"""feedback_loop: reads the spans of the loop that just ended and revises the plan for the next one.

The only module here that knows the workflow; everything else is a library over spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any, TypedDict

from nodes.feedback_loop.findings import find
from nodes.feedback_loop.improvements import improve
from nodes.feedback_loop.profile import profile
from nodes.feedback_loop.recalled import with_orders
from nodes.feedback_loop.redrafts import settled
from systems import names
from systems.connections import Run, Systems
from systems.feedback import Redraft
from systems.records import (
    Answer,
    DocumentUpdate,
    Draft,
    Hash,
    Implementation,
    LoopRecord,
    PlanRevision,
    Span,
    Step,
    TaskResult,
)
from systems.telemetry import trace_id

EARLIER_LOOPS = 12
"""Loops before the present one that it is compared with; so a loop costs the same however long the run is."""


class Reads(TypedDict, total=False):
    """Keys feedback_loop reads."""

    step: dict[str, Any] | None
    answer_refs: list[Hash]
    draft_ref: Hash | None
    implementation_ref: Hash | None
    update_refs: list[Hash]
    revision_ref: Hash | None
    history_ref: Hash | None
    redraft_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float


class Writes(TypedDict, total=False):
    """Keys feedback_loop writes."""

    revision_ref: Hash
    history_ref: Hash
    redraft_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float


async def feedback_loop(state: Reads, run: Run) -> Writes:
    """Profile, findings, improvements, plan revision: one loop further."""
    systems, step = run.systems, Step.model_validate(state.get("step"))
    spans = systems.spans.spans(trace_id=trace_id(run.id), since=step.loop - EARLIER_LOOPS)
    now = [span for span in spans if loop_of(span) == step.loop]
    earlier = [span for span in spans if (loop_of(span) or 0) < step.loop]
    answers = tuple(systems.documents.get_record(key, Answer) for key in state.get("answer_refs", []))
    seen = with_orders(now, answers, systems.documents)
    findings = find(seen, knobs=systems.policy.loop, earlier=earlier)
    revision = systems.revision(state.get("revision_ref"))
    updates = tuple(systems.documents.get_record(key, DocumentUpdate) for key in state.get("update_refs", []))
    drafting = findings if step.kind == "draft" else ()  # the plan says how drafts are made, not how tasks are worked
    improvements, revised = improve(drafting, revision=revision, artifact=step.artifact, policy=systems.policy)
    revised = heeding(revised, revision, updates)
    revised = limited(revised, revision, step, updates, systems, state.get("history_ref"))
    draft_ref, task = state.get("draft_ref"), _task(state, step, systems)
    if task and not task.done:
        revised = given_up(revised, revision, step.subject, f"{step.task}: {task.reason.splitlines()[0]}")
    record = LoopRecord(
        loop=step.loop,
        step=step,
        answers=answers,
        draft=systems.documents.get_record(draft_ref, Draft) if draft_ref else None,
        task=task,
        updates=updates,
        profile=profile(now),
        seconds=working_seconds(now),
        findings=findings,
        improvements=improvements,
        revision=revised,
        previous=state.get("history_ref"),
    )
    total = record.profile.total
    return Writes(
        revision_ref=systems.documents.put_record(revised),
        history_ref=systems.documents.put_record(record),
        redraft_ref=_redraft(state.get("redraft_ref"), record, systems) if step.feedback else None,
        input_tokens=state.get("input_tokens", 0) + total.input_tokens,
        output_tokens=state.get("output_tokens", 0) + total.output_tokens,
        seconds=state.get("seconds", 0.0) + record.seconds,
    )


def _redraft(reference: Hash | None, loop: LoopRecord, systems: Systems) -> Hash:
    """What is still to be drafted again for feedback."""
    redraft = systems.documents.get_record(reference or "", Redraft)
    return systems.documents.put_record(settled(redraft, loop, systems.history(loop.previous)))


def _task(state: Reads, step: Step, systems: Systems) -> TaskResult | None:
    """What became of the task of this loop, where it worked one."""
    reference = state.get("implementation_ref") if step.kind == "implement" else None
    return systems.documents.get_record(reference, Implementation).last if reference else None


def loop_of(span: Span) -> int | None:
    """Number of the loop that a span belongs to; None when it does not say."""
    value = span.attributes.get(names.LOOP)
    return value if isinstance(value, int) else None


def heeding(revised: PlanRevision, before: PlanRevision, updates: Sequence[DocumentUpdate]) -> PlanRevision:
    """The plan with the person's reasons for rejecting a draft as hints for the next one."""
    reasons = [
        f"{update.artifact}: {issue}" for update in updates if update.status == "rejected" for issue in update.issues
    ]
    fresh = tuple(reason for reason in dict.fromkeys(reasons) if reason not in revised.hints)
    if not fresh:
        return revised
    return revised.model_copy(
        update={
            "number": before.number + 1,
            "hints": (*revised.hints, *fresh),
            "reasons": (*_new_reasons(revised, before), *(f"the person rejected {reason}" for reason in fresh)),
        }
    )


def limited(
    revised: PlanRevision,
    before: PlanRevision,
    step: Step,
    updates: Sequence[DocumentUpdate],
    systems: Systems,
    history: Hash | None,
) -> PlanRevision:
    """The plan without an artifact that has had all its attempts; a resumed run has all of them again."""
    if step.kind == "implement" or step.artifact in revised.give_up or _stands(updates):
        return revised
    same = reversed([loop for loop in systems.history(history) if loop.step.feedback == step.feedback])
    since = takewhile(lambda loop: step.artifact not in loop.revision.give_up, same)
    tried = [loop for loop in since if loop.step.artifact == step.artifact and not _stands(loop.updates)]
    if len(tried) + 1 < systems.policy.loop.attempts:
        return revised
    reason = f"{step.artifact} was tried {len(tried) + 1} times in vain and is given up"
    return given_up(revised, before, step.artifact, reason)


def given_up(revised: PlanRevision, before: PlanRevision, subject: str, reason: str) -> PlanRevision:
    """The plan without an artifact or a task that did not succeed; a resumed run tries it again."""
    return revised.model_copy(
        update={
            "number": before.number + 1,
            "give_up": tuple(dict.fromkeys([*revised.give_up, subject])),
            "reasons": (*_new_reasons(revised, before), reason),
        }
    )


def _new_reasons(revised: PlanRevision, before: PlanRevision) -> tuple[str, ...]:
    return revised.reasons if revised.number > before.number else ()


def _stands(updates: Sequence[DocumentUpdate]) -> bool:
    return bool(updates) and all(update.valid and update.status == "written" for update in updates)


def working_seconds(spans: Sequence[Span]) -> float:
    """Seconds in which at least one span was open: waiting for a person between two of them does not count."""
    total, reached = 0, 0
    for start, end in sorted((span.start_ns, span.end_ns) for span in spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total / 1e9
