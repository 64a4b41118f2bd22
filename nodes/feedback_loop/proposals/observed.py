"""What plays of the working cases came to, by kind of case and by the reason of a failure.

A reason is the stable first word of `Played.why`: `truncated: ...`, `refused: <the validator's words>`,
`routed to X, not Y`, `timeout: ...`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from nodes.feedback_loop.proposals.proposing import Basis
from systems.hashed import Hash
from systems.trials import Case, CaseKind, Metric, Played, Requested

_ROUTED = re.compile(r"routed to (?P<went>.+?), not (?P<due>.+)", re.DOTALL)
_REASON = re.compile(r"(?P<reason>[a-z]+)\b:?\s*(?P<words>.*)", re.DOTALL)


class Play(NamedTuple):
    """A case, played once.

    Attributes:
        case: what was played.
        played: what came of it.
        weight: one by the number of plays of this case, so that every case counts once.
        reason: stable word of its failure; empty where it worked.
        words: what the checker said besides.
    """

    case: Case
    played: Played
    weight: float
    reason: str = ""
    words: str = ""

    @property
    def went(self) -> str:
        """Who was chosen instead of the right one; empty where that is not the reason."""
        found = _ROUTED.match(self.played.why)
        return found["went"].strip() if found else ""

    @property
    def due(self) -> str:
        """Who should have been chosen: `server.tool`, a server, or `person`; empty where nobody knows."""
        check = self.case.check
        if check.server:
            return f"{check.server}.{check.tool}" if check.tool else check.server
        found = _ROUTED.match(self.played.why)
        return found["due"].strip() if found else ""


class Observed:
    """Plays of all working cases under one policy; their order does not matter.

    Attributes:
        plays: every play, by case.
        cases: number of different cases.
    """

    def __init__(self, plays: Sequence[tuple[Case, Played]]) -> None:
        keys = [case.key for case, _ in plays]
        often = Counter(keys)
        ordered = sorted(zip(keys, plays, strict=True), key=lambda one: (one[0], one[1][1].hash))
        self.cases = len(often)
        self.plays = tuple(_read(case, played, 1 / often[key]) for key, (case, played) in ordered)

    @cached_property
    def worked(self) -> tuple[Play, ...]:
        """Plays that succeeded."""
        return tuple(play for play in self.plays if play.played.success)

    def failed(
        self, kinds: CaseKind | Sequence[CaseKind], *reasons: str, where: Callable[[Play], bool] = lambda _: True
    ) -> tuple[Play, ...]:
        """Plays of cases of some kinds that failed, for one of the reasons where some are named."""
        wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        return tuple(
            play
            for play in self.plays
            if not play.played.success
            and play.case.kind in wanted
            and (not reasons or play.reason in reasons)
            and where(play)
        )

    def share(self, plays: Sequence[Play]) -> Basis:
        """What would be gained were none of these plays a failure: their share of all cases."""
        return self._basis(plays, lambda play: 1.0)

    def saving(self, plays: Sequence[Play], metric: Metric, saved: Callable[[Play], float]) -> Basis:
        """What would be saved a case if each of these plays took so much less, never more than it took."""
        return self._basis(
            plays, lambda play: min(saved(play), play.played.seconds if metric == "seconds" else play.played.tokens)
        )

    def _basis(self, plays: Sequence[Play], gain: Callable[[Play], float]) -> Basis:
        cases: dict[Hash, float] = {}
        for play in plays:
            cases[play.case.key] = cases.get(play.case.key, 0.0) + gain(play) * play.weight / self.cases
        return Basis(sum(cases.values()), cases, tuple(play.played.trace_id or play.case.trace_id for play in plays))


def requested(play: Play) -> Requested:
    """What the play of a draft was given."""
    given = play.case.given
    assert isinstance(given, Requested), "a draft is requested"
    return given


def question(play: Play) -> str:
    """The question of a play; empty where it has none."""
    return str(getattr(play.case.given, "question", ""))


def _read(case: Case, played: Played, weight: float) -> Play:
    found = None if played.success else _REASON.match(played.why.strip())
    return Play(case, played, weight, found["reason"], found["words"]) if found else Play(case, played, weight)
