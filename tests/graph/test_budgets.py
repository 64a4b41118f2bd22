"""Budgets end a run in order; a model that cannot do it is given up in bounded time, and what was tried is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from tests.graph.conftest import ARTIFACTS, BEGUN, GOAL, change_folder, drafted, said, workspace
from tests.graph.scripted import artifact_of, caps_of, prompt_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply, Script, Scripted

pytestmark = pytest.mark.external


@pytest.mark.parametrize(("option", "value"), [("--max-tokens", "1"), ("--max-seconds", "0.01")])
def test_a_run_out_of_budget_ends_in_order_and_says_what_is_missing(
    option: str, value: str, begun: Path, server: ImitationServer
) -> None:
    for name in ("design.md", "specs/listing/spec.md"):
        (change_folder(begun, BEGUN) / name).unlink()
    model = ("--model", server.url)
    result = said("run", GOAL, "--change", BEGUN, option, value, *model, "--json", project=begun)
    assert result.code == 1 and result.json["status"] == "unfinished" and result.json["loops"] == 1
    budget, *undone = result.json["missing"]
    assert f"{option.removeprefix('--max-')} used up" in budget
    assert undone == ["design: not written yet", "tasks: not written yet"]
    assert [item["id"] for item in result.json["artifacts"] if item["valid"]] == ["proposal", "specs"]


def test_a_resumed_run_with_a_bigger_budget_goes_on(begun: Path, server: ImitationServer) -> None:
    (change_folder(begun, BEGUN) / "design.md").unlink()
    short = workspace(begun, server, max_loops=1).run(GOAL, change=BEGUN)
    assert short.status == "unfinished" and "budget of 1 loops" in short.missing[0]
    assert workspace(begun, server).resume(short.run_id).missing[0] == short.missing[0]
    result = said("resume", short.run_id, "--max-loops", "9", "--model", server.url, "--json", project=begun)
    assert result.code == 0 and result.json["loops"] == 2 and result.json["run_id"] == short.run_id
    assert result.json["tokens"]["output"] > short.tokens.output and result.json["trace_id"] == short.trace_id
    assert drafted(server.requests) == ["design", "tasks"]


def bad(reply: Scripted) -> Script:
    """A model that can do nothing but ask its own questions."""

    def script(request: dict[str, Any]) -> Scripted:
        return reply if artifact_of(request) in ARTIFACTS else scripted_reply(request)

    return script


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("I am sorry, Dave.", "invalid_output"),
        ("", "empty_output"),
        ({"colour": "blue"}, "invalid_output"),
        (Reply(content='{"groups": [{"title": "Make', finish_reason="length"), "output_truncated"),
    ],
    ids=["rubbish", "nothing", "another schema", "cut off"],
)
def test_a_model_that_cannot_do_it_is_given_up(reply: Scripted, kind: str, begun: Path) -> None:
    with ImitationServer(bad(reply)) as server:
        outcome = workspace(begun, server).run(GOAL, change=BEGUN)
        asked = [request for request in server.requests if artifact_of(request) == "tasks"]
    assert outcome.status == "unfinished" and outcome.missing == ("tasks: given up after repeated attempts",)
    assert not (change_folder(begun, BEGUN) / "tasks.md").exists()
    assert kind in {finding.kind for finding in outcome.findings}
    assert 3 <= len(asked) <= 4 * 3 and outcome.loops <= 4
    assert outcome.plan_revisions and all(revision.reasons for revision in outcome.plan_revisions)
    _, second = asked[0], asked[3]
    assert prompt_of(second) != prompt_of(asked[0]) or caps_of(second) != caps_of(asked[0])
    if kind == "output_truncated":
        assert max(caps_of(second)) < max(caps_of(asked[0]))
    else:
        assert "Heed this" in prompt_of(second)
    assert len(outcome.follow_ups) <= 3


def test_follow_ups_are_opened_once_and_hold_the_evidence(begun: Path) -> None:
    with ImitationServer(bad("I am sorry, Dave.")) as server:
        first = workspace(begun, server).run(GOAL, change=BEGUN)
        changes = sorted(path.name for path in (begun / "openspec" / "changes").iterdir())
        again = workspace(begun, server).run(GOAL, change=BEGUN)
    opened_again = {each.finding for each in again.follow_ups} & {each.finding for each in first.follow_ups}
    assert first.follow_ups and not opened_again
    others = {each.change for each in again.follow_ups}  # a busy machine may show a bottleneck of its own
    assert sorted({path.name for path in (begun / "openspec" / "changes").iterdir()} - others) == changes
    for follow_up in first.follow_ups:
        text = (begun / follow_up.path).read_text()
        assert first.trace_id in text and follow_up.finding in text and "## Evidence" in text


def test_a_resumed_run_gives_a_better_model_all_its_attempts(begun: Path) -> None:
    with ImitationServer(bad("I am sorry, Dave.")) as server:
        first = workspace(begun, server).run(GOAL, change=BEGUN)
    failures = Counter[str]()

    def better(request: dict[str, Any]) -> Scripted:
        failures[artifact_of(request)] += 1
        return "Still sorry." if failures["tasks"] in (1, 2, 3) else scripted_reply(request)

    with ImitationServer(better) as server:
        outcome = Workspace(begun, model=server.url).resume(first.run_id)
    assert outcome.status == "done" and (change_folder(begun, BEGUN) / "tasks.md").exists()


def test_a_model_that_gets_it_right_the_third_time_is_done(begun: Path) -> None:
    tries = Counter[str]()

    def third(request: dict[str, Any]) -> Scripted:
        tries[artifact_of(request)] += 1
        clumsy = artifact_of(request) == "tasks" and tries["tasks"] < 3
        return "I am sorry, Dave." if clumsy else scripted_reply(request)

    with ImitationServer(third) as server:
        outcome = workspace(begun, server).run(GOAL, change=BEGUN)
        asked = [request for request in server.requests if artifact_of(request) == "tasks"]
    assert outcome.status == "done" and outcome.loops == 1 and len(asked) == 3
    assert "not usable" in prompt_of(asked[1]) and "not usable" not in prompt_of(asked[0])
    assert any(finding.kind == "invalid_output" for finding in outcome.findings)
