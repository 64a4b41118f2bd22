"""An accepted policy that turns out worse in live runs is given up by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from graph.learning.watching import watch
from systems.ledger import Ledger
from systems.policy import DEFAULT
from systems.runs import Runs
from systems.trials import RolledBack
from tests.systems.ledger.histories import MODEL, step


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A project whose ledger has one accepted policy."""
    path = tmp_path / ".specloop" / "specloop.db"
    with closing(Ledger(path)) as ledger:
        step(ledger)
    yield path


def lived(runs: Runs, policy: str, successes: Sequence[bool]) -> None:
    for number, success in enumerate(successes):
        run_id = f"{policy[:6]}-{number}"
        runs.start(run_id, goal="A goal", change=None, settings={})
        runs.note_policy(run_id, policy=policy, model=MODEL)
        runs.update(run_id, status="done" if success else "unfinished")


def test_a_policy_that_is_worse_is_rolled_back_with_the_evidence(store: Path) -> None:
    with closing(Runs(store)) as runs, closing(Ledger(store)) as ledger:
        policy = ledger.active(MODEL)
        assert policy and policy.parent == DEFAULT.hash
        lived(runs, DEFAULT.hash, [True] * 57 + [False] * 3)
        lived(runs, policy.hash, [True, False] * 15)
        back = watch(store, runs, MODEL)
        assert back and (back.policy, back.to, back.by) == (policy.hash, DEFAULT.hash, "watch")
        assert back.evidence >= 20 and 0 < back.runs <= 30
        assert ledger.active(MODEL) == DEFAULT
        assert ledger.entries("rolled_back")[-1].read(RolledBack) == back and ledger.verify() == ()
        assert watch(store, runs, MODEL) is None


def test_a_policy_that_is_as_good_stays(store: Path) -> None:
    with closing(Runs(store)) as runs, closing(Ledger(store)) as ledger:
        policy = ledger.active(MODEL)
        assert policy
        lived(runs, DEFAULT.hash, ([True] * 4 + [False]) * 12)
        lived(runs, policy.hash, ([False] + [True] * 4) * 12)
        assert watch(store, runs, MODEL) is None
        assert ledger.active(MODEL) == policy


def test_runs_that_were_stopped_or_failed_from_outside_do_not_count(store: Path) -> None:
    with closing(Runs(store)) as runs, closing(Ledger(store)) as ledger:
        policy = ledger.active(MODEL)
        assert policy
        lived(runs, DEFAULT.hash, [True] * 60)
        for number, status in enumerate(("failed", "interrupted", "waiting", "running") * 10):
            run_id = f"stopped-{number}"
            runs.start(run_id, goal="A goal", change=None, settings={})
            runs.note_policy(run_id, policy=policy.hash, model=MODEL)
            runs.update(run_id, status=status)  # type: ignore[arg-type]
        assert runs.lived(policy=policy.hash, model=MODEL) == ()
        assert watch(store, runs, MODEL) is None


def test_where_nothing_was_accepted_there_is_nothing_to_watch(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    with closing(Runs(path)) as runs:
        assert watch(path, runs, MODEL) is None
