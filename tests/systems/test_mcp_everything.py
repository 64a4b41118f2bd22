"""The reference server that uses every feature of the protocol, over both transports."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from mcp import types

from systems import names
from systems.errors import Elicited, ToolFailed
from systems.mcp import Replied, ServerConfig, Servers
from systems.mcp.offers import expanded, template_of
from systems.node import find_node, packages_folder
from tests.systems.mcp_support import Traced, over_http, servers

SCRIPT = "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
FORM = "trigger-elicitation-request"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def traced() -> Traced:
    return Traced()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["stdio", "http"])
async def everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, traced: Traced
) -> AsyncIterator[Servers]:
    folder = tmp_path_factory.mktemp("everything")
    node, script = str(find_node()), str(packages_folder() / SCRIPT)
    if request.param == "stdio":
        config = ServerConfig(name="all", command=node, args=(script, "stdio"))
        async with servers(folder, config, traced=traced) as opened:
            yield opened
        return
    with over_http("all", (node, script, "streamableHttp")) as (config, _):
        async with servers(folder, config, traced=traced) as opened:
            yield opened


async def text(everything: Servers, tool: str, **arguments: object) -> str:
    return (await everything.call("all", tool, arguments)).text


@pytest.mark.external
async def test_what_it_offers_is_offered_and_only_what_says_that_it_reads_is_called(everything: Servers) -> None:
    assert everything.unavailable == {}
    offered = {tool.name: tool for tool in everything.tools}
    assert {tool.kind for tool in offered.values()} == {"tool", "resource", "prompt"}
    assert offered["echo"].read_only and not offered[FORM].read_only
    assert "simulate-research-query" not in offered, "it can only be called as a task"
    with pytest.raises(ToolFailed, match="needs a person's word"):
        await everything.call("all", "toggle-simulated-logging", {})


@pytest.mark.external
async def test_its_results_become_one_text_each(everything: Servers) -> None:
    assert await text(everything, "echo", message="häuser") == "Echo: häuser"
    assert "conditions" in await text(everything, "get-structured-content", location="Chicago")
    assert "[image, 4033 bytes, not read]" in await text(everything, "get-tiny-image")
    assert "[link to demo://resource/dynamic/text/2, not read]" in await text(everything, "get-resource-links")
    reference = await text(everything, "get-resource-reference", resourceType="Text", resourceId=1)
    assert "This is a plaintext resource" in reference
    assert "file://" in await text(everything, "get-roots-list")


@pytest.mark.external
async def test_its_resources_templates_and_prompts_are_sources(everything: Servers) -> None:
    static = "resource:demo://resource/static/document/features.md"
    assert (await text(everything, static)).startswith("# Everything Server")
    template = "resource:demo://resource/dynamic/text/{resourceId}"
    assert "Resource 7: This is a plaintext resource" in await text(everything, template, resourceId="7")
    assert await text(everything, "prompt:args-prompt", city="Oslo") == "What's weather in Oslo?"


@pytest.mark.external
async def test_its_progress_and_its_logs_are_on_the_spans(everything: Servers, traced: Traced) -> None:
    await text(everything, "trigger-long-running-operation", duration=0.6, steps=3)
    span = traced.named("execute_tool trigger-long-running-operation")[-1]
    done = [dict(event.attributes or {}) for event in span.events if event.name == names.PROGRESS_EVENT]
    assert done == [{names.PROGRESS: number, names.PROGRESS_TOTAL: 3} for number in (1, 2, 3)]
    await everything.call("all", "toggle-simulated-logging", {}, approved=True)
    span = traced.named("execute_tool toggle-simulated-logging")[-1]
    assert any("essage" in str((event.attributes or {}).get(names.LOG_MESSAGE)) for event in span.events)
    await everything.call("all", "toggle-simulated-logging", {}, approved=True)


@pytest.mark.external
async def test_its_form_goes_to_the_person_and_the_call_is_made_with_what_they_fill_in(everything: Servers) -> None:
    with pytest.raises(Elicited) as elicited:
        await everything.call("all", FORM, {}, approved=True, replies={})
    question = elicited.value.question
    assert question.fields["required"] == ["name"] and len(question.fields["properties"]) == 13
    replies = {question.key: Replied(action="accept", content={"name": "Ann", "integer": 7})}
    said = (await everything.call("all", FORM, {}, approved=True, replies=replies)).text
    assert "- Name: Ann" in said and "- Favorite Integer: 7" in said
    replies = {question.key: Replied(action="decline")}
    assert "declined" in (await everything.call("all", FORM, {}, approved=True, replies=replies)).text


async def test_a_template_takes_its_variables_and_quotes_what_they_stand_for() -> None:
    template = types.ResourceTemplate(uriTemplate="notes://{author}/{+path}", name="notes", description="Pages")
    tool = template_of(template)
    assert tool.input_schema["required"] == ["author", "path"] and tool.description == "notes: Pages"
    assert expanded(tool.address, {"author": "a/b", "path": "c/ü"}) == "notes://a%2Fb/c/%C3%BC"
