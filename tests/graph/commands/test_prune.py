"""`specloop prune`: what goes, what stays, and what is said of it, on either engine."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from langgraph.checkpoint.base import empty_checkpoint

from graph.checkpoints import saver
from graph.cli import main
from systems.documents import Documents
from systems.records import RunStatus
from systems.runs import Runs
from systems.spans import open_spans
from systems.stores import STORE, VARIABLE, place_of
from tests import postgres
from tests.systems.test_spans import DAY, a_span

LONG_AGO = time.time() - 40 * 86_400
RUNS: dict[str, RunStatus] = {
    "old": "done",
    "left": "unfinished",
    "asked": "waiting",
    "failed": "failed",
    "fresh": "done",
}


@pytest.fixture(params=["sqlite", "postgres"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with runs of long ago, of which one is done, a run that was done just now, and spans of both times."""
    server: postgres.Server | None = request.getfixturevalue("database") if request.param == "postgres" else None
    if server:
        monkeypatch.setenv(VARIABLE, server.url)
    place = place_of(tmp_path)
    with closing(Runs(place)) as runs, closing(open_spans(place)) as spans, closing(Documents(place)) as documents:
        documents.put("a text that stays")
        for run_id, status in RUNS.items():
            runs.start(run_id, goal="a goal", change=None, settings={})
            runs.update(run_id, status=status)
            if run_id != "fresh":
                runs._tables.run("UPDATE runs SET seen = ? WHERE run_id = ?", LONG_AGO, run_id)
        now = time.time_ns()
        spans.add([a_span(1, start_ns=now), *(a_span(n, start_ns=now - 40 * DAY, trace_id="b" * 32) for n in (1, 2))])
    asyncio.run(checkpointed(tmp_path))
    yield tmp_path


async def checkpointed(project: Path) -> None:
    async with saver(project) as checkpoints:
        for run_id in RUNS:
            config = {"configurable": {"thread_id": run_id, "checkpoint_ns": ""}}
            await checkpoints.aput(config, empty_checkpoint(), {"source": "loop"}, {})  # type: ignore[arg-type]


async def resumable(project: Path) -> set[str]:
    async with saver(project) as checkpoints:
        return {run_id for run_id in RUNS if await checkpoints.held_of(run_id)}


def said(*arguments: object) -> str:
    done = CliRunner().invoke(main, ["prune", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def left(project: Path) -> tuple[int, set[str]]:
    """Spans, and runs that have checkpoints."""
    with closing(open_spans(place_of(project))) as spans:
        return sum(trace.spans for trace in spans.traces()), asyncio.run(resumable(project))


def test_what_is_too_old_goes_and_what_is_needed_stays(project: Path) -> None:
    would = json.loads(said("--older-than", "30d", "--dry-run", "--project", project, "--json"))
    assert (would["spans"]["spans"], would["spans"]["traces"], would["checkpoints"]["runs"]) == (2, 1, ["old"])
    assert left(project) == (3, set(RUNS))
    words = said("--older-than", "30d", "--project", project)
    assert "2 (1 whole traces) deleted" in words and "those of 1 runs deleted" in words
    assert left(project) == (1, {"left", "asked", "failed", "fresh"})
    with closing(Runs(place_of(project))) as runs:
        assert len(runs.all()) == len(RUNS)
    assert "0 (0 whole traces)" in said("--older-than", "30d", "--project", project)


def test_the_settings_decide_where_no_age_is_given(project: Path) -> None:
    assert "Everything is kept" in said("--project", project)
    (project / "specloop.toml").write_text("[retention]\ncheckpoints_days = 30\n")
    done = json.loads(said("--project", project, "--json"))
    assert (done["checkpoints"]["runs"], done["spans_before"], done["spans"]["spans"]) == (["old"], None, 0)
    assert left(project) == (3, {"left", "asked", "failed", "fresh"})


def test_a_run_that_somebody_is_at_keeps_its_checkpoints(project: Path) -> None:
    with closing(Runs(place_of(project))) as runs, runs.at_rest("old"):
        done = json.loads(said("--older-than", "30d", "--project", project, "--json"))
        assert done["checkpoints"]["runs"] == []


@pytest.mark.parametrize(
    ("toml", "arguments"),
    [("[retention]\nspans_days = 0\n", ()), ("[retention]\nspan_days = 3\n", ()), ("", ("--older-than", "soon"))],
)
def test_wrong_ages_are_refused_in_a_sentence(toml: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "specloop.toml").write_text(toml)
    done = CliRunner().invoke(main, ["prune", *arguments, "--project", str(tmp_path)])
    assert done.exit_code == 2 and ("days" in done.stderr or "30d" in done.stderr)


def test_a_project_without_stores_is_left_so(tmp_path: Path) -> None:
    assert "0 (0 whole traces)" in said("--older-than", "30d", "--project", tmp_path)
    assert not (tmp_path / STORE).exists()
