"""The document store keeps texts whole, notices damage, and files are replaced in one step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from systems.documents import Documents, read_file, write_file
from systems.errors import Missing
from systems.records import Step, Tokens, content_hash
from systems.stores import Place
from tests.systems.store_support import on_file


@pytest.fixture
def documents(place: Place) -> Iterator[Documents]:
    with closing(Documents(place)) as found:
        yield found


@given(st.text(st.characters(exclude_categories=())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_comes_back_as_it_was(documents: Documents, text: str) -> None:
    assert documents.get(documents.put(text)) == text


def test_a_record_comes_back_under_its_hash(documents: Documents) -> None:
    record = Step(artifact="tasks", change="add-it", loop=3, reason="ready")
    assert documents.put_record(record) == record.hash
    assert documents.get_record(record.hash, Step) == record
    assert documents.put_record(Tokens()) != documents.put_record(Tokens(input=1))


@on_file
def test_a_text_is_kept_once(documents: Documents, tmp_path: Path) -> None:
    for _ in range(3):
        documents.put("the same")
    with closing(sqlite3.connect(tmp_path / ".specloop" / "specloop.db")) as database:
        assert database.execute("SELECT count(*) FROM documents").fetchone() == (1,)


@on_file
@pytest.mark.parametrize("body", ["x'00'", "zeroblob(40)", "(SELECT body FROM documents WHERE hash != :key)"])
def test_a_damaged_text_is_noticed(body: str, documents: Documents, tmp_path: Path) -> None:
    key, _ = documents.put("a text"), documents.put("another")
    with closing(sqlite3.connect(tmp_path / ".specloop" / "specloop.db")) as database, database:
        database.execute(f"UPDATE documents SET body = {body} WHERE hash = :key", {"key": key})
    with pytest.raises(Missing, match="damaged") as raised:
        documents.get(key)
    assert str(tmp_path / ".specloop" / "specloop.db") in raised.value.message


def test_a_text_that_is_not_there_is_named(documents: Documents) -> None:
    with pytest.raises(Missing, match="missing from"):
        documents.get(content_hash("never put"))


def test_what_was_written_where_is_remembered(documents: Documents) -> None:
    assert documents.last_write("a.md") is None
    documents.note_write("a.md", after="1", before=None, run_id="r")
    documents.note_write("a.md", after="2", before="1", run_id="r")
    assert documents.last_write("a.md") == ("2", "1") and documents.last_write("b.md") is None
    documents.forget_write("a.md")
    assert documents.last_write("a.md") is None


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_survives_being_read_and_written(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "sub" / "file.md"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)
    text = read_file(path)
    write_file(path, text)
    assert path.read_bytes() == body and list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_with_its_mode_or_removed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.md"
    write_file(path, "one")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    write_file(path, "two")
    assert path.read_text() == "two" and path.stat().st_mode & 0o777 == 0o600
    write_file(path, None)
    write_file(path, None)
    assert read_file(path) is None and read_file(path.parent) is None


def test_a_file_that_cannot_be_written_is_named_and_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Missing, match="could not be written") as raised:
        write_file(tmp_path / "file" / "below.md", "text")
    assert raised.value.system == "disk" and raised.value.mend
    assert (tmp_path / "file").read_text() == "in the way"
