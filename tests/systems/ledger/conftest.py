from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from systems.ledger import Ledger
from systems.stores import Place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".specloop" / "specloop.db"


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with closing(Ledger(place)) as found:
        yield found
