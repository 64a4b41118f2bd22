"""After a run: is the policy that was accepted worse than its parent after all? Then it is given up by itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from nodes.feedback_loop.trial.watch import Live, Watched, watched
from systems.documents import Documents
from systems.ledger import Ledger
from systems.records import Hash, Outcome
from systems.runs import Runs
from systems.stores import Place, place_of
from systems.trials import Adopted, RolledBack, Trial, Verdict


def settled(outcome: Outcome, project: Path, runs: Runs, documents: Documents) -> Outcome:
    """The outcome of a run that has ended, with a note where its policy was given up because of it."""
    back = watch(place_of(project), runs, outcome.model)
    if back is None:
        return outcome
    note = f"Policy {back.policy[:12]} was rolled back to {back.to[:12]}: {back.reason} See `specloop ledger`."
    told = outcome.model_copy(update={"notes": (*outcome.notes, note)})
    runs.update(outcome.run_id, outcome=documents.put_record(told))
    return told


def watch(place: Place, runs: Runs, model: str) -> RolledBack | None:
    """Look at the live runs of a model's policy once more; what was done, if it had to be given up.

    Args:
        place: where the project's stores are.
        runs: its runs.
        model: whose policy is looked at.

    Raises:
        Missing: the ledger is damaged.
    """
    with closing(Ledger(place)) as ledger:
        adopted = ledger.decision(model)
        if not isinstance(adopted, Adopted):
            return None
        parent = ledger.policy(adopted.policy).parent
        if parent is None:
            return None
        found = _seen(ledger, adopted, parent, runs, model)
        if not found.roll_back:
            return None
        back = RolledBack(
            policy=adopted.policy,
            to=parent,
            reason=found.reason,
            by="watch",
            evidence=found.e_value,
            runs=found.runs,
        )
        ledger.roll_back(back, model=model)
        return back


def _seen(ledger: Ledger, adopted: Adopted, parent: Hash, runs: Runs, model: str) -> Watched:
    ours, theirs = (
        [Live(*run) for run in runs.lived(policy=policy, model=model)] for policy in (adopted.policy, parent)
    )
    verdict = ledger.get(Verdict, adopted.verdict)
    trial = ledger.get(Trial, verdict.trial) if verdict else None
    plays = [play.success for pair in trial.pairs for play in pair.old] if trial else []
    cases = (len(trial.pairs), sum(plays) / len(plays)) if trial and plays else (0, 0.0)
    return watched(ours, theirs, trial=cases)
