"""What is worth a trial: from failed plays, from findings in their traces and past runs; at last the model's own ideas.

The embedded model is not asked for ideas: it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from nodes.feedback_loop.findings import find
from nodes.feedback_loop.proposals import Pins, Refused, fresh, from_findings, from_plays, ideas
from systems.connections import Systems
from systems.ledger import Ledger
from systems.policy import Policy
from systems.records import Finding, Hash, Outcome
from systems.trials import Adopted, Case, Declined, Played, Proposal, RolledBack, Verdict

MOST_RUNS = 50
"""Past runs whose findings count, the newest."""
MOST_TRACES = 500
"""Traces of plays that are analyzed, of one policy."""


@dataclass(frozen=True)
class Suggestions:
    """Proposals for a policy; call it with the policy and the plays of the working cases under it.

    Attributes:
        systems: spans, past runs, and the model that may have ideas.
        ledger: what was refused before.
        pins: what the person has pinned.
    """

    systems: Systems
    ledger: Ledger
    pins: Pins

    async def __call__(self, policy: Policy, plays: Sequence[tuple[Case, Played]]) -> tuple[Proposal, ...]:
        """Proposals that are worth a trial, best first."""
        found = [*self._in_plays(plays), *self._in_runs()]
        traces: dict[Hash, list[str]] = {}
        for trace, finding in found:
            traces.setdefault(finding.hash, []).append(trace)
        proposals = from_plays(plays, policy=policy, models=await self.systems.model.others.loaded())
        proposals += from_findings([finding for _, finding in found], policy=policy, trace_ids=traces, plays=plays)
        before = refused(self.ledger)
        worthwhile = fresh(proposals, policy=policy, pins=self.pins, refused=before)
        if worthwhile or self.systems.model.choice.embedded:
            return worthwhile
        thought_of = await ideas(self.systems.model, policy=policy, failures=plays)
        return fresh(thought_of.proposals, policy=policy, pins=self.pins, refused=before)

    def _in_plays(self, plays: Sequence[tuple[Case, Played]]) -> Iterator[tuple[str, Finding]]:
        for trace in islice(dict.fromkeys(played.trace_id for _, played in plays if played.trace_id), MOST_TRACES):
            findings = find(self.systems.spans.spans(trace_id=trace), knobs=self.systems.policy.loop)
            yield from ((trace, finding) for finding in findings)

    def _in_runs(self) -> Iterator[tuple[str, Finding]]:
        for run in self.systems.runs.all()[:MOST_RUNS]:
            reference = self.systems.runs.outcome(run.run_id)
            if reference:
                outcome = self.systems.documents.get_record(reference, Outcome)
                yield from ((outcome.trace_id, finding) for finding in outcome.findings)


def refused(ledger: Ledger) -> tuple[Refused, ...]:
    """What was rejected, declined by a person, or rolled back after it had been accepted."""
    verdicts = {entry.record: entry.read(Verdict) for entry in ledger.entries("verdict")}
    rejected = [verdict.proposal for verdict in verdicts.values() if not verdict.accepted]
    declined = [entry.read(Declined).verdict for entry in ledger.entries("declined")]
    unwanted = [verdicts[key].proposal for key in declined if key in verdicts]
    given_up = {entry.read(RolledBack).policy for entry in ledger.entries("rolled_back")}
    adopted = [entry.read(Adopted) for entry in ledger.entries("adopted")]
    undone = [verdicts[one.verdict].proposal for one in adopted if one.policy in given_up and one.verdict in verdicts]
    proposals = (ledger.get(Proposal, key) for key in dict.fromkeys([*rejected, *unwanted, *undone]))
    return tuple(Refused.of(proposal) for proposal in proposals if proposal)
