"""Rounds of improvement, until nothing that could be proposed is proven to help.

    present policy, played twice -> Proposals -> heats -> a Trial each -> Verdict -> adopted -> next round

Everything is in the ledger before it matters, so a killed `improve` goes on where it stopped: with the plays that were
kept, the verdicts that were reached, and what is left of the error rate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from graph.learning.consent import Consent
from graph.learning.heats import in_heats
from graph.learning.trial import NOISE_PLAYS, Ground, OutOfTime, Pairing, Wanted, succeeded
from nodes.feedback_loop.trial.sizing import sized
from nodes.feedback_loop.trial.verdict import judged
from systems.ledger import Ledger
from systems.policy import Policy
from systems.trials import Case, Declined, Played, Proposal, Verdict

WORSE = "Three cases that worked before were tried first, and all three fail now."
NOTHING_MORE = "nothing more that could be proposed was proven to help"

Suggest = Callable[[Policy, Sequence[tuple[Case, Played]]], Awaitable[Sequence[Proposal]]]


@dataclass
class Rounds:
    """The rounds of one `improve`.

    Attributes:
        ground: where trials take place.
        ledger: where everything is written.
        consent: what it takes for a policy that was accepted to hold.
        suggest: proposals for a policy, best first, from the plays of the working cases.
        verdicts: reached so far; each has spent its share of the error rate.
        trial_seconds: seconds after which a trial that is not decided ends; None for no limit.
        too_few: how many cases are missing, for each proposal of this round that was not tried because of it.
        rounds: begun so far.
    """

    ground: Ground
    ledger: Ledger
    suggest: Suggest
    consent: Consent
    verdicts: list[Verdict] = field(default_factory=list)
    trial_seconds: float | None = None
    too_few: dict[str, str] = field(default_factory=dict)
    rounds: int = 0

    @property
    def accepted(self) -> int:
        """How many verdicts accepted a policy that no person declined."""
        declined = {entry.read(Declined).verdict for entry in self.ledger.entries("declined")}
        return sum(verdict.accepted and verdict.hash not in declined for verdict in self.verdicts)

    async def run(self, policy: Policy, most: int) -> tuple[Policy, str]:
        """Improve a policy as long as that works.

        Returns:
            The policy that holds in the end, and why the rounds ended.

        Raises:
            Waiting: a policy was accepted, and takes the word of a person who is not there.
        """
        try:
            while self.rounds < most:
                self.rounds += 1
                better = await self._round(policy)
                if better is None:
                    return policy, next(iter(self.too_few.values()), NOTHING_MORE)
                policy = better
        except OutOfTime:
            return policy, "the budget is used up"
        return policy, f"{most} round{'s are' if most > 1 else ' is'} done"

    async def _round(self, policy: Policy) -> Policy | None:
        """The policy with the first proposal that is accepted; None where none is, however often it is asked."""
        plays, self.too_few = await self.noise(policy), {}
        while True:
            tried = len(self.verdicts)
            suggested = await self.suggest(policy, plays)
            worthy = [one for one in suggested if await self._is_worth_it(one, policy)]
            for proposal in await in_heats(self.ground, worthy, policy):
                if await self._is_worth_it(proposal, policy) and await self._holds(proposal, policy):
                    return policy.edited(proposal.edit)
            if tried == len(self.verdicts):
                return None

    async def noise(self, policy: Policy) -> list[tuple[Case, Played]]:
        """How a policy does on the working cases, and how far it differs from itself.

        Raises:
            OutOfTime: the budget is used up.
            Missing: an outside system is gone.
        """
        cases = self.ground.cases["working"]
        self.ground.watch(f"Round {self.rounds}: the present policy, {NOISE_PLAYS} times on {len(cases)} working cases")
        noise = await self._played(cases, policy, NOISE_PLAYS)
        self.ground.watch(f"  succeeds in {succeeded(play for plays in noise for play in plays):.0%}")
        return [(case, play) for case, plays in zip(cases, noise, strict=True) for play in plays]

    async def _played(self, cases: Sequence[Case], policy: Policy, times: int) -> list[list[Played]]:
        """What came of each case, play by play."""
        plays = await self.ground.all([Wanted(case, policy, number) for case in cases for number in range(times)])
        return [plays[number * times : (number + 1) * times] for number in range(len(cases))]

    async def _is_worth_it(self, proposal: Proposal, policy: Policy) -> bool:
        """Whether there are enough cases to see what is predicted; where not, nothing of the error rate is spent."""
        pairing = Pairing(self.ground, proposal, policy, policy.edited(proposal.edit))
        cases = self.ground.cases["working"]
        noise = await self._played(cases, policy, NOISE_PLAYS)
        noticing = [plays for case, plays in zip(cases, noise, strict=True) if case.key not in pairing.unchanged]
        touched = [case for case in self.ground.cases["guard"] if case.key not in pairing.unchanged]
        guard = await self._played(touched, policy, 1)
        certain = len(self.ground.cases["guard"]) - len(touched)
        number, kinds = len(self.verdicts) + 1, pairing.kinds
        size = sized(proposal, noise, guard, number=number, certain=certain, noticing=noticing, kinds=kinds)
        if not size.enough and proposal.what not in self.too_few:
            self.too_few[proposal.what] = size.reason
            self.ground.watch(f"  Not tried: {proposal.what}. {size.reason}")
        return size.enough

    async def _holds(self, proposal: Proposal, old: Policy) -> bool:
        """Whether the proposal's policy holds from now on: proven, and not declined."""
        verdict = await self._tried(proposal, old)
        return verdict.accepted and await self.consent.given(verdict.hash, verdict)

    async def _tried(self, proposal: Proposal, old: Policy) -> Verdict:
        self.ground.watch(f"  Proposal {len(self.verdicts) + 1}: {proposal.what}")
        new, model = old.edited(proposal.edit), self.ground.model
        pairing = Pairing(self.ground, proposal, old, new)
        if proposal.finding:
            self.ledger.append("finding", proposal.finding, model=model)
        for policy in (old, new):
            self.ledger.append("policy", policy)
        self.ledger.append("proposal", proposal, model=model)
        verdict = await self._judged(pairing, proposal)
        self.ledger.append("trial", pairing.trial(), model=model)
        self.ledger.append("verdict", verdict, model=model)
        self.verdicts.append(verdict)
        self.ground.watch(f"    {'accepted' if verdict.accepted else 'refused'}: {verdict.reason}")
        return verdict

    async def _judged(self, pairing: Pairing, proposal: Proposal) -> Verdict:
        def look() -> Verdict:
            number = len(self.verdicts) + 1
            return judged(pairing.trial(), proposal=proposal, number=number, unchanged=pairing.unchanged)

        verdict = look()
        try:
            with self.ground.limited(self.trial_seconds):
                if await pairing.obviously_worse():
                    return _ended(verdict, WORSE)
                while verdict.more:
                    await pairing.again(verdict.more)
                    verdict = look()
        except OutOfTime:
            if self.ground.over:
                raise
            within = f"Rejected: a trial may take {self.trial_seconds:g} s, and this one was not decided by then."
            return _ended(verdict, f"{within} {verdict.reason}")
        return verdict


def _ended(verdict: Verdict, reason: str) -> Verdict:
    return verdict.model_copy(update={"more": 0, "reason": reason})
