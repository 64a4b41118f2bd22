"""A worker is killed in the middle of a run of a repository; another, with a clone of its own, goes on with it.

The workers are Aegra's, started by the plain commands that `specloop up --print` prints; where it, Redis or PostgreSQL
is not found the test is not run, and says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from graph import Workspace
from graph.progress import Event
from graph.remote.workspace import RemoteWorkspace
from systems.records import Outcome
from tests.graph.agent_server import free_port
from tests.graph.conftest import BEGUN, GOAL, PROGRAM, drafted
from tests.graph.remote.test_remote import git
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply

pytestmark = pytest.mark.external

START_SECONDS, ANSWER_SECONDS = 300, 1.0


class Workers(NamedTuple):
    """Two workers, each as on a machine of its own."""

    shell: subprocess.Popen[str]
    urls: tuple[str, str]
    clones: tuple[Path, Path]

    def killed(self, run_id: str) -> int:
        """Kill the worker that works a run; which one it was."""
        at = next(number for number, clones in enumerate(self.clones) if list(clones.glob(f"*/runs/{run_id}")))
        os.kill(_listening(self.shell.pid, self.urls[at].rpartition(":")[2]), signal.SIGKILL)
        return at


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two workers, started by the plain commands, in a folder where the user `postgres` can go."""
    with tempfile.TemporaryDirectory(prefix="specloop-takeover-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        environment = {key: value for key, value in os.environ.items() if key not in ("SPECLOOP_STORE", "REDIS_URL")}
        command = [*PROGRAM, "up", "--print", "--port", str(free_port()), "--data", str(folder / "data")]
        printed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if printed.returncode:
            pytest.skip(f"takeover by another worker NOT RUN: {printed.stderr.strip()}")
        clones = folder / "clones-1", folder / "clones-2"
        script, ports = printed.stdout, re.findall(r"--port (\d+) --timeout", printed.stdout)
        for each in clones:
            script = re.sub(r"^LEASE", f"SPECLOOP_CLONES={each} LEASE", script, count=1, flags=re.MULTILINE)
        with (folder / "said").open("w") as said:
            shell = subprocess.Popen(
                ["sh", "-c", script], stdout=said, stderr=said, text=True, env=environment, start_new_session=True
            )
        try:
            urls = [f"http://127.0.0.1:{port}" for port in ports]
            _wait(urls, shell, folder / "said")
            yield Workers(shell, (urls[0], urls[1]), clones)
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()


async def test_another_worker_goes_on_from_checkpoint_documents_and_branch(
    begun: Path, tmp_path: Path, workers: Workers
) -> None:
    url = _repository(begun, tmp_path)
    with ImitationServer(_slow) as model:
        run_id, at = await _killed_at_work(url, model, workers)
        there = Workspace(url, server=workers.urls[1 - at], model=model.url, max_loops=6)
        assert isinstance(there, RemoteWorkspace)
        outcome = await there.aresume(run_id)
        asked = Counter(drafted(model.requests))
    assert outcome.status == "done" and outcome.delivered
    committed = git(
        tmp_path / "todo.git", "log", "--format=", "--name-only", f"main..{outcome.delivered.branch}"
    ).split()
    written = {each.path for each in outcome.artifacts if each.id != "proposal"}
    assert Counter(path for path in committed if path in written) == dict.fromkeys(written, 1)
    assert max(asked.values()) <= 2, "only what was at work when its worker was killed is drafted again"
    for each in sorted(written):
        assert len(json.loads(_said(there, "history", each).output)["versions"]) == 1
    assert json.loads(_said(there, "ledger verify").output)["disagreements"] == []
    _both_are_in_the_report(there, outcome)


def _both_are_in_the_report(there: RemoteWorkspace, outcome: Outcome) -> None:
    """What the killed worker did, and what the other did, is in one trace."""
    report = json.loads(_said(there, "report", outcome.run_id).output)
    nodes = report["profile"]["nodes"]
    print({name: each["calls"] for name, each in nodes.items()})
    assert {"next_step", "execution", "document_update", "feedback_loop", "workflow_end"} <= set(nodes)
    assert report["traces"] == 1


async def _killed_at_work(url: str, model: ImitationServer, workers: Workers) -> tuple[str, int]:
    """Begin a run, and kill its worker when it has written one document; the run, and which worker it was."""
    begun: list[str] = []
    written = asyncio.Event()

    def watch(event: Event) -> None:
        if event.kind == "begun":
            begun.append(event.text)
        if event.kind == "document":
            written.set()

    there = Workspace(url, server=workers.urls[0], model=model.url, max_loops=6)
    running = asyncio.create_task(there.arun(GOAL, change=BEGUN, watch=watch))
    await asyncio.wait({running, asyncio.create_task(written.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert not running.done(), await running
    at = workers.killed(begun[0])
    running.cancel()
    return begun[0], at


def _slow(request: dict[str, Any]) -> Reply:
    return Reply(json.dumps(scripted_reply(request)), seconds=ANSWER_SECONDS)


def _said(there: RemoteWorkspace, name: str, *words: str) -> Any:
    said = there.command(name, ("--json",), list(words))
    assert said.code == 0, said.errors
    return said


def _repository(begun: Path, folder: Path) -> str:
    """The URL of a repository with a change of which only the proposal is there."""
    change = begun / "openspec" / "changes" / BEGUN
    (change / "design.md").unlink()
    (change / "specs" / "listing" / "spec.md").unlink()
    (begun / ".gitignore").write_text(".specloop/\n")
    git(begun, "add", "--all")
    git(begun, "commit", "--quiet", "-m", "Begun")
    git(folder, "clone", "--quiet", "--bare", str(begun), "todo.git")
    return (folder / "todo.git").as_uri()


def _listening(group: int, port: str) -> int:
    """The process of a group that was started to listen on a port."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines()[1:]:
        pid, of, words = line.split(None, 2)
        if int(of) == group and "uvicorn" in words and f"--port {port} " in f"{words} ":
            return int(pid)
    raise AssertionError(f"nobody listens on {port}:\n{listed}")


def _wait(urls: list[str], shell: subprocess.Popen[str], said: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    for url in urls:
        while True:
            try:
                if httpx.get(f"{url}/ready", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                pass
            assert shell.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.5)
