"""A scripted model that works tasks by tool calls, and a small repository with a planned change to work them in."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from graph import Workspace
from graph.progress import Watch
from systems.openspec import OpenSpec
from systems.records import Outcome
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Scripted

CHANGE = "add-double"
GOAL = "Add a function that doubles a number"
DOUBLE = "1.1 Add double to calc.py with a test"
TRIPLE = "1.2 Add triple to calc.py with a test"
TASKS = f"# Tasks\n\n## 1. Numbers\n\n- [ ] {DOUBLE}\n- [ ] {TRIPLE}\n"
SPEC = (
    "## Purpose\n\nWhat people and programs can rely on when they calculate with numbers here.\n\n"
    "## ADDED Requirements\n\n### Requirement: Double\nThe module SHALL double a number.\n\n"
    "#### Scenario: Two\n- **WHEN** 2 is doubled\n- **THEN** it is 4\n"
)
PLAN = {
    "proposal.md": "# Why\n\nPeople double numbers.\n\n## Capabilities\n\n- `numbers`: calculates\n",
    "specs/numbers/spec.md": SPEC,
    "design.md": "# Design\n\nA function each.\n",
    "tasks.md": TASKS,
}
CODE = {
    "calc.py": "def add(a, b):\n    return a + b\n",
    "test_calc.py": (
        "import unittest\n\nimport calc\n\n\nclass Numbers(unittest.TestCase):\n    def test_add(self):\n"
        "        self.assertEqual(calc.add(1, 2), 3)\n"
    ),
    ".gitignore": "*.log\n",
}
CHECK = '[verify]\ncommand = "python3 -m unittest -q"\n'
Calls = Sequence[tuple[str, dict[str, Any] | str]]
Play = Callable[[str, list[dict[str, Any]]], Calls | str]
"""From the task and what was said since (the requests' messages) to tool calls, or to the words that it is done."""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(["git", "-C", folder, *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path, files: Mapping[str, str] = CODE, plan: Mapping[str, str] = PLAN) -> Path:
    """A git repository with one commit, and a planned change that is not committed."""
    for name, text in {**files, "specloop.toml": CHECK, "mcp.json": '{"mcpServers": {}}'}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "Begin")
    for name, text in {**_new_change(), **{f"changes/{CHANGE}/{name}": text for name, text in plan.items()}}.items():
        path = folder / "openspec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@cache
def _new_change() -> Mapping[str, str]:
    """The files of an OpenSpec root with a new change, as the CLI makes them once for all repositories."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(OpenSpec(Path(folder)).new_change(CHANGE, "Planned by a person"))
        root = Path(folder) / "openspec"
        return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def copied(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder)
    return folder


@contextmanager
def playing(play: Play) -> Iterator[ImitationServer]:
    """A tool-capable model that plays so."""

    def reply(request: dict[str, Any]) -> Scripted:
        messages = request["messages"]
        task = next(line for line in str(messages[1]["content"]).splitlines() if line.startswith("Your task,"))
        said = play(task.partition(": ")[2], messages[2:])
        return said if isinstance(said, str) else Reply(tool_calls=said)

    with ImitationServer(reply, models=[Offered(tools=True, context=32_768)]) as server:
        yield server


def worked(project: Path, server: ImitationServer, *, watch: Watch | None = None, **settings: Any) -> Outcome:
    return Workspace(project, model=server.url, **settings).run(GOAL, change=CHANGE, watch=watch)


def right(task: str, said: list[dict[str, Any]]) -> Calls | str:
    """Reads, then adds the function and its test, then says so."""
    name, factor = ("double", 2) if "double" in task else ("triple", 3)
    if not said:
        return [("read_file", {"path": "calc.py"}), ("read_file", {"path": "test_calc.py"})]
    if len(said) < 4:
        code, test = (str(message["content"]) for message in said[1:3])
        more = f"\n    def test_{name}(self):\n        self.assertEqual(calc.{name}(2), {2 * factor})\n"
        return [
            ("write_file", {"path": "calc.py", "text": f"{code}\n\ndef {name}(a):\n    return {factor} * a\n"}),
            ("write_file", {"path": "test_calc.py", "text": test + more}),
        ]
    return f"I have added {name}."


def tasks_of(project: Path) -> str:
    return (project / "openspec" / "changes" / CHANGE / "tasks.md").read_text(encoding="utf-8")


def results(outcome: Outcome) -> list[tuple[str, bool, str]]:
    """(task, done, verdict) of every task that was worked."""
    done = outcome.implementation
    return [(each.task, each.done, each.check.verdict) for each in done.results] if done else []


def tool_answers(server: ImitationServer) -> list[str]:
    """Everything that tools answered, as the model read it last."""
    found = {
        json.dumps(each): each for request in server.requests for each in request["messages"] if each["role"] == "tool"
    }
    return [str(each["content"]) for each in found.values()]
