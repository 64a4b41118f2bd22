"""Where the stores of a project are: in a file of the project, or in a schema of a PostgreSQL database.

`SPECLOOP_STORE=postgresql://user@host/database` moves every store of every project there. A project is known in a
database by where it comes from, so that clones of it on several machines are one project.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from systems.errors import UsageError
from systems.hashed import content_hash

VARIABLE = "SPECLOOP_STORE"
STORE = Path(".specloop") / "specloop.db"
MOST_NAME = 40


@dataclass(frozen=True)
class Schema:
    """A schema of a PostgreSQL database.

    Attributes:
        url: connection URI of libpq (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS);
            its password is a secret.
        name: name of the schema.
        project: the project whose stores are there.
    """

    url: str = field(repr=False)
    name: str
    project: str

    def __str__(self) -> str:
        """The schema as people and errors name it, without the secret."""
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2] + parts.path
        return f"postgresql://{where} (schema {self.name})"


Place: TypeAlias = Path | Schema


def place_of(project: Path, environment: Mapping[str, str] = os.environ) -> Place:
    """Where the stores of a project are.

    Raises:
        UsageError: SPECLOOP_STORE is no URL of PostgreSQL.
    """
    url = database_of(environment)
    return schema_of(project, url) if url else project / STORE


def database_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """The database that SPECLOOP_STORE names; None where stores are files.

    Raises:
        UsageError: it names no PostgreSQL database.
    """
    url = environment.get(VARIABLE) or None
    if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise UsageError(
            f"{VARIABLE} names no PostgreSQL database.",
            mend=f"Write it so: {VARIABLE}=postgresql://user@host:5432/database; unset it for SQLite.",
        )
    return url


def schema_of(project: Path, url: str) -> Schema:
    """The schema of a project in a database."""
    whose = _identity(project.resolve())
    words = re.sub(r"[^a-z0-9]+", "_", whose.rstrip("/").removesuffix(".git").rpartition("/")[2].lower())
    return Schema(url, f"specloop_{words[:MOST_NAME]}_{content_hash(whose)[:8]}", whose)


def exists(place: Place) -> bool:
    """Whether anything was ever kept there.

    Raises:
        Missing: the database cannot be reached.
    """
    if isinstance(place, Path):
        return place.is_file()
    from systems.stores.postgres import has_schema

    return has_schema(place)


@lru_cache(maxsize=64)
def _identity(project: Path) -> str:
    """Where a project comes from, without credentials: the URL of its git remote `origin`, else its folder."""
    told = subprocess.run(
        ["git", "-C", str(project), "config", "--get", "remote.origin.url"], capture_output=True, text=True, check=False
    )
    origin = told.stdout.strip()
    return re.sub(r"(?<=//)[^/@]*@", "", origin) if origin else str(project)
