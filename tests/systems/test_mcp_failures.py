"""Servers that hang, die or never come up: the others serve on, limits hold, and nothing is left behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.trace import StatusCode

from systems import names
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import ServerConfig, Servers
from systems.policy import ServerKnobs
from tests.systems.mcp_support import (
    Traced,
    children,
    lives,
    misbehaving,
    open_files,
    over_http,
    servers,
    started_anew,
)


@pytest.fixture(autouse=True)
def others() -> Iterator[set[int]]:
    """The processes that were there before the test; no other may be there after it."""
    before = children()
    yield before
    assert children() <= before


async def failed_call(opened: Servers, tool: str, **arguments: float) -> ToolFailed:
    with pytest.raises(ToolFailed) as failed:
        await opened.call(next(iter({found.server for found in opened.tools})), tool, arguments)
    return failed.value


async def refused_at_once(opened: Servers, tool: str) -> str:
    """Why a call is refused, which takes it no time at all: it waits for nothing."""
    (server,) = {found.server for found in opened.tools} | set(opened.unavailable)
    call = asyncio.create_task(opened.call(server, tool, {}))
    await asyncio.sleep(0)
    assert call.done() and isinstance(call.exception(), ServerUnavailable)
    return str(call.exception())


def breaker(traced: Traced, tool: str) -> list[object]:
    return [(span.attributes or {}).get(names.BREAKER) for span in traced.named(f"execute_tool {tool}")]


async def test_a_dead_server_is_named_and_left_out(tmp_path: Path) -> None:
    broken = [
        misbehaving("dies", start="die"),
        ServerConfig(name="absent", command="no-such-program"),
        ServerConfig(name="homeless", command="sh", cwd=str(tmp_path / "nowhere")),
        ServerConfig(name="refused", transport="http", url="http://user:secret@127.0.0.1:9/mcp?key=secret"),
        ServerConfig(name="wrong", transport="http", url="not a url"),
        ServerConfig(name="mute", command="true"),
        ServerConfig(name="known", problem="KEY is not set."),
        ServerConfig(name="off", command="no-such-program", disabled=True),
    ]
    async with servers(tmp_path, misbehaving("good"), *broken) as opened:
        assert {tool.server for tool in opened.tools} == {"good"}
        why = opened.unavailable
        assert set(why) == {config.name for config in broken} - {"off"}
        assert "the cellar is flooded" in why["dies"] and "dies.log" in why["dies"]
        assert "no program 'no-such-program'" in why["absent"] and "no folder" in why["homeless"]
        assert "could not be reached at http://127.0.0.1:9/mcp" in why["refused"] and "secret" not in why["refused"]
        assert "ended while starting" in why["mute"] and why["known"] == "KEY is not set."
        assert "could not be reached at not a url" in why["wrong"]
        with pytest.raises(ServerUnavailable, match="flooded"):
            await opened.call("dies", "echo", {"text": "x"})
        assert (await opened.call("good", "echo", {"text": "x"})).text == "x"


async def test_a_server_that_hangs_at_its_start_costs_its_limit_once(tmp_path: Path, others: set[int]) -> None:
    traced, started = Traced(), time.monotonic()
    async with servers(tmp_path, misbehaving(start="hang"), traced=traced, knobs={"start_seconds": 1}) as opened:
        assert 1 <= time.monotonic() - started < 5
        assert "did not start within 1 s" in opened.unavailable["bad"]
        assert children() <= others
    (span,) = traced.named("start_server bad")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})[names.ERROR_TYPE] == "unavailable"


async def test_a_slow_start_is_waited_for(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(start="slow"), traced=traced) as opened:
        assert opened.unavailable == {} and opened.tools
    (span,) = traced.named("start_server bad")
    assert (span.end_time or 0) - (span.start_time or 0) > 1.5e9


async def test_a_slow_call_costs_its_limit_and_the_server_is_kept(tmp_path: Path) -> None:
    async with servers(tmp_path, misbehaving(), knobs={"call_seconds": 0.5}) as opened:
        before = (await opened.call("bad", "pid", {})).text
        started = time.monotonic()
        calls = [failed_call(opened, "wait", seconds=60) for _ in range(4)]
        assert {failed.cause for failed in await asyncio.gather(*calls)} == {"timeout"}
        assert 0.5 <= time.monotonic() - started < 2
        assert (await opened.call("bad", "pid", {})).text == before


async def test_a_hung_server_is_replaced_once_and_nobody_waits_for_that(tmp_path: Path, others: set[int]) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced, knobs={"call_seconds": 2}) as opened:
        before = int((await opened.call("bad", "pid", {})).text)
        assert (await failed_call(opened, "hang", seconds=60)).cause == "timeout"
        assert "gave no answer to anything, and is being restarted" in await refused_at_once(opened, "pid")
        assert opened.unavailable == {}
        another = opened.under(ServerKnobs(call_seconds=60))  # a policy that has spent nothing on it
        after = int((await another.call("bad", "pid", {})).text)
        assert after != before
        assert [int((await opened.call("bad", "pid", {})).text) for _ in range(2)] == [after, after]
        assert breaker(traced, "pid") == [None, "open", None, "half_open", None]
        assert not lives(before)
        assert (await failed_call(opened, "hang", seconds=61)).cause == "timeout"
        assert "died 2 times" in await refused_at_once(opened, "pid")
        assert opened.tools == () and "bad" in opened.unavailable
        while not children() <= others:
            await asyncio.sleep(0.05)
    assert len(traced.named("start_server bad")) == 2


async def test_reads_that_a_hung_server_took_with_it_are_made_again(tmp_path: Path) -> None:
    traced, patient = Traced(), ServerKnobs(call_seconds=60)
    async with servers(tmp_path, misbehaving(), traced=traced, knobs={"call_seconds": 2}) as opened:
        hanging = asyncio.create_task(failed_call(opened, "hang", seconds=60))
        await asyncio.sleep(0.5)
        assert (await opened.under(patient).call("bad", "echo", {"text": "behind it"})).text == "behind it"
        assert (await hanging).cause == "timeout"
    assert len(traced.named("start_server bad")) == 2 and len(traced.named("execute_tool echo")) == 1


async def test_a_server_that_hangs_for_good_is_given_up_after_one_start_that_nobody_waits_for(tmp_path: Path) -> None:
    traced = Traced()
    with over_http() as (config, process):
        async with servers(tmp_path, config, traced=traced, knobs={"call_seconds": 1, "start_seconds": 8}) as opened:
            await opened.call("http", "echo", {"text": "well"})
            process.send_signal(signal.SIGSTOP)
            assert (await failed_call(opened, "pid")).cause == "timeout"
            for _ in range(3):
                assert "is being restarted" in await refused_at_once(opened, "told")
            while not opened.unavailable:
                await asyncio.sleep(0.05)
            with pytest.raises(ServerUnavailable, match="did not start within"):
                await opened.call("http", "told", {})
    assert len(traced.named("start_server http")) == 2


async def test_a_restart_that_hangs_is_waited_for_by_one_call_within_its_limit(
    tmp_path: Path, others: set[int]
) -> None:
    traced, hangs_again = Traced(), misbehaving(start="once", env={"MARK": str(tmp_path / "mark")})
    tasks = asyncio.all_tasks()
    async with servers(tmp_path, hangs_again, traced=traced, knobs={"call_seconds": 1}) as opened:
        assert (await failed_call(opened, "die")).cause == "lost"
        with pytest.raises(ServerUnavailable, match="died, and is being restarted"):
            await opened.call("bad", "pid", {})
        assert "is being restarted" in await refused_at_once(opened, "pid")
    assert asyncio.all_tasks() == tasks and children() <= others
    assert [span.status.is_ok for span in traced.named("start_server bad")] == [True, False]


async def test_a_server_that_dies_is_restarted_once(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced) as opened:
        lost = await asyncio.gather(*(failed_call(opened, "die") for _ in range(3)))
        assert {failed.cause for failed in lost} == {"lost"}
        while len(traced.named("start_server bad")) < 2:  # at once, whether it is asked for anything or not
            await asyncio.sleep(0.05)
        echoes = await asyncio.gather(*(opened.call("bad", "echo", {"text": str(i)}) for i in range(3)))
        assert [echo.text for echo in echoes] == ["0", "1", "2"]
        assert (await failed_call(opened, "die")).cause == "lost"
        with pytest.raises(ServerUnavailable, match="died 2 times"):
            await opened.call("bad", "echo", {"text": "x"})


async def test_a_server_that_died_between_calls_costs_no_call(tmp_path: Path) -> None:
    async with servers(tmp_path, misbehaving()) as opened:
        before = int((await opened.call("bad", "pid", {})).text)
        await opened.call("bad", "die_later", {"seconds": 0.05})
        while lives(before):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # for the client to see the end of the stream; before that, the next call is lost
        assert int((await opened.call("bad", "pid", {})).text) != before


async def test_http_serves_and_a_server_that_dies_in_a_call_hangs_nobody(tmp_path: Path) -> None:
    with over_http() as (config, process):
        async with servers(tmp_path, config, knobs={"call_seconds": 3}) as opened:
            assert (await opened.call("http", "echo", {"text": "over the wire"})).text == "over the wire"
            started = time.monotonic()
            assert (await failed_call(opened, "die")).cause in ("lost", "timeout")
            assert time.monotonic() - started < 4
            process.wait()
            with pytest.raises(ServerUnavailable, match="could not be reached"):
                await opened.call("http", "echo", {"text": "x"})


async def test_an_http_server_that_was_started_anew_costs_no_call(tmp_path: Path) -> None:
    traced = Traced()
    with over_http() as (config, process):
        async with servers(tmp_path, config, traced=traced) as opened:
            before = (await opened.call("http", "pid", {})).text
            process.kill()
            process.wait()
            with started_anew(process, config):
                assert (await opened.call("http", "pid", {})).text != before
    assert len(traced.named("start_server http")) == 2


async def test_headers_go_to_the_server_of_their_entry_and_not_where_it_redirects_to(tmp_path: Path) -> None:
    given = {"X-Given": "a value"}
    with over_http("near") as (near, _), redirecting(near.url) as url:
        configs = [near.model_copy(update={"headers": given}), near.model_copy(update={"name": "far", "url": url})]
        async with servers(tmp_path, *configs) as opened:
            assert (await opened.call("near", "header", {"name": "x-given"})).text == "[redacted]", "it came"
            assert "far answered 307 Temporary Redirect" in opened.unavailable["far"]


@contextmanager
def redirecting(to: str) -> Iterator[str]:
    """The address of a server that sends everybody elsewhere."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", to)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/mcp"
        finally:
            server.shutdown()


