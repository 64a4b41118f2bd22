"""A history is taken along whole, once, and never into another one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from systems.cases import Cases
from systems.documents import Documents
from systems.errors import Missing
from systems.ledger import Ledger
from systems.runs import Runs
from systems.sealed import unsealed
from systems.stores import STORE, Schema
from systems.stores.copy import TABLES, copy_tables
from systems.stores.place import schema_of
from tests import postgres
from tests.systems.case_support import on
from tests.systems.ledger.histories import step


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A store with something in every kind of table."""
    path = tmp_path / STORE
    with closing(Documents(path)) as documents:
        text = documents.put("a text with \ud800 and \x00")
        for number in range(1_100):
            documents.put(str(number))
        documents.note_write("a.md", after=text, before=None, run_id="r")
        for by in ("r", "person", "r"):
            documents.note_version("a.md", documents.put(by), by=by)
    with closing(Runs(path)) as runs:
        runs.start("z", goal="first", change=None, settings={})
        runs.start("a", goal="second", change="c", settings={"x": 1.5})
        runs.spend("a", sent=3, received=4, cost=0.25)
    with closing(Cases(path)) as cases:
        cases.add_all([on("sealed"), on("working"), on("guard")])
    with closing(Ledger(path)) as ledger:
        step(ledger)
    return path


@pytest.fixture
def target(tmp_path: Path, database: postgres.Server) -> Schema:
    return schema_of(tmp_path, database.url)


def test_everything_is_there_afterwards_and_is_not_copied_twice(source: Path, target: Schema) -> None:
    first = list(copy_tables(source, target))
    assert {one.table for one in first if one.new} > {"documents", "versions", "runs", "claims", "sealed_bodies"}
    assert {one.table for one in first} == {*TABLES, "ledger_heads"}
    assert not [one for one in copy_tables(source, target) if one.new]
    with closing(Runs(target)) as new, closing(Runs(source)) as old:
        assert new.all() == old.all()
    with closing(Documents(target)) as new_texts, closing(Documents(source)) as old_texts:
        assert new_texts.versions("a.md") == old_texts.versions("a.md")
    with closing(Ledger(target)) as ledger:
        assert ledger.verify() == () and len(ledger.entries()) == 7
    with unsealed(target, purpose="test") as sealed:
        assert sealed == (on("sealed"),)


def test_a_history_goes_on_where_it_was_taken_to(source: Path, target: Schema) -> None:
    list(copy_tables(source, target))
    with closing(Ledger(target)) as ledger:
        step(ledger)
        assert ledger.verify() == ()
    with closing(Documents(target)) as documents:
        documents.note_version("a.md", documents.put("new"), by="r2")
        assert [version.by for version in documents.versions("a.md")] == ["r", "person", "r", "r2"]


def test_another_history_is_never_touched(source: Path, target: Schema) -> None:
    with closing(Runs(target)) as runs:
        runs.start("other", goal="g", change=None, settings={})
    with pytest.raises(Missing, match="another history of this project: its runs differ"):
        list(copy_tables(source, target))
    with closing(Runs(target)) as runs:
        assert [run.run_id for run in runs.all()] == ["other"]
