"""Spending: what each proposal, and each look at it, may take of the 5% by which one `improve` may be wrong.

All proposals and all looks of one `improve` together accept a change that improves nothing with at most 5%: proposal
number k has a share of its own, whatever becomes of the others, and the shares of infinitely many sum to one
(Bonferroni's inequality). Within its share a look is allowed what has not been used up at the looks before
(Lan, DeMets: "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983). Nothing is given back.
"""

from __future__ import annotations

FAMILY = 0.05
"""Error rate of one `improve`."""
REPETITIONS = (1, 2, 4)
"""Repetitions of every case at which a trial is looked at: each look sees twice as much as the one before."""
BY_LOOK = (0.25, 0.5, 1.0)
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


def allowed(number: int) -> tuple[float, ...]:
    """What proposal `number` may have used up by each look."""
    return tuple(share(number) * part for part in BY_LOOK)


def paid(number: int, look: int) -> float:
    """What one `improve` has paid at most when proposal `number` has been looked at so often.

    Args:
        number: of the proposal in this `improve`, from 1.
        look: looks at it so far; 0: none yet.
    """
    return sum(map(share, range(1, number))) + (allowed(number)[look - 1] if look else 0.0)


def look(repetitions: int) -> int:
    """How many looks there have been after so many repetitions of every case."""
    return sum(one <= repetitions for one in REPETITIONS)
