"""The stores' tests run on both engines: `place` is a SQLite file, then a schema of a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.stores import Place
from systems.stores.place import schema_of
from tests import postgres


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a project's stores are, on either engine."""
    if request.param == "sqlite":
        return tmp_path / ".specloop" / "specloop.db"
    server: postgres.Server = request.getfixturevalue("database")
    return schema_of(tmp_path, server.url)
