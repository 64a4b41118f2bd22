"""Follow-ups are run in turn: killed, stopped and resumed, each a run of its own, all under one budget."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from graph.following import Following
from graph.progress import Event, Watch
from graph.state import Input
from graph.stopping import stop
from graph.stream import Resumed
from systems import names
from systems.errors import Busy, Stopped
from systems.records import FollowUp, Outcome, RunStatus
from systems.runs import Runs
from systems.settings import Settings
from systems.spans import Store
from systems.telemetry import trace_id
from tests.graph.conftest import BEGUN, GOAL, said, started
from tests.graph.test_long_work import Model, asked, communicated, listed
from tests.systems.imitation_server import ImitationServer
from tests.systems.serving.support import until

BROKEN = {"mcpServers": {"missing": {"command": "there-is-no-such-program"}}}
FOUND = "tool_error in missing"


@pytest.mark.external
def test_a_family_is_killed_stopped_and_resumed_and_ends_when_nothing_is_new(begun: Path) -> None:
    (begun / "mcp.json").write_text(json.dumps(BROKEN))
    script = Model("specs")
    with ImitationServer(script) as server:
        limits = ("--follow-ups", "2", "--max-loops", "2")
        running = started("run", GOAL, "--change", BEGUN, "--model", server.url, *limits, project=begun)
        until(lambda: asked(server, "specs") > 0, seconds=400)
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        child, root = listed(begun)
        assert (root["status"], child["status"], child["parent"]) == ("done", "interrupted", root["run_id"])

        again = started("resume", root["run_id"], project=begun)
        until(lambda: asked(server, "specs") > 1, seconds=400)
        stopped = said("stop", root["run_id"], "--json", project=begun)
        assert stopped.json["status"] == "done" and communicated(again)[0] == 130
        assert listed(begun)[0]["status"] == "interrupted"

        script.held.clear()
        resumed = said("resume", root["run_id"], "--json", project=begun)
    followed = resumed.json["followed"]
    assert resumed.code == 0 and resumed.json["status"] == "done" and resumed.json["run_id"] == root["run_id"]
    assert followed["ended"] == "nothing new after 1 follow-up", "it met the same finding again"
    (only,) = followed["runs"]
    assert (only["run_id"], only["status"], only["loops"]) == (child["run_id"], "unfinished", 1), "2 loops for both"
    assert said("status", root["run_id"], project=begun).output.count(f"└ {child['run_id']}") == 1
    with closing(Store(begun / ".specloop" / "specloop.db")) as store:
        before, after = (tuple(store.spans(trace_id=trace_id(run["run_id"]))) for run in (root, child))
    assert {span.attributes.get(names.FOLLOWS) for span in after if span.parent_id is None} == {root["run_id"]}
    (follow_up,) = resumed.json["follow_ups"]
    text = (begun / follow_up["path"]).read_text()
    failed = [span.span_id for span in before if span.name.startswith(names.START_SERVER)]
    assert follow_up["finding"] == FOUND and failed and all(span_id in text for span_id in failed)
    assert f"1 loops, {resumed.json['seconds']:.1f} s, 22 tokens in, 14 out; trace {resumed.json['trace_id']}" in text


@dataclass
class Played:
    """A family whose runs come to what is said, without any work."""

    runs: Runs
    project: Path
    ends: dict[str, RunStatus] = field(default_factory=dict)
    opens: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    work: Callable[[], Awaitable[None]] | None = None

    def ended(self, run_id: str) -> Outcome | None:
        run = self.runs.get(run_id)
        names_ = self.opens.get(run_id, [])
        follow_ups = tuple(FollowUp(change=name, finding=f"timeout in {name}", path="x") for name in names_)
        about = {"change": run.change, "loops": 1, "trace_id": trace_id(run_id), "follow_ups": follow_ups}
        return Outcome(run_id=run_id, status=run.status, **about)

    async def end(self, run_id: str) -> Outcome:
        if self.work:
            await self.work()
        self.runs.update(run_id, status=self.ends.get(run_id, "done"))
        outcome = self.ended(run_id)
        assert outcome
        return outcome

    async def begin(self, given: Input, settings: Settings, watch: Watch | None, parent: str | None = None) -> Outcome:
        change = str(given["change"])
        self.runs.start(change, goal=given["goal"], change=change, settings={}, parent=parent)
        return await self.end(change)

    async def go_on(self, resumed: Resumed, watch: Watch | None = None) -> Outcome:
        return await self.end(resumed.summary.run_id)

    async def after(self, run_id: str, **settings: int) -> Outcome:
        def watch(event: Event) -> None:
            self.said.append(event.text)

        limits = Settings.model_validate({"follow_ups": 9, **settings})
        following = Following(self, self.runs, limits, watch)
        outcome = self.ended(run_id)
        assert outcome
        return await following.after(outcome)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    for name in ("b", "c", "d"):
        (tmp_path / "openspec" / "changes" / name).mkdir(parents=True)
    (tmp_path / "locks").mkdir()
    with closing(Runs(tmp_path / "specloop.db")) as runs:
        runs.start("a", goal=GOAL, change="a", settings={})
        runs.update("a", status="done")
        yield Played(runs, tmp_path, opens={"a": ["b", "c"], "b": ["d", "c"]})


async def test_every_follow_up_is_run_once_and_it_says_that_nothing_is_new(played: Played) -> None:
    outcome = await played.after("a")
    assert outcome.followed and [(run.run_id, run.parent) for run in outcome.followed.runs] == [
        ("b", "a"),
        ("c", "a"),
        ("d", "b"),
    ]
    assert played.said[-1] == "nothing new after 3 follow-ups" and played.said[0] == "follow-up 1 of at most 9: b"
    again = await played.after("d")
    assert again.run_id == "d" and again.followed == outcome.followed


async def test_a_follow_up_that_waits_for_a_person_is_what_the_family_came_to(played: Played) -> None:
    played.ends = {"c": "waiting"}
    for _ in range(2):
        outcome = await played.after("a")
        assert (outcome.run_id, outcome.status) == ("c", "waiting")
    played.runs.update("c", status="done")
    assert (await played.after("c")).followed


async def test_one_process_at_a_time_runs_a_family_and_whoever_runs_it_can_be_stopped(played: Played) -> None:
    async def work() -> None:
        with pytest.raises(Busy, match="follow-ups of run a"):
            await played.after("b")
        await stop(played.runs, "a")

    async def held() -> None:
        await asyncio.gather(work(), asyncio.sleep(60))

    played.work = held
    with pytest.raises(Stopped, match="Run a was stopped"):
        await played.after("a")
    assert not played.runs.is_followed("a") and not played.runs.is_asked_to_stop("a")
