"""Every limit of MCP servers has its effect: times, retries, limits of one server, and views under other knobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from systems import names
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Servers
from systems.mcp.limits import Limits, limits
from systems.policy import ServerKnobs, ServerLimits
from tests.systems.mcp_support import Traced, misbehaving, servers


async def cause(opened: Servers, tool: str, *, server: str = "bad", **arguments: Any) -> str:
    with pytest.raises(ToolFailed) as failed:
        await opened.call(server, tool, arguments, approved=True)
    return failed.value.cause


def retries(traced: Traced, tool: str) -> list[Any]:
    return [(span.attributes or {}).get(names.RETRY) for span in traced.named(f"execute_tool {tool}")]


def knobs(**changed: Any) -> ServerKnobs:
    return ServerKnobs.model_validate({"start_seconds": 60, **changed})


def test_a_server_has_the_limits_of_all_but_for_its_own() -> None:
    general = knobs(call_seconds=9, retries=2, limits={"slow": {"call_seconds": 90, "retries": 0}})
    assert limits(general, "other") == Limits(60, 9, 2)
    assert limits(general, "slow") == Limits(60, 90, 0)
    assert limits(knobs(limits={"s": ServerLimits(start_seconds=5)}), "s").start_seconds == 5


@pytest.mark.parametrize(("tool", "told", "seconds"), [("slow_at_first", "timeout", 1), ("die_at_first", "lost", 60)])
async def test_a_read_that_ran_out_of_time_or_was_lost_is_made_again_each_a_span(
    tool: str, told: str, seconds: float, tmp_path: Path
) -> None:
    traced = Traced()
    limited = {"call_seconds": seconds, "retries": 1}
    async with servers(tmp_path, misbehaving(), traced=traced, knobs=limited) as opened:
        assert (await opened.call("bad", tool, {"mark": str(tmp_path / "one")})).text == "at last"
        assert retries(traced, tool) == [None, 1]
        plain = opened.under(knobs(call_seconds=seconds))
        assert await cause(plain, tool, mark=str(tmp_path / "two")) == told
        assert retries(traced, tool) == [None, 1, None]


async def test_only_what_another_try_may_mend_is_made_again_and_only_reads(tmp_path: Path) -> None:
    traced = Traced()
    limited = {"call_seconds": 1, "retries": 2}
    async with servers(tmp_path, misbehaving(), traced=traced, knobs=limited) as opened:
        assert await cause(opened, "refuse") == "error"
        assert await cause(opened, "nothing") == "empty"
        assert await cause(opened, "change_slowly_at_first", mark=str(tmp_path / "mark")) == "timeout"
        assert await cause(opened, "wait", seconds=60) == "timeout"
        assert await cause(opened, "wait", seconds=60) == "timeout"
    assert [len(retries(traced, tool)) for tool in ("refuse", "nothing", "change_slowly_at_first")] == [1, 1, 1]
    assert retries(traced, "wait") == [None, 1, 2, None]
    assert "not called again for now" in (traced.named("execute_tool wait")[-1].status.description or "")


async def test_a_server_that_dies_again_and_again_is_not_tried_for_ever(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced, knobs={"retries": 3}) as opened:
        assert await cause(opened, "die") == "lost"
        assert retries(traced, "die") == [None, 1] and "died 2 times" in opened.unavailable["bad"]
        assert opened.tools == ()


async def test_one_server_may_take_longer_than_the_others(tmp_path: Path) -> None:
    limited = {"call_seconds": 0.3, "limits": {"patient": {"call_seconds": 30}}}
    async with servers(tmp_path, misbehaving("patient"), misbehaving(), knobs=limited) as opened:
        assert await cause(opened, "wait", seconds=0.6) == "timeout"
        assert (await opened.call("patient", "wait", {"seconds": 0.6})).text == "waited 0.6 s"


async def test_one_server_may_start_slower_than_the_others(tmp_path: Path) -> None:
    limited = {"start_seconds": 1, "limits": {"patient": {"start_seconds": 60}}}
    both = (misbehaving("patient", start="slow"), misbehaving(start="slow"))
    async with servers(tmp_path, *both, knobs=limited) as opened:
        assert list(opened.unavailable) == ["bad"] and {tool.server for tool in opened.tools} == {"patient"}
        allowed = opened.under(knobs())
        await allowed.start()
        assert allowed.unavailable == {} and (await allowed.call("bad", "echo", {"text": "x"})).text == "x"


async def test_under_other_knobs_the_same_servers_serve_by_other_limits(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced) as opened:
        before = (await opened.call("bad", "pid", {})).text
        hasty = opened.under(knobs(call_seconds=0.3, content_bytes=1_000))
        assert (await hasty.call("bad", "pid", {})).text == before and len(hasty.tools) == len(opened.tools)
        assert await cause(hasty, "wait", seconds=0.6) == "timeout"
        assert (await hasty.call("bad", "huge", {"size": 4_000})).cut
        assert (await opened.call("bad", "wait", {"seconds": 0.6})).text == "waited 0.6 s"
        assert not (await opened.call("bad", "huge", {"size": 4_000})).cut
    assert len(traced.named("start_server bad")) == 1


async def test_what_was_asked_under_one_policy_is_asked_again_under_another(tmp_path: Path) -> None:
    traced = Traced()
    async with servers(tmp_path, misbehaving(), traced=traced) as opened:
        with traced.tracer.start_as_current_span("one trace"):
            for view in (opened, opened.under(knobs()), opened.under(knobs())):
                assert [(await view.call("bad", "pid", {}, reuse=True)).reused for _ in range(2)] == [False, True]
                assert not (await view.call("bad", "pid", {}, reuse=False)).reused


async def test_a_server_that_died_too_often_under_one_policy_is_there_for_the_next(tmp_path: Path) -> None:
    async with servers(tmp_path, misbehaving()) as opened:
        assert [await cause(opened, "die") for _ in range(2)] == ["lost", "lost"]
        with pytest.raises(ServerUnavailable):
            await opened.call("bad", "pid", {})
        fresh = opened.under(knobs())
        assert fresh.unavailable == {} and (await fresh.call("bad", "echo", {"text": "x"})).text == "x"
        assert await cause(fresh, "die") == "lost"
        assert (await fresh.call("bad", "echo", {"text": "x"})).text == "x"


async def test_closing_ends_the_servers_for_every_view(tmp_path: Path) -> None:
    opened = servers(tmp_path, misbehaving())
    await opened.start()
    view = opened.under(knobs(retries=3))
    await opened.close()
    with pytest.raises(ServerUnavailable):
        await view.call("bad", "pid", {})
