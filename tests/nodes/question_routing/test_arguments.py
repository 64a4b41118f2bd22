"""Arguments come from the question or are not guessed; nothing outside of the project is ever one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.question_routing.arguments import Call, fill_arguments, lacking, local_zone, mentioned_path
from nodes.question_routing.questions import Places, fill
from systems.mcp import Tool

PLACES = Places(
    files=("README.md", "src/a.py", "src/deep/b.py", "lib/b.py", "docs/guide v2.md", "etc/passwd"),
    refs=("develop", "main", "v1.2", "origin/main"),
    branch="main",
)
PROJECT = Path("/project")


def tool(name: str, *required: str, optional: tuple[str, ...] = (), **schemas: dict[str, Any]) -> Tool:
    properties = {key: schemas.get(key, {"type": "string"}) for key in (*required, *optional)}
    return Tool(server="s", name=name, input_schema={"properties": properties, "required": required}, read_only=True)


def filled(wanted: Tool, question: str, project: Path = PROJECT) -> Call | None:
    return fill_arguments(wanted, question, project=project, places=PLACES)


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("What does the file README.md say?", "README.md"),
        ("What does `src/a.py` say?", "src/a.py"),
        ("What is in a.py?", "src/a.py"),
        ("What is in src/deep/b.py, and why?", "src/deep/b.py"),
        ("What is in docs/guide v2.md?", "docs/guide v2.md"),
        ("What is in the folder src/deep?", "src/deep"),
        ("What is in b.py?", None),
        ("What is in XREADME.md or README.md.bak?", None),
        ("What does /etc/passwd say?", None),
        ("What does ../README.md say?", None),
        ("What does ~/src/a.py say?", None),
    ],
)
def test_a_path_of_the_project_is_recognised(question: str, path: str | None) -> None:
    assert mentioned_path(question, PLACES) == path


@given(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(["/etc/passwd", "../../x", "~/.ssh/id", "file:///etc/passwd"]),
)
def test_a_path_outside_of_the_project_is_never_an_argument(words: str, outside: str) -> None:
    call = filled(tool("read_text_file", "path"), f"{words} What does {outside} say?")
    assert call is None or call.arguments["path"] in [str(PROJECT / path) for path in ("", *PLACES.files, *FOLDERS)]


FOLDERS = ("src", "src/deep", "lib", "docs", "etc")


def test_a_link_out_of_the_project_is_no_argument(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "project" / "README.md").symlink_to(tmp_path / "secret")
    assert filled(tool("read_text_file", "path"), "What does README.md say?", tmp_path / "project") is None


def test_a_folder_is_not_read_and_a_file_not_listed() -> None:
    read, listing = tool("read_text_file", "path"), tool("list_directory", "path")
    assert filled(read, "What is in src/deep?") is None and filled(listing, "What is in README.md?") is None
    assert filled(listing, "What is in src/deep?") == Call({"path": "/project/src/deep"}, 1)
    assert filled(listing, "What is in the project?") == Call({"path": "/project"}, 0)
    assert filled(tool("get_file_info", "path"), "How big is src/deep?") == Call({"path": "/project/src/deep"}, 1)


def test_lists_of_paths_are_lists() -> None:
    several = tool("read_multiple_files", "paths", paths={"type": "array"})
    assert filled(several, "What does README.md say?") == Call({"paths": ["/project/README.md"]}, 1)


@pytest.mark.parametrize(
    ("name", "question", "value"),
    [
        ("revision", "What did commit 3bc6d9a change?", "3bc6d9a"),
        ("revision", "What is new?", "HEAD"),
        ("revision", "What changed in HEAD~2?", "HEAD~2"),
        ("revision", "What changed in 3bc6d9a^?", "3bc6d9a^"),
        ("revision", "What did the code do three commits ago?", "HEAD~3"),
        ("revision", "How was it before the last commit?", "HEAD~1"),
        ("revision", "What was in version 1.2?", "v1.2"),
        ("revision", "What is on origin/main?", "origin/main"),
        ("target", "What changed in the last commit?", "HEAD~1"),
        ("target", "What differs from develop?", "develop"),
        ("target", "Compare main with develop", "develop"),
        ("target", "Compare develop with main", "develop"),
        (
            "target",
            "What is different from e83c5163316f89bfbde7d9ab23ca2e25604af290?",
            "e83c5163316f89bfbde7d9ab23ca2e25604af290",
        ),
        ("timezone", "What time is it in New York?", "America/New_York"),
        ("timezone", "What is today's date?", local_zone()),
        ("pattern", 'Where is "def main" used?', "def main"),
        ("query", "Where is 'main' used?", "main"),
        ("pattern", "Where is add called?", "add"),
        ("topic", 'What is known of "dry runs"?', "dry runs"),
        ("ticket_id", "What became of ticket AB-17?", "AB-17"),
        ("repo_path", "What were the last commits?", "/project"),
    ],
)
def test_values_are_found_in_the_question(name: str, question: str, value: Any) -> None:
    call = filled(tool("any", name), question)
    assert call is not None and call.arguments == {name: value}


def test_two_branches_are_not_compared_by_a_tool_that_takes_one_where_neither_is_checked_out() -> None:
    assert filled(tool("git_diff", "target"), "Compare develop with v1.2") is None


@pytest.mark.parametrize(
    ("question", "revision"),
    [
        ("What did src/a.py contain at v1.2?", "v1.2:src/a.py"),
        ("What did README.md look like two commits ago?", "HEAD~2:README.md"),
        ("What did README.md say before the last change?", "HEAD~1:README.md"),
        ("What changed in src/a.py in v1.2?", "v1.2"),
        ("What does README.md say?", "HEAD"),
        ("What did gone.py contain at v1.2?", "v1.2"),
    ],
)
def test_what_a_file_was_is_read_where_the_tool_reads_revisions_of_paths(question: str, revision: str) -> None:
    show = tool("git_show", "revision").model_copy(update={"description": "a commit, or <revision>:<path>"})
    for wanted, value in ((show, revision), (tool("git_show", "revision"), revision.partition(":")[0])):
        call = filled(wanted, question)
        assert call is not None and call.arguments == {"revision": value}


INTEGER = {"type": "integer"}


def test_how_many_is_taken_from_the_question_else_a_few() -> None:
    log = tool("git_log", "max_count", max_count=INTEGER)
    assert filled(log, "What were the last commits?") == Call({"max_count": 5}, 0)
    assert filled(log, "Show the last twelve commits") == Call({"max_count": 12}, 1)


def test_nested_objects_numbers_and_defaults_are_filled_as_the_schema_says() -> None:
    search = {"type": "object", "properties": {"query": {"type": "string"}, "limit": INTEGER}, "required": ["query"]}
    nested = tool("find", "filter", "order", filter=search, order={"type": "string", "default": "asc"})
    assert filled(nested, "Show the first 3 hits for 'x y'") == Call(
        {"filter": {"query": "x y", "limit": 3}, "order": "asc"}, 1
    )
    assert filled(nested, "What is there?") is None
    total = tool("sum", "a", "b", a={"type": "number"}, b={"type": "number"})
    assert filled(total, "What is 17 plus 2.5?") == Call({"a": 17, "b": 2.5}, 2)
    assert filled(total, "What is 17?") is None


def test_a_value_that_the_schema_refuses_is_no_call() -> None:
    few = tool("git_log", "max_count", max_count=INTEGER | {"maximum": 10})
    assert filled(few, "Show the last 9 commits") and filled(few, "Show the last 99 commits") is None


def test_what_a_question_lacks_is_named() -> None:
    convert = tool("convert_time", "source_timezone", "time", "target_timezone")
    assert lacking(convert, "What is 10:00 in Paris?", project=PROJECT, places=PLACES) == ("target_timezone",)


@pytest.mark.parametrize("name", ["target", "pattern", "path", "colour"])
def test_what_the_question_does_not_say_is_not_guessed(name: str) -> None:
    assert filled(tool("any", name), "What is there?") is None
    assert filled(tool("any", optional=(name,)), "What is there?") == Call({}, 0)


def test_the_first_zone_is_where_from_and_the_second_where_to() -> None:
    convert = tool("convert_time", "source_timezone", "time", "target_timezone")
    call = filled(convert, "If it is 3pm in New York, what is it in Paris?")
    assert call is not None and call.named == 3
    zones = {"source_timezone": "America/New_York", "target_timezone": "Europe/Paris"}
    assert call.arguments == {**zones, "time": "15:00"}
    assert filled(convert, "What time is it in Paris?") is None


def test_a_required_choice_takes_its_first_value() -> None:
    call = filled(tool("any", "kind", kind={"type": "string", "enum": ["local", "remote"]}), "Which are there?")
    assert call == Call({"kind": "local"}, 0)


def test_a_question_whose_place_is_not_there_is_left_out() -> None:
    templates = ("What is {readme}?", "What is in {tests}?", "Which {goal}?", "When?")
    found = fill(templates, goal="add {x}", places=Places(files=(), readme="README"))
    assert [question.text for question in found] == ["What is README?", "Which add {x}?", "When?"]
    assert {question.origin for question in found} == {"policy"}
