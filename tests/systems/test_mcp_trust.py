"""Whose `mcp.json` may start programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from systems.errors import Missing
from systems.mcp import servers_of
from systems.mcp.trust import is_trusted, own_file, shown, trust

ENTRIES: dict[str, Any] = {
    "a": {"command": "./run", "args": ["--fast", "--token=hush-hush-1"], "env": {"API_TOKEN": "hush-2", "MODE": "x"}},
    "b": {"url": "https://u:hush-3@example.org/mcp", "headers": {"Authorization": "${TOKEN:-}"}},
    "off": {"command": "never", "disabled": True},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that came with an `mcp.json`."""
    monkeypatch.setenv("SPECLOOP_CONFIG", str(tmp_path / "config"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": ENTRIES}))
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


def refused(project: Path, named: str | None = None) -> set[str]:
    """The servers that are left out because nobody trusts their file."""
    return {name for name, config in servers_of(project, named).items() if "not trusted yet" in config.problem}


def test_a_file_that_came_with_the_project_starts_nothing_until_its_very_content_is_trusted(project: Path) -> None:
    assert refused(project) == {"a", "b", "off"}
    assert "`specloop trust`" in servers_of(project, None)["a"].problem
    trust(project / "mcp.json")
    assert refused(project) == set()
    (project / "mcp.json").write_text(json.dumps({"mcpServers": {"a": {"command": "./other"}}}))
    assert refused(project) == {"a"}


def test_a_file_that_the_person_named_or_wrote_needs_no_trust(project: Path) -> None:
    assert refused(project, "mcp.json") == set() == refused(project, str(project / "mcp.json"))
    subprocess.run(["git", "-C", str(project), "rm", "-q", "--cached", "mcp.json"], check=True)
    assert refused(project) == set()


def test_a_file_that_the_projects_settings_name_came_with_the_project(project: Path) -> None:
    (project / "specloop.toml").write_text('mcp = "mcp.json"')
    assert refused(project, "mcp.json") == {"a", "b", "off"} and own_file(project, "mcp.json") is not None


def test_without_a_file_the_default_servers_need_no_trust(project: Path) -> None:
    (project / "mcp.json").unlink()
    assert own_file(project, None) is None and "git" in servers_of(project, None) and refused(project) == set()


def test_where_git_cannot_say_whose_a_file_is_it_is_not_trusted(tmp_path: Path, project: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mcp.json").write_text("{}")
    assert not is_trusted(elsewhere / "mcp.json")


def test_what_would_be_started_is_shown_without_its_secrets(project: Path) -> None:
    assert shown(project / "mcp.json") == (
        "a: starts ./run --fast --token=[redacted] with API_TOKEN=[redacted], MODE=x",
        "b: reaches https://u:[redacted]@example.org/mcp, Authorization: ${TOKEN:-}",
    )


def test_what_is_secret_within_a_value_is_not_shown_either(project: Path) -> None:
    entries = {
        "pg": {"command": "pg", "args": ["postgres://u:hush-1@h/db?token=hush-2"], "env": {"DB": "x://u:hush-3@h/db"}},
        "docker": {"command": "docker", "args": ["run", "-e", "API_KEY=hush-4"], "env": {"KEY": "${API_KEY:-hush-8}"}},
        "far": {"command": "remote", "args": ["--header", "X-Api-Key:${NAMED}", "Authorization: Bearer hush-5"]},
        "web": {"url": "https://h/mcp?k=hush-6", "headers": {"X-Key": "hush-7", "Authorization": "Bearer ${TOKEN}"}},
    }
    (project / "mcp.json").write_text(json.dumps({"mcpServers": entries}))
    told = "\n".join(shown(project / "mcp.json"))
    assert "hush-" not in told and all(name in told for name in ("${NAMED}", "Bearer ${TOKEN}", "@h/db", "?k="))


def test_a_list_that_cannot_be_written_is_named(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SPECLOOP_CONFIG", str(tmp_path / "file" / "below"))
    with pytest.raises(Missing, match="trusted-mcp cannot be written"):
        trust(project / "mcp.json")
    assert not is_trusted(project / "mcp.json")
