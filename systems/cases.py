"""Cases: what happened in past runs, kept to be done again; split once into working, guard and sealed.

Contract: the side of a case comes from its key and never changes; near-duplicates are on one side
(`systems.likeness.similarity`); a case whose near-duplicates lie on two sides is not taken. A check is never
averaged: where two contradict each other, or a person says that one is wrong, both are kept and the case is
`disputed`, in no trial, until one is dropped.
What a person dropped does not come back from a run. Nothing is deleted.

Bodies of sealed cases are in a table of their own, which this module fills and cannot read: the database refuses it.
`systems.sealed` reads them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from pydantic import Field

from systems import case_tables as tables
from systems.errors import Missing, UsageError
from systems.likeness.similarity import packed, unpacked
from systems.records import Hash, Record, canonical, content_hash
from systems.splitting import SHARES, SHOWN, family, likeness, split
from systems.stores import Place, open_tables
from systems.trials import Asked, Called, Case, CaseKind, Origin, Requested, Side, Stepped

GIVEN = {"route": Asked, "answer": Asked, "draft": Requested, "call": Called, "step": Stepped}


class Added(Record):
    """What became of a case that was to be added."""

    key: Hash
    kind: CaseKind
    side: Side | None = Field(description="Where it is; None: it was not taken")
    new: bool = Field(description="Whether anything changed")
    disputed: bool = Field(False, description="Whether it is in no trial until a claim on it is dropped")
    reason: str = Field("", description="Why it was not taken, why nothing changed, or what did")


class Claim(Record):
    """One check of a case, or a person's word that a check is wrong."""

    id: Hash
    case: Case | None = Field(None, description="The case with this check; None: it is sealed, or the check is wrong")
    wrong: str = Field("", description="The words of the person who says that a check is wrong")


class Stored(Record):
    """A case as the store lists it; a sealed one by its ids only."""

    key: Hash
    kind: CaseKind
    side: Side
    claims: tuple[Claim, ...]

    @property
    def disputed(self) -> bool:
        """Whether it is in no trial until a claim is dropped."""
        return len(self.claims) > 1


def broken(case: Case) -> str:
    """What is wrong with a case that judges nothing, in words; empty where it is sound."""
    check = case.check
    try:
        tables.claim_id(case)
    except (ValueError, RecursionError):
        return "What is given is nested too deep to be kept."
    if not isinstance(case.given, GIVEN[case.kind]):
        return f"What is given must be {GIVEN[case.kind].__name__}, not {type(case.given).__name__}."
    if not all(word.strip() for word in (*check.terms, *check.sources)):
        return "A term or a source of its check is empty, and every text holds that."
    asked = {
        "route": bool(check.server or check.tool),
        "answer": bool(check.server or check.terms or check.sources),
        "draft": bool(check.valid or check.terms or check.sources),
        "call": bool(check.outcome or check.terms),
        "step": bool(check.valid or check.terms or check.sources or any(one.used for one in check.answers)),
    }
    return "" if asked[case.kind] else "Its check asks for nothing that could fail, so everything would pass."


