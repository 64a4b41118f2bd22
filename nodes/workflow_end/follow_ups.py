"""Follow-ups: a change for everything that no plan revision mended, and for feedback on what is finished.

Each has its evidence. What findings are about, their kind and their culprit, makes them the same: all of a run go into
one follow-up.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from systems.connections import Run
from systems.documents import read_file, write_file
from systems.errors import Rejected
from systems.feedback import LABELS, Redraft
from systems.records import Finding, FollowUp, LoopRecord, Tokens, content_hash
from systems.telemetry import trace_id

MOST_NAME = 60
MOST_EVIDENCE = 10
MOST_SPANS = 8
MOST_WORDS = 300
FOR_FEEDBACK = "what a person said"

Seen = Sequence[tuple[int, Finding]]
"""Findings about the same, with the loop of each."""


async def open_follow_ups(
    loops: Sequence[LoopRecord], change: str | None, tokens: Tokens, seconds: float, run: Run
) -> tuple[FollowUp, ...]:
    """A change for each thing that no revision mended, with its evidence; never one that is open already.

    Args:
        loops: of the run.
        change: what it worked on.
        tokens: what it took.
        seconds: what it took.
        run: the run.
    """
    cost = run.systems.runs.get(run.id).cost
    spent = f"{seconds:.1f} s, {tokens.input:,} tokens in, {tokens.output:,} out" + (f", ${cost:.4f}" if cost else "")
    opened = []
    for about, seen in list(unmended(loops).items())[: run.systems.policy.loop.follow_ups]:
        text = follow_up_proposal(about, seen, change, run.id, f"{len(loops)} loops, {spent}")
        path = await _opened(follow_up_name(about), about, text, run)
        if path:
            opened.append(FollowUp(change=follow_up_name(about), finding=about, path=path))
    return tuple(opened)


def unmended(loops: Sequence[LoopRecord]) -> Mapping[str, Seen]:
    """What follow-ups are wanted for, in the order in which it was wanted, with every finding about it."""
    by_hash = {finding.hash: finding for loop in loops for finding in loop.findings}
    wanted = [each.finding for loop in loops for each in loop.improvements if each.change == "follow_up"]
    seen = defaultdict[str, list[tuple[int, Finding]]](list)
    for loop in loops:
        for finding in loop.findings:
            seen[_about(finding)].append((loop.loop, finding))
    return {about: seen[about] for about in dict.fromkeys(_about(by_hash[key]) for key in wanted if key in by_hash)}


def _about(finding: Finding) -> str:
    return f"{finding.kind} in {finding.where}"


async def open_for_feedback(redraft: Redraft, change: str | None, run: Run) -> tuple[FollowUp, ...]:
    """A change for feedback on a change that is finished and is not touched any more; nothing where it is not."""
    if not redraft.finished:
        return ()
    about, name = f"{FOR_FEEDBACK}: {redraft.text[:MOST_WORDS]}", feedback_name(redraft.text)
    path = await _opened(name, about, feedback_proposal(redraft, change, run.id), run)
    if path is None and name in await run.systems.openspec.changes():  # opened before, for the same words
        path = f"openspec/changes/{name}/proposal.md"
    return (FollowUp(change=name, finding=about, path=path),) if path else ()


async def _opened(name: str, about: str, text: str, run: Run) -> str | None:
    """Path of the proposal of a follow-up, now written; None where somebody else has a change of that name."""
    systems = run.systems
    proposal = systems.project / "openspec" / "changes" / name / "proposal.md"
    path = proposal.relative_to(systems.project).as_posix()
    if not _is_ours(path, run) and name in await systems.openspec.changes():
        return None
    systems.documents.note_write(path, after=systems.documents.put(text), before=None, run_id=run.id)
    if not proposal.parent.exists():
        try:
            await systems.openspec.new_change(name, f"Mend {about}")
        except Rejected:
            return None
    write_file(proposal, text)
    systems.documents.note_version(path, content_hash(text), by=run.id)
    return path


def _is_ours(path: str, run: Run) -> bool:
    """Whether this run wrote, or was about to write, what is there: it was killed, or ends a second time."""
    documents = run.systems.documents
    last, text = documents.last_write(path), read_file(run.systems.project / path)
    ours = last is not None and _mark(run.id) in documents.get(last[0])
    return ours and (text is None or content_hash(text) == (last or ("",))[0])


def _mark(run_id: str) -> str:
    return f"Run {run_id} of change"


def follow_up_name(about: str) -> str:
    """The change id for what findings are about: always the same for the same."""
    name = "-".join(["mend", *re.findall(r"[a-z0-9]+", about.lower().replace(" in ", " ", 1))])
    return name if len(name) <= MOST_NAME else f"{name[: MOST_NAME - 9].strip('-')}-{content_hash(about)[:8]}"


def feedback_name(text: str) -> str:
    """The change id for feedback: always the same for the same words, in whatever language."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    short = "-".join(words)[: MOST_NAME - 14].strip("-")
    return "-".join(filter(None, ["heed", short, content_hash(text)[:8]]))