async def test_http_calls_side_by_side_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with over_http() as (config, _):
        async with servers(tmp_path, config) as opened:
            slow = asyncio.create_task(opened.call("http", "wait", {"seconds": 60}))
            echoes = await asyncio.gather(*(opened.call("http", "echo", {"text": "x"}) for _ in range(20)))
            assert len(echoes) == 20 and not slow.done()
            slow.cancel()
            with pytest.raises(asyncio.CancelledError):
                await slow
            assert (await opened.call("http", "echo", {"text": "after"})).text == "after"


async def test_a_cancelled_call_leaves_the_server_serving(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced) as opened:
        tasks = asyncio.all_tasks()
        call = asyncio.create_task(opened.call("bad", "wait", {"seconds": 60}))
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert asyncio.all_tasks() == tasks
        assert (await opened.call("bad", "echo", {"text": "x"})).text == "x"
    (span,) = traced.named("execute_tool wait")
    assert (span.attributes or {})[names.ERROR_TYPE] == "cancelled"


def test_servers_start_where_standard_error_is_captured(tmp_path: Path) -> None:
    code = f"""
import asyncio, io, sys
sys.stderr = io.StringIO()
from tests.systems.mcp_support import misbehaving, servers
from pathlib import Path
async def main():
    async with servers(Path({str(tmp_path)!r}), misbehaving()) as opened:
        print(opened.unavailable, len(opened.tools) > 0)
asyncio.run(main())
"""
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "{} True"