class Cases:
    """The cases of one project."""

    def __init__(self, place: Place) -> None:
        self._project = str(place.resolve().parent.parent) if isinstance(place, Path) else place.project
        self._tables = open_tables(place, tables.migrations)

    def add(self, case: Case) -> Added:
        """Keep a case, or another check of it.

        Returns:
            Where it is, or why it was not taken.

        Raises:
            UsageError: its check judges nothing.
        """
        return self.add_all([case])[0]

    def add_all(self, cases: Iterable[Case]) -> tuple[Added, ...]:
        """Keep cases, in one transaction.

        Raises:
            UsageError: a check judges nothing; none is kept then.
        """
        given = list(cases)
        for case in given:
            if fault := broken(case):
                raise UsageError(f"This {case.kind} case is of no use. {fault}", mend="Say what must come of it.")
        with self._tables.transaction():
            return tuple(self._added(case) for case in given)

    def working(self) -> tuple[Case, ...]:
        """The cases that proposals are tried on, oldest first, without the disputed."""
        return self._cases("working")

    def guard(self) -> tuple[Case, ...]:
        """The cases that must not get worse, oldest first, without the disputed."""
        return self._cases("guard")

    def counts(self) -> dict[Side, dict[CaseKind, int]]:
        """How many cases each side has for trials, by kind, without the disputed."""
        counted: dict[Side, Counter[CaseKind]] = {side: Counter() for side, _ in SHARES}
        for stored in self.stored():
            counted[stored.side][stored.kind] += not stored.disputed
        return {side: {kind: count for kind, count in kinds.items() if count} for side, kinds in counted.items()}

    def stored(self) -> tuple[Stored, ...]:
        """Every case, oldest first.

        Raises:
            Missing: a stored case was changed behind the store's back; names it.
        """
        rows = self._tables.rows(tables.SELECT_CLAIMS)
        claims: dict[Hash, list[Claim]] = defaultdict(list)
        kinds: dict[Hash, tuple[CaseKind, Side]] = {}
        for row in map(tables.Row._make, rows):
            kinds[row.key] = row.kind, row.side
            claims[row.key].append(self._claim(row))
        return tuple(
            Stored(key=key, kind=kind, side=side, claims=tuple(claims[key])) for key, (kind, side) in kinds.items()
        )

    def get(self, prefix: str) -> Stored:
        """The case whose key begins so.

        Raises:
            UsageError: there is none, or several.
        """
        found = [stored for stored in self.stored() if prefix and stored.key.startswith(prefix)]
        if len(found) == 1:
            return found[0]
        named = ", ".join(stored.key[:SHOWN] for stored in found[:5])
        message = f"Several cases begin with {prefix!r}: {named}." if found else f"There is no case {prefix!r}."
        raise UsageError(message, mend="`specloop case list` shows the ids.")

    def drop(self, prefix: str) -> Stored:
        """Take a case out, or, by `KEY:CLAIM`, one of the claims on a disputed case; returns the case as it was.

        Raises:
            UsageError: there is no such case or claim, or there are several.
        """
        key, _, wanted = prefix.partition(":")
        with self._tables.transaction():
            stored = self.get(key)
            claims = [claim.id for claim in stored.claims if claim.id.startswith(wanted)]
            if wanted and len(claims) != 1:
                named = ", ".join(f"{stored.key[:SHOWN]}:{claim.id[:SHOWN]}" for claim in stored.claims)
                raise UsageError(f"{prefix!r} does not name one claim on this case.", mend=f"It has {named}.")
            self._end(claims, "dropped")
        return stored

    def confirm(self, run_id: str, keys: Collection[Hash] | None = None) -> tuple[Hash, ...]:
        """A person finds drafts of a run good: their checks are the person's now; returns the cases' keys."""
        return self._judged_by("person", run_id, keys)

    def unconfirm(self, run_id: str, keys: Collection[Hash] | None = None) -> tuple[Hash, ...]:
        """The person takes that back: the checks are the run's again; returns the cases' keys."""
        return self._judged_by("run", run_id, keys)

    def trust(self, run_id: str, words: str) -> None:
        """A person takes back what they said against drafts of a run."""
        with self._tables.transaction():
            self._tables.run(tables.TRUST, run_id, words)

    def doubt(self, run_id: str, words: str, keys: Collection[Hash] | None = None) -> tuple[Hash, ...]:
        """A person finds drafts of a run bad: their cases are disputed; returns the cases' keys."""
        with self._tables.transaction():
            claims = self._drafts_of(run_id, keys)
            for claim, key in claims:
                row = (content_hash(canonical([key, claim, words])), key, "person", claim, words, "", "", "", run_id)
                self._tables.run(tables.INSERT_CLAIM, *row)
        return tuple(key for _, key in claims)

    def harvested(self, run_id: str) -> Hash | None:
        """Hash of the loop up to which the cases of a run were taken; None where they never were."""
        row = self._tables.row("SELECT last_loop FROM harvests WHERE run_id = ?", run_id)
        return row[0] if row else None

    def note_harvest(self, run_id: str, last_loop: Hash) -> None:
        """Remember up to which loop the cases of a run were taken."""
        keep = "ON CONFLICT (run_id) DO UPDATE SET last_loop = excluded.last_loop"
        self._tables.run(f"INSERT INTO harvests (run_id, last_loop) VALUES (?, ?) {keep}", run_id, last_loop)

    def close(self) -> None:
        """Close the store."""
        self._tables.close()

    def _cases(self, side: Side) -> tuple[Case, ...]:
        sound = (stored for stored in self.stored() if stored.side == side and not stored.disputed)
        return tuple(claim.case for stored in sound for claim in stored.claims if claim.case)

    def _claim(self, row: tables.Row) -> Claim:
        if row.against or row.side == "sealed":
            return Claim(id=row.id, wrong=row.words if row.against else "")
        case = tables.whole(row)
        if case is None:
            raise Missing(
                f"Case {row.key[:SHOWN]} was changed behind the store's back in {self._tables.place}.",
                system="store",
                mend=f"Move it aside ({self._tables.aside}); cases come again from the next runs.",
            )
        return Claim(id=row.id, case=case)

    def _added(self, case: Case) -> Added:
        row = self._tables.row("SELECT side FROM cases WHERE key = ?", case.key)
        if row:
            return self._claimed(case, row[0])
        mine = likeness(case, self._project)
        rows = self._tables.rows("SELECT key, side, sketch FROM cases WHERE family = ?", family(case))
        side, reason = split(case, mine, ((key, side, unpacked(data)) for key, side, data in rows))
        if side is None:
            return Added(key=case.key, kind=case.kind, side=None, new=False, reason=reason)
        self._tables.run(tables.INSERT_CASE, case.key, case.kind, side, family(case), packed(mine))
        self._put_body(side, case.key, tables.given(case))
        self._put_check(case, side)
        return Added(key=case.key, kind=case.kind, side=side, new=True, reason=reason)

    def _claimed(self, case: Case, side: Side) -> Added:
        """Another check of a case that is there."""
        claim, person = tables.claim_id(case), case.origin == "person"
        standing = {id: tuple(said) for id, *said in self._tables.rows(tables.CHECKS, case.key)}
        rivals = [id for id, said in standing.items() if tables.contradict(said, tables.said(case.check))]
        known = self._tables.row("SELECT state, origin FROM claims WHERE id = ?", claim)
        if known == ("holds", "person") or (not person and (known or not rivals)):
            new, reason = False, "it is there already" if standing else "a person dropped it"
        else:
            self._end([id for id in standing if person and id not in rivals and id != claim], "replaced")
            self._put_check(case, side)
            new, reason = True, "it contradicts what is there: drop one" if rivals else "its check holds now"
        disputed = self._disputed(case.key)
        return Added(key=case.key, kind=case.kind, side=side, new=new, disputed=disputed, reason=reason)

    def _disputed(self, key: Hash) -> bool:
        holding = "SELECT id FROM claims WHERE case_key = ? AND state = 'holds' LIMIT 2"
        return len(self._tables.rows(holding, key)) > 1

    def _put_check(self, case: Case, side: Side) -> None:
        claim = tables.claim_id(case)
        said = tables.said(case.check)
        row = (claim, case.key, case.origin, "", "", *said, case.run_id)
        self._tables.run(tables.INSERT_CLAIM, *row)
        self._put_body(side, claim, tables.claimed(case))

    def _put_body(self, side: Side, id: Hash, body: bytes) -> None:
        table = "sealed_bodies" if side == "sealed" else "bodies"
        self._tables.run(f"INSERT INTO {table} (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING", id, body)

    def _end(self, claims: Sequence[Hash], state: str) -> None:
        """Let claims hold no more, nor what is said against them."""
        for claim in claims:
            self._tables.run("UPDATE claims SET state = ? WHERE ? IN (id, against)", state, claim)

    def _judged_by(self, origin: Origin, run_id: str, keys: Collection[Hash] | None) -> tuple[Hash, ...]:
        with self._tables.transaction():
            claims = self._drafts_of(run_id, keys)
            self._tables.run_many(tables.JUDGE, [(origin, claim) for claim, _ in claims])
        return tuple(key for _, key in claims)

    def _drafts_of(self, run_id: str, keys: Collection[Hash] | None) -> list[tuple[Hash, Hash]]:
        """(claim, case) of the checks that these drafts of a run, or all, came with."""
        found = self._tables.rows(tables.DRAFTS_OF_RUN, run_id)
        return [(claim, key) for claim, key in found if keys is None or key in keys]
