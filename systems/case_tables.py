"""Tables of the cases: what `systems.cases` fills and asks, and what only `systems.sealed` may read.

cases          key, kind, side, family, sketch: enough to find near-duplicates, whatever the side
claims         checks, and a person's word `against` one; server, tool and outcome hashed, to see contradictions
bodies         what is given, and the checks, by id
sealed_bodies  the same of sealed cases
sealed_uses    who read them, when and what for
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from systems.records import Hash, canonical, content_hash
from systems.stores.sqlite import Database, Migrations
from systems.trials import Case, CaseKind, Check, Side

SEALED_BODIES = "sealed_bodies"
INSERT_CASE = "INSERT INTO cases (key, kind, side, family, sketch) VALUES (?, ?, ?, ?, ?)"
INSERT_CLAIM = """
INSERT INTO claims (id, case_key, origin, against, words, server, tool, outcome, run_id, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'holds')
ON CONFLICT (id) DO UPDATE SET state = 'holds', origin = excluded.origin
"""
CHECKS = "SELECT id, server, tool, outcome FROM claims WHERE case_key = ? AND state = 'holds' AND against = ''"
JUDGE = "UPDATE claims SET origin = ? WHERE id = ?"
TRUST = "UPDATE claims SET state = 'dropped' WHERE run_id = ? AND words = ? AND against != ''"
DRAFTS_OF_RUN = """
SELECT claims.id, case_key FROM claims JOIN cases ON cases.key = case_key
WHERE run_id = ? AND state = 'holds' AND against = '' AND kind IN ('draft', 'step') ORDER BY claims.rowid
"""
SELECT_CLAIMS = """
SELECT key, kind, side, claims.id, origin, against, words, given.body, claimed.body
FROM claims JOIN cases ON cases.key = case_key
LEFT JOIN bodies AS given ON given.id = key LEFT JOIN bodies AS claimed ON claimed.id = claims.id
WHERE state = 'holds' ORDER BY cases.rowid, claims.rowid
"""

migrations = Migrations("cases")


@migrations()
def create_cases(database: Database) -> None:
    """Cases, claims, bodies, and the uses of sealed ones."""
    cases: dict[str, type] = {"key": str, "kind": str, "side": str, "family": str, "sketch": bytes}
    database.table("cases").create(cases, pk="key")
    claims = ("id", "case_key", "origin", "against", "words", "server", "tool", "outcome", "run_id", "state")
    database.table("claims").create(dict.fromkeys(claims, str), pk="id")
    database.table("claims").create_index(["case_key"])
    for name in ("bodies", SEALED_BODIES):
        database.table(name).create({"id": str, "body": bytes}, pk="id")
    database.table("sealed_uses").create({"used": str, "purpose": str, "cases": int})


@migrations()
def create_harvests(database: Database) -> None:
    """Up to which loop a run was harvested."""
    database.table("harvests").create({"run_id": str, "last_loop": str}, pk="run_id")


class Row(NamedTuple):
    """One claim with its case; bodies are None where they are sealed."""

    key: Hash
    kind: CaseKind
    side: Side
    id: Hash
    origin: Literal["run", "person"]
    against: Hash
    words: str
    given: bytes | None
    claimed: bytes | None


def claim_id(case: Case) -> Hash:
    """Id of a case's check: the same check of the same case has one id, whoever made it."""
    return content_hash(canonical([case.key, case.check.model_dump(mode="json", exclude_defaults=True)]))


def given(case: Case) -> bytes:
    """What is given, as a body."""
    return _packed(case.given.model_dump(mode="json"))


def claimed(case: Case) -> bytes:
    """A check and where it comes from, as a body."""
    return _packed(case.model_dump(mode="json", exclude={"given", "origin"}))


def whole(row: Row) -> Case | None:
    """The case of a row with this check; None where a body is missing, damaged or another."""
    if row.given is None or row.claimed is None:
        return None
    try:
        more = {**_unpacked(row.claimed), "given": _unpacked(row.given), "origin": row.origin}
        case = Case.model_validate(more)
    except (zlib.error, ValueError, TypeError):
        return None
    return case if (case.key, claim_id(case)) == (row.key, row.id) else None


def _packed(value: Any) -> bytes:
    return zlib.compress(canonical(value).encode("utf-8", "surrogatepass"))


def _unpacked(body: bytes) -> Any:
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))


def said(check: Check) -> tuple[str, str, str]:
    """Server, tool and outcome that a check asks for, hashed; empty where it does not ask."""
    server, tool, outcome = (
        content_hash(word)[:16] if word else "" for word in (check.server, check.tool, check.outcome)
    )
    return server, tool, outcome


def contradict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two checks ask for different servers, tools or outcomes, so that they cannot both hold."""
    return any(mine and theirs and mine != theirs for mine, theirs in zip(one, other, strict=True))
