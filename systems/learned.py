"""Which policy holds: for a model of a project now, and for a run that has begun."""

from __future__ import annotations

from contextlib import closing

from systems.hashed import Hash
from systems.ledger import Ledger
from systems.models import ModelChoice
from systems.policy import Policy, shipped
from systems.stores import Place


def learned(place: Place, model: ModelChoice) -> Policy:
    """The policy that was proven best for a model of the project, else what specloop ships.

    Raises:
        Missing: the ledger is damaged.
    """
    with closing(Ledger(place)) as ledger:
        return ledger.active(model.name) or shipped(embedded=model.embedded)


def begun_under(place: Place, key: Hash) -> Policy:
    """The policy that a run began under, whatever was accepted since.

    Raises:
        Missing: the ledger is damaged.
        UsageError: the ledger does not have it.
    """
    with closing(Ledger(place)) as ledger:
        return ledger.policy(key)
