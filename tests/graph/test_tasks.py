"""Tasks are worked in a worktree by a model with tools; the project's own check decides, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.worker import (
    CHANGE,
    DOUBLE,
    TRIPLE,
    copied,
    git,
    playing,
    repository,
    results,
    right,
    tasks_of,
    worked,
)

pytestmark = pytest.mark.external


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository; copied, never worked in."""
    return repository(tmp_path_factory.mktemp("planned") / "calc")


@pytest.fixture
def project(planned: Path, tmp_path: Path) -> Path:
    return copied(planned, tmp_path / "calc")


def test_every_task_is_worked_checked_ticked_and_committed_by_its_name(project: Path) -> None:
    before = git(project, "status", "--porcelain", "--", ".", ":!openspec")
    with playing(right) as server:
        outcome = worked(project, server)
    assert outcome.status == "done", outcome
    assert results(outcome) == [(DOUBLE, True, "green"), (TRIPLE, True, "green")]
    assert tasks_of(project).count("- [x] ") == 2
    assert git(project, "log", "--format=%s", f"main..specloop/{CHANGE}").splitlines() == [TRIPLE, DOUBLE]
    assert git(project, "status", "--porcelain", "--", ".", ":!openspec") == before == ""
