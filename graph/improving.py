"""Rounds of improvement, until nothing that could be proposed is proven to help.

    present policy, played twice -> Proposals -> a Trial each -> Verdict -> adopted -> next round

Everything is in the ledger before it matters, so a killed `improve` goes on where it stopped: with the plays that were
kept, the verdicts that were reached, and what is left of the error rate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from graph.trial import NOISE_PLAYS, Ground, OutOfTime, Pairing, Wanted, succeeded
from nodes.feedback_loop.trial.verdict import judged
from systems.ledger import Ledger
from systems.policy import Policy
from systems.trials import Case, Played, Proposal, Verdict

Suggest = Callable[[Policy, Sequence[tuple[Case, Played]]], Awaitable[Sequence[Proposal]]]


@dataclass
class Rounds:
    """The rounds of one `improve`.

    Attributes:
        ground: where trials take place.
        ledger: where everything is written.
        suggest: proposals for a policy, best first, from the plays of the working cases.
        verdicts: reached so far; each has spent its share of the error rate.
        rounds: begun so far.
    """

    ground: Ground
    ledger: Ledger
    suggest: Suggest
    verdicts: list[Verdict] = field(default_factory=list)
    rounds: int = 0

    async def run(self, policy: Policy, most: int) -> tuple[Policy, str]:
        """Improve a policy as long as that works.

        Returns:
            The policy that holds in the end, and why the rounds ended.
        """
        try:
            while self.rounds < most:
                self.rounds += 1
                better = await self._round(policy)
                if better is None:
                    return policy, "nothing more that could be proposed was proven to help"
                policy = better
        except OutOfTime:
            return policy, "the budget is used up"
        return policy, f"{most} round{'s are' if most > 1 else ' is'} done"

    async def _round(self, policy: Policy) -> Policy | None:
        """The policy with the first proposal that is accepted; None where none is."""
        plays = await self._noise(policy)
        for proposal in await self.suggest(policy, plays):
            verdict = await self._tried(proposal, policy)
            if verdict.accepted:
                return policy.edited(proposal.edit)
        return None

    async def _noise(self, policy: Policy) -> list[tuple[Case, Played]]:
        cases = self.ground.cases["working"]
        self.ground.watch(f"Round {self.rounds}: the present policy, {NOISE_PLAYS} times on {len(cases)} working cases")
        wanted = [Wanted(case, policy, repetition) for repetition in range(NOISE_PLAYS) for case in cases]
        plays = await self.ground.all(wanted)
        self.ground.watch(f"  succeeds in {succeeded(plays):.0%}")
        return [(one.case, played) for one, played in zip(wanted, plays, strict=True)]

    async def _tried(self, proposal: Proposal, old: Policy) -> Verdict:
        self.ground.watch(f"  Proposal {len(self.verdicts) + 1}: {proposal.what}")
        new = old.edited(proposal.edit)
        model = self.ground.model
        if proposal.finding:
            self.ledger.append("finding", proposal.finding, model=model)
        for policy in (old, new):
            self.ledger.append("policy", policy)
        self.ledger.append("proposal", proposal, model=model)
        pairing = Pairing(self.ground, proposal, old, new)
        verdict = await self._judged(pairing, proposal)
        self.ledger.append("trial", pairing.trial(), model=model)
        key = self.ledger.append("verdict", verdict, model=model)
        if verdict.accepted:
            self.ledger.adopt(new, verdict=key, model=model)
        self.verdicts.append(verdict)
        self.ground.watch(f"    {'accepted' if verdict.accepted else 'refused'}: {verdict.reason}")
        return verdict

    async def _judged(self, pairing: Pairing, proposal: Proposal) -> Verdict:
        number = len(self.verdicts) + 1
        worse = await pairing.obviously_worse()
        verdict = judged(pairing.trial(), proposal=proposal, number=number, unchanged=pairing.unchanged)
        if worse:
            reason = "Three cases that worked before were tried first, and all three fail now."
            return verdict.model_copy(update={"more": 0, "reason": reason})
        while verdict.more:
            await pairing.again(verdict.more)
            verdict = judged(pairing.trial(), proposal=proposal, number=number, unchanged=pairing.unchanged)
        return verdict
