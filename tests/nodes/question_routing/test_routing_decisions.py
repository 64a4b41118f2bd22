"""Who decides on a route, and that the route says so: likeness, what was learned, the model, or the person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from nodes.question_routing.choosing import Chooser
from nodes.question_routing.phrases import all_phrases
from nodes.question_routing.questions import fill
from nodes.question_routing.ranking import CLEAR, SURE
from nodes.question_routing.routing import Router
from systems.knobs import QuestionKnobs
from systems.likeness.embeddings import local_files
from systems.mcp import Tool
from systems.models import ModelChoice, connected
from systems.policy import BASELINE, DEFAULT
from systems.records import Route
from tests.benchmarks.routing import DATA, SERVERS, measured, recorded, routed
from tests.nodes.question_routing.recorded import PLACES, PROJECT, asked, local, router
from tests.systems.imitation_server import ImitationServer, Reply, Script

embeds = pytest.mark.skipif(local_files() is None, reason="the wheels of specloop[embeddings] are not installed")
CLOSE = "What is the date of the file calc.py?"


@asynccontextmanager
async def choosing(script: Script, *, embedded: bool = False) -> AsyncIterator[tuple[Chooser, ImitationServer]]:
    with ImitationServer(script) as server:
        async with connected(ModelChoice(name="imitation", base_url=server.url), None) as model:
            chooser = Chooser(model, DEFAULT.draft)
            chooser.able = not embedded
            yield chooser, server


def first(route: Route) -> str:
    return f"{route.candidates[0].server}.{route.candidates[0].tool}" if route.candidates else route.server


@embeds
@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("Which files and folders are in the project?", "filesystem.list_directory"),
        ("What were the last commits?", "git.git_log"),
        ("What does the file {readme} say?", "filesystem.read_text_file"),
        ("What does the file {source} say?", "filesystem.read_text_file"),
        ("Which uncommitted changes are in the working tree?", "git.git_status"),
        ("What changed in the last commit?", "git.git_show"),
        ("Which files and folders are in {tests}?", "filesystem.list_directory"),
        ("What is today's date?", "time.get_current_time"),
    ],
)
async def test_the_questions_of_the_policy_are_routed_without_doubt(question: str, tool: str) -> None:
    assert question in {text for texts in DEFAULT.questions.always.values() for text in texts}
    (filled,) = fill([question], goal="", places=PLACES)
    route = await router(embedder=local()).route(filled)
    assert (first(route), route.decided_by) == (tool, "hybrid") and route.margin > 2 * DEFAULT.questions.margin


@embeds
async def test_of_what_steps_ask_nine_in_ten_are_routed_right_and_hardly_one_is_wrong_without_doubt() -> None:
    cases = [json.loads(line) for line in (DATA / "routing_fresh.jsonl").read_text().splitlines()]
    found = measured(cases, await routed(router(*SERVERS, embedder=local()), cases))
    assert found["top1"] >= 0.9 * len(cases) and found["wrong"] <= 0.03 * len(cases)
    assert found["abstained"] <= 0.25 * len(cases)


@embeds
@pytest.mark.parametrize(
    ("question", "server"),
    [
        ("Which channels does our chat have?", "slack"),
        ("List the open issues of the repository on GitHub", "github"),
        ("Which columns has the table of invoices?", "database"),
        ("Which branch am I on?", "git"),
        ("Would you rather have it red or blue?", "person"),
        ("May we spend more money on this?", "person"),
        ("Who discovered penicillin?", "person"),
    ],
)
async def test_servers_without_a_line_are_found_by_their_tools(question: str, server: str) -> None:
    routing = router("git", "filesystem", "time", "slack", "github", "database", embedder=local())
    assert (await routing.route(asked(question))).server == server


async def test_a_question_in_letters_that_no_phrase_has_is_never_sure() -> None:
    route = await router(embedder=local() if local_files() else None).route(
        asked("最後のコミットは git で何を変更しましたか")
    )
    assert route.margin == 0 and "though close" in route.reason


NOTES = (
    Tool(
        server="notes",
        name="resource:notes://release",
        description="release notes: What is new",
        input_schema={"properties": {}},
        read_only=True,
    ),
    Tool(
        server="notes",
        name="resource:ticket://{ticketId}",
        description="ticket: A ticket of the support desk",
        input_schema={"properties": {"ticketId": {"type": "string", "minLength": 1}}, "required": ["ticketId"]},
        read_only=True,
    ),
    Tool(
        server="notes",
        name="prompt:style",
        description="style: How to write in a language",
        input_schema={"properties": {"language": {"type": "string", "description": ""}}, "required": ["language"]},
        read_only=True,
    ),
)


@pytest.mark.parametrize(
    ("question", "name", "arguments"),
    [
        ("What do the release notes say is new?", "resource:notes://release", {}),
        ("What does ticket 17 of the support desk say?", "resource:ticket://{ticketId}", {"ticketId": "17"}),
        ('How does one write in the language "Welsh"?', "prompt:style", {"language": "Welsh"}),
        ("How does one write in a language?", "", {}),
    ],
)
async def test_resources_and_prompts_are_asked_like_tools(question: str, name: str, arguments: dict[str, str]) -> None:
    tools = [*NOTES, *(tool for server in ("git", "filesystem", "time") for tool in recorded(server))]
    found = await Router(tools, project=PROJECT, places=PLACES, knobs=DEFAULT.questions).route(asked(question))
    called = [(call.tool, call.arguments) for call in found.candidates[:1]]
    assert found.server == "notes" and called == ([(name, arguments)] if name else [])


async def test_of_two_that_are_close_the_one_is_asked_that_is_told_enough() -> None:
    word = {"properties": {"word": {"type": "string"}}, "required": ["word"]}
    tools = [
        Tool(server="a", name="about", description="The glossary on a word", input_schema=word, read_only=True),
        Tool(server="b", name="about", description="The glossary in short", input_schema={}, read_only=True),
    ]
    routing = Router(tools, project=PROJECT, places=PLACES, knobs=QuestionKnobs(lines={}, margin=1))
    for question, server in (
        ("What has the glossary on that word?", "b"),
        ('What has the glossary on the word "trunk"?', "a"),
        ("What has the glossary on a word of gone.md?", "a"),
    ):
        route = await routing.route(asked(question))
        assert (next(iter(route.scores)), route.server) == ("a", server)
        assert ("a lacks what it has to be told" in route.reason) == (server == "b")


def test_all_that_a_tool_says_tells_of_it_only_where_no_line_does() -> None:
    told = "Finds events. View the newest. Count them by release. See who is affected."
    schema = {"properties": {"issueId": {"type": "string", "description": "Id of the crash. Required."}, "all": True}}
    tool = Tool(server="sentry", name="find_events", description=told, input_schema=schema, read_only=True)
    new = {phrase.text for phrase in all_phrases([tool], {}, {})}
    known = {phrase.text for phrase in all_phrases([tool], {"sentry": "What crashed?"}, {})}
    assert new - known >= {"Count them by release.", "See who is affected.", "events: issue id all", "Id of the crash."}
    assert known >= {"Finds events.", "View the newest.", "What crashed?"}


async def test_a_route_says_why() -> None:
    route = await router().route(asked("What were the last commits?"))
    (best, score), (second, next_score) = list(route.scores.items())[:2]
    assert (route.server, route.runner_up) == (best, second) == ("git", second)
    lead = min(1, score - next_score) * min(1, score / CLEAR)
    assert route.margin == pytest.approx(SURE["lexical"] * lead, abs=1e-3)
    assert set(route.scores) == {"git", "filesystem", "time", "search", "person"}
    assert f"{best} {score:.2f}" in route.reason and second in route.reason


async def test_what_a_server_that_does_not_serve_would_know_is_not_asked_of_another() -> None:
    route = await router().route(asked("Where is the function add defined?"))
    assert route.server == "search" and not route.candidates
    assert "search would know, and no such server serves" in route.reason


@pytest.mark.parametrize("method", ["lexical", "embeddings", "hybrid"])
async def test_without_an_embedder_every_method_is_lexical(method: str) -> None:
    route = await router(method=method).route(asked("What were the last commits?"))
    assert route.decided_by == "lexical" and first(route) == "git.git_log"


@embeds
@pytest.mark.parametrize("method", ["lexical", "embeddings", "hybrid"])
async def test_each_method_ranks_by_its_own_scores(method: str) -> None:
    route = await router(method=method, embedder=local()).route(asked("Which commits came last?"))
    others = [
        await router(method=other, embedder=local()).route(route.question)
        for other in ("lexical", "embeddings", "hybrid")
        if other != method
    ]
    assert route.decided_by == method and all(route.scores != other.scores for other in others)


# learned


async def test_a_learned_question_goes_where_it_was_answered() -> None:
    question = "What did we promise the client?"
    learned = await router(routes={question: "git.git_log"}).route(asked("what did WE promise, the client"))
    assert (first(learned), learned.decided_by) == ("git.git_log", "learned") and question in learned.reason
    assert (await router().route(asked(question))).server == "person"


async def test_a_question_learned_for_the_person_goes_to_the_person() -> None:
    route = await router(routes={"What is today's date?": "person"}).route(asked("What is today's date?"))
    assert (route.server, route.candidates, route.decided_by) == ("person", (), "learned")


@embeds
async def test_a_learned_question_in_other_words_counts_where_something_embeds() -> None:
    routes = {"Which people have worked on this code?": "git.git_branch"}
    route = await router(routes=routes, embedder=local()).route(asked("Which persons have worked on this code?"))
    assert (first(route), route.decided_by) == ("git.git_branch", "learned")


@pytest.mark.parametrize("gone", ["git.git_commit", "git.gone", "gone.tool", ""])
async def test_a_learned_tool_that_cannot_be_asked_is_passed_over(gone: str) -> None:
    question = asked("What were the last commits?")
    route = await router(routes={question.text: gone}).route(question)
    assert (first(route), route.decided_by) == ("git.git_log", "lexical")


# close ones


async def test_below_the_margin_the_policy_says_who_decides() -> None:
    by_first = await router(margin=1, unsure="first").route(asked(CLOSE))
    by_person = await router(margin=1, unsure="person").route(asked(CLOSE))
    assert by_first.decided_by == "lexical" and by_first.candidates
    assert (by_person.decided_by, by_person.candidates) == ("person", ()) and "too close" in by_person.reason
    assert (await router(margin=0, unsure="person").route(asked(CLOSE))).candidates == by_first.candidates


async def test_the_model_chooses_between_close_tools_and_the_person() -> None:
    async with choosing(lambda request: {"answers": options(request)[1]}) as (chooser, server):
        route = await router(margin=1, unsure="model", chooser=chooser).route(asked(CLOSE))
        assert route.decided_by == "model" and first(route) == options(server.requests[0])[1]
        assert options(server.requests[0])[-1] == "person" and len(options(server.requests[0])) > 2
    async with choosing([{"answers": "person"}]) as (chooser, server):
        route = await router(margin=1, unsure="model", chooser=chooser).route(asked(CLOSE))
        assert (route.server, route.candidates, route.decided_by) == ("person", (), "model")


async def test_the_embedded_models_choice_is_worth_less_than_likeness_and_it_is_not_asked() -> None:
    for embedded, by in ((False, "model"), (True, "lexical")):
        async with choosing(lambda request: {"answers": options(request)[0]}, embedded=embedded) as (chooser, server):
            route = await router(margin=1, chooser=chooser).route(asked(CLOSE))
        assert (route.decided_by, len(server.requests)) == (by, not embedded) and "close" in route.reason


async def test_the_model_is_not_asked_when_there_is_no_doubt() -> None:
    async with choosing([]) as (chooser, server):
        await router(unsure="model", chooser=chooser).route(asked("What were the last commits?"))
    assert server.requests == []


@pytest.mark.parametrize("reply", ["no json", '{"answers": "rm -rf"}', Reply(finish_reason="length", content='{"an')])
async def test_a_model_without_a_sound_answer_leaves_the_first(reply: Any) -> None:
    async with choosing([reply]) as (chooser, _):
        route = await router(margin=1, unsure="model", chooser=chooser).route(asked(CLOSE))
    assert first(route) == first(await router(margin=1).route(asked(CLOSE)))
    assert route.decided_by == "lexical" and "no sound answer" in route.reason


def options(request: dict[str, Any]) -> list[str]:
    choices: list[str] = request["response_format"]["json_schema"]["schema"]["properties"]["answers"]["enum"]
    return choices


# the baseline


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("git.git_log", "git.git_log"),
        ("`git_log`", "git.git_log"),
        ("Person", "person"),
        ("the git tool", "person"),
        ("git.git_commit", "person"),
    ],
)
async def test_the_baseline_asks_the_model_alone_in_plain_form(named: str, wanted: str) -> None:
    async with choosing([{"tool": named}]) as (chooser, server):
        knobs = BASELINE.questions.model_dump()
        route = await router(chooser=chooser, **knobs).route(asked("What were the last commits?"))
    assert (first(route), route.decided_by) == (wanted, "model")
    asked_for = server.requests[0]["response_format"]["json_schema"]["schema"]["properties"]["tool"]
    assert "enum" not in asked_for


# servers under other names


def renamed(names: dict[str, str], **knobs: Any) -> Router:
    """A router over recorded servers that are called otherwise in this project."""
    tools = [tool.model_copy(update={"server": name}) for server, name in names.items() for tool in recorded(server)]
    return Router(tools, project=PROJECT, places=PLACES, knobs=QuestionKnobs(**knobs))


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("What were the last commits?", "repo.git_log"),
        ("Which files and folders are in the project?", "my-files.list_directory"),
        ("What is today's date?", "clock.get_current_time"),
        ("Where is parse_config used?", "rg.search"),
    ],
)
async def test_a_known_server_keeps_its_lines_under_another_name(question: str, tool: str) -> None:
    routing = renamed({"git": "repo", "filesystem": "my-files", "time": "clock", "search": "rg"})
    assert first(await routing.route(asked(question))) == tool


async def test_an_unknown_server_is_asked_what_only_an_absent_one_has_a_line_on() -> None:
    finder = Tool(
        server="grep",
        name="grep_code",
        description="Find where a function or class is defined or used in the source code",
        input_schema={"properties": {"pattern": {"type": "string"}}, "required": ["pattern"]},
        read_only=True,
    )
    tools = [*recorded("git"), *recorded("filesystem"), finder]
    routing = Router(tools, project=PROJECT, places=PLACES, knobs=QuestionKnobs())
    assert first(await routing.route(asked("Where is the function parse_config defined?"))) == "grep.grep_code"
