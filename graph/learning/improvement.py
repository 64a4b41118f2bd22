"""One `improve` from beginning to end: whether it may begin, with which cases, and what came of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from graph.context import Context
from graph.learning.consent import Consent
from graph.learning.final_report import Sealed, final_report
from graph.learning.play import Player
from graph.learning.rounds import Rounds
from graph.learning.session import Session, session
from graph.learning.suggestions import Suggestions
from graph.learning.trial import Ground, Plays, Watch
from graph.remote.plays import plays_at
from nodes.feedback_loop.trial.grader import suspicious
from systems.cases import Cases
from systems.connections import Run, opened
from systems.errors import Busy, Missing, Overtaken, UsageError
from systems.ledger import Ledger
from systems.openspec.scratch import scratch
from systems.person import Person
from systems.pins import load_pins, pinned
from systems.policy import Policy, shipped
from systems.results import Results
from systems.stores import Place, place_of
from systems.stores.locks import taken
from systems.trials import Case, Improved, Pair, Side

LOCK = "improve"
Sides = Mapping[Side, Sequence[Case]]


class Workers(NamedTuple):
    """Who plays the cases of a trial, instead of this process.

    Attributes:
        url: address of the server they work for.
        project: the project as they see it: a folder, or the URL of a git repository.
        abreast: plays at once.
    """

    url: str
    project: str
    abreast: int


class Plan(NamedTuple):
    """How an `improve` goes about it.

    Attributes:
        rounds: most rounds; each ends with the first proposal that is accepted.
        budget: seconds after which no new play begins; None for no limit. The final report comes on top.
        trial: seconds after which a trial that is not decided ends, and its proposal is refused; None for no limit.
        start: policy to begin with instead of the one that holds.
        seed: of the order of plays.
        watch: told what is going on, a line at a time.
        progress: told how far the plays are; the newest replaces the last.
        person: who decides about accepted policies, where a person does; None: such policies wait for one.
        workers: who plays the cases; None: this process does, one after the other.
    """

    rounds: int = 10
    budget: float | None = None
    trial: float | None = 1_800
    start: Policy | None = None
    seed: int = 7
    watch: Watch = lambda _: None
    progress: Watch = lambda _: None
    person: Person | None = None
    workers: Workers | None = None


class Prepared(NamedTuple):
    """What an `improve` works with."""

    ground: Ground
    rounds: Rounds
    session: Session


async def improve(context: Context, plan: Plan) -> Improved:
    """Improve the policy of a project by what its own cases prove.

    Raises:
        UsageError: there are too few cases; says how many more are needed.
        Busy: another `improve` works on this project.
        Waiting: an accepted policy takes the word of a person who is not there; afterwards `improve` goes on.
        Missing: the ledger is damaged, or an outside system is gone; asked again, `improve` goes on where it stopped.
    """
    began, project = time.monotonic(), Path(context.project)
    with alone(project) as check:
        async with prepared(context, plan) as (ground, rounds, begun):
            rounds.ledger.guarded(check)
            now, stopped = await rounds.run(await rounds.consent.settled(begun.now), plan.rounds)
            sealed = Sealed((), 0, 0, 0)
            if now.hash != begun.before.hash:
                plan.watch("Final report: the policy before and after, on cases that nothing was tuned to")
                ground.deadline = None
                sealed = await final_report(ground, project=project, before=begun.before, after=now)
            accepted = rounds.accepted
            report = Improved(
                began=begun.began,
                before=begun.before.hash,
                after=now.hash,
                rounds=rounds.rounds,
                accepted=accepted,
                rejected=len(rounds.verdicts) - accepted,
                stopped=stopped,
                sealed=sealed.standings,
                repairs=sealed.repairs,
                regressions=sealed.regressions,
                opened=sealed.opened,
                seconds=round(time.monotonic() - began, 1),
                tokens=ground.tokens,
            )
            rounds.ledger.append("improved", report, model=ground.model)
            return report


@asynccontextmanager
async def prepared(context: Context, plan: Plan) -> AsyncIterator[Prepared]:
    """Everything an `improve` needs, once it is certain that it may begin.

    Raises:
        UsageError: all checks of a kind of case let broken answers pass.
        Missing: the ledger is damaged, or an outside system is gone.
    """
    store = place_of(Path(context.project))
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(closing(Ledger(store)))
        _check_ledger(ledger)
        cases = _cases(store)
        systems = await stack.enter_async_context(opened(context, linger=0))
        player = Player(Run("improve", context, systems), await stack.enter_async_context(scratch()))
        servers = ("", "person", *systems.servers.names)
        cases = await _telling(_fitting(cases, servers, plan.watch), player, plan.watch)
        pins = load_pins(systems.project)
        plays: Plays = player
        if plan.workers:
            there = replace(context, project=plan.workers.project)
            plays = await stack.enter_async_context(
                plays_at(plan.workers.url, there, player, model=systems.model.choice.name)
            )
        ground = Ground(
            cases=cases,
            plays=plays,
            abreast=plan.workers.abreast if plan.workers else 1,
            results=stack.enter_context(closing(Results(store))),
            model=systems.model.choice.name,
            chooser=not systems.model.choice.embedded,
            seed=plan.seed,
            pinned=lambda policy: pinned(policy, pins),
            fits=lambda case: case.server in servers,
            deadline=None if plan.budget is None else time.monotonic() + plan.budget,
            watch=plan.watch,
            progress=plan.progress,
        )
        start = plan.start or ledger.active(ground.model) or shipped(embedded=systems.model.choice.embedded)
        begun = session(ledger, start=start, model=ground.model, seed=plan.seed)
        ground.seed = begun.seed
        consent = Consent(ledger, ground.model, ask=context.approve == "ask", person=plan.person)
        rounds = Rounds(ground, ledger, Suggestions(systems, ledger, pins), consent, list(begun.verdicts), plan.trial)
        yield Prepared(ground, rounds, begun)


@contextmanager
def alone(project: Path) -> Iterator[Callable[[], None]]:
    """Hold the project's improver; gives what makes sure, before something is learned, that it is held still."""
    lock = taken(place_of(project), LOCK)
    if lock is None:
        raise Busy(
            "Another `specloop improve` works on this project.", mend="Wait for it, or stop it; nothing is lost."
        )
    held = lock

    def check() -> None:
        if not held.still():
            message = "Another `specloop improve` began on this project while the database was away."
            raise Overtaken(message, mend="Let it work; what this one has learned is kept.")

    try:
        yield check
    finally:
        lock.release()


