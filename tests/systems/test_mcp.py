"""Calls of tools on real servers: what comes back, what is refused, and the spans."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from opentelemetry.trace import SpanKind, StatusCode

from systems import names
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Servers, load_servers
from systems.records import content_hash
from tests.systems.mcp_support import Traced, misbehaving, servers

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def traced() -> Traced:
    return Traced()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bad(folder: Path, traced: Traced) -> AsyncIterator[Servers]:
    """The misbehaving server, shared by tests that do it no harm; opened and closed by other tasks than use it."""
    config = misbehaving(env={"GIVEN": "a value"})
    async with servers(folder, config, traced=traced, knobs={"content_bytes": 1_000}) as opened:
        yield opened


async def test_a_result_has_its_text_hash_size_and_span(bad: Servers, traced: Traced) -> None:
    result = await bad.call("bad", "echo", {"text": "häuser"})
    assert (result.text, result.bytes, result.cut, result.reused) == ("häuser", 7, False, False)
    assert result.content_hash == content_hash("häuser")
    assert result.seconds > 0
    span = traced.named("execute_tool echo")[-1]
    assert span.context is not None and format(span.context.span_id, "016x") == result.span_id
    assert span.kind is SpanKind.CLIENT and span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {
        names.OPERATION: "execute_tool",
        names.TOOL_NAME: "echo",
        names.SERVER: "bad",
        names.ARGUMENTS_HASH: content_hash('{"text":"häuser"}'),
        names.RESULT_HASH: result.content_hash,
        names.RESULT_BYTES: 7,
    }


@pytest.mark.parametrize(
    ("tool", "arguments", "cause", "words"),
    [
        ("refuse", {}, "error", "I would rather not"),
        ("crash", {}, "error", "something broke inside"),
        ("nothing", {}, "empty", "empty result"),
        ("no_content", {}, "empty", "empty result"),
        ("echo", {}, "arguments", "'text' is a required property"),
        ("echo", {"text": 7}, "arguments", "$.text: 7 is not of type 'string'"),
        ("echo", {"text": {1, 2}}, "arguments", "not JSON"),
        ("echo", {"text": "\ud800"}, "arguments", "not JSON"),
        ("nowhere", {}, "error", "no tool 'nowhere'"),
    ],
)
async def test_a_failed_call_says_why_and_so_does_its_span(
    bad: Servers, traced: Traced, tool: str, arguments: dict[str, Any], cause: str, words: str
) -> None:
    with pytest.raises(ToolFailed, match="bad") as failed:
        await bad.call("bad", tool, arguments)
    assert (failed.value.server, failed.value.tool, failed.value.cause) == ("bad", tool, cause)
    assert words in str(failed.value)
    span = traced.named(f"execute_tool {tool}")[-1]
    assert span.status.status_code is StatusCode.ERROR and words in (span.status.description or "")
    assert (span.attributes or {})[names.ERROR_TYPE] == cause


async def test_a_server_still_serves_after_every_kind_of_failure(bad: Servers) -> None:
    for tool in ("refuse", "crash", "nothing", "babble"):
        try:
            await bad.call("bad", tool, {})
        except ToolFailed as failed:
            assert failed.cause in ("error", "empty")
    assert (await bad.call("bad", "echo", {"text": "still here"})).text == "still here"


async def test_a_long_result_is_cut_at_a_character_and_says_by_how_much(bad: Servers) -> None:
    result = await bad.call("bad", "huge", {"size": 5_001})
    assert result.text == "é" * 500 + "\n[cut: 4000 of 5000 bytes left out]"
    assert (result.bytes, result.cut) == (5_000, True)


async def test_sound_becomes_a_note_and_structured_content_json(bad: Servers) -> None:
    assert (await bad.call("bad", "audio", {})).text == "[audio, 1234 bytes, not read]"
    assert (await bad.call("bad", "structured", {})).text == '{\n "answer": 42\n}'


async def test_the_same_read_is_reused_only_when_the_caller_says_so(bad: Servers, traced: Traced) -> None:
    with traced.tracer.start_as_current_span("one run"):
        first = await bad.call("bad", "echo", {"text": "once"})
        again = await bad.call("bad", "echo", {"text": "once"})
        reused = await bad.call("bad", "echo", {"text": "once"}, reuse=True)
    assert (first.reused, again.reused, reused.reused) == (False, False, True)
    assert reused.text == "once" and reused.content_hash == first.content_hash
    assert len({first.span_id, again.span_id, reused.span_id}) == 3
    span = traced.named("execute_tool echo")[-1]
    assert (span.attributes or {})[names.REUSED] is True
    with traced.tracer.start_as_current_span("another run"):
        assert not (await bad.call("bad", "echo", {"text": "once"}, reuse=True)).reused


async def test_what_is_not_marked_read_only_needs_a_persons_word(bad: Servers) -> None:
    for tool, arguments in (("unmarked", {"text": "x"}), ("harmless", {"options": {}})):
        with pytest.raises(ToolFailed, match="person") as refused:
            await bad.call("bad", tool, arguments)
        assert refused.value.cause == "error"
        allowed = await bad.call("bad", tool, arguments, approved=True)
        again = await bad.call("bad", tool, arguments, approved=True, reuse=True)
        assert allowed.text.startswith("changed") and not again.reused
    marks = {tool.name: tool.read_only for tool in bad.tools}
    assert (marks["echo"], marks["unmarked"], marks["harmless"]) == (True, False, False)


async def test_standard_error_goes_to_a_log_of_the_server(bad: Servers, folder: Path) -> None:
    await bad.call("bad", "complain", {})
    assert "this goes to standard error" in (folder / "stderr" / "bad.log").read_text()


async def test_a_server_gets_the_variables_of_its_entry_and_not_ours(
    bad: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "secret")
    assert (await bad.call("bad", "variable", {"name": "GIVEN"})).text == "a value"
    assert (await bad.call("bad", "variable", {"name": "OURS"})).text == "unset"


async def test_a_start_is_a_span(bad: Servers, traced: Traced) -> None:
    (span,) = traced.named("start_server bad")
    assert dict(span.attributes or {}) == {names.SERVER: "bad", names.COLD: True}
    assert span.status.status_code is StatusCode.UNSET


async def test_an_unknown_server_is_named(bad: Servers, traced: Traced) -> None:
    with pytest.raises(ServerUnavailable, match="nobody") as unknown:
        await bad.call("nobody", "echo", {})
    assert unknown.value.server == "nobody"
    assert (traced.named("execute_tool echo")[-1].attributes or {})[names.ERROR_TYPE] == "unavailable"


@pytest.mark.external
async def test_the_default_servers_answer_about_a_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "hello.txt").write_text("Hello from the file")
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(project))
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "The first commit"]):
        subprocess.run([*git, *arguments], check=True)
    async with servers(tmp_path, *load_servers(None, project=project).values()) as opened:
        assert opened.unavailable == {}
        assert {tool.server for tool in opened.tools} == {"git", "time", "filesystem"}
        log = await opened.call("git", "git_log", {"repo_path": str(project), "max_count": 1})
        assert "The first commit" in log.text
        file = await opened.call("filesystem", "read_text_file", {"path": str(project / "hello.txt")})
        assert file.text == "Hello from the file"
        now = await opened.call("time", "get_current_time", {"timezone": "UTC"})
        assert '"timezone": "UTC"' in now.text
        with pytest.raises(ToolFailed, match="person"):
            await opened.call("git", "git_checkout", {"repo_path": str(project), "branch_name": "main"})
        with pytest.raises(ToolFailed) as outside:
            await opened.call("filesystem", "read_text_file", {"path": str(tmp_path / "other.txt")})
        assert outside.value.cause == "error"


@pytest.mark.external
async def test_a_project_without_git_is_served_by_the_others(tmp_path: Path) -> None:
    configs = load_servers(None, project=tmp_path)
    async with servers(tmp_path, configs["git"], configs["time"]) as opened:
        assert {tool.server for tool in opened.tools} == {"time"}
        assert list(opened.unavailable) == ["git"] and "git" in opened.unavailable["git"]
        with pytest.raises(ServerUnavailable):
            await opened.call("git", "git_log", {"repo_path": str(tmp_path)})
