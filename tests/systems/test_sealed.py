"""Sealed cases are read in one place, and every reading is on record."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph.learning.final_report import sealed_cases
from systems.cases import Cases
from systems.errors import Missing
from systems.sealed import unsealed, uses
from tests.systems.case_support import on


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / ".specloop" / "specloop.db"
    with closing(Cases(path)) as cases:
        cases.add_all([on("sealed"), on("working"), on("guard"), on("sealed", kind="draft")])
    return path


def test_the_final_report_reads_the_sealed_cases_and_nothing_else(path: Path, tmp_path: Path) -> None:
    assert sealed_cases(tmp_path) == (on("sealed"), on("sealed", kind="draft"))


def test_every_use_is_recorded_before_a_case_is_read(path: Path) -> None:
    assert uses(path) == ()
    with unsealed(path, purpose="report of round 3"):
        assert [(use.purpose, use.cases) for use in uses(path)] == [("report of round 3", 2)]
    with pytest.raises(RuntimeError), unsealed(path, purpose="another"):
        raise RuntimeError
    assert [use.purpose for use in uses(path)] == ["report of round 3", "another"]


def test_what_goes_wrong_with_the_reader_is_no_damage_of_the_store(path: Path) -> None:
    with pytest.raises(OSError, match="mine"), unsealed(path, purpose="report"):
        raise OSError("mine")


def test_no_other_module_speaks_of_the_table_of_sealed_bodies() -> None:
    root = Path(__file__).parents[2]
    sources = [path for floor in ("graph", "nodes", "systems") for path in (root / floor).rglob("*.py")]
    speaks = {path.name for path in sources if re.search("sealed_bodies", path.read_text("utf-8"), re.IGNORECASE)}
    assert speaks == {"case_tables.py", "cases.py", "copy.py", "layout.py", "sealed.py"}


def test_disputed_and_dropped_sealed_cases_are_left_out(path: Path, tmp_path: Path) -> None:
    with closing(Cases(path)) as cases:
        cases.doubt("r1", "bad")
        assert sealed_cases(tmp_path) == (on("sealed"),)
        cases.drop(on("sealed").key)
    assert sealed_cases(tmp_path) == ()


def test_a_sealed_case_changed_behind_the_stores_back_is_noticed(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE sealed_bodies SET body = (SELECT max(body) FROM sealed_bodies)")
    with pytest.raises(Missing, match="behind the store's back"):
        sealed_cases(tmp_path)