async def test_a_cancelled_start_leaves_no_process(tmp_path: Path, others: set[int]) -> None:
    opened = servers(tmp_path, misbehaving(start="hang"))
    start = asyncio.create_task(opened.start())
    while children() <= others:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert children() <= others


async def test_closing_ends_calls_that_run_and_may_be_done_twice(tmp_path: Path, others: set[int]) -> None:
    opened = servers(tmp_path, misbehaving())
    await opened.start()
    call = asyncio.create_task(failed_call(opened, "wait", seconds=60))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await opened.close()
    assert (await call).cause == "lost"
    assert time.monotonic() - started < 5.5
    await opened.close()
    with pytest.raises(ServerUnavailable):
        await opened.call("bad", "echo", {"text": "x"})
    assert children() <= others


async def test_closing_takes_at_most_its_limit_and_kills_what_the_server_started(
    tmp_path: Path, others: set[int]
) -> None:
    async with servers(tmp_path, misbehaving(start="stubborn"), misbehaving("second")) as opened:
        orphans = [int((await opened.call(name, "child", {})).text) for name in ("bad", "second")]
        assert all(map(lives, orphans))
        started = time.monotonic()
    assert time.monotonic() - started < 5.5
    assert children() <= others and not any(map(lives, orphans))


async def test_five_hundred_calls_leak_no_task_file_or_process(tmp_path: Path, others: set[int]) -> None:
    opened = servers(tmp_path, misbehaving())
    tasks, files = len(asyncio.all_tasks()), open_files()
    await opened.start()
    await opened.call("bad", "echo", {"text": "warm"})
    warm_tasks, warm_files = len(asyncio.all_tasks()), open_files()
    for number in range(50):
        await asyncio.gather(*(opened.call("bad", "echo", {"text": f"{number}.{i}"}) for i in range(9)))
        with pytest.raises(ToolFailed):
            await opened.call("bad", "crash", {})
    assert (len(asyncio.all_tasks()), open_files()) == (warm_tasks, warm_files)
    await opened.close()
    assert (len(asyncio.all_tasks()), open_files()) == (tasks, files)
    assert children() <= others and sorted(path.name for path in (tmp_path / "stderr").iterdir()) == ["bad.log"]
