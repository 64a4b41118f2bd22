"""Lexical search: words in common decide, rare ones most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from systems.likeness.lexical import Index, split_names

TEXTS = {"log": "commit history log", "read": "read_text_file what a file says", "time": "convertTime zones"}


def test_the_text_that_shares_the_rare_words_is_first() -> None:
    index = Index(TEXTS)
    assert [key for key, _ in index.search("Which commits are in the history?")] == ["log"]
    assert index.search("What does the text say?")[0][0] == "read"
    assert index.search("converting zones")[0][0] == "time"
    assert index.search("quaternions") == [] and index.search("what is the") == []
    assert len(index.search("commit file zones", limit=2)) == 2


@given(st.text())
def test_no_question_is_a_syntax_error(question: str) -> None:
    index = Index(TEXTS)
    assert all(key in TEXTS for key, _ in index.search(f'{question} " OR NEAR( * ^ file'))


def test_names_are_split_into_words() -> None:
    assert split_names("read_text-file readTextFile") == "read text file read Text File"
