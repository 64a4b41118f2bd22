"""Which policy a run takes: the ledger's for its model, else the shipped one, with pins on top; and its id on spans."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from systems import names
from systems.connections import Systems, opened
from systems.errors import Missing, UsageError
from systems.ledger import Ledger
from systems.policy import DEFAULT, SMALL_MODEL, Policy
from systems.telemetry import trace_id
from tests.systems.drafting import ASK, ONE, Capability
from tests.systems.imitation_server import ImitationServer, Offered
from tests.systems.ledger.histories import back, step
from tests.systems.ledger.test_verification import changed
from tests.systems.mcp_support import PROGRAM
from tests.systems.test_connections import Given, given

__all__ = ["given"]
LEARNED = {"draft": {"characters": 80}}
RUN = "run-1"


def store(given: Given) -> Path:
    folder = Path(given.project) / ".specloop"
    folder.mkdir(exist_ok=True)
    return folder / "specloop.db"


def learned(given: Given, *, model: str = "imitation") -> Policy:
    with closing(Ledger(store(given))) as ledger:
        return step(ledger, edit=LEARNED, model=model).policy


async def policy_of(given: Given) -> Policy:
    async with opened(given, linger=0) as systems:
        assert systems.documents.get_record(systems.policy.hash, Policy) == systems.policy
        return systems.policy


async def test_without_a_decision_the_shipped_policy_holds(given: Given) -> None:
    assert await policy_of(given) == DEFAULT


@pytest.mark.embedded
async def test_the_embedded_model_has_a_policy_of_its_own(given: Given) -> None:
    assert await policy_of(dataclasses.replace(given, model="embedded")) == SMALL_MODEL


async def test_what_was_adopted_for_the_model_holds_until_it_is_rolled_back(given: Given) -> None:
    policy = learned(given)
    assert policy.draft.characters == 80 and await policy_of(given) == policy
    with closing(Ledger(store(given))) as ledger:
        ledger.roll_back(back(policy, DEFAULT), model="imitation")
    assert await policy_of(given) == DEFAULT


def begin(run_id: str, systems: Systems) -> None:
    systems.runs.start(run_id, goal="a goal", change=None, settings={})
    systems.runs.note_policy(run_id, policy=systems.learned, model=systems.model.choice.name)


async def test_a_run_stays_under_its_policy_and_the_next_one_takes_the_new_in_systems_that_stay_open(
    given: Given,
) -> None:
    async with opened(given, linger=0) as systems:
        begin("old", systems.of_run("old"))
        policy = learned(given)
        assert systems.of_run("old").policy == DEFAULT
        new = systems.of_run("new")
        begin("new", new)
        assert (new.policy, systems.runs.policy("new")) == (policy, policy.hash)
        assert new.documents.get_record(policy.hash, Policy) == policy


async def test_what_was_adopted_for_another_model_does_not_hold(given: Given) -> None:
    learned(given, model="another")
    assert await policy_of(given) == DEFAULT


async def test_pins_lie_on_top_of_what_was_learned(given: Given) -> None:
    policy = learned(given)
    (Path(given.project) / "specloop.toml").write_text("[policy.draft]\ncharacters = 300\nseed = 1\n")
    held = await policy_of(given)
    assert held.parent == policy.hash and (held.draft.characters, held.draft.seed) == (300, 1)


async def test_nothing_runs_with_a_pin_that_is_out_of_bounds(given: Given) -> None:
    (Path(given.project) / "specloop.toml").write_text("[policy.draft]\nrepairs = 9\n")
    with pytest.raises(UsageError, match=r"specloop\.toml: policy\.draft\.repairs"):
        await policy_of(given)


async def test_nothing_runs_with_a_policy_that_was_edited_by_hand(given: Given) -> None:
    policy = learned(given)
    changed(store(given), f"UPDATE ledger SET body = replace(body, '80', '90') WHERE record = '{policy.hash}'")
    with pytest.raises(Missing) as raised:
        await policy_of(given)
    assert raised.value.mend


@pytest.fixture
def busy() -> Iterator[ImitationServer]:
    with ImitationServer(lambda _: ONE, models=(Offered(), Offered("other"))) as server:
        yield server


@pytest.mark.parametrize("pinned", ["", "[policy.answers]\nreuse = false\n"])
async def test_every_span_of_a_run_has_the_id_of_its_policy(given: Given, busy: ImitationServer, pinned: str) -> None:
    project = Path(given.project)
    (project / "specloop.toml").write_text(pinned)
    server = {"command": sys.executable, "args": [PROGRAM]}
    (project / "mcp.json").write_text(json.dumps({"mcpServers": {"bad": server}}))
    async with opened(dataclasses.replace(given, model=busy.url), linger=0) as systems:
        other = systems.with_policy(systems.policy.edited({"draft": {"model": "other"}, "servers": {"retries": 1}}))
        for one, run in ((systems, RUN), (other, "play-1")):
            with one.telemetry.scope(policy=one.policy.hash), one.telemetry.root(run), one.telemetry.node("answer"):
                await one.servers.start()
                await one.servers.call("bad", "die_at_first", {"mark": str(project / "mark")}) if run != RUN else None
                await one.servers.call("bad", "echo", {"text": "x"}, reuse=True)
                await one.model.draft(ASK, Capability, one.policy.draft)
        systems.telemetry.provider.force_flush()
        traces = {run: systems.spans.spans(trace_id=trace_id(run)) for run in (RUN, "play-1")}
    assert bool(pinned) is (systems.policy.parent == DEFAULT.hash)
    assert {span.attributes[names.POLICY] for span in traces[RUN]} == {systems.policy.hash}
    assert {span.attributes[names.POLICY] for span in traces["play-1"]} == {other.policy.hash}
    own, others = (sorted(span.name for span in traces[run]) for run in (RUN, "play-1"))
    root = "invoke_workflow specloop"
    assert own == ["answer", "chat imitation", "execute_tool echo", root, "start_server bad"]
    again = ["execute_tool die_at_first"] * 2 + ["execute_tool echo"]
    assert others == ["answer", "chat other", *again, root, "start_server bad"]
