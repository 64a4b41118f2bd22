"""What is particular in a question is named by its kind, so that it is found by what is asked of it."""

from __future__ import annotations

import pytest

from nodes.question_routing.wording import plain


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What does src/app.py say?", "What does a file say?"),
        ("Convert 17:45 Asia/Kolkata to America/Argentina/Salta", "Convert 17:45 a time zone to a time zone"),
        ("Is origin/main ahead of feature/login?", "Is a branch ahead of a branch?"),
        ("What did HEAD~2 and 3bc6d9a change?", "What did commit and commit change?"),
        ("Where is KeyError caught, where load_user called?", "Where is a name caught, where a name called?"),
        ("Could you please tell me who calls 'add'?", "who calls a word?"),
    ],
)
def test_what_is_particular_is_named_by_its_kind(question: str, meant: str) -> None:
    assert plain(question) == meant
