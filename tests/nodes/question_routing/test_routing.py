"""Which tool is asked, by what it says of itself and what it can be given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodes.question_routing.answer import excerpt
from nodes.question_routing.node import for_person, without_repeats
from nodes.question_routing.questions import Places
from nodes.question_routing.ranking import ranking_over
from nodes.question_routing.routing import Router
from systems.mcp import Tool
from systems.policy import DEFAULT
from systems.records import PlanRevision, Question

PROJECT = Path("/project")
PLACES = Places(files=("README.md", "src/a.py"))


def tool(key: str, description: str, *required: str, read_only: bool = True) -> Tool:
    server, _, name = key.partition(".")
    schema: dict[str, Any] = {"properties": {item: {"type": "string"} for item in required}, "required": required}
    return Tool(server=server, name=name, description=description, input_schema=schema, read_only=read_only)


TOOLS = (
    tool("git.git_log", "Shows the commit logs", "repo_path"),
    tool("git.git_status", "Shows the working tree status", "repo_path"),
    tool("git.git_commit", "Records changes; what were the last commits", "repo_path", read_only=False),
    tool("filesystem.read_text_file", "Read the complete contents of a file", "path"),
    tool("filesystem.read_file", "Read the complete contents of a file. DEPRECATED: use read_text_file", "path"),
    tool("filesystem.list_directory", "Get a listing of all files in a directory", "path"),
    tool("time.get_current_time", "Get current time in a specific timezone", "timezone"),
    tool("time.convert_time", "Convert time", "source_timezone", "time", "target_timezone"),
)


def router(*tools: Tool) -> Router:
    return Router(tools or TOOLS, project=PROJECT, places=PLACES, knobs=DEFAULT.questions)


def asked(text: str) -> Question:
    return Question(text=text, origin="policy")


QUESTIONS = [
    ("What were the last commits?", "git.git_log"),
    ("Which uncommitted changes are in the working tree?", "git.git_status"),
    ("What does the file README.md say?", "filesystem.read_text_file"),
    ("Which files and folders are in the project?", "filesystem.list_directory"),
    ("What is today's date?", "time.get_current_time"),
    ("Convert 10:00 UTC to Berlin time.", "time.convert_time"),
]


async def test_phrases_are_weighed_once_for_all_loops_and_runs() -> None:
    first = await router().route(asked("What were the last commits?"))
    weighed = ranking_over.cache_info().misses
    again = await router().route(asked("What were the last commits?"))
    assert (again, ranking_over.cache_info().misses) == (first, weighed)


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS)
async def test_a_question_goes_to_the_tool_that_knows(question: str, wanted: str) -> None:
    route = await router().route(asked(question))
    best = route.candidates[0]
    assert f"{best.server}.{best.tool}" == wanted and route.decided_by == "lexical" and 0 <= route.margin <= 1
    assert len(route.candidates) <= DEFAULT.questions.candidates


@pytest.mark.parametrize(("question", "wanted"), QUESTIONS)
async def test_a_server_is_found_when_it_is_the_only_one(question: str, wanted: str) -> None:
    alone = [each for each in TOOLS if each.server == wanted.partition(".")[0]]
    best = (await router(*alone).route(asked(question))).candidates[0]
    assert f"{best.server}.{best.tool}" == wanted


async def test_a_tool_that_may_change_something_is_never_asked() -> None:
    names = [each.tool for text, _ in QUESTIONS for each in (await router().route(asked(text))).candidates]
    assert "git_commit" not in names and names
    only = await router(*(each for each in TOOLS if not each.read_only)).route(asked("What were the last commits?"))
    assert only.candidates == () and only.decided_by == "person"


@pytest.mark.parametrize("question", ["Who will win the cup?", "", "???", "Should it be red?"])
async def test_what_no_tool_can_know_goes_to_the_person(question: str) -> None:
    route = await router(*TOOLS[3:5]).route(asked(question))
    assert route.candidates == () and route.decided_by == route.server == "person" and "person" in route.reason


async def test_what_is_not_there_is_not_read() -> None:
    route = await router(*TOOLS[3:5]).route(asked("What does the file gone.py say?"))
    assert route.server == "filesystem" and not route.candidates and "gone.py is not in the project" in route.reason


async def test_a_tool_to_be_avoided_is_not_asked() -> None:
    question = asked("What does the file README.md say?")
    route = await router().route(question, avoid=("filesystem.read_text_file",))
    assert route.candidates and "read_text_file" not in [each.tool for each in route.candidates]


def test_the_plan_puts_its_questions_to_the_person_before_their_artifact() -> None:
    revision = PlanRevision(ask_person=("specs: What must the specs say?", "design: Which module?"))
    (route,) = for_person(revision, "specs")
    assert (route.question.text, route.candidates, route.decided_by) == ("What must the specs say?", (), "revision")


async def test_the_models_question_is_dropped_when_its_call_is_made_anyway() -> None:
    policy = await router().route(asked("What does the file README.md say?"))
    model = await router().route(Question(text="What says README.md?", origin="model"))
    other = await router().route(Question(text="What is today's date?", origin="model"))
    assert without_repeats([policy, model, other]) == [policy, other]


def test_an_excerpt_ends_at_a_line_and_says_what_is_left_out() -> None:
    assert excerpt(" short \n", 100) == "short"
    assert excerpt("first line\nsecond line\nthird", 24) == "first line\nsecond line\n[... 6 more characters]"
    assert excerpt("x" * 30, 10) == "x" * 10 + "\n[... 20 more characters]"
