"""Trials: the same cases under the old and the new policy, paired, in random order, as often as needed and no more."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, get_args

from graph.learning.play import noticed
from systems.policy import Policy
from systems.records import Hash
from systems.results import Results
from systems.trials import Case, CaseKind, Pair, Played, Proposal, Side, Trial

CHEAP = 3
"""Cases of the first, cheap check."""
NOISE_PLAYS = 2
"""Plays of the old policy on every working case before anything is compared: how far it differs from itself."""

Watch = Callable[[str], None]


class OutOfTime(Exception):
    """The budget of an `improve` is used up; what was played is kept."""


class Plays(Protocol):
    """Who plays cases; `graph.learning.play.Player` does it with live systems."""

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """Do a case again under a policy."""


class Wanted(NamedTuple):
    """A play that is needed."""

    case: Case
    policy: Policy
    repetition: int


@dataclass
class Ground:
    """Where trials take place: the cases, who plays them, and what was played before.

    Attributes:
        cases: by side; sealed ones are not among them.
        plays: who plays.
        results: plays that are kept.
        model: plays of different models are kept apart.
        chooser: whether the model is worth asking who is to answer; the embedded one is not.
        seed: of the order of plays.
        pinned: the policy with what the person has pinned; so it is played.
        fits: whether a case can be played here at all.
        deadline: `time.monotonic()` after which nothing new is begun; None for no limit.
        watch: told what is going on, a line at a time.
        progress: told how far the plays are; the newest replaces the last.
        abreast: plays at once; more than one only where others than this process play them.
        tokens: what the plays so far took.
    """

    cases: Mapping[Side, Sequence[Case]]
    plays: Plays
    results: Results
    model: str
    chooser: bool = True
    seed: int = 0
    pinned: Callable[[Policy], Policy] = lambda policy: policy
    fits: Callable[[Case], bool] = lambda _: True
    deadline: float | None = None
    watch: Watch = lambda _: None
    progress: Watch = lambda _: None
    abreast: int = 1
    tokens: int = field(default=0, init=False)

    @property
    def over(self) -> bool:
        """Whether nothing new is to be begun."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    @contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """For a while nothing new is begun after so many seconds, or after the deadline, whichever comes first."""
        kept, limits = self.deadline, (self.deadline, None if seconds is None else time.monotonic() + seconds)
        self.deadline = min((one for one in limits if one is not None), default=None)
        try:
            yield
        finally:
            self.deadline = kept

    async def all(self, wanted: Sequence[Wanted], *, timed: bool = False) -> list[Played]:
        """What came of plays, in the order given; they are played in a random one, those of one case together.

        Args:
            wanted: the plays.
            timed: whether it is their seconds that count; then none is played beside another.
        """
        chance = random.Random(f"{self.seed} {len(wanted)} {[one.repetition for one in wanted[:1]]}")
        ranks = {one.case.key: chance.random() for one in wanted}
        order = sorted(range(len(wanted)), key=lambda number: (ranks[wanted[number].case.key], chance.random()))
        found: dict[int, Played] = {}
        places = asyncio.Semaphore(1 if timed else self.abreast)

        async def played(number: int) -> None:
            async with places:
                self.progress(f"playing {len(found) + 1} of {len(wanted)}: {wanted[number].case.kind}")
                found[number] = await self._one(wanted[number])

        try:
            async with asyncio.TaskGroup() as group:
                for number in order:
                    group.create_task(played(number))
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
        return [found[number] for number in range(len(wanted))]

    async def _one(self, wanted: Wanted) -> Played:
        """One play: the one that is kept, or a new one.

        Raises:
            OutOfTime: it would have to be played, and the budget of the trial, or of all of it, is used up.
            Missing: an outside system is gone; the play can be made up for later.
        """
        case, repetition = wanted.case, wanted.repetition
        policy = self.pinned(wanted.policy)
        key = noticed(policy, case.kind, chooser=self.chooser), case.key, self.model, repetition
        known = self.results.get(*key)
        if known is not None:
            return known
        if self.over:
            raise OutOfTime
        played = await self.plays.play(case, policy, repetition)
        self.results.put(*key, played)
        self.tokens += played.tokens
        return played


@dataclass
class _Row:
    case: Case
    side: Side
    old: list[Played] = field(default_factory=list)
    new: list[Played] = field(default_factory=list)


class Pairing:
    """The pairs of one proposal, one repetition after another.

    A proposal about seconds is played on repetitions of its own, so that the old policy's plays are as fresh as the new
    one's; the others share plays.
    """

    def __init__(self, ground: Ground, proposal: Proposal, old: Policy, new: Policy) -> None:
        self._ground, self._old, self._new = ground, old, new
        self._proposal = proposal.hash
        self._timed = proposal.metric == "seconds"
        self._first = 1_000 + int(proposal.hash[:6], 16) if self._timed else 0
        self._rows = [_Row(case, side) for side, cases in ground.cases.items() for case in cases]
        self.looks = 0

    @property
    def unchanged(self) -> frozenset[Hash]:
        """Cases that cannot notice the edit."""
        return frozenset(row.case.key for row in self._rows if not self._touches(row.case))

    @property
    def kinds(self) -> tuple[CaseKind, ...]:
        """Kinds of case that can notice the edit, whether or not there are such cases."""
        return tuple(kind for kind in get_args(CaseKind) if self._notices(kind))

    def trial(self) -> Trial:
        """What was played so far."""
        return Trial(
            proposal=self._proposal,
            old=self._old.hash,
            new=self._new.hash,
            model=self._ground.model,
            seed=self._ground.seed,
            pairs=tuple(
                Pair(case=row.case.key, kind=row.case.kind, side=row.side, old=tuple(row.old), new=tuple(row.new))
                for row in self._rows
            ),
            looks=self.looks,
        )

    async def obviously_worse(self) -> bool:
        """Whether each of three working cases that the edit can touch worked before and fails now."""
        touched = [row.case for row in self._rows if row.side == "working" and self._touches(row.case)]
        few = random.Random(f"{self._ground.seed} {self._proposal}").sample(touched, min(CHEAP, len(touched)))
        for case in few:
            both = [Wanted(case, policy, self._first) for policy in (self._old, self._new)]
            before, after = await self._ground.all(both, timed=self._timed)
            if after.success or not before.success:
                return False
        return len(few) == CHEAP

    async def again(self, repetitions: int) -> None:
        """Play so many repetitions more of every case under both policies."""
        played = min(len(row.new) for row in self._rows)
        for repetition in range(played, played + repetitions):
            await self._extend(repetition)
        self.looks += 1

    async def _extend(self, repetition: int) -> None:
        wanted: list[tuple[list[Played], Wanted]] = []
        for row in self._rows:
            most = NOISE_PLAYS if row.side == "working" else 1
            for number in range(len(row.old), max(repetition + 1, most)):
                wanted.append((row.old, Wanted(row.case, self._old, self._first + number)))
            new = self._new if self._touches(row.case) else self._old
            wanted.append((row.new, Wanted(row.case, new, self._first + repetition)))
        plays = await self._ground.all([one for _, one in wanted], timed=self._timed)
        for (row_plays, _), played in zip(wanted, plays, strict=True):
            row_plays.append(played)

    def _touches(self, case: Case) -> bool:
        return self._notices(case.kind)

    def _notices(self, kind: CaseKind) -> bool:
        chooser = self._ground.chooser
        return noticed(self._old, kind, chooser=chooser) != noticed(self._new, kind, chooser=chooser)


def succeeded(plays: Iterable[Played]) -> float:
    """Share of plays that succeeded; 0 of none."""
    outcomes = [play.success for play in plays]
    return sum(outcomes) / len(outcomes) if outcomes else 0.0
