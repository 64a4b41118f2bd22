"""Follow-ups: a change for every finding that no plan revision mended, with its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from systems.connections import Run
from systems.documents import write_file
from systems.errors import Rejected
from systems.records import Finding, FollowUp, LoopRecord, content_hash
from systems.telemetry import trace_id


async def open_follow_ups(loops: Sequence[LoopRecord], change: str | None, run: Run) -> tuple[FollowUp, ...]:
    """A change for each finding that no revision mended, with its evidence; never one that is open already."""
    wanted = {
        improvement.finding for loop in loops for improvement in loop.improvements if improvement.change == "follow_up"
    }
    findings = {finding.hash: finding for loop in loops for finding in loop.findings if finding.hash in wanted}
    by_name = {follow_up_name(finding): finding for finding in findings.values()}
    opened = []
    for name, finding in list(by_name.items())[: run.systems.policy.loop.follow_ups]:
        follow_up = await _opened(name, finding, change, run)
        if follow_up:
            opened.append(follow_up)
    return tuple(opened)


async def _opened(name: str, finding: Finding, change: str | None, run: Run) -> FollowUp | None:
    systems = run.systems
    proposal = systems.project / "openspec" / "changes" / name / "proposal.md"
    path = proposal.relative_to(systems.project).as_posix()
    text = follow_up_proposal(finding, change, run.id)
    ours = systems.documents.last_write(path) == (content_hash(text), None)
    if not ours:
        if name in await systems.openspec.changes():
            return None
        systems.documents.note_write(path, after=systems.documents.put(text), before=None, run_id=run.id)
    if not proposal.parent.exists():
        try:
            await systems.openspec.new_change(name, f"Mend {finding.kind} in {finding.where}")
        except Rejected:
            return None
    write_file(proposal, text)
    return FollowUp(change=name, finding=f"{finding.kind} in {finding.where}", path=path)


def follow_up_name(finding: Finding) -> str:
    """The change id of a finding: the same finding always has the same."""
    words = re.findall(r"[a-z0-9]+", f"{finding.kind} {finding.where}".lower())
    return "-".join(["mend", *words])[:60].strip("-")


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
