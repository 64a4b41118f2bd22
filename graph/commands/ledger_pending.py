"""`specloop ledger apply` and `decline`: a person's word on a policy that has won its trial and waits for it."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.text import Text

from graph.learning.consent import apply, decline
from nodes.feedback_loop.rendering.decisions import name
from nodes.feedback_loop.rendering.escaping import plain
from systems.errors import UsageError
from systems.ledger import Ledger, Pending, waiting
from systems.trials import Trial

Answer = tuple[dict[str, Any], RenderableType]


def applied(store: Ledger, identifier: str | None) -> Answer:
    """Let the policy hold.

    Raises:
        UsageError: it does not wait, or several do and none is named.
    """
    one = _waiting(store, identifier)
    policy = apply(store, one)
    told = {"model": one.model, "applied": policy.hash, "verdict": one.key}
    return told, Text.assemble("Policy ", (name(policy.hash), "bold green"), f" holds now for {plain(one.model)}.")


def declined(store: Ledger, identifier: str | None, reason: str) -> Answer:
    """Leave the policy as it was, for a reason.

    Raises:
        UsageError: it does not wait, or several do and none is named.
    """
    one = _waiting(store, identifier)
    noted = decline(store, one, reason)
    told = {"model": one.model, "declined": noted.model_dump(mode="json")}
    words = f"Policy {name(noted.policy)} is declined; it is not proposed again without new evidence."
    return told, Text(words)


def _waiting(store: Ledger, identifier: str | None) -> Pending:
    """The one that is meant, by the beginning of its policy's, its verdict's or its proposal's id."""
    waits = {one: _ids(store, one) for one in waiting(store)}
    start = (identifier or "").lower()
    found = [one for one, ids in waits.items() if any(key.startswith(start) for key in ids)]
    if len(found) == 1:
        return found[0]
    named = ", ".join(ids[0][:12] for ids in waits.values())
    if not waits:
        raise UsageError("No policy waits for your word.", mend="See `specloop ledger`.")
    what = f"Nothing that waits has an id that begins with {identifier!r}" if not found else "Several policies wait"
    raise UsageError(f"{what}.", mend=f"Name one of these: {named}.")


def _ids(store: Ledger, one: Pending) -> tuple[str, ...]:
    trial = store.get(Trial, one.verdict.trial)
    return (trial.new if trial else "", one.key, one.verdict.proposal)
