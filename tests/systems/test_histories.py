"""The history of a file goes on when its change is archived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from systems.documents import PERSON, Documents
from systems.histories import file_history

CHANGES = "openspec/changes"
NAME = "specs/listing/spec.md"


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    with closing(Documents(tmp_path / "specloop.db")) as store:
        yield store


def noted(documents: Documents, path: str, text: str, by: str = "run-1") -> None:
    documents.note_version(path, documents.put(text), by=by)


@pytest.mark.parametrize("asked", [f"{CHANGES}/json/{NAME}", f"{CHANGES}/archive/9999-01-01-json/{NAME}"])
def test_the_file_of_an_archived_change_has_the_texts_from_before_and_after(
    asked: str, documents: Documents, tmp_path: Path
) -> None:
    archive = f"{CHANGES}/archive/9999-01-01-json"
    (tmp_path / archive).mkdir(parents=True)
    (tmp_path / CHANGES / "archive" / "2020-01-01-json").mkdir()
    noted(documents, f"{CHANGES}/json/{NAME}", "one")
    noted(documents, f"{archive}/{NAME}", "two", by=PERSON)
    found = file_history(documents, tmp_path, asked)
    assert found.path == f"{archive}/{NAME}"
    assert [(each.number, documents.get(each.text), each.by) for each in found.versions] == [
        (1, "one", "run-1"),
        (2, "two", PERSON),
    ]
    assert file_history(documents, tmp_path, f"{CHANGES}/archive/2020-01-01-json/{NAME}").versions == ()


def test_an_open_change_of_the_same_name_has_its_own_file(documents: Documents, tmp_path: Path) -> None:
    (tmp_path / CHANGES / "archive" / "2020-01-01-json").mkdir(parents=True)
    (tmp_path / CHANGES / "json").mkdir()
    noted(documents, f"{CHANGES}/json/{NAME}", "one")
    assert file_history(documents, tmp_path, f"{CHANGES}/json/{NAME}").path == f"{CHANGES}/json/{NAME}"


def test_the_files_that_have_a_history_are_listed_by_run(documents: Documents) -> None:
    noted(documents, "README.md", "one")
    noted(documents, "README.md", "two", by="run-2")
    noted(documents, "docs/a.md", "three")
    last = documents.files()["README.md"]
    assert (last.number, documents.get(last.text), last.by) == (2, "two", "run-2")
    assert list(documents.files()) == ["README.md", "docs/a.md"]
    assert list(documents.files(by="run-2")) == ["README.md"] and documents.files(by="nobody") == {}
