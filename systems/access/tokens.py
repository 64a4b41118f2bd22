"""Tokens: who may ask a server for what, until when.

Contract: a token is shown once, when it is made, and kept nowhere; only its SHA-256 is, which is enough for 256 random
bits. Rows are never deleted: a token that was revoked is listed still, and while there is any row nobody is let in
without a token. They are in the database of SPECLOOP_STORE, in a schema that is no project's, or in a file of the
user's data folder.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_data_dir
from pydantic import Field

from systems.access.callers import Role
from systems.errors import UsageError
from systems.hashed import Record
from systems.stores import Place, Schema, exists, open_tables
from systems.stores.place import database_of
from systems.stores.sqlite import Database, Migrations

migrations = Migrations("tokens")
CACHE_SECONDS = 5.0
"""A token that is revoked ends so much later, at most."""
FORM = re.compile(r"slp_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
NAME = re.compile(r"[\w.@+-]{1,64}")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
NO_HASH = "0" * 64
_COLUMNS = ("id", "name", "role", "projects", "created", "expires", "revoked")
Clock = Callable[[], datetime]
T = TypeVar("T")


class Token(Record):
    """What is kept of a token."""

    id: str = Field(description="What it is revoked by, besides its name")
    name: str = Field(description="Whose it is, as audits name them")
    role: Role = Field(description="read, run, which includes read, or approve, which includes run")
    projects: tuple[str, ...] = Field((), description="Folders and repositories it is good for; none: all")
    created: str = Field(description="When, ISO 8601 in UTC")
    expires: str | None = Field(None, description="Until when it is good")
    revoked: str | None = Field(None, description="When somebody ended it")

    def is_good(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or datetime.fromisoformat(self.expires) > now)


@migrations()
def create_tokens(database: Database) -> None:
    """One row a token."""
    columns: dict[str, Any] = dict.fromkeys(("id", "hash", *_COLUMNS[1:]), str)
    needed = {"hash", "name", "role", "projects", "created"}
    database.table("tokens").create(columns, pk="id", not_null=needed)


def server_place(environment: Mapping[str, str] = os.environ) -> Place:
    """Where a server keeps what is no project's.

    Raises:
        UsageError: SPECLOOP_STORE is no URL of PostgreSQL.
    """
    url = database_of(environment)
    return Schema(url, "specloop_server", "server") if url else Path(user_data_dir("specloop")) / "server.db"


class Tokens:
    """The tokens of one server."""

    def __init__(self, place: Place, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._tables = open_tables(place, migrations, durable=True)
        self._clock = clock

    def add(
        self, name: str, role: Role, projects: tuple[str, ...] = (), lasts: timedelta | None = None
    ) -> tuple[str, Token]:
        """A new token, and what is kept of it.

        Raises:
            UsageError: the name is none, or its token is good still.
        """
        if not NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a token.", mend="Use letters, digits and . @ + - _, at most 64.")
        now, number = self._clock(), secrets.token_hex(4)
        secret = f"slp_{number}_{secrets.token_urlsafe(32)}"
        expires = (now + lasts).isoformat(timespec="seconds") if lasts else None
        created = now.isoformat(timespec="seconds")
        token = Token(id=number, name=name, role=role, projects=projects, created=created, expires=expires)
        with self._tables.transaction():
            if any(one.name == name and one.is_good(now) for one in self.all()):
                raise UsageError(f"{name} has a token already.", mend=f"End it first: specloop token revoke {name}")
            self._tables.run(
                "INSERT INTO tokens (hash, id, name, role, projects, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(_hash(secret), number, name, role, "\n".join(projects), created, expires),
            )
        return secret, token

    def all(self) -> tuple[Token, ...]:
        """Every token there ever was, newest last."""
        rows = self._tables.rows(f"SELECT {', '.join(_COLUMNS)} FROM tokens ORDER BY created, id")
        return tuple(map(_token, rows))

    def revoke(self, name: str) -> tuple[Token, ...]:
        """End the tokens of a name, or the one of an id; what was ended.

        Raises:
            UsageError: none of that name or id is good.
        """
        now = self._clock()
        ended = [one for one in self.all() if name in (one.name, one.id) and one.is_good(now)]
        if not ended:
            raise UsageError(f"There is no token {name!r} to end.", mend="See `specloop token list`.")
        at = now.isoformat(timespec="seconds")
        for one in ended:
            self._tables.run("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", at, one.id)
        return tuple(one.model_copy(update={"revoked": at}) for one in ended)

    def holder(self, secret: str) -> Token | None:
        """What a token says, where it is one and good; compared in constant time."""
        found = FORM.fullmatch(secret)
        sql = f"SELECT {', '.join(_COLUMNS)}, hash FROM tokens WHERE id = ?"
        row = self._tables.row(sql, found[1] if found else "")
        same = hmac.compare_digest(_hash(secret), str(row[-1]) if row else NO_HASH)
        token = _token(row[:-1]) if row and same else None
        return token if token and token.is_good(self._clock()) else None

    def close(self) -> None:
        """Close the store."""
        self._tables.close()


class KnownTokens:
    """Tokens as a server checks them at every request: what it found in the store holds for seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet.

        Args:
            clock: seconds.
        """
        self._clock = clock
        self._good: dict[str, tuple[float, Token]] = {}
        self._any = (-CACHE_SECONDS, False)

    def holder(self, secret: str) -> Token | None:
        """As `Tokens.holder`; one that is not good is looked up each time."""
        key, now = _hash(secret), self._clock()
        at, token = self._good.get(key, (-CACHE_SECONDS, None))
        if now - at < CACHE_SECONDS and token and token.is_good(datetime.now(UTC)):
            return token
        self._good = {key: known for key, known in self._good.items() if now - known[0] < CACHE_SECONDS}
        found = _opened(lambda tokens: tokens.holder(secret), None)
        if found:
            self._good[key] = now, found
        return found

    def are_any(self) -> bool:
        """Whether there ever was a token; once there was, that stays so."""
        at, found = self._any
        if not found and self._clock() - at >= CACHE_SECONDS:
            self._any = self._clock(), _opened(lambda tokens: bool(tokens.all()), False)
        return self._any[1]


def lasting(text: str) -> timedelta:
    """How long `90d` is; also minutes, hours and weeks (30m, 12h, 2w).

    Raises:
        UsageError: it is no such time.
    """
    found = re.fullmatch(r"([1-9]\d{0,5})([mhdw])", text)
    if not found:
        raise UsageError(f"{text!r} is no time.", mend="Write it as 30m, 12h, 90d or 2w.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _opened(work: Callable[[Tokens], T], without: T) -> T:
    """Something looked up in the store; where there is none, no token was ever made."""
    place = server_place()
    if not exists(place):
        return without
    tokens = Tokens(place)
    try:
        return work(tokens)
    finally:
        tokens.close()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: tuple[Any, ...]) -> Token:
    values = dict(zip(_COLUMNS, row, strict=True))
    return Token.model_validate({**values, "projects": tuple(filter(None, values["projects"].split("\n")))})