def feedback_proposal(redraft: Redraft, change: str | None, run_id: str) -> str:
    """proposal.md of a follow-up that feedback asked for, with the feedback as its evidence."""
    said = redraft.text.replace("<!--", "").replace("`", "'")
    about = ", ".join(f"{concern.aspect} ({concern.why})" for concern in redraft.concerns) or "the whole change"
    return (
        f"# Proposal\n\n## Why\n\n{_mark(run_id)} {change} is finished ({redraft.finished}), and a person says of"
        f" it:\n\n> {said}\n\n## What Changes\n\n- Heed what is said above\n\n## Evidence\n\n- Rating:"
        f" {LABELS[redraft.rating]} ({redraft.rating:+d})\n- About: {about}\n- Span: {redraft.span_id}, trace"
        f" {trace_id(run_id)}, shown by `specloop report {run_id}`\n\n## Impact\n\n- What {change} made\n"
    )


def follow_up_proposal(about: str, seen: Seen, change: str | None, run_id: str, spent: str) -> str:
    """proposal.md of a follow-up, with the evidence that asked for it: findings, their spans, what they cost."""
    where = seen[-1][1].where
    times = f"{len(seen)} times" if len(seen) > 1 else "once"
    shown = "\n".join(map(_evidence, *zip(*seen[:MOST_EVIDENCE], strict=True)))
    more = f"\n- ... and {len(seen) - MOST_EVIDENCE} more findings like these" if len(seen) > MOST_EVIDENCE else ""
    return (
        f"# Proposal\n\n## Why\n\n{_mark(run_id)} {change} met {about} {times}, and no revision of its plan mended"
        f" it. {seen[-1][1].explanation}\n\n## What Changes\n\n- Find and remove the cause of {about}\n\n"
        f"## Evidence\n\n{shown}{more}\n- All of it together: {_impact([finding for _, finding in seen])}\n"
        f"- The run: {spent}; trace {trace_id(run_id)}, shown by `specloop report {run_id}`\n\n## Impact\n\n- {where}\n"
    )


def _evidence(loop: int, finding: Finding) -> str:
    spans = ", ".join(finding.span_ids[:MOST_SPANS]) + (", ..." if len(finding.span_ids) > MOST_SPANS else "")
    words = " ".join(finding.evidence.split())[:MOST_WORDS]
    return (
        f"- Loop {loop}, {finding.severity}, confidence {finding.confidence:.2f}: {words} ({_impact([finding])};"
        f" spans {spans})"
    )


def _impact(findings: Sequence[Finding]) -> str:
    """What findings cost together, as measured."""
    sums = defaultdict[str, float](float)
    for finding in findings:
        for unit, value in finding.impact.items():
            sums[unit] += value
    return ", ".join(f"{round(value, 3):,g} {unit}" for unit, value in sums.items()) or "not measured"
