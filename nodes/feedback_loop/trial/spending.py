"""Spending: what each proposal, and each look at it, may take of the 5% by which one `improve` may be wrong.

All proposals and all looks of one `improve` together accept a change that improves nothing with at most 5%: proposal
number k has a share of its own, whatever becomes of the others, and the shares of infinitely many sum to one
(Bonferroni's inequality). Within its share a look is allowed what has not been used up at the looks before
(Lan, DeMets: "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983). Nothing is given back.
"""

from __future__ import annotations

from collections.abc import Sequence

FAMILY = 0.05
"""Error rate of one `improve`."""
REPETITIONS = (1, 2, 4, 8)
"""Repetitions of every case at which a trial is looked at: each look sees twice as much as the one before."""
BY_LOOK = (0.25, 0.5, 0.75, 1.0)
"""Share of a proposal's error rate that may be used up by each look."""


def share(number: int) -> float:
    """Error rate of one proposal: 5% times 1/3, 1/6, 1/10, 1/15, ...; all of them sum to 5%.

    2 / ((k+1)(k+2)) telescopes to one. It falls slower than halving, so that a fifth proposal can still be accepted
    with 60 cases, and rewards that the most promising one is tried first.

    Args:
        number: of the proposal in this `improve`, from 1.

    Raises:
        ValueError: the number is below 1.
    """
    if number < 1:
        raise ValueError(f"proposals are numbered from 1, not {number}")
    return FAMILY * 2 / ((number + 1) * (number + 2))


def allowed(number: int, *, settled: Sequence[int] = ()) -> tuple[float, ...]:
    """What proposal `number` may have used up by each look.

    Args:
        number: of the proposal in this `improve`, from 1.
        settled: repetitions at which every case had always come out the same, under either policy. There is nothing
            more to be learned then, so that look may use up all. It keeps the error rate, because whether cases vary
            does not depend on which of the two policies is called the new one.
    """
    parts = zip(REPETITIONS, BY_LOOK, strict=True)
    return tuple(share(number) * (1.0 if any(at <= one for at in settled) else part) for one, part in parts)


def paid(number: int, alpha: float) -> float:
    """What one `improve` has paid at most: all shares before proposal `number`, and what that one may have used up."""
    return sum(map(share, range(1, number))) + alpha


def look(repetitions: int) -> int:
    """How many looks there have been after so many repetitions of every case."""
    return sum(one <= repetitions for one in REPETITIONS)
