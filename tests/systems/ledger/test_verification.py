"""Whatever is changed behind the ledger's back is named, and never used."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from systems.errors import Missing
from systems.ledger import Ledger
from systems.ledger.chain import GUARDS
from systems.policy import DEFAULT
from systems.stores import Place
from systems.trials import Adopted
from tests.systems.ledger.histories import MODEL, Step, back, step

SHORTER = {"draft": {"characters": 80}}
SECOND = 12
COLUMNS = ("seal", "previous", "kind", "at", "model", "record", "body")


@pytest.fixture
def place(path: Path) -> Place:
    """A file: these tests damage it."""
    return path


@pytest.fixture
def steps(ledger: Ledger) -> tuple[Step, Step]:
    """Two policies, the second one active: entries 1 to 7 and 8 to 12."""
    first = step(ledger)
    return first, step(ledger, first.policy, SHORTER)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("original") / "specloop.db"
    with closing(Ledger(path)) as ledger:
        first = step(ledger)
        step(ledger, first.policy, SHORTER)
    yield path


def changed(path: Path, *statements: str) -> None:
    """Do what the triggers forbid, as somebody would who means to."""
    with closing(sqlite3.connect(path)) as database, database:
        kept = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for name in GUARDS:
            database.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, *kept):
            database.execute(statement)


def named(ledger: Ledger) -> dict[int, str]:
    return {one.number: one.what for one in ledger.verify()}


@given(number=st.integers(1, SECOND), column=st.sampled_from(COLUMNS), place=st.integers(0), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_flipped_bit_anywhere_is_named(
    original: Path, tmp_path: Path, number: int, column: str, place: int, bit: int
) -> None:
    path = tmp_path / "specloop.db"
    for suffix in (".db", ".heads"):
        shutil.copy(original.with_suffix(suffix), path.with_suffix(suffix))
    with closing(sqlite3.connect(path)) as database:
        value = database.execute(f"SELECT CAST({column} AS BLOB) FROM ledger WHERE number = {number}").fetchone()[0]
    if not value:
        return
    flipped = bytearray(value)
    flipped[place % len(flipped)] ^= 1 << bit
    kind = "BLOB" if column == "body" else "TEXT"
    changed(path, f"UPDATE ledger SET {column} = CAST(x'{flipped.hex()}' AS {kind}) WHERE number = {number}")
    with closing(Ledger(path)) as ledger:
        assert number in named(ledger)
        assert number not in {entry.number for entry in ledger.entries()}


@given(place=st.integers(0), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_flipped_bit_in_the_note_is_named(original: Path, tmp_path: Path, place: int, bit: int) -> None:
    path = tmp_path / "specloop.db"
    shutil.copy(original, path)
    note = bytearray(original.with_suffix(".heads").read_bytes())
    note[place % len(note)] ^= 1 << bit
    path.with_suffix(".heads").write_bytes(note)
    with closing(Ledger(path)) as ledger:
        assert named(ledger)


def test_a_body_that_was_edited_by_hand_is_named_and_not_used(
    ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    key = steps[1].policy.hash
    changed(path, f"UPDATE ledger SET body = replace(body, '80', '90') WHERE record = '{key}'")
    assert named(ledger) == {8: "its body was changed: it does not match its hash"}
    with pytest.raises(Missing, match=f"policy {key[:12]} no longer matches") as raised:
        ledger.active(MODEL)
    assert "`specloop rollback default`" in raised.value.mend
    with pytest.raises(Missing):
        ledger.find(key)


def test_a_rollback_mends_what_was_active_and_damaged(ledger: Ledger, path: Path, steps: tuple[Step, Step]) -> None:
    changed(path, f"UPDATE ledger SET body = replace(body, '80', '90') WHERE record = '{steps[1].policy.hash}'")
    ledger.roll_back(back(steps[1].policy, steps[0].policy), model=MODEL)
    assert ledger.active(MODEL) == steps[0].policy
    assert list(named(ledger)) == [8], "what was damaged stays named"


def test_a_damaged_policy_that_is_kept_again_is_sound_again(
    ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    changed(path, f"UPDATE ledger SET body = x'00' WHERE record = '{steps[1].policy.hash}'")
    ledger.append("policy", steps[1].policy)
    assert ledger.active(MODEL) == steps[1].policy


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"UPDATE ledger SET model = 'other' WHERE number = {SECOND + 1}", "does not match its hash"),
        (f"UPDATE ledger SET kind = 'report' WHERE number = {SECOND + 1}", "does not match its hash"),
        (f"DELETE FROM ledger WHERE number = {SECOND + 1}", "the database does not: removed"),
    ],
)
def test_a_rollback_cannot_be_hidden(
    statement: str, told: str, ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    ledger.roll_back(back(steps[1].policy, DEFAULT), model=MODEL)
    changed(path, statement)
    assert told in named(ledger)[SECOND + 1]
    with pytest.raises(Missing, match=f"entry {SECOND + 1}"):
        ledger.active(MODEL)


def test_damage_before_the_last_decision_does_not_stop_the_next_run(
    ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    changed(path, "UPDATE ledger SET at = '' WHERE number = 5")
    assert named(ledger) == {5: "it was changed: it does not match its hash"}
    assert ledger.active(MODEL) == steps[1].policy


@pytest.mark.parametrize(("first", "last"), [(3, 3), (3, 5), (SECOND, SECOND), (1, SECOND)])
def test_entries_that_were_removed_are_named(
    first: int, last: int, ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    changed(path, f"DELETE FROM ledger WHERE number BETWEEN {first} AND {last}")
    told = named(ledger)
    assert set(range(first, last + 1)) <= set(told)
    assert all("removed" in told[number] for number in range(first, last + 1))


def test_an_entry_after_removed_ones_does_not_hide_them(ledger: Ledger, path: Path, steps: tuple[Step, Step]) -> None:
    changed(path, f"DELETE FROM ledger WHERE number = {SECOND}")
    ledger.append("policy", DEFAULT.edited({"draft": {"items": 5}}))
    assert "by another hash: it was replaced" in named(ledger)[SECOND]


def test_a_ledger_that_was_written_anew_is_named_where_the_note_was_forgotten(original: Path, tmp_path: Path) -> None:
    forged = tmp_path / "specloop.db"
    with closing(Ledger(forged)) as other:
        first = step(other)
        step(other, first.policy, {"draft": {"characters": 90}})
        assert named(other) == {}
    shutil.copy(original.with_suffix(".heads"), forged.with_suffix(".heads"))
    with closing(Ledger(forged)) as replaced:
        assert list(named(replaced)) == list(range(1, SECOND + 1))


def test_a_note_that_is_gone_is_named_and_written_anew(ledger: Ledger, path: Path, steps: tuple[Step, Step]) -> None:
    path.with_suffix(".heads").unlink()
    assert "cannot be said" in named(ledger)[0]
    ledger.roll_back(back(steps[1].policy, DEFAULT), model=MODEL)
    assert named(ledger) == {}


def test_a_line_of_the_note_that_a_kill_cut_off_is_written_again(
    ledger: Ledger, path: Path, steps: tuple[Step, Step]
) -> None:
    note = path.with_suffix(".heads")
    note.write_bytes(note.read_bytes()[:-30])
    assert named(ledger) == {}
    ledger.roll_back(back(steps[1].policy, DEFAULT), model=MODEL)
    assert named(ledger) == {}
    assert note.read_text().splitlines()[-2:] == [f"{entry.number} {entry.hash}" for entry in ledger.entries()[-2:]]


def test_triggers_that_are_gone_are_named(ledger: Ledger, path: Path, steps: tuple[Step, Step]) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER ledger_no_update")
    assert named(ledger) == {0: "the triggers that keep entries from being changed are gone: ledger_no_update"}


def test_references_that_do_not_fit_are_named(ledger: Ledger, path: Path, steps: tuple[Step, Step]) -> None:
    chain = ledger._chain
    wrong = Adopted(policy=steps[0].policy.hash, verdict=steps[1].verdict)
    with chain.writing():
        chain.add("adopted", MODEL, wrong.model_dump_json().encode())
        chain.add("adopted", MODEL, Adopted(policy="1" * 64, verdict="2" * 64).model_dump_json().encode())
        chain.add("policy", "", b'{"draft": {"items": 900}}')
        chain.add("dream", "", b"{}")
    assert [(one.number, one.what) for one in ledger.verify()] == [
        (13, f"its verdict {steps[1].verdict[:12]} is about another policy"),
        (14, "its policy 111111111111 is not in the ledger before it"),
        (14, "its verdict 222222222222 is not in the ledger before it"),
        (15, "this version of specloop cannot read it (draft.items: Input should be less than or equal to 20)"),
        (16, "this version of specloop does not know its kind"),
    ]
