"""What a server may say and ask while it is called, and what of it comes where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from systems import names
from systems.errors import Elicited, ToolFailed
from systems.mcp import Replied, Servers, replied
from systems.mcp.ongoing import MOST_EVENTS
from tests.systems.mcp_support import Traced, misbehaving, servers

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "hush-${HOME}-7731"


@pytest.fixture(scope="module")
def traced() -> Traced:
    return Traced()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("features")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bad(folder: Path, traced: Traced) -> AsyncIterator[Servers]:
    config = misbehaving(env={"API_TOKEN": SECRET, "PLAIN": "in the open"})
    async with servers(folder, config, traced=traced) as opened:
        yield opened


def events(traced: Traced, tool: str) -> list[tuple[str, dict[str, Any]]]:
    return [(event.name, dict(event.attributes or {})) for event in traced.named(f"execute_tool {tool}")[-1].events]


async def test_progress_and_logs_are_events_of_the_call(bad: Servers, traced: Traced) -> None:
    assert (await bad.call("bad", "chat", {"times": 2, "words": "reading"})).text == "done"
    said = events(traced, "chat")
    progress = [attributes for name, attributes in said if name == names.PROGRESS_EVENT]
    assert progress[1] == {names.PROGRESS: 1, names.PROGRESS_TOTAL: 2, names.PROGRESS_MESSAGE: "reading 1"}
    logs = [attributes for name, attributes in said if name == names.LOG_EVENT]
    assert [log[names.LOG_MESSAGE] for log in logs] == ["reading 0", "reading 1"]
    assert {log[names.LOG_LEVEL] for log in logs} == {"info"}


async def test_a_server_that_chatters_fills_no_span(bad: Servers, traced: Traced) -> None:
    await bad.call("bad", "chat", {"times": 100, "words": "x" * 5_000})
    said = events(traced, "chat")
    assert len(said) == MOST_EVENTS
    assert max(len(str(value)) for _, attributes in said for value in attributes.values()) < 400
    attributes = traced.named("execute_tool chat")[-1].attributes or {}
    assert attributes[names.EVENTS_LEFT_OUT] == 200 - MOST_EVENTS


async def test_a_server_is_told_of_the_project_and_of_no_other_folder(bad: Servers, folder: Path) -> None:
    assert (await bad.call("bad", "roots", {})).text == folder.as_uri()


async def test_a_server_that_wants_the_model_is_refused_in_words(bad: Servers) -> None:
    with pytest.raises(ToolFailed, match="Sampling not supported"):
        await bad.call("bad", "sample", {})


async def test_a_value_is_handed_on_as_it_is_and_never_said(bad: Servers, traced: Traced) -> None:
    """The adapter of LangChain expands variables in values, and logs a value in which one is unset."""
    with pytest.raises(ToolFailed) as failed:
        await bad.call("bad", "leak", {"name": "API_TOKEN"})
    assert "cannot log in with [redacted]" in str(failed.value)
    assert SECRET not in (traced.named("execute_tool leak")[-1].status.description or "")
    assert (await bad.call("bad", "variable", {"name": "API_TOKEN"})).text == "[redacted]"
    assert (await bad.call("bad", "variable", {"name": "PLAIN"})).text == "in the open"
    await bad.call("bad", "chat", {"times": 1, "words": SECRET})
    assert SECRET not in str(events(traced, "chat"))


async def test_a_question_to_the_person_is_declined_where_none_is_asked(bad: Servers, traced: Traced) -> None:
    with pytest.raises(ToolFailed, match="no city: decline") as failed:
        await bad.call("bad", "forecast", {})
    assert "It asked 'Which city is it?', which was declined" in str(failed.value)
    assert "--approve ask" in str(failed.value)
    said = {names.ELICITATION_MESSAGE: "Which city is it?", names.ACTION: "decline"}
    assert events(traced, "forecast") == [(names.ELICITATION_EVENT, said)]


async def test_a_question_goes_to_the_person_and_the_call_is_made_with_the_answer(bad: Servers) -> None:
    with pytest.raises(Elicited) as elicited:
        await bad.call("bad", "forecast", {}, replies={})
    question = elicited.value.question
    assert (question.server, question.tool, question.message) == ("bad", "forecast", "Which city is it?")
    assert set(question.fields["properties"]) == {"city", "days"}

    async def told(reply: Replied) -> str:
        return (await bad.call("bad", "forecast", {}, replies={question.key: reply})).text

    assert await told(replied('{"city": "Oslo", "days": 1}', question)) == "sun in Oslo for 1 days"
    assert await told(replied({"city": "Oslo"}, question)) == "sun in Oslo for 3 days"
    with pytest.raises(ToolFailed, match="no city: decline"):
        await told(replied("decline", question))
    with pytest.raises(Elicited) as again:
        await told(replied({"city": 7}, question))
    assert "$.city: 7 is not of type 'string'" in again.value.question.wrong
    assert again.value.question.key == question.key


async def test_resources_and_prompts_are_read_like_tools(bad: Servers, traced: Traced) -> None:
    offered = {tool.name: tool for tool in bad.tools if tool.kind != "tool"}
    assert set(offered) == {"resource:notes://release", "resource:notes://broken", "prompt:style"}
    assert offered["resource:notes://release"].description == "release notes: What is new in the last release"
    assert all(tool.read_only for tool in offered.values())
    assert (await bad.call("bad", "resource:notes://release", {})).text == "Version 2 sings."
    assert traced.named("execute_tool resource:notes://release")
    style = await bad.call("bad", "prompt:style", {"language": "Welsh"})
    assert style.text == "Write short sentences in Welsh."
    with pytest.raises(ToolFailed, match="burnt"):
        await bad.call("bad", "resource:notes://broken", {})


async def test_bytes_that_are_no_text_do_not_end_the_session(bad: Servers) -> None:
    assert (await bad.call("bad", "garble", {})).text == "garbled"
    assert (await bad.call("bad", "echo", {"text": "still here"})).text == "still here"
