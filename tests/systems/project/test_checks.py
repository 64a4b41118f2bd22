"""The project's own check: configured, or found by the files of common projects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from systems.errors import UsageError
from systems.project.checks import checked, configured, found
from systems.project.sandbox import Limits

NPM = {"scripts": {"test": "node --test"}}
UNTESTED = {"scripts": {"test": 'echo "Error: no test specified" && exit 1'}}
UNITTEST = "import unittest\n"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": json.dumps(NPM)}, "npm test"),
        ({"package.json": json.dumps(NPM), "pnpm-lock.yaml": ""}, "pnpm test"),
        ({"package.json": json.dumps(UNTESTED)}, None),
        ({"package.json": "no JSON", "Cargo.toml": ""}, "cargo test --offline --quiet"),
        ({"go.mod": "module m", "Makefile": "test:\n\tgo test\n"}, "go test ./..."),
        ({"Makefile": "all:\n\ttrue\ntest : all\n\ttrue\n"}, "make test"),
        ({"Makefile": "test := 1\nchecked:\n\ttrue\n"}, None),
        ({"tox.ini": "[tox]\n"}, "tox -q"),
        ({"README.md": "pytest"}, None),
        ({}, None),
    ],
)
def test_a_check_is_found_by_its_files(files: dict[str, str], command: str | None, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    check = found(tmp_path)
    assert (check.command if check else None) == command


def test_python_tests_run_with_the_projects_own_environment(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(UNITTEST)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "pytest"):
        (tmp_path / ".venv" / "bin" / name).touch()
    check = found(tmp_path)
    assert check and check.command == f"{tmp_path}/.venv/bin/python -m pytest -q" and check.why == "tests/test_it.py"


def test_unittest_runs_where_there_is_no_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    (project / "tests" / "test_it.py").write_text(UNITTEST)
    check = found(project)
    assert check and check.command == "python3 -m unittest discover -q -s tests"
    (project / "tests" / "test_it.py").write_text("import pytest\n")
    assert found(project) is None


def test_a_configured_check_wins_and_an_empty_one_is_one_too(tmp_path: Path) -> None:
    assert configured(tmp_path) is None
    for text, command in (('[verify]\ncommand = " make it "', "make it"), ('[verify]\ncommand = ""', "")):
        (tmp_path / "specloop.toml").write_text(text)
        assert configured(tmp_path) == command


@pytest.mark.parametrize("text", ["verify = 1", "[verify]\ncommand = 3", '[verify]\ncomand = "x"'])
def test_a_wrong_table_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "specloop.toml").write_text(text)
    with pytest.raises(UsageError, match="verify"):
        configured(tmp_path)


async def test_a_check_gets_no_key_and_finds_the_worktrees_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECLOOP_API_KEY", "sk-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    done = await checked(
        "env",
        folder=tmp_path,
        project=tmp_path,
        worktree=tmp_path,
        limits=Limits(20, 512),
        isolation="limits",
    )
    assert done.code == 0 and "secret" not in done.output
    assert f"PATH={tmp_path}/.venv/bin:" in done.output
    assert f"PYTHONPATH={tmp_path}:{tmp_path}/src" in done.output
