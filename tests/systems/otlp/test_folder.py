"""A folder of traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.errors import UsageError
from systems.otlp import folder, read
from tests.systems.otlp.forms import FORMS, a_span


def test_a_folder_gives_its_traces_sorted_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    for number, form in enumerate(FORMS):
        (tmp_path / "b" / f"{number:02}").write_bytes(FORMS[form]([a_span(1)]))
    for name in ("a.json", "c.json", ".c.json", ".hidden/d.json"):
        (tmp_path / name).write_bytes(FORMS["one_document"]([a_span(1)]))
    for name, text in {"README.md": "# Traces", "labels.jsonl": '{"file": "a.json"}\n', "empty": ""}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "loop").symlink_to(tmp_path)
    found = list(folder(tmp_path))
    assert found == [tmp_path / "a.json", *(tmp_path / "b" / f"{n:02}" for n in range(len(FORMS))), tmp_path / "c.json"]
    assert all(list(read(path)) == [a_span(1)] for path in found)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be listed: No such file"):
        list(folder(tmp_path / "none"))
