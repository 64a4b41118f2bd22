"""The chat model that tool loops get: whether it is fit for tools, what is sent, what comes back."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from systems.errors import InvalidDraft, Missing
from systems.models import Told, open_model
from systems.policy import DraftKnobs
from tests.systems.drafting import KNOBS, model_with
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Script


@tool
def read_file(path: str) -> str:
    """Read a file of the project."""
    return f"text of {path}"


@tool
def list_files() -> str:
    """List the files of the project."""
    return "a.py"


@pytest.mark.parametrize("dialects", [("/api/v1/models",), ("/api/v0/models",)])
async def test_a_model_is_as_fit_for_tools_as_its_server_says(dialects: tuple[str, ...]) -> None:
    for trained in (True, False):
        async with model_with((), models=[Offered(tools=trained)], dialects=dialects) as (model, _):
            assert await model.tool_capable() is trained


async def test_the_person_knows_better_than_the_server() -> None:
    told = Told(tools=True, context_tokens=2_000, parallel=2)
    with ImitationServer(models=[Offered(tools=False)]) as server:
        async with open_model(server.url, told=told) as model:
            assert await model.tool_capable()
            assert (model.choice.context_tokens, model.choice.parallel) == (2_000, 2)


async def test_a_tool_is_called_and_its_result_answered() -> None:
    script: Script = [Reply(tool_calls=[("read_file", {"path": "a.py"})]), "It prints."]
    async with model_with(script) as (model, server):
        chat = model.chat(DraftKnobs(temperature=0.0), output_tokens=300).bind_tools([read_file, list_files])
        asked = HumanMessage("What does a.py do?")
        call = await chat.ainvoke([asked])
        assert isinstance(call, AIMessage) and call.tool_calls[0]["args"] == {"path": "a.py"}
        result = ToolMessage("print(1)", tool_call_id=call.tool_calls[0]["id"] or "")
        assert (await chat.ainvoke([asked, call, result])).text == "It prints."
    first, second = server.requests
    assert [offered["function"]["name"] for offered in first["tools"]] == ["read_file", "list_files"]
    assert (first["max_tokens"], first["temperature"], first["model"]) == (300, 0.0, "imitation")
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool"]


@pytest.mark.parametrize("wanted", ["read_file", {"type": "function", "function": {"name": "read_file"}}, "any", True])
async def test_tool_choice_is_never_an_object(wanted: str | bool) -> None:
    async with model_with([Reply(tool_calls=[("read_file", {"path": "a.py"})])]) as (model, server):
        await model.chat(KNOBS).bind_tools([read_file, list_files], tool_choice=wanted).ainvoke("Go on.")
    (request,) = server.requests
    only_one = isinstance(wanted, dict) or wanted == "read_file"
    assert request["tool_choice"] == "required" and len(request["tools"]) == (1 if only_one else 2)


async def test_a_tool_loop_meets_the_same_errors_as_a_draft() -> None:
    busy = Reply(status=429, body={"error": "busy"}, headers={"Retry-After": "0"})
    async with model_with([busy, "Fine.", Reply(body={"error": "context length of only 10 tokens"})]) as (model, _):
        chat = model.chat(KNOBS)
        assert (await chat.ainvoke("Go on.")).text == "Fine."
        with pytest.raises(InvalidDraft, match="too long for the context"):
            await chat.ainvoke("Go on.")
        with pytest.raises(Missing, match="refused the request"):
            await chat.ainvoke("Go on.")
