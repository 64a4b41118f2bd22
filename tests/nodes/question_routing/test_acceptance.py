"""A result is an answer unless it can be shown to be none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from nodes.question_routing.acceptance import judged, says_nothing
from tests.benchmarks.answers import measured

CLOCK = '{"timezone": "Europe/Berlin", "datetime": "2026-11-23T12:08:23+01:00", "is_dst": false}'
LOG = "Commit: 1c80b00aeb22ace1\nAuthor: Ada\nDate: 2026-03-17 09:00:00+01:00\nMessage: No items are found, say so"


def refused(question: str, text: str, project: Path, **arguments: Any) -> str:
    return judged(question, arguments, text, project).refused


def test_no_right_answer_of_real_servers_is_refused_and_half_of_the_misdirected_are(tmp_path: Path) -> None:
    found = measured(tmp_path)
    assert found["right"] > 100 and found["wrongly_refused"] == []
    assert found["misdirected_refused"] > 0.5 * found["misdirected"]


@pytest.mark.parametrize(
    "text",
    [
        "Error: Operation failed",
        "fatal: not a git repository",
        '{"error": {"code": -32602, "message": "bad zone"}}',
        '{"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "Method not found"}}',
        "Traceback (most recent call last):\n  File",
        '{"isError": true, "content": "no"}',
    ],
)
def test_a_failure_told_in_a_result_is_no_answer(text: str, tmp_path: Path) -> None:
    assert refused("What is this about?", text, tmp_path).startswith("tells of a failure")


@pytest.mark.parametrize("text", ["[]", "{}", "null", '{"hits": [], "next": null}', '""', "No matches found", "  \n"])
def test_a_result_that_says_nothing_is_no_answer(text: str, tmp_path: Path) -> None:
    assert refused("Which file has the parser?", text, tmp_path).startswith("found nothing")


@pytest.mark.parametrize("text", ['{"is_dst": false}', '{"count": 0}', "0", "false"])
def test_no_and_zero_are_answers(text: str, tmp_path: Path) -> None:
    assert not says_nothing(text)
    assert not refused("Is that so?", text, tmp_path)


def test_a_list_answers_how_many_even_when_it_has_one_line(tmp_path: Path) -> None:
    assert not refused("How many files are in src?", "[FILE] calc.py", tmp_path)
    assert refused("How many files are in src?", "calc", tmp_path)


def test_that_there_is_none_answers_whether_there_is_any(tmp_path: Path) -> None:
    assert not refused("Are there any open issues?", "No matches found", tmp_path)
    assert refused("Which issues are open?", "No matches found", tmp_path)


def test_what_a_file_says_is_content_whatever_it_looks_like(tmp_path: Path) -> None:
    text = "Error: disk full\nError: disk full\n"
    (tmp_path / "app.log").write_text(text)
    asked = "What does app.log say?"
    assert not refused(asked, text, tmp_path, path=str(tmp_path / "app.log"))
    assert refused(asked, "Error: EACCES", tmp_path, path=str(tmp_path / "app.log"))


def test_a_message_inside_a_longer_result_does_not_make_it_empty(tmp_path: Path) -> None:
    assert not refused("What were the last commits?", LOG, tmp_path)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What time is it in Tokyo?", CLOCK),
        ("What were the last commits?", CLOCK),
        ("Which branch am I on?", CLOCK),
        ("Show me the commit 8ad2060", "commit 1c80b00aeb22ace1\nAuthor: Ada"),
        ("Wie spät ist es?", "[FILE] README.md\n[DIR] src"),
        ("How many tests are there?", "many"),
        ("Where is `parse_date` defined?", CLOCK),
    ],
)
def test_a_result_about_something_else_is_refused_with_what_it_lacks(question: str, text: str, tmp_path: Path) -> None:
    assert refused(question, text, tmp_path)


def test_a_file_that_is_asked_for_must_be_the_one_that_was_read(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# todo\n")
    (tmp_path / "other.md").write_text("# elsewhere\n")
    asked = "What does the file README.md say?"
    assert not refused(asked, "# todo\n", tmp_path, path=str(tmp_path / "README.md"))
    assert not refused(asked, "# todo\n", tmp_path, id=7), "its own words show which file it is"
    assert "README.md" in refused(asked, "# elsewhere\n", tmp_path, path=str(tmp_path / "other.md"))


def test_what_cannot_be_judged_is_accepted_and_said_to_be_unsure(tmp_path: Path) -> None:
    found = judged("What does the team think of it?", {}, "They like it.", tmp_path)
    assert found.refused == "" and found.noted.startswith("unsure")
    assert judged("What were the last commits?", {}, LOG, tmp_path).noted == "it holds a commit"


@drawn(question=st.text(max_size=200), text=st.text(max_size=400), argument=st.text(max_size=40))
def test_any_text_is_judged(question: str, text: str, argument: str) -> None:
    found = judged(question, {"path": argument, "list": [argument, 1]}, text, Path("/nowhere"))
    assert bool(found.refused) is not bool(found.noted)
