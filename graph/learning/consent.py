"""Whether a policy that has won its trial may hold: by the trial alone, or by a person's word on it."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.feedback_loop.rendering.knobs import turned
from nodes.feedback_loop.rendering.verdicts import measured
from systems.errors import Missing, Waiting
from systems.forms import PolicyDecision
from systems.hashed import Hash
from systems.ledger import Ledger, Pending, waiting
from systems.person import Person
from systems.policy import Policy
from systems.trials import Declined, Proposal, Trial, Verdict


@dataclass(frozen=True)
class Consent:
    """What it takes for a proven policy to hold.

    Attributes:
        ledger: where it is written.
        model: whose policies they are.
        ask: whether a person decides.
        person: who; None where nobody is there, so that it waits.
    """

    ledger: Ledger
    model: str
    ask: bool = False
    person: Person | None = None

    async def settled(self, policy: Policy) -> Policy:
        """The policy that holds once everything is decided that was left for a person.

        Args:
            policy: that holds now; what was proven against another one is left as it is.

        Raises:
            Waiting: it takes a person's word, and nobody is there.
        """
        for one in waiting(self.ledger):
            trial = _trial(self.ledger, one.verdict)
            ours = (one.model, trial.old) == (self.model, policy.hash)
            if ours and await self.given(one.key, one.verdict):
                return self.ledger.policy(trial.new)
        return policy

    async def given(self, key: Hash, verdict: Verdict) -> bool:
        """Let the policy of an accepted verdict hold, or note that the person does not want it.

        Raises:
            Waiting: it takes a person's word, and nobody is there.
        """
        if self.ask:
            decision = await self._decision(key, verdict)
            if decision.rejected:
                decline(self.ledger, Pending(key, verdict, self.model), decision.reason)
                return False
        apply(self.ledger, Pending(key, verdict, self.model))
        return True

    async def _decision(self, key: Hash, verdict: Verdict) -> PolicyDecision:
        trial, proposal = _trial(self.ledger, verdict), self.ledger.get(Proposal, verdict.proposal)
        what = proposal.what if proposal else "an edit"
        if self.person is None:
            name = trial.new[:12]
            raise Waiting(
                f"Policy {name} has won its trial and waits for your word: {what}",
                mend=f"See it with `specloop ledger show {name}`; then `specloop ledger apply {name}`, or `specloop"
                f" ledger decline {name} --reason ...`, and go on with `specloop improve`.",
            )
        changes = [one._asdict() for one in turned(*map(self.ledger.policy, (trial.old, trial.new)))]
        evidence = {"verdict": verdict.reason, **measured(verdict)}
        text = f"Let policy {trial.new[:12]} hold for {self.model}: {what}?"
        return await self.person.asked(PolicyDecision, text, policy=trial.new, changes=changes, evidence=evidence)


def apply(ledger: Ledger, one: Pending) -> Policy:
    """Let a policy hold that waits for a person.

    Raises:
        UsageError: another policy was chosen since.
        Missing: the ledger is damaged.
    """
    policy = ledger.policy(_trial(ledger, one.verdict).new)
    ledger.adopt(policy, verdict=one.key, model=one.model)
    return policy


def decline(ledger: Ledger, one: Pending, reason: str) -> Declined:
    """Note that a person does not want a policy; the same is not proposed again without new evidence.

    Raises:
        Missing: the ledger is damaged.
    """
    declined = Declined(policy=_trial(ledger, one.verdict).new, verdict=one.key, reason=reason)
    ledger.append("declined", declined, model=one.model)
    return declined


def _trial(ledger: Ledger, verdict: Verdict) -> Trial:
    trial = ledger.get(Trial, verdict.trial)
    if trial is None:
        raise Missing(
            f"The ledger has no trial {verdict.trial[:12]}.", system="store", mend="See `specloop ledger verify`."
        )
    return trial
