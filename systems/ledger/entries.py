"""Entries of the ledger: what is kept, under which hash, and how each follows the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeVar, cast

from pydantic import Field

from systems.hashed import Hash, Record, canonical, content_hash
from systems.policy import Policy
from systems.records import Finding
from systems.trials import Adopted, Declined, Improved, Improving, Proposal, RolledBack, Trial, Verdict

Kind = Literal[
    "policy",
    "finding",
    "proposal",
    "trial",
    "verdict",
    "adopted",
    "declined",
    "rolled_back",
    "improving",
    "improved",
]
R = TypeVar("R", bound=Record)

KINDS: Mapping[Kind, type[Record]] = {
    "policy": Policy,
    "finding": Finding,
    "proposal": Proposal,
    "trial": Trial,
    "verdict": Verdict,
    "adopted": Adopted,
    "declined": Declined,
    "rolled_back": RolledBack,
    "improving": Improving,
    "improved": Improved,
}
"""What the body of each kind is."""

EVENTS: tuple[Kind, ...] = ("adopted", "rolled_back", "improving", "improved")
"""Kinds that may happen again with the same body; anything else is kept once."""

FIRST: Hash = "0" * 64
"""What the first entry follows."""


class Row(NamedTuple):
    """One row as the database has it, sound or not.

    Attributes:
        seal: the entry's hash.
        record: hash of `body`.
        body: UTF-8 of canonical JSON; None where it was not asked for.
    """

    number: int
    seal: Hash
    previous: Hash
    kind: str
    at: str
    model: str
    record: Hash
    body: bytes | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether everything but the body is what the entry's hash says."""
        return sealed(self) == self.seal

    @property
    def is_sound(self) -> bool:
        """Whether the body is besides."""
        return self.is_sealed and self.body is not None and body_hash(self.body) == self.record


class Entry(Record):
    """One entry that matches its hash."""

    number: int = Field(ge=1, description="Place in the ledger; the order, whatever the clock said")
    previous: Hash = Field(description="Hash of the entry before")
    kind: Kind
    at: str = Field(description="When it was written, by the clock of the machine: ISO 8601, UTC")
    model: str = Field(description="Model that it holds for; empty where it holds for any")
    record: Hash = Field(description="Id of what is kept: the hash of its body")
    text: bytes = Field(exclude=True, repr=False, description="What is kept: UTF-8 of canonical JSON")

    @property
    def hash(self) -> Hash:
        """SHA-256 of the canonical JSON of everything else; the text is in it by `record`."""
        return content_hash(canonical(self.model_dump(mode="json")))

    @property
    def body(self) -> dict[str, Any]:
        """What is kept, as JSON has it; empty where it is no JSON."""
        try:
            return cast("dict[str, Any]", json.loads(self.text.decode("utf-8", "surrogatepass")))
        except ValueError:
            return {}

    def read(self, kind: type[R]) -> R:
        """What is kept, as the record it was.

        Raises:
            pydantic.ValidationError: this version of specloop knows no such record.
        """
        try:
            self.text.decode()
        except UnicodeDecodeError:  # half of a surrogate pair, out of a model's JSON: no text to pydantic's parser
            return kind.model_validate(self.body)
        return kind.model_validate_json(self.text)


def sealed(row: Row) -> Hash:
    """The hash an entry must have: `Entry.hash` of what stands in the row."""
    names = ("number", "previous", "kind", "at", "model", "record")
    return content_hash(canonical({name: getattr(row, name) for name in names}))


def body_hash(body: bytes) -> Hash:
    """The hash of a body, whatever its bytes are."""
    return hashlib.sha256(body).hexdigest()


def written(record: Record) -> bytes:
    """The body of a record; its hash is the record's own."""
    return canonical(record.model_dump(mode="json")).encode("utf-8", "surrogatepass")


def entry(row: Row) -> Entry | None:
    """The entry of a row; None where it is damaged, or of a kind that this version does not know."""
    if not row.is_sound or row.body is None or row.kind not in KINDS:
        return None
    fields = {name: value for name, value in row._asdict().items() if name in Entry.model_fields}
    return Entry.model_construct(**fields, text=row.body)  # its hash vouches for it
