"""Trials made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from systems.trials import CaseKind, Metric, Pair, Played, Proposal, Side, Trial


def played(success: bool, seconds: float = 1.0, tokens: int = 100) -> Played:
    return Played(success=success, seconds=seconds, tokens=tokens)


def plays(outcomes: str) -> tuple[Played, ...]:
    """`++-`: it worked twice, then failed."""
    return tuple(played(one == "+") for one in outcomes)


def pair(case: str, old: str, new: str, *, side: Side = "working", kind: CaseKind = "answer") -> Pair:
    return Pair(case=case, kind=kind, side=side, old=plays(old), new=plays(new))


def timed(case: str, old: Sequence[float], new: Sequence[float], *, side: Side = "working") -> Pair:
    """Every play works, and takes so many seconds and a hundred times as many tokens."""
    sides = [tuple(played(True, one, round(one * 100)) for one in times) for times in (old, new)]
    return Pair(case=case, kind="answer", side=side, old=sides[0], new=sides[1])


def same(count: int, outcomes: str = "++", *, side: Side = "guard", kind: CaseKind = "answer") -> list[Pair]:
    """Cases that come out alike under both policies."""
    return [pair(f"{side}-{kind}-{one}", outcomes, outcomes, side=side, kind=kind) for one in range(count)]


def trial(*pairs: Pair) -> Trial:
    return Trial(proposal="p", old="old", new="new", model="m", seed=1, pairs=pairs, looks=0)


def proposal(metric: Metric = "success", predicted: float = 0.2) -> Proposal:
    return Proposal(policy="old", edit={}, what="an edit", metric=metric, predicted=predicted, origin="person")
