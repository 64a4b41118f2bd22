"""What the ledger's commands answer, as JSON and as text: entries found by id, policies compared, a rollback made."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from nodes.feedback_loop.rendering import ledger_text
from nodes.feedback_loop.rendering.decisions import Decision, Told, name, told
from nodes.feedback_loop.rendering.escaping import plain
from nodes.feedback_loop.rendering.knobs import turned
from nodes.feedback_loop.rendering.worth import worth
from systems.embedded import ALIAS
from systems.errors import Missing, UsageError
from systems.hashed import Hash
from systems.ledger import SHIPPED, Disagreement, Entry, Ledger, lineage, outcomes
from systems.policy import Policy, shipped
from systems.trials import Adopted, Proposal, RolledBack, Trial, Verdict

Answer = tuple[dict[str, Any], RenderableType]
ACTIVE = "active"
BY_PERSON = "A person chose so."


class Listed(NamedTuple):
    """A whole ledger."""

    told: Told
    wrong: tuple[Disagreement, ...]
    everything: bool

    def json(self) -> dict[str, Any]:
        """For programs: every entry without its body, every decision."""
        return {
            "active": self.told.active,
            "decisions": [_decision(one) for one in reversed(self.told.decisions)],
            "entries": [_entry(one) for one in reversed(self.told.entries)],
            "disagreements": [one.model_dump(mode="json") for one in self.wrong],
        }

    def text(self) -> RenderableType:
        """For people."""
        most = len(self.told.decisions) if self.everything else ledger_text.MOST_DECISIONS
        return ledger_text.listing(self.told, self.wrong, most=most)


def listed(store: Ledger, *, everything: bool) -> Listed:
    """The ledger, and whether it agrees with itself."""
    return Listed(told(store.entries()), store.verify(), everything)


def shown(store: Ledger, identifier: str) -> Answer:
    """One entry, or one policy, with what it means.

    Raises:
        UsageError: nothing has this id, or several do.
        Missing: it does not match its hash.
    """
    if identifier in SHIPPED or identifier == ACTIVE:
        return _policy(store, policy_id(store, identifier), None)
    found = store.find(identifier)
    match found.kind:
        case "policy":
            return _policy(store, found.record, found)
        case "adopted":
            return _policy(store, found.read(Adopted).policy, found)
        case "finding":
            return _about(store, found, found.record, Text(plain(str(found.body.get("explanation", "")))))
        case "proposal":
            return _proposal(store, found)
    return _json(found), Group(ledger_text.heading(found, ""), Text(), _body(store, found))


def compared(store: Ledger, old: str, new: str) -> Answer:
    """Two policies knob by knob."""
    keys = [policy_id(store, one) for one in (old, new)]
    found = turned(*(store.policy(key) for key in keys))
    told = {"old": keys[0], "new": keys[1], "differences": [one._asdict() for one in found]}
    return told, ledger_text.differences(found, *map(name, keys))


def rolled_back(store: Ledger, wanted: str, *, model: str | None, reason: str) -> Answer:
    """Go back to a policy.

    Raises:
        UsageError: it is not known, was never proven for this model, or is active already.
    """
    model = model or _only_model(store)
    to = _shipped_for(model).hash if wanted == "default" else policy_id(store, wanted)
    if to not in _proven(store, model):
        raise UsageError(
            f"Policy {name(to)} never held for {model}: no verdict accepted it.",
            mend="Choose an earlier one of `specloop ledger`, baseline or default.",
        )
    given_up = _holding(store, model)
    back = RolledBack(policy=given_up, to=to, reason=reason or BY_PERSON, by="person")
    store.roll_back(back, model=model)
    told: dict[str, Any] = {"model": model, "rolled_back": back.model_dump(mode="json")}
    words = Text.assemble("Policy ", (name(to), "bold green"), f" holds again for {plain(model)}.")
    try:
        changes = turned(store.policy(given_up), store.policy(to)) if given_up else []
    except (Missing, UsageError):  # what was given up may be damaged; that is why a person goes back
        changes = []
    told |= {"differences": [one._asdict() for one in changes]}
    return told, Group(words, *([ledger_text.differences(changes, name(given_up), name(to))] if changes else []))


def policy_id(store: Ledger, identifier: str) -> Hash:
    """The id of a policy: by its name, the beginning of its id, or that of the entry that adopted it.

    Raises:
        UsageError: there is none, or nothing is active.
        Missing: what is active cannot be said, because the ledger is damaged.
    """
    if identifier in SHIPPED:
        return SHIPPED[identifier].hash
    if identifier == ACTIVE:
        store.active(model := _only_model(store))
        return _holding(store, model)
    found = store.find(identifier)
    if found.kind == "adopted":
        return found.read(Adopted).policy
    if found.kind != "policy":
        raise UsageError(f"{found.record[:12]} is no policy but a {found.kind}.", mend="See `specloop ledger`.")
    return found.record


def _only_model(store: Ledger) -> str:
    known = store.models()
    if not known:
        raise UsageError(
            "Nothing was adopted in this project, so the policy that specloop ships is in use.",
            mend="Learn from past runs with `specloop improve`.",
        )
    if len(known) > 1:
        raise UsageError(
            f"Policies are kept by model, and there are {len(known)}.", mend=f"Name one: --model {' | '.join(known)}"
        )
    return known[0]


def _shipped_for(model: str) -> Policy:
    return shipped(embedded=model == ALIAS)


def _holding(store: Ledger, model: str) -> Hash:
    """Id of the policy that holds; empty where a damaged ledger cannot say."""
    decision = store.decision(model)
    if decision:
        return decision.policy if isinstance(decision, Adopted) else decision.to
    return "" if model in store.models() else _shipped_for(model).hash


def _proven(store: Ledger, model: str) -> set[Hash]:
    """Policies that held for a model, and all they were made from."""
    held = {policy.hash for policy in SHIPPED.values()}
    for entry in store.entries():
        if entry.model == model and entry.kind in ("adopted", "rolled_back"):
            held.add(entry.read(Adopted).policy if entry.kind == "adopted" else entry.read(RolledBack).to)
    for key in tuple(held):
        try:
            held |= {one.policy for one in lineage(store, key)}
        except (Missing, UsageError):  # a damaged policy leads nowhere, the others do
            continue
    return held


def _policy(store: Ledger, key: Hash, entry: Entry | None) -> Answer:
    policy = store.policy(key)
    models = [model for model in store.models() if _holding(store, model) == key]
    origin = lineage(store, key)
    parent = policy.parent
    changes = turned(store.policy(parent), policy) if parent else []
    verdict = store.get(Verdict, origin[0].verdict) if origin[0].verdict else None
    trial = store.get(Trial, verdict.trial) if verdict else None
    told = {
        "policy": key,
        "active_for": models,
        "knobs": policy.model_dump(mode="json"),
        "differences": [one._asdict() for one in changes],
        "lineage": [one.model_dump(mode="json") for one in origin],
        **(_json(entry) if entry else {}),
    }
    holds = f", active for {', '.join(map(plain, models))}" if models else ""
    parts: list[RenderableType] = [Text.assemble((f"Policy {name(key)}", "bold"), (holds, "green"), f"\n{key}")]
    if parent:
        parts += [Text(f"\nWhat it has otherwise than {name(parent)}", "bold")]
        parts += [ledger_text.differences(changes, name(parent), name(key))]
    if verdict:
        parts += [Text("\nWhat it was worth", "bold"), ledger_text.verdict_text(verdict, trial)]
    return told, Group(*parts, ledger_text.lineage_text(origin))


def _proposal(store: Ledger, entry: Entry) -> Answer:
    proposal = entry.read(Proposal)
    text = ledger_text.proposal_text(proposal)
    if proposal.finding:
        return _about(store, entry, proposal.finding.hash, text)
    return _json(entry), Group(ledger_text.heading(entry, ""), Text(), text)


def _about(store: Ledger, entry: Entry, finding: Hash, text: RenderableType) -> Answer:
    came = outcomes(store, finding)
    told = _json(entry) | {"outcomes": [one.model_dump(mode="json") for one in came]}
    return told, Group(ledger_text.heading(entry, ""), Text(), text, ledger_text.consequences(came))


def _body(store: Ledger, entry: Entry) -> RenderableType:
    match entry.kind:
        case "verdict":
            verdict = entry.read(Verdict)
            return ledger_text.verdict_text(verdict, store.get(Trial, verdict.trial))
        case "trial":
            return ledger_text.trial_text(entry.read(Trial))
        case "rolled_back":
            return ledger_text.rollback_text(entry.read(RolledBack))
    return ledger_text.facts({plain(key): plain(str(value), 600) for key, value in entry.body.items()})


def _entry(entry: Entry) -> dict[str, Any]:
    return {"hash": entry.hash, **entry.model_dump(mode="json")}


def _json(entry: Entry) -> dict[str, Any]:
    return {"entry": {**_entry(entry), "body": entry.body}}


def _decision(one: Decision) -> dict[str, Any]:
    pairs = one.trial.pairs if one.trial else ()
    return {
        "number": one.entry.number,
        "at": one.entry.at,
        "model": one.model,
        "outcome": one.outcome,
        "policy": one.policy,
        "parent": one.parent,
        "what": one.proposal.what if one.proposal else "",
        "reason": one.verdict.reason if one.verdict else one.back.reason if one.back else "",
        "verdict": one.verdict_id,
        "rolled_back": one.undone.reason if one.undone else "",
        "worth": [two.model_dump(mode="json") for two in worth(pairs)],
    }
