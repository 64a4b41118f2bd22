"""Grader: a check that passes everything proves nothing, so a trial must not believe it.

A control is a deliberately broken answer (empty, or of another case) given to a case's check. A good check fails it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from systems.hashed import Hash
from systems.trials import CaseKind, Pair, Played


class Suspicion(NamedTuple):
    """Checks that let a broken answer pass.

    Attributes:
        kind: of the cases.
        cases: keys of the cases whose check passed it.
        stops: whether the trial must stop: all plays pass, and every broken answer does, too.
        reason: why, in one sentence.
    """

    kind: CaseKind
    cases: tuple[Hash, ...]
    stops: bool
    reason: str


def suspicious(pairs: Sequence[Pair], controls: Mapping[Hash, Played]) -> tuple[Suspicion, ...]:
    """What to think of the checks, a suspicion a case kind; empty when they can be believed.

    A case whose check passed a broken answer tells nothing and is to be left out, or corrected, even where the trial
    need not stop.

    Args:
        pairs: what came of the cases; before anything was played, cases without plays.
        controls: by case key what its check made of a broken answer. Cases without one are not suspected.
    """
    kinds = dict.fromkeys(pair.kind for pair in pairs)
    found = (_suspicion(kind, [pair for pair in pairs if pair.kind == kind], controls) for kind in kinds)
    return tuple(one for one in found if one.cases)


def _suspicion(kind: CaseKind, pairs: Sequence[Pair], controls: Mapping[Hash, Played]) -> Suspicion:
    asked = [pair.case for pair in pairs if pair.case in controls]
    passed = tuple(case for case in asked if controls[case].success)
    plays = [play for pair in pairs for play in (*pair.old, *pair.new)]
    stops = len(passed) == len(asked) and all(play.success for play in plays)
    told = f"{len(passed)} of {len(asked)} broken answers to cases of kind {kind} passed their checks"
    if stops:
        before = "Every play passed, but so did broken answers: " if plays else ""
        return Suspicion(kind, passed, stops, f"{before}{told}, which judge nothing.")
    return Suspicion(kind, passed, stops, f"{told}: these cases tell nothing.")
