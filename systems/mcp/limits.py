"""The limits of one server: its own, where the policy has some, else those for all."""

from __future__ import annotations

from typing import NamedTuple

from systems.policy import ServerKnobs, ServerLimits


class Limits(NamedTuple):
    """What holds for one server.

    Attributes:
        start_seconds: time limit to start it.
        call_seconds: time limit of one call.
        retries: how often a read-only call that ran out of time or was lost is made again.
    """

    start_seconds: float
    call_seconds: float
    retries: int


def limits(knobs: ServerKnobs, server: str) -> Limits:
    """The limits of a server."""
    own = knobs.limits.get(server, ServerLimits())
    return Limits(
        start_seconds=knobs.start_seconds if own.start_seconds is None else own.start_seconds,
        call_seconds=knobs.call_seconds if own.call_seconds is None else own.call_seconds,
        retries=knobs.retries if own.retries is None else own.retries,
    )
