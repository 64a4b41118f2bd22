"""Cases whose outcome is drawn: who plays them knows how likely each policy makes a success."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from graph.learning.consent import Consent
from graph.learning.rounds import Rounds
from graph.learning.suggestions import refused
from graph.learning.trial import Ground
from nodes.feedback_loop.proposals import fresh
from systems.errors import Missing
from systems.ledger import Ledger
from systems.pins import Pins
from systems.policy import DEFAULT, Edit, Policy
from systems.results import Results
from systems.trials import Asked, Case, Check, Played, Proposal, Requested

MODEL = "simulated"
CAPPED = {"draft": {"items": 2}}
USELESS = {"draft": {"temperature": 0.4}}
HARMFUL = {"draft": {"items": 9}}

Chance = Callable[[Case, Policy], float]


def drafts(count: int, start: int = 0) -> list[Case]:
    """Draft cases."""
    return [
        Case(
            kind="draft",
            given=Requested(artifact="tasks", goal=f"Goal {number}", about="the tasks"),
            check=Check(valid=True),
            origin="person",
        )
        for number in range(start, start + count)
    ]


def routes(count: int) -> list[Case]:
    """Route cases."""
    return [
        Case(kind="route", given=Asked(question=f"What is {number}?"), check=Check(server="git"), origin="person")
        for number in range(count)
    ]


def items_help(case: Case, policy: Policy) -> float:
    """Fewer items help drafts, many harm them; nothing else matters."""
    return {2: 0.95, 3: 0.3, 9: 0.0}[policy.draft.items] if case.kind == "draft" else 0.7


class Simulated:
    """Plays by chance; the same play always comes out the same.

    Attributes:
        log: (case, policy, repetition) of every play, in order.
        gone: plays after which the model server is gone.
    """

    def __init__(self, chance: Chance = items_help, gone: int | None = None) -> None:
        self.log: list[tuple[str, str, int]] = []
        self.gone = gone
        self._chance = chance

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """Draw what comes of it."""
        if self.gone is not None and len(self.log) >= self.gone:
            raise Missing("The model server is gone.", system="model", mend="Start it.")
        self.log.append((case.key, policy.hash, repetition))
        draw = random.Random(f"{case.key} {policy.draft.items} {policy.draft.temperature} {repetition}").random()
        success = draw < self._chance(case, policy)
        return Played(success=success, seconds=1.0, tokens=100, why="" if success else "invalid: no JSON")


def proposal(edit: Edit, policy: Policy = DEFAULT, predicted: float = 0.5) -> Proposal:
    """A proposal to edit a policy."""
    what = f"try {edit}"
    return Proposal(
        policy=policy.hash,
        edit={key: dict(values) for key, values in edit.items()},
        what=what,
        metric="success",
        predicted=predicted,
        origin="person",
    )


class Scene:
    """Stores of one project, and simulated rounds over them."""

    def __init__(self, folder: Path, plays: Simulated | None = None, *, working: int = 40, guard: int = 20) -> None:
        self.path = folder / ".specloop" / "specloop.db"
        self.plays = plays or Simulated()
        self.told: list[str] = []
        self.ledger, self.results = Ledger(self.path), Results(self.path)
        self.ground = Ground(
            cases={"working": drafts(working), "guard": drafts(guard, start=1_000)},
            plays=self.plays,
            results=self.results,
            model=MODEL,
            watch=self.told.append,
        )

    def rounds(self, *edits: Edit, consent: Consent | None = None, **more: object) -> Rounds:
        """Rounds that propose these edits, as long as they change something and were not refused."""

        async def suggest(policy: Policy, plays: Sequence[tuple[Case, Played]]) -> Sequence[Proposal]:
            ideas = [proposal(edit, policy) for edit in edits if policy.edited(edit).draft != policy.draft]
            return fresh(ideas, policy=policy, pins=Pins(), refused=refused(self.ledger))

        return Rounds(self.ground, self.ledger, suggest, consent or Consent(self.ledger, MODEL), **more)  # type: ignore[arg-type]

    def close(self) -> None:
        """Close the stores."""
        with closing(self.ledger), closing(self.results):
            pass
