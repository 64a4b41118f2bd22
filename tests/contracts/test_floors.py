"""Who may import whom, what the packages offer, and what a person waits for before the first line of help."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graph.cli import main

ROOT = Path(__file__).parents[2]
FLOORS = "graph -> nodes -> systems"
SEALED = "only the final report reads sealed cases"
LAZY = ("langgraph", "langchain_core", "openai", "mcp", "pydantic", "rich", "httpx", "sqlite3")


def linted(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    return subprocess.run([*command, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def imported_after(code: str) -> set[str]:
    """Top-level modules that a fresh Python has imported after running some code."""
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_every_import_keeps_to_its_floor() -> None:
    done = linted(cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 4 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("systems/records.py", "import nodes.next_step", FLOORS),
        ("nodes/next_step/node.py", "import graph.context", FLOORS),
        ("nodes/next_step/node.py", "import nodes.workflow_end", "a node never imports another node"),
        ("nodes/workflow_end/node.py", "import subprocess", "only systems touch the outside"),
        ("graph/state.py", "import httpx", "only systems touch the outside"),
        ("graph/workspace.py", "import systems.sealed", SEALED),
        ("nodes/feedback_loop/node.py", "import systems.sealed", SEALED),
        ("systems/cases.py", "import systems.sealed", SEALED),
    ],
)
def test_an_import_across_the_floors_is_caught(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for path in [ROOT / "pyproject.toml", *(ROOT / floor for floor in ("graph", "nodes", "systems"))]:
        for file in [path] if path.is_file() else path.rglob("*.py"):
            copy = tmp_path / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    broken = tmp_path / module
    broken.write_text(f"{broken.read_text()}\n{line}\n")
    done = linted(cwd=tmp_path)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout
    assert f"{module.removesuffix('.py').replace('/', '.')} -> {line.removeprefix('import ')}" in done.stdout


def test_the_way_in_is_the_workspace() -> None:
    import graph
    from graph.workspace import Workspace

    assert graph.__all__ == ["Workspace"]
    assert graph.Workspace is Workspace
    with pytest.raises(AttributeError):
        _ = graph.Workspaces


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert imported_after("import graph").isdisjoint(LAZY)


def test_help_imports_nothing_heavy() -> None:
    code = "from graph.cli import main\nmain(['--help'], standalone_mode=False)"
    assert imported_after(code).isdisjoint(LAZY)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    code = f"from graph.cli import main\nmain([{command!r}, '--help'], standalone_mode=False)"
    assert imported_after(code).isdisjoint(LAZY)


def test_every_package_says_that_it_is_typed() -> None:
    assert all((ROOT / floor / "py.typed").is_file() for floor in ("graph", "nodes", "systems"))
