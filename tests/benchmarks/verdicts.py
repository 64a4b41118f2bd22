"""How often a verdict is wrong, and how often it finds what is there; beside it three simpler rules.

    python -m tests.benchmarks.verdicts [HISTORIES]

Cases differ in difficulty, and what comes of them differs from play to play. `null`: 1,000 times `improve` with five
proposals that improve nothing, over 40 working and 20 guard cases; the number is the share of them in which anything
was accepted. Three kinds of nothing: `same` (the two policies are one), `reshuffled` (a fifth of the cases become
easier or harder by chance, none on average), `settled` (likewise, and a case always comes out the same); `heats`: the
same share where all five are rivals for the same cases, and heats say which is tried first. `found`: a true gain of
20 points, 400 times; the number is how often it is accepted, as proposal 1 and, `verdict_3`, as proposal 3 of an
`improve`. `rise`: every case succeeds 20 points more often; `flip`: a fifth of the cases turn from failing to
working; `idle`: it rises, but no guard case gains. `spared`: share of plays that early verdicts spared.

The other rules see each case once: `keep_all`; `sum_greater` (the sum of scores is strictly greater: the default of
GEPA, Agrawal et al. 2025); `best_of_validation` (of the old policy and all proposals the one with the highest score
over all cases). Prints one line of JSON last.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from graph.learning.heats import FEW
from nodes.feedback_loop.trial.spending import REPETITIONS
from nodes.feedback_loop.trial.verdict import judged
from systems.trials import CaseKind, Pair, Played, Proposal, Trial

WORKING, GUARD, PROPOSALS = 40, 20, 5
BASES = (0.2, 0.4, 0.6, 0.75)
NULLS = ("same", "reshuffled", "settled")
GAINS = ("rise", "flip", "idle")
_FAILED, _WORKED = (Played(success=one, seconds=1, tokens=1) for one in (False, True))
_KINDS: tuple[CaseKind, ...] = ("route", "answer", "draft")
_PROPOSAL = Proposal(policy="old", edit={}, what="an edit", metric="success", predicted=0.2, origin="person")

Rates = NDArray[numpy.float64]
Plays = NDArray[numpy.bool_]


class Outcome(NamedTuple):
    """What came of one trial."""

    accepted: bool
    plays: int


def difficulty(chance: numpy.random.Generator, base: float, cases: int) -> Rates:
    """Success rates of cases, `base` on average and far apart; room for 20 points more is left above."""
    mean = base / 0.8
    return 0.8 * chance.beta(1.5 * mean, 1.5 * (1 - mean), cases)


def null(chance: numpy.random.Generator, kind: str, base: float) -> tuple[Rates, list[Rates]]:
    """Rates under the old policy and under proposals that are no better: each case may as well be exchanged."""

    def drawn() -> Rates:
        rates = difficulty(chance, base, WORKING + GUARD)
        return (chance.random(len(rates)) < rates).astype(float) if kind == "settled" else rates

    old = drawn()
    moved = 0.0 if kind == "same" else 0.2
    return old, [numpy.where(chance.random(len(old)) < moved, drawn(), old) for _ in range(PROPOSALS)]


def better(chance: numpy.random.Generator, kind: str, base: float) -> tuple[Rates, Rates]:
    """Rates under the old policy and under one that gains 20 points on the working cases."""
    old = difficulty(chance, base, WORKING + GUARD)
    if kind == "flip":
        failing = numpy.concatenate([numpy.arange(WORKING) < WORKING // 5, numpy.arange(GUARD) < GUARD // 5])
        return numpy.where(failing, 0.0, old), numpy.where(failing, 1.0, old)
    gain = numpy.where(numpy.arange(WORKING + GUARD) < WORKING, 0.2, 0.0 if kind == "idle" else 0.2)
    return old, old + gain


def play(chance: numpy.random.Generator, rates: Rates) -> Plays:
    """Every case as often as a trial can ask for."""
    return chance.random((len(rates), REPETITIONS[-1])) < rates[:, None]


def in_heats(chance: numpy.random.Generator, old: Plays, rates: list[Rates]) -> list[int]:
    """Which proposal is tried when, after each was played once on the same few cases that failed."""
    failed = numpy.flatnonzero(~old[:WORKING, 0])
    few = chance.choice(failed, min(FEW, len(failed)), replace=False)
    mended = [int((chance.random(len(few)) < one[few]).sum()) for one in rates]
    return sorted(range(len(rates)), key=lambda place: -mended[place])


def tried(old: Plays, new: Plays, number: int) -> Outcome:
    """A trial as it is run: a round, a look, stop or go on."""
    repetitions, more, verdict = 0, REPETITIONS[0], None
    while more:
        repetitions += more
        pairs = _pairs(old[:, : max(repetitions, 2)], new[:, :repetitions])
        trial = Trial.model_construct(proposal="p", old="o", new="n", model="m", seed=1, pairs=pairs, looks=0)
        verdict = judged(trial, proposal=_PROPOSAL, number=number)
        more = verdict.more
    return Outcome(verdict is not None and verdict.accepted, repetitions)


def _pairs(old: Plays, new: Plays) -> tuple[Pair, ...]:
    return tuple(
        Pair.model_construct(
            case=str(case),
            kind=_KINDS[case % 3],
            side="working" if case < WORKING else "guard",
            old=tuple(_WORKED if one else _FAILED for one in old[case]),
            new=tuple(_WORKED if one else _FAILED for one in new[case]),
        )
        for case in range(len(old))
    )


SIMPLE: dict[str, Callable[[Plays, list[Plays]], bool]] = {
    "keep_all": lambda old, new: True,
    "sum_greater": lambda old, new: any(one[:WORKING, 0].sum() > old[:WORKING, 0].sum() for one in new),
    "best_of_validation": lambda old, new: max(one[:, 0].sum() for one in new) > old[:, 0].sum(),
}
"""Whether any of the proposals is taken."""


def nothing(kind: str, histories: int, seed: int) -> dict[str, float]:
    """Share of `improve`s that accept something where there is nothing, by rule; and the plays spared."""
    chance = numpy.random.default_rng(seed)
    wrong, plays = dict.fromkeys(("verdict", "heats", *SIMPLE), 0), []
    for history in range(histories):
        old, rates = null(chance, kind, BASES[history % len(BASES)])
        before, after = play(chance, old), [play(chance, one) for one in rates]
        outcomes = [tried(before, one, number) for number, one in enumerate(after, 1)]
        plays += [one.plays for one in outcomes]
        wrong["verdict"] += any(one.accepted for one in outcomes)
        order = enumerate(in_heats(chance, before, rates), 1)
        wrong["heats"] += any(tried(before, after[place], number).accepted for number, place in order)
        for name, taken in SIMPLE.items():
            wrong[name] += taken(before, after)
    return {name: count / histories for name, count in wrong.items()} | {"spared": _spared(plays)}


def found(kind: str, base: float, histories: int, seed: int) -> dict[str, float]:
    """Share of true gains that are accepted, by rule; and the plays spared."""
    chance = numpy.random.default_rng(seed)
    right, plays = dict.fromkeys(("verdict", "verdict_3", *SIMPLE), 0), []
    for _ in range(histories):
        before, after = (play(chance, rates) for rates in better(chance, kind, base))
        first, third = tried(before, after, 1), tried(before, after, 3)
        plays.append(first.plays)
        right["verdict"] += first.accepted
        right["verdict_3"] += third.accepted
        for name, taken in SIMPLE.items():
            right[name] += taken(before, [after])
    return {name: count / histories for name, count in right.items()} | {"spared": _spared(plays)}


def _spared(plays: list[int]) -> float:
    return 1 - float(numpy.mean(plays)) / REPETITIONS[-1]


def main() -> None:
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    said: dict[str, dict[str, float]] = {}
    for seed, kind in enumerate(NULLS):
        said[f"null_{kind}"] = nothing(kind, histories, seed)
        print(f"null {kind}: {_row(said[f'null_{kind}'])}", flush=True)
    for seed, (kind, base) in enumerate((kind, base) for kind in GAINS for base in BASES):
        name = f"found_{kind}_{base:.2f}"
        said[name] = found(kind, base, max(histories * 2 // 5, 1), 100 + seed)
        print(f"found {kind} from {base:.0%}: {_row(said[name])}", flush=True)
    print(json.dumps({name: {key: round(share, 4) for key, share in row.items()} for name, row in said.items()}))


def _row(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())


if __name__ == "__main__":
    main()
