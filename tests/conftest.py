"""Fixtures of the whole suite.

Cassettes: `recorded` is a `Model` that replays `cassettes/<test module>/<test>.yaml`. With SPECLOOP_RECORD=1 it is the
embedded model itself, and its answers over HTTP are written there. Requests are matched on method, path and body.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from systems import embedded
from systems.models import Model, ModelChoice, connected
from systems.records import Outcome
from tests import postgres

CASSETTES = Path(__file__).parent.parent / "cassettes"
REPLAYED = ModelChoice(
    name=embedded.ALIAS, base_url="http://127.0.0.1:9/v1", embedded=True, context_tokens=embedded.CONTEXT_TOKENS
)
RECORD = os.environ.get("SPECLOOP_RECORD") == "1"
NOT_INSTALLED = "initdb is not found; install PostgreSQL (Debian, Ubuntu: apt-get install postgresql)."
NOT_TRIED = "A full disk was NOT TRIED: only root may mount a small file system."

settings.register_profile("no deadline", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def database() -> Iterator[postgres.Server]:
    """A PostgreSQL server for the whole session."""
    if not postgres.is_installed():
        pytest.skip(NOT_INSTALLED)
    with postgres.running() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not run for want of a database, or of a disk that can be filled."""
    left_out = [one for one in terminalreporter.getreports("skipped") if NOT_INSTALLED in str(one.longrepr)]
    if left_out:
        words = f"{len(left_out)} tests of the stores in PostgreSQL were NOT RUN: {NOT_INSTALLED}"
        terminalreporter.write_line(words, red=True, bold=True)
    for one in terminalreporter.getreports("skipped"):
        if NOT_TRIED in str(one.longrepr):
            terminalreporter.write_line(f"{one.nodeid}: {NOT_TRIED}", red=True, bold=True)


@pytest.fixture
async def recorded(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    """The embedded model's recorded answers; every one must be played."""
    import vcr  # type: ignore[import-untyped]

    path = CASSETTES / request.module.__name__.rpartition(".")[2] / f"{request.node.name}.yaml"
    tape = vcr.VCR(
        match_on=("method", "path", "body"),
        record_mode=vcr.mode.NONE,
        filter_headers=["authorization", "user-agent"],
        before_record_request=_anonymous_request,
        before_record_response=_anonymous_response,
        decode_compressed_response=True,
    )
    if RECORD:
        path.unlink(missing_ok=True)
    elif not path.is_file():
        pytest.fail(f"{path} is missing: record it with `make cassettes`")
    async with AsyncExitStack() as stack:
        choice, key = REPLAYED, None
        if RECORD:
            server = await stack.enter_async_context(embedded.running())
            choice, key = choice.model_copy(update={"base_url": server.base_url}), server.api_key
        mode = vcr.mode.ALL if RECORD else vcr.mode.NONE
        cassette = stack.enter_context(tape.use_cassette(str(path), record_mode=mode))
        yield await stack.enter_async_context(connected(choice, key))
        assert RECORD or cassette.play_count == len(cassette), f"{path} was played only partly"


@dataclass(frozen=True)
class RealRun:
    """What `specloop demo` left behind."""

    project: Path
    outcome: Outcome
    shown: str


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> RealRun:
    """The demo as a person starts it: embedded model, OpenSpec CLI, MCP servers; once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "real-run"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "outcome.json").exists():
            _run_demo(folder)
    outcome = Outcome.model_validate_json((folder / "outcome.json").read_text())
    return RealRun(folder / "todo", outcome, (folder / "shown.txt").read_text())


def _run_demo(folder: Path) -> None:
    program = Path(sys.executable).with_name("specloop")
    done = subprocess.run(
        [program, "demo", "--folder", folder / "todo", "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("SPECLOOP_") or "CACHE" in name},
    )
    assert done.returncode == 0, done.stderr
    (folder / "shown.txt").write_text(done.stderr)
    (folder / "outcome.json").write_text(done.stdout)


def _anonymous_request(request: Any) -> Any:
    """The request without what changes from run to run: the port, and the client's headers."""
    request.uri = f"{REPLAYED.base_url}{request.path.removeprefix('/v1')}"
    request.headers = {"content-type": "application/json"}
    return request


def _anonymous_response(response: dict[str, Any]) -> dict[str, Any]:
    response["headers"] = {"content-type": ["application/json; charset=utf-8"]}
    return response
