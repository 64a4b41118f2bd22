"""Replies are kept once, for good, and without secrets."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from systems.access.replies import Replies, migrations
from systems.errors import Missing
from systems.stores import Place, open_tables

ASKED = {"kind": "question", "text": "Which database?"}


def test_a_reply_is_kept_once_however_often_its_node_is_worked(place: Place) -> None:
    with closing(Replies(place)) as replies:
        replies.keep("r", "answer:1", "ann", ASKED, {"answer": "the big one"})
        replies.keep("r", "answer:1", "bob", ASKED, {"answer": "the big one"})  # bob resumed what ann had answered
        replies.keep("r", "answer:2", "bob", ASKED, "password=hunter2")
        replies.keep("other", "answer:1", "eve", ASKED, "no")
        told = [(each.by, each.kind, each.question, each.answer) for each in replies.of("r")]
    assert told[0] == ("ann", "question", "Which database?", '{"answer":"the big one"}')
    assert len(told) == 2 and told[1][0] == "bob" and "hunter2" not in told[1][3]


@pytest.mark.parametrize("statement", ["UPDATE replies SET by = 'eve'", "DELETE FROM replies"])
def test_a_reply_is_neither_changed_nor_taken_away(place: Place, statement: str) -> None:
    with closing(Replies(place)) as replies:
        replies.keep("r", "t", "ann", ASKED, "yes")
        with closing(open_tables(place, migrations)) as tables, pytest.raises((Missing, sqlite3.Error), match="kept"):
            tables.run(statement)
        assert [each.by for each in replies.of("r")] == ["ann"]


def test_a_store_of_before_has_no_replies(tmp_path: Path) -> None:
    with closing(Replies(tmp_path / "specloop.db")) as replies:
        assert replies.of("r") == ()
