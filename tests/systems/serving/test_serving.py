"""Functions as MCP tools, with a real client over both transports."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession, McpError, types

from systems.errors import UsageError
from systems.serving.calls import fits
from systems.serving.http import bound
from tests.systems.serving.support import MODULE, ROOT, over_http, over_stdio, serving, text, until

SMALL = (sys.executable, "-m", MODULE)
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
ACCEPTED = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving() as (_, found):
        yield found


async def test_tools_are_listed_with_schemas_and_what_they_do_to_the_world(url: str) -> None:
    async with over_http(url) as session:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    assert list(tools) == ["join", "count", "talk_over", "wait", "fail", "ask"]
    assert tools["join"].inputSchema["required"] == ["number"]
    assert tools["join"].inputSchema["additionalProperties"] is False
    assert tools["join"].outputSchema and tools["join"].outputSchema["properties"]["said"]["type"] == "string"
    said = {name: tool.annotations for name, tool in tools.items()}
    assert said["count"] and said["count"].readOnlyHint and said["count"].idempotentHint
    assert said["wait"] and said["wait"].readOnlyHint is False and said["wait"].destructiveHint


async def test_a_result_is_structured_and_the_same_as_text(url: str) -> None:
    async with over_http(url) as session:
        result = await session.call_tool("count", {"number": 0})
    assert result.structuredContent == {"said": "counted"} == json.loads(text(result)) and not result.isError


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_calls_are_worked_on_side_by_side_and_tell_how_far_they_are(transport: str, url: str) -> None:
    told: list[tuple[float, str | None]] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with over_stdio() if transport == "stdio" else over_http(url) as session:
        results = await asyncio.gather(*(session.call_tool("join", {"number": 8}) for _ in range(8)))
        assert all(not result.isError and "met" in text(result) for result in results)
        await session.call_tool("count", {"number": 20}, progress_callback=progress)
        assert told == [(number, f"{number} of 20") for number in range(1, 21)], "in order, and before the result"
        assert not (await session.call_tool("count", {"number": 20})).isError


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "fail: number: Field required. It takes: number."),
        ({"number": "two"}, "fail: number: "),
        ({"number": 0, "colour": "red"}, "fail: colour: Extra inputs are not permitted."),
        ({"number": 7}, "UsageError: 7 is too much. Take 0."),
        ({"number": 0}, "RuntimeError: a fault of ours"),
    ],
)
async def test_what_is_wrong_is_said_in_words_and_the_others_are_served_on(
    arguments: dict[str, Any], words: str, url: str
) -> None:
    async with over_http(url) as session:
        result = await session.call_tool("fail", arguments)
        assert result.isError and words in text(result) and result.structuredContent is None
        assert not (await session.call_tool("count", {"number": 0})).isError


async def test_an_unknown_tool_is_a_protocol_error_that_names_the_known_ones(url: str) -> None:
    async with over_http(url) as session:
        with pytest.raises(McpError, match=r"no tool 'fly'. There are: join, count") as raised:
            await session.call_tool("fly", {})
    assert raised.value.error.code == types.INVALID_PARAMS


@pytest.mark.parametrize(
    ("answer", "number", "said"),
    [
        ({"decision": "approve"}, 0, "{'decision': 'approve'}"),
        ("decline", 0, "None"),
        (None, 0, "None"),
        ({"decision": "approve"}, 1, "None"),
    ],
    ids=["a form that is filled in", "a person who will not", "a client that cannot", "a form that does not fit"],
)
async def test_a_person_is_asked_through_the_client(
    answer: dict[str, Any] | str | None, number: int, said: str, url: str
) -> None:
    async with over_http(url, answer) as session:
        assert (await session.call_tool("ask", {"number": number})).structuredContent == {"said": said}


async def test_a_person_is_asked_over_stdio_too() -> None:
    async with over_stdio(answer={"decision": "reject", "text": "no"}) as session:
        (said,) = (await session.call_tool("ask", {"number": 0})).structuredContent.values()  # type: ignore[union-attr]
    assert said == "{'decision': 'reject', 'text': 'no'}"


@pytest.mark.parametrize("schema", [{}, {"type": "object", "properties": {"a": {"type": "array"}}}, {"type": "string"}])
def test_a_form_that_mcp_cannot_carry_is_not_sent(schema: dict[str, Any]) -> None:
    assert not fits(schema)


async def test_nothing_but_the_protocol_is_on_standard_output(tmp_path: Path) -> None:
    async with over_stdio(stderr=tmp_path / "errors") as session:
        result = await session.call_tool("talk_over", {})
        assert result.structuredContent == {"said": "EOFError"}, "a program it starts must not read the protocol"
        assert not (await session.call_tool("count", {"number": 0})).isError
    said = (tmp_path / "errors").read_text()
    assert "a print" in said and "a library that prints" in said


async def cancelled(session: ClientSession, log: Path) -> None:
    """Call what waits for ever, and cancel the call as the protocol has it."""
    number = session._request_id
    calling = asyncio.create_task(session.call_tool("wait", {}))
    while not log.exists():
        await asyncio.sleep(0.01)
    note = types.CancelledNotification(params=types.CancelledNotificationParams(requestId=number, reason="enough"))
    await session.send_notification(types.ClientNotification(note))
    with pytest.raises(McpError, match="cancelled"):
        await calling


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_cancelled_call_ends_in_order_and_the_others_are_served_on(transport: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    if transport == "stdio":
        async with over_stdio(*SMALL, "stdio", str(log)) as session:
            await cancelled(session, log)
            assert not (await session.call_tool("count", {"number": 0})).isError
            until(lambda: log.read_text().splitlines() == ["waiting", "ended in order"])
        return
    with serving(*SMALL, "http", str(log)) as (_, place):
        async with over_http(place) as session:
            await cancelled(session, log)
            assert not (await session.call_tool("count", {"number": 0})).isError
            until(lambda: log.read_text().splitlines() == ["waiting", "ended in order"])


def begun(log: Path) -> subprocess.Popen[str]:
    """A server over stdio with one call under way that waits for ever, spoken to by hand."""
    process = subprocess.Popen(
        [*SMALL, "stdio", str(log)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "wait", "arguments": {}}}
    for message in (HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call):
        process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    until(log.exists)
    return process


@pytest.mark.parametrize("how", ["the client is gone", "it is told to stop"])
def test_the_server_ends_its_calls_in_order_when(how: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with begun(log) as process:
        if how == "the client is gone":
            assert process.stdin and process.stdout
            process.stdout.close()
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)  # while its standard input stays open
        assert process.wait(timeout=30) == 0
    assert log.read_text().splitlines() == ["waiting", "ended in order", "gone"]


async def test_a_call_goes_on_when_its_http_client_is_gone_and_ends_with_the_server(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(*SMALL, "http", str(log)) as (process, place):
        async with httpx.AsyncClient(headers=ACCEPTED) as client:
            hello = await client.post(place, json=HELLO)
            client.headers["mcp-session-id"] = hello.headers["mcp-session-id"]
            await client.post(place, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
            call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "wait", "arguments": {}}}
            with pytest.raises(httpx.ReadTimeout):
                await client.post(place, json=call, timeout=0.5)
        async with over_http(place) as session:
            assert not (await session.call_tool("count", {"number": 0})).isError
        assert log.read_text().splitlines() == ["waiting"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert log.read_text().splitlines() == ["waiting", "ended in order", "gone"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 200),
    ],
)
async def test_a_web_page_cannot_use_the_server(headers: dict[str, str], status: int, url: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, json=HELLO, headers={**ACCEPTED, **headers})
        assert answer.status_code == status
        own = url.removesuffix("/mcp")
        assert (await client.post(url, json=HELLO, headers={**ACCEPTED, "Origin": own})).status_code == 200
        assert (await client.get(own)).status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="not loopback") as raised:
        bound(host, 0)
    assert "--host" in raised.value.mend


def test_a_port_that_is_taken_is_named() -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} on 127.0.0.1 is taken"):
            bound("127.0.0.1", port)