def _check_ledger(ledger: Ledger) -> None:
    wrong = ledger.verify()
    if wrong:
        raise Missing(
            f"The ledger does not agree with itself: {wrong[0].what}",
            system="store",
            mend="See `specloop ledger verify`; nothing is learned on top of it.",
        )


def _cases(store: Place) -> Sides:
    with closing(Cases(store)) as cases:
        found: Sides = {"working": cases.working(), "guard": cases.guard()}
    if not found["working"]:
        raise UsageError(
            "There are no cases to try anything on.",
            mend='They come from your runs (specloop run "GOAL"), or from you: specloop case add --help.',
        )
    return found


def _fitting(cases: Sides, servers: Collection[str], watch: Watch) -> Sides:
    """The cases without those about servers that are not configured any more."""
    kept = {side: [case for case in each if case.server in servers] for side, each in cases.items()}
    gone = sum(map(len, cases.values())) - sum(map(len, kept.values()))
    if gone:
        watch(f"{gone} cases are left out: they are about MCP servers that are not configured")
    return kept


async def _telling(cases: Sides, player: Player, watch: Watch) -> Sides:
    """The cases without those whose check lets a broken answer pass.

    Raises:
        UsageError: that is so of all cases of a kind: the checks, or what makes them, prove nothing.
    """
    every = [(side, case) for side, each in cases.items() for case in each]
    controls = {case.key: await player.control(case) for _, case in every}
    pairs = [Pair(case=case.key, kind=case.kind, side=side, old=(), new=()) for side, case in every]
    found = suspicious(pairs, controls)
    for suspicion in found:
        if suspicion.stops:
            raise UsageError(suspicion.reason, mend="See `specloop case list` and `specloop doctor`.")
        watch(suspicion.reason)
    useless = {key for suspicion in found for key in suspicion.cases}
    return {side: [case for case in each if case.key not in useless] for side, each in cases.items()}
