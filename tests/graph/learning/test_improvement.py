"""`improve` from beginning to end: a scripted model, the real OpenSpec, and everything that can go wrong."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from graph.context import Context
from graph.learning.improvement import LOCK, Plan, prepared
from systems.cases import Cases
from systems.errors import Busy, Missing, UsageError
from systems.ledger import Ledger
from systems.policy import BASELINE, DEFAULT
from systems.sealed import uses
from systems.stores import STORE
from systems.stores.locks import taken
from systems.trials import Asked, Case, Check, Proposal, Requested
from tests.graph.conftest import program, workspace
from tests.graph.scripted import caps_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Scripted
from tests.systems.ledger.histories import trial, verdict

pytestmark = pytest.mark.external
THINGS = "clock button river ladder engine garden window pencil bridge candle hammer island jacket kettle".split()
MODEL = "imitation"
OWN_CAPS = 1
"""Caps that a list of tasks has by itself, whatever the policy."""


def needs_caps(request: dict[str, Any]) -> Scripted:
    """A model that never comes to an end where the schema does not hold it."""
    held = len(caps_of(request)) > OWN_CAPS
    return scripted_reply(request) if held else Reply(content='{"gro', finish_reason="length")


def with_cases(project: Path, count: int = 84) -> None:
    """Draft cases, every one about something else."""
    pairs = [f"{one} {other}" for one in THINGS for other in THINGS if one != other]
    with closing(Cases(project / STORE)) as cases:
        cases.add_all(
            Case(
                kind="draft",
                given=Requested(artifact="tasks", goal=f"Paint the {pair}", about="the tasks"),
                check=Check(valid=True),
                origin="person",
            )
            for pair in pairs[:count]
        )


def improved(project: Path, server: ImitationServer, told: list[str] | None = None) -> Any:
    plan = Plan(rounds=1, start=BASELINE, watch=(told if told is not None else []).append)
    return asyncio.run(workspace(project, server).aimprove(plan))


def kinds(project: Path) -> Sequence[str]:
    with closing(Ledger(project / STORE)) as ledger:
        assert ledger.verify() == ()
        return [entry.kind for entry in ledger.entries()]


def test_what_is_proven_holds_for_the_next_run_and_the_sealed_cases_confirm_it(project: Path) -> None:
    with_cases(project)
    told: list[str] = []
    with ImitationServer(needs_caps) as server:
        report = improved(project, server, told)
    assert report.accepted == 1 and report.before == BASELINE.hash != report.after
    before, after = report.sealed
    assert (before.success, after.success) == (0.0, 1.0) and after.success_low > 0.7 and before.cases > 10
    assert (report.repairs, report.regressions, report.opened) == (before.cases, 0, 1)
    assert [use.cases for use in uses(project / STORE)] == [before.cases]
    with closing(Ledger(project / STORE)) as ledger:
        policy = ledger.active(MODEL)
    assert policy and policy.hash == report.after and policy.draft.capped
    assert any(line.strip().startswith("accepted") for line in told) and "improved" in kinds(project)


def test_a_model_server_that_dies_is_no_verdict_and_improve_goes_on_where_it_stopped(project: Path) -> None:
    with_cases(project)
    asked: list[str] = []

    def dies(request: dict[str, Any]) -> Scripted:
        asked.append(json.dumps(request["messages"]) + str(caps_of(request)) + str(request["seed"]))
        return Reply(status=401, body={"error": {"message": "gone"}}) if len(asked) == 60 else needs_caps(request)

    with ImitationServer(dies) as server:
        with pytest.raises(Missing):
            improved(project, server)
        assert "verdict" not in kinds(project) and "improved" not in kinds(project)
        report = improved(project, server)
    assert report.accepted == 1 and list(kinds(project)).count("improving") == 1
    assert len(set(asked)) == len(asked) - 1


def refuse(ledger: Ledger, proposal: Proposal) -> None:
    """Enter a trial that was lost."""
    new = DEFAULT.edited(proposal.edit)
    tried = trial(proposal, new, model="weak")
    for policy in (DEFAULT, new):
        ledger.append("policy", policy)
    ledger.append("proposal", proposal, model="weak")
    ledger.append("trial", tried, model="weak")
    ledger.append("verdict", verdict(tried, accepted=False), model="weak")


def test_another_model_that_is_loaded_is_proposed_where_drafts_fail(project: Path) -> None:
    with_cases(project, 12)

    async def proposed(context: Context) -> list[str]:
        async with prepared(context, Plan()) as bench:
            proposals: list[Proposal] = []
            plays = await bench.rounds.noise(DEFAULT)
            while fresh := await bench.rounds.suggest(DEFAULT, plays):
                proposals += fresh
                for one in fresh:
                    refuse(bench.rounds.ledger, one)
            return [str(one.edit["draft"]["model"]) for one in proposals if "model" in one.edit.get("draft", {})]

    loaded = (Offered("weak"), Offered("strong"), Offered("on-disk", loaded=False))
    with ImitationServer(lambda _: Reply(content="I cannot say."), models=loaded) as server:
        assert asyncio.run(proposed(Context(project=str(project), model=server.url))) == ["strong"]


def test_two_at_once_are_refused(project: Path, server: ImitationServer) -> None:
    with_cases(project, 8)
    lock = taken(project / STORE, LOCK)
    assert lock
    with pytest.raises(Busy, match="Another"):
        improved(project, server)
    lock.release()


def test_without_cases_it_says_where_they_come_from(project: Path, server: ImitationServer) -> None:
    with pytest.raises(UsageError, match="no cases") as caught:
        improved(project, server)
    assert "specloop run" in caught.value.mend


def test_with_too_few_cases_nothing_is_changed_and_it_says_how_many_are_missing(project: Path) -> None:
    with_cases(project, 10)
    with ImitationServer(needs_caps) as server:
        report = improved(project, server)
    assert "needed" in report.stopped and "more" in report.stopped
    assert (report.accepted, report.rejected, report.sealed, report.opened) == (0, 0, (), 0)


def test_checks_that_broken_answers_pass_stop_everything_before_anything_is_played(
    project: Path, server: ImitationServer
) -> None:
    with_cases(project, 4)
    with closing(Cases(project / STORE)) as cases:
        hollow = Check(tool="nothing")  # the very answer that a check of a route is tried with
        cases.add_all(
            Case(kind="route", given=Asked(question=f"Where is the {thing}?"), check=hollow, origin="person")
            for thing in THINGS
        )
    with pytest.raises(UsageError, match="broken answers to cases of kind route passed their checks"):
        improved(project, server)
    assert not any("response_format" in request for request in server.requests) and kinds(project) == []


def test_nothing_is_learned_on_top_of_a_ledger_with_a_flipped_bit(project: Path) -> None:
    with_cases(project)
    with ImitationServer(needs_caps) as server:
        improved(project, server)
        with closing(sqlite3.connect(project / STORE)) as database, database:
            for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f"DROP TRIGGER {trigger}")
            database.execute("UPDATE ledger SET body = replace(body, 'accepted', 'accepteD') WHERE kind = 'verdict'")
        with pytest.raises(Missing, match="ledger"):
            improved(project, server)


def test_the_command_prints_one_object_and_the_ledger_command_knows_it(project: Path) -> None:
    with_cases(project, 40)
    with ImitationServer(needs_caps) as server:
        done = program("improve", "--rounds", "1", "--model", server.url, "--json", project=project)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["stopped"] and report["accepted"] + report["rejected"] >= 0
        assert "Round 1" in done.stderr
        verified = program("ledger", "verify", "--json", project=project)
    assert verified.returncode == 0 and json.loads(verified.stdout)


def test_the_python_api_is_the_same(project: Path, server: ImitationServer) -> None:
    with_cases(project, 12)
    report = Workspace(project, model=server.url).improve(Plan(rounds=1))
    assert report.accepted == 0 and report.before == report.after
