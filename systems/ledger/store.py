"""The ledger of a project: what was tried, what came of it, and which policy is active.

Contract: an entry is never changed and never removed; one that does not match its hash is named and never used. A
record is kept once, under its own hash, which is its id; adoptions, rollbacks and reports as often as they happen.
Everything a record refers to must be there before it. The newest adoption or rollback of a model says what is active.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar, cast

from pydantic import ValidationError

from systems.errors import Missing, UsageError
from systems.hashed import Hash, Record
from systems.ledger.chain import Chain, Clock, Disagreement
from systems.ledger.entries import EVENTS, KINDS, Entry, Kind, Row, entry, written
from systems.ledger.references import faults
from systems.ledger.verification import broken_links, unnoted, verify
from systems.policy import BASELINE, DEFAULT, SMALL_MODEL, Policy
from systems.stores import Place
from systems.trials import Adopted, RolledBack

R = TypeVar("R", bound=Record)
SHIPPED = {"baseline": BASELINE, "default": DEFAULT, "small-model": SMALL_MODEL}
"""Policies that are part of specloop, by name."""
_BY_HASH = {policy.hash: policy for policy in SHIPPED.values()}
_NAMES: dict[type[Record], Kind] = {record: kind for kind, record in KINDS.items()}
_DECISION = "WHERE kind IN ('adopted', 'rolled_back') AND model = ? ORDER BY number DESC LIMIT 1"
MOST_NAMED = 5


class Ledger:
    """The ledger in a project's store; safe to use from several threads and processes."""

    def __init__(self, place: Place, clock: Clock = datetime.now) -> None:
        self._chain = Chain(place, clock)

    def guarded(self, check: Callable[[], None]) -> None:
        """Have something checked before each entry is written; it raises where none may be."""
        self._chain.check = check

    def append(self, kind: Kind, record: Record, *, model: str = "") -> Hash:
        """Keep a record, and the shipped policies it builds on; what is there already is not kept twice.

        Args:
            kind: what it is.
            record: what is kept.
            model: the model it holds for; empty where it holds for any.

        Returns:
            The record's id.

        Raises:
            UsageError: the record is of another kind, or refers to something that is not in the ledger.
            Busy: another process keeps the ledger to itself.
            Missing: the store is damaged or cannot be written.
        """
        with self._chain.writing():
            return self._append(kind, record, model)

    def adopt(self, policy: Policy, *, verdict: Hash, model: str) -> Hash:
        """Let a policy hold from now on for a model; does nothing when that verdict already made it active.

        Raises:
            UsageError: the verdict is not in the ledger, is no acceptance, or is about another policy or model; or the
                policy was rolled back since, which needs a new verdict.
        """
        adopted = Adopted(policy=policy.hash, verdict=verdict)
        with self._chain.writing():
            self._append("policy", policy, "")
            decision = self._decision(model)
            if decision and decision.kind == "adopted" and decision.record == adopted.hash:
                return adopted.hash
            if any(row.model == model for row in self._of("adopted", adopted.hash)):
                raise UsageError(
                    f"Verdict {verdict[:12]} was used before, and another policy was chosen since.",
                    mend="A policy that was rolled back needs a new trial: specloop improve.",
                )
            return self._append("adopted", adopted, model)

    def roll_back(self, back: RolledBack, *, model: str) -> Hash:
        """Let an earlier policy hold again for a model.

        Raises:
            UsageError: the policy is not active (any more), or the one to go back to is not known or damaged.
        """
        with self._chain.writing():
            self.policy(back.to)
            active = self._check_active(back, model)
            known = _BY_HASH | ({active.hash: active} if active else {})
            for policy in (known[key] for key in (back.policy, back.to) if key in known):
                self._append("policy", policy, "")
            return self._append("rolled_back", back, model)

    def active(self, model: str) -> Policy | None:
        """The policy that was last adopted or rolled back to for a model; None where nothing was decided yet.

        Raises:
            Missing: the ledger does not agree with itself from that decision on, so nothing in it is used.
        """
        decision = self._decision(model)
        if decision is None:
            return None
        self._check_since(decision)
        found = self.decision(model)
        return self.policy(_holds(found)) if found else None

    def decision(self, model: str) -> Adopted | RolledBack | None:
        """The newest adoption or rollback for a model; None where there is none, or where it is damaged."""
        row = self._decision(model)
        found = entry(row) if row else None
        if found is None:
            return None
        return found.read(Adopted) if found.kind == "adopted" else found.read(RolledBack)

    def policy(self, key: Hash) -> Policy:
        """The policy with this id. Knobs that are newer than it have their defaults.

        Raises:
            UsageError: there is none.
            Missing: its text was changed, or this version of specloop cannot read it.
        """
        if key in _BY_HASH:
            return _BY_HASH[key]
        found = self.get(Policy, key)
        if found is None:
            raise UsageError(f"There is no policy {key[:12]} in the ledger.", mend="See `specloop ledger`.")
        return found

    def get(self, kind: type[R], key: Hash) -> R | None:
        """The record of a kind with this id; None when there is none.

        Raises:
            Missing: its text was changed, or this version of specloop cannot read it.
        """
        rows = self._of(_NAMES[kind], key, bodies=True)
        for found in filter(None, map(entry, rows)):
            return self._read(found, kind)
        if rows:
            raise _damaged(self._chain.place, f"{_NAMES[kind]} {key[:12]} no longer matches its id")
        return None

    def has(self, kind: type[Record], key: Hash) -> bool:
        """Whether a record of a kind with this id is there, be it damaged."""
        return bool(self._of(_NAMES[kind], key))

    def entries(self, kind: Kind | None = None) -> tuple[Entry, ...]:
        """The entries in their order; those that do not match their hash are left out, `verify` names them."""
        rows = self._chain.rows("WHERE coalesce(?, kind) = kind ORDER BY number", kind, bodies=True)
        return tuple(filter(None, map(entry, rows)))

    def counts(self) -> Counter[str]:
        """How many entries there are of each kind."""
        return Counter(self._chain.counts())

    def find(self, prefix: str) -> Entry:
        """The newest entry whose id, or whose own hash, begins so.

        Raises:
            UsageError: none does, or entries of several records do.
            Missing: it does not match its hash.
        """
        start = prefix.lower()
        every = "WHERE substr(record, 1, ?) = ? OR substr(seal, 1, ?) = ? ORDER BY number DESC"
        rows = self._chain.rows(every, len(start), start, len(start), start, bodies=True) if start else []
        if not rows:
            raise UsageError(f"Nothing in the ledger has an id that begins with {prefix!r}.", mend=_SEE)
        if len(ids := dict.fromkeys(row.record for row in rows)) > 1:
            named = ", ".join(one[: len(start) + 6] for one in list(ids)[:MOST_NAMED])
            raise UsageError(f"{len(ids)} ids begin with {prefix!r}: {named}.", mend="Give more of it.")
        if found := next(filter(None, map(entry, rows)), None):
            return found
        raise _damaged(self._chain.place, f"entry {rows[0].number} ({rows[0].kind}) no longer matches its hash")

    def models(self) -> tuple[str, ...]:
        """The models for which something was decided, the newest decision first."""
        rows = self._chain.rows("WHERE kind IN ('adopted', 'rolled_back') ORDER BY number DESC")
        return tuple(dict.fromkeys(row.model for row in rows))

    def verify(self) -> tuple[Disagreement, ...]:
        """Hash everything again, follow every reference, and name what does not agree, entry by entry."""
        return verify(self._chain)

    def close(self) -> None:
        """Close the database."""
        self._chain.close()

    def _append(self, kind: Kind, record: Record, model: str) -> Hash:
        if not isinstance(record, KINDS[kind]):
            raise UsageError(f"A {type(record).__name__} is no {kind}.")
        key = record.hash
        if kind not in EVENTS and any(row.is_sound for row in self._of(kind, key, bodies=True) if row.model == model):
            return key
        for shipped in _shipped(record):
            self._append("policy", shipped, "")
        if wrong := "; ".join(faults(record, _Readable(self), model=model)):
            raise UsageError(f"The {kind} {key[:12]} cannot be kept: {wrong}.", mend="Append what it refers to first.")
        self._chain.add(kind, model, written(record))
        return key

    def _of(self, kind: str, key: Hash, *, bodies: bool = False) -> list[Row]:
        return self._chain.rows("WHERE record = ? AND kind = ? ORDER BY number", key, kind, bodies=bodies)

    def _read(self, found: Entry, kind: type[R]) -> R:
        try:
            return found.read(kind)
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            message = f"this version of specloop cannot read {found.kind} {found.record[:12]} ({where})"
            raise _damaged(self._chain.place, message) from error

    def _decision(self, model: str) -> Row | None:
        return next(iter(self._chain.rows(_DECISION, model, bodies=True)), None)

    def _check_active(self, back: RolledBack, model: str) -> Policy | None:
        """A rollback names the policy that is active, unless a damaged ledger cannot say which that is.

        Returns:
            The active policy, as this version of specloop reads it.
        """
        try:
            active = self.active(model)
        except Missing:
            return None
        found = self.decision(model)
        holding = {_holds(found)} if found else set(_BY_HASH)
        if back.to == back.policy or (found and back.to in holding):
            raise UsageError(f"Policy {back.to[:12]} is active already.", mend=_SEE)
        if back.policy not in holding | ({active.hash} if active else set()):
            raise UsageError(f"Policy {back.policy[:12]} is not active, so it is not rolled back.", mend=_SEE)
        return active

    def _check_since(self, decision: Row) -> None:
        """Raise unless the decision and everything after it is as it was written."""
        rows = self._chain.rows("WHERE number >= ? ORDER BY number", decision.number)
        wrong = [*broken_links(rows), *unnoted(self._chain, rows, decision)]
        if not decision.is_sound:
            raise _damaged(self._chain.place, f"entry {decision.number} ({decision.kind}) no longer matches its hash")
        if wrong:
            raise _damaged(self._chain.place, f"entry {wrong[0].number}: {wrong[0].what}")


class _Readable:
    """What of a ledger can be read; what is damaged was told elsewhere."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def has(self, kind: type[Record], key: Hash) -> bool:
        """Whether a record is there, be it damaged."""
        return self._ledger.has(kind, key)

    def get(self, kind: type[R], key: Hash) -> R | None:
        """The record."""
        return self._ledger.get(kind, key)


_SEE = "See `specloop ledger`."


def _holds(decision: Adopted | RolledBack) -> Hash:
    """The policy that holds by a decision."""
    return decision.policy if isinstance(decision, Adopted) else decision.to


def _shipped(record: Record) -> Iterable[Policy]:
    """The shipped policies that a record refers to."""
    names = ("parent", "policy", "old", "new", "to", "before", "after")
    found = (getattr(record, name, None) for name in names)
    return [_BY_HASH[cast(Hash, key)] for key in found if key in _BY_HASH]


def _damaged(place: Place, what: str) -> Missing:
    return Missing(
        f"The ledger in {place} is not as it was written: {what}. Nothing it says is used.",
        system="store",
        mend="Go back to a policy that is sound, `specloop rollback default`; `specloop ledger verify` names it all.",
    )
