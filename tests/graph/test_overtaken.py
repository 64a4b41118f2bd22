"""A run whose lock is lost with the database's connection, and which another process goes on with meanwhile."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from graph.learning.improvement import LOCK, alone
from systems.documents import Documents
from systems.errors import Busy, Overtaken
from systems.ledger import Ledger
from systems.policy import BASELINE
from systems.runs import Runs
from systems.stores import Schema, place_of
from systems.stores.keys import key_of
from tests import postgres
from tests.graph.conftest import BEGUN, GOAL, workspace
from tests.graph.scripted import artifact_of, scripted_reply
from tests.systems.imitation_server import ImitationServer

ANOTHER = """
import sys
from pathlib import Path
from systems.runs import Runs
from systems.stores import place_of
with Runs(place_of(Path(sys.argv[1]))).alive(sys.argv[2]): pass
"""


def test_a_run_that_another_process_went_on_with_writes_nothing_more(
    begun: Path, database: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECLOOP_STORE", database.url)
    tasks = begun / "openspec" / "changes" / BEGUN / "tasks.md"
    ids: list[str] = []

    def another_takes_it(request: dict[str, Any]) -> dict[str, Any]:
        if artifact_of(request) == "tasks" and database.cut("specloop locks"):
            subprocess.run([sys.executable, "-c", ANOTHER, str(begun), ids[0]], check=True, timeout=120)
        return scripted_reply(request)

    with ImitationServer(another_takes_it) as model:
        with pytest.raises(Overtaken, match="Another process went on with run") as raised:
            workspace(begun, model).run(
                GOAL, change=BEGUN, watch=lambda event: ids.append(event.text) if event.kind == "begun" else None
            )
        assert isinstance(raised.value, Busy) and raised.value.mend
        assert not tasks.exists(), "the draft came after the run was somebody else's"
        with closing(Runs(place_of(begun))) as runs:
            assert runs.get(ids[0]).status == "interrupted", "it is not for this one to say how it went"
    with ImitationServer(scripted_reply) as model:
        assert workspace(begun, model).resume(ids[0]).status == "done"
    with closing(Documents(place_of(begun))) as documents:
        key = tasks.relative_to(begun).as_posix()
        assert len([one for one in documents.versions(key) if one.by == ids[0]]) == 1


def test_an_improver_whose_lock_another_has_learns_nothing_more(
    tmp_path: Path, database: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECLOOP_STORE", database.url)
    place = place_of(tmp_path)
    assert isinstance(place, Schema)
    with alone(tmp_path) as check, closing(Ledger(place)) as ledger, psycopg.connect(database.url) as another:
        ledger.guarded(check)
        database.cut("specloop locks")
        ledger.append("policy", BASELINE)  # nobody took it: it is taken again
        database.cut("specloop locks")
        another.execute("SELECT pg_advisory_lock(%s)", (key_of(f"{place.name} {LOCK}"),))
        with pytest.raises(Overtaken, match="Another `specloop improve` began"):
            ledger.append("policy", BASELINE.edited({"draft": {"temperature": 0.3}}))
        assert len(ledger.entries()) == 1
