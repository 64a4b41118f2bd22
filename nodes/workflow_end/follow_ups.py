"""Follow-ups: a change for every finding that no plan revision mended, and for feedback on what is finished.

Each carries its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from systems.connections import Run
from systems.documents import write_file
from systems.errors import Rejected
from systems.feedback import LABELS, Redraft
from systems.records import Finding, FollowUp, LoopRecord, content_hash
from systems.telemetry import trace_id

MOST_NAME = 44
FOR_FEEDBACK = "what a person said"


async def open_follow_ups(loops: Sequence[LoopRecord], change: str | None, run: Run) -> tuple[FollowUp, ...]:
    """A change for each finding that no revision mended, with its evidence; never one that is open already."""
    wanted = {
        improvement.finding for loop in loops for improvement in loop.improvements if improvement.change == "follow_up"
    }
    findings = {finding.hash: finding for loop in loops for finding in loop.findings if finding.hash in wanted}
    by_name = {follow_up_name(finding): finding for finding in findings.values()}
    opened = []
    for name, finding in list(by_name.items())[: run.systems.policy.loop.follow_ups]:
        about = f"{finding.kind} in {finding.where}"
        opened.append(await _opened(name, about, follow_up_proposal(finding, change, run.id), run))
    return tuple(filter(None, opened))


async def open_for_feedback(redraft: Redraft, change: str | None, run: Run) -> tuple[FollowUp, ...]:
    """A change for feedback on a change that is finished, and is not touched any more; nothing where it is not."""
    if not redraft.finished:
        return ()
    text = feedback_proposal(redraft, change, run.id)
    name = feedback_name(redraft.text)
    opened = await _opened(name, FOR_FEEDBACK, text, run)
    if opened is None and name in await run.systems.openspec.changes():  # opened before, for the same words
        opened = FollowUp(change=name, finding=FOR_FEEDBACK, path=f"openspec/changes/{name}/proposal.md")
    return (opened,) if opened else ()


async def _opened(name: str, about: str, text: str, run: Run) -> FollowUp | None:
    """Open a change with this proposal; None where one of that name is open, or OpenSpec refuses."""
    systems = run.systems
    proposal = systems.project / "openspec" / "changes" / name / "proposal.md"
    path = proposal.relative_to(systems.project).as_posix()
    ours = systems.documents.last_write(path) == (content_hash(text), None)
    if not ours:
        if name in await systems.openspec.changes():
            return None
        systems.documents.note_write(path, after=systems.documents.put(text), before=None, run_id=run.id)
    if not proposal.parent.exists():
        try:
            await systems.openspec.new_change(name, f"Mend {about}")
        except Rejected:
            return None
    write_file(proposal, text)
    return FollowUp(change=name, finding=about, path=path)


def follow_up_name(finding: Finding) -> str:
    """The change id of a finding: the same finding always has the same."""
    words = re.findall(r"[a-z0-9]+", f"{finding.kind} {finding.where}".lower())
    return "-".join(["mend", *words])[:60].strip("-")


def feedback_name(text: str) -> str:
    """The change id of feedback: the same words always have the same, in whatever language."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(["heed", "-".join(words)[:MOST_NAME].strip("-"), content_hash(text)[:6]]).replace("--", "-")


def feedback_proposal(redraft: Redraft, change: str | None, run_id: str) -> str:
    """proposal.md of a follow-up that feedback asked for, with the feedback as its evidence."""
    said = redraft.text.replace("<!--", "").replace("`", "'")
    about = ", ".join(f"{concern.path} ({concern.why})" for concern in redraft.concerns) or "the whole change"
    return (
        f"# Proposal\n\n## Why\n\nA person says of change {change}, planned in run {run_id}:\n\n> {said}\n\n"
        f"It is finished and stays as it is ({redraft.finished}), so that this is a change of its own.\n\n"
        f"## What Changes\n\n- Heed what was said above\n\n## Evidence\n\n- Rating: {LABELS[redraft.rating]}"
        f" ({redraft.rating:+d})\n- About: {about}\n- Span: {redraft.span_id} (trace {trace_id(run_id)})\n\n"
        f"## Impact\n\n- What {change} made\n"
    )


def follow_up_proposal(finding: Finding, change: str | None, run_id: str) -> str:
    """proposal.md of a follow-up, with the evidence that asked for it."""
    impact = ", ".join(f"{value:g} {unit}" for unit, value in finding.impact.items()) or "not measured"
    spans = ", ".join(finding.span_ids)
    return (
        f"# Proposal\n\n## Why\n\nRun {run_id} of change {change} met {finding.kind} in {finding.where}, and no"
        f" revision of its plan mended it. {finding.explanation}\n\n## What Changes\n\n- Find and remove the cause of"
        f" {finding.kind} in {finding.where}\n\n## Evidence\n\n- Severity: {finding.severity}, confidence"
        f" {finding.confidence:.2f}\n- Impact: {impact}\n- Seen: {finding.evidence}\n- Spans: {spans} (trace"
        f" {trace_id(run_id)})\n\n## Impact\n\n- {finding.where}\n"
    )
