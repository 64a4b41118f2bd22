"""What the end-to-end tests share: projects with a history, quick MCP servers, and the program as it is started."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from graph import Workspace
from graph.cli import main
from systems.demo import lay_out
from systems.openspec import OpenSpec
from tests.graph.agent_server import serving
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

PROGRAM = (str(Path(sys.executable).with_name("specloop")),)
GOAL = "Add a --json flag to the list command"
TIME_SERVER = {"mcpServers": {"time": {"command": sys.executable, "args": ["-m", "mcp_server_time"]}}}
ARTIFACTS = ("proposal", "specs", "design", "tasks")

SILENT_SECONDS = 120

BEGUN = "json-list"
THEIRS = {
    "proposal.md": "# Why  \r\nScripts cannot read the list.\r\n\n## Capabilities\n\n- `listing`: prints the list\n",
    "specs/listing/spec.md": (
        "## Purpose\n\nWhat people and scripts can rely on when they list their items.\n\n## ADDED Requirements\n\n"
        "### Requirement: JSON\nThe list SHALL be printed as JSON with --json.\n\n"
        "#### Scenario: One item\n- **WHEN** there is one item\n- **THEN** one object is printed\n"
    ),
    "design.md": "# Design\n\nUse json.dumps.\n",
}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The todo program with its history; copied, never worked in."""
    return lay_out(tmp_path_factory.mktemp("template") / "todo")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A project of this test's own, with one quick MCP server."""
    return copied(template, tmp_path / "todo")


@pytest.fixture(scope="session")
def begun_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The todo program with a change that a person has begun: only its tasks are missing."""
    folder = copied(template, tmp_path_factory.mktemp("begun") / "todo")
    asyncio.run(OpenSpec(folder).new_change(BEGUN, "Begun by a person"))
    for name, text in THEIRS.items():
        path = change_folder(folder, BEGUN) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def begun(begun_template: Path, tmp_path: Path) -> Path:
    """A project of this test's own in which a person has begun a change."""
    return copied(begun_template, tmp_path / "todo")


@pytest.fixture
def server() -> Iterator[ImitationServer]:
    """A model that always drafts well."""
    with ImitationServer(scripted_reply) as running:
        yield running


@pytest.fixture(scope="session")
def agent_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a LangGraph server with clones of its own, or of the one that SPECLOOP_TEST_SERVER names.

    `tests/graph/remote` asks for nothing that is one server's own: it passes with Aegra too.
    """
    if url := os.environ.get("SPECLOOP_TEST_SERVER"):
        yield url
        return
    with serving(tmp_path_factory.mktemp("agents"), SPECLOOP_CLONES=str(tmp_path_factory.mktemp("clones"))) as url:
        yield url


def copied(template: Path, folder: Path, servers: dict[str, Any] | None = None) -> Path:
    """A copy of the template; `servers` is its mcp.json (default: the time server only)."""
    shutil.copytree(template, folder)
    (folder / "mcp.json").write_text(json.dumps(servers or TIME_SERVER))
    return folder


def held(log: Path) -> dict[str, Any]:
    """An mcp.json with one file server whose calls are logged, and held back while `<log>.hold` exists."""
    arguments = [str(Path(__file__).with_name("held_server.py")), str(log)]
    return {"mcpServers": {"filesystem": {"command": sys.executable, "args": arguments}}}


def workspace(project: Path, server: ImitationServer, **settings: Any) -> Workspace:
    """The Python API with the scripted model."""
    return Workspace(project, model=server.url, **settings)


def program(*arguments: str, project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `specloop` to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments, "--project", str(project)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )


def at_terminal(
    *arguments: str, project: Path, answers: Sequence[tuple[bytes, str]] = (), **environment: str
) -> tuple[int, str]:
    """Run `specloop` on a terminal of its own, where a person answers each prompt once it is there.

    Args:
        arguments: of the program.
        project: its project.
        answers: what the prompt holds, and what is typed at it.
        environment: besides that of the tests.

    Returns:
        The exit code, and all that was on the screen.
    """
    ours, theirs = pty.openpty()
    command = [*PROGRAM, *arguments, "--project", str(project)]
    environment = {**os.environ, "COLUMNS": "200", "TERM": "xterm", **environment}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    screen, left = b"", list(answers)
    with suppress(OSError):  # the other end is closed: the program has ended
        while select.select([ours], [], [], SILENT_SECONDS)[0] and (part := os.read(ours, 65_536)):
            screen += part
            if left and left[0][0] in screen.rpartition(b"\n")[2]:
                os.write(ours, left.pop(0)[1].encode() + b"\n")
    os.close(ours)  # a program that still waits for something is hung up on
    try:
        return process.wait(timeout=SILENT_SECONDS), screen.decode(errors="replace")
    finally:
        process.kill()


SIGNALLED = "import os, signal, sys\nsignal.signal(signal.SIGINT, getattr(signal, sys.argv[1]))\n"
SIGNALLED += "signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})\n"  # the tests may hold it back
SIGNALLED += "os.execv(sys.argv[2], sys.argv[2:])"


def started(*arguments: str, project: Path, control_c: str = "SIG_DFL") -> subprocess.Popen[str]:
    """Start `specloop`; the caller ends it. Scripts start background programs with Ctrl-C ignored (SIG_IGN)."""
    return subprocess.Popen(
        [sys.executable, "-c", SIGNALLED, control_c, *PROGRAM, *arguments, "--project", str(project)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def change_folder(project: Path, change: str | None) -> Path:
    assert change is not None
    return project / "openspec" / "changes" / change


def documents(project: Path, change: str | None) -> dict[str, str]:
    """Text of every document of a change by its path in it, OpenSpec's own files left out."""
    folder = change_folder(project, change)
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md") if path.name != "README.md"}
    return {name: path.read_text(encoding="utf-8") for name, path in sorted(found.items())}


def drafted(requests: Sequence[dict[str, Any]]) -> list[str]:
    """The documents the model was asked for, in order."""
    from tests.graph.scripted import artifact_of

    return [artifact_of(request) for request in requests if artifact_of(request) in ARTIFACTS]


@dataclass(frozen=True)
class Said:
    """What the program said to a person, in this process."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.output)


def said(*arguments: str, project: Path) -> Said:
    """Run `specloop` in this process; anything but an exit is a failure of the test."""
    heeded = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        result = CliRunner().invoke(main, [*arguments, "--project", str(project)], env={"COLUMNS": "1000"})
    finally:
        for number, how in heeded.items():
            signal.signal(number, how)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # held back where the tests began with Ctrl-C ignored
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)
