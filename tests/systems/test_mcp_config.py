"""`mcp.json`: what it may say, and what is said about one that is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from systems.errors import UsageError
from systems.mcp import ServerConfig, load_servers
from systems.mcp.secrets import hidden


def written(folder: Path, servers: Any, name: str = "mcp.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"mcpServers": servers}))
    return path


def test_the_usual_form_is_read_and_foreign_keys_are_ignored(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {
            "a": {
                "command": "run-a",
                "args": ["-x"],
                "env": {"K": "v"},
                "cwd": "sub",
                "autoApprove": ["t"],
                "timeout": 9,
            },
            "b": {"type": "streamable-http", "url": "https://example.org/mcp", "headers": {"H": "w"}},
            "c": {"url": "https://example.org/mcp", "disabled": True},
            "d": {"transport": "http", "url": "https://example.org/mcp", "args": None},
        },
    )
    servers = load_servers(file, project=tmp_path)
    assert servers["a"] == ServerConfig(
        name="a", command="run-a", args=("-x",), env={"K": "v"}, cwd=str(tmp_path / "sub")
    )
    assert servers["b"] == ServerConfig(name="b", transport="http", url="https://example.org/mcp", headers={"H": "w"})
    assert (servers["c"].transport, servers["c"].disabled, servers["d"].transport) == ("http", True, "http")


def test_variables_are_filled_in_and_an_unset_one_leaves_its_server_out(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {
            "set": {
                "command": "${BIN}/run",
                "args": ["--to=${WHERE:-here}", "$BIN", "${EMPTY}"],
                "env": {"K": "${KEY}"},
            },
            "unset": {"url": "https://example.org/${GONE}", "headers": {"H": "${GONE:-}"}},
        },
    )
    servers = load_servers(file, project=tmp_path, environment={"BIN": "/bin", "KEY": "${BIN}", "EMPTY": ""})
    assert servers["set"].command == "/bin/run" and servers["set"].args == ("--to=here", "$BIN", "")
    assert servers["set"].env == {"K": "${BIN}"} and servers["set"].problem == ""
    problem = servers["unset"].problem
    assert problem.startswith("unset: mcp.json names the environment variable GONE, which is not set.")
    assert problem.endswith("Set it, or write ${GONE:-DEFAULT}.")


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    entries = {
        "a": {"command": "x", "env": {"TOKEN": "hush-1"}},
        "b": {"url": "https://example.org/?key=hush-2", "headers": {"Authorization": "hush-3"}},
    }
    servers = load_servers(written(tmp_path, entries), project=tmp_path)
    assert "'x'" in repr(servers) and "hush" not in repr(servers) + str(servers["b"])


def test_what_a_server_repeats_of_its_secrets_is_taken_out_wherever_they_stand(tmp_path: Path) -> None:
    args = ["pg://u:hush%401@h/db", "-e", "API_KEY=hush-22", "--header", "Authorization: Bearer hush-33", "[::1"]
    entry = {
        "command": "x",
        "args": [*args, "--token", "hush-44"],
        "env": {"DB": "pg://u:hush-55@h/db", "N": "plain-6"},
    }
    (config,) = load_servers(written(tmp_path, {"s": entry}), project=tmp_path).values()
    told = hidden("hush%401 hush@1 hush-22 hush-33 hush-44 hush-55 plain-6", config)
    assert told == f"{' '.join(['[redacted]'] * 6)} plain-6"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("run", "'s': it must be an object"),
        ({}, "'s': it needs a `command` or a `url`"),
        ({"command": "x", "url": "http://y"}, "'s': it needs a `command` or a `url`"),
        ({"command": 7}, "'s': `command` must be a text"),
        ({"command": "x", "args": "-v"}, "'s': `args` must be a list of texts"),
        ({"command": "x", "args": ["-v", 3]}, "'s': `args.1` must be a text"),
        ({"command": "x", "env": {"PORT": 3}}, "'s': `env.PORT` must be a text"),
        ({"command": "x", "env": ["A=1"]}, "'s': `env` must be an object of texts"),
        ({"command": "x", "disabled": "no"}, "'s': `disabled` must be true or false"),
        ({"command": "x", "type": "http"}, "'s': `type` is 'http', which needs a `url`"),
        ({"url": "http://y", "type": "sse"}, "'s': `type` is 'sse'"),
        ({"url": "http://y", "headers": {"H": None}}, "'s': `headers.H` must be a text"),
    ],
)
def test_a_wrong_value_names_server_and_key(tmp_path: Path, entry: Any, words: str) -> None:
    with pytest.raises(UsageError) as wrong:
        load_servers(written(tmp_path, {"s": entry}), project=tmp_path)
    assert words in str(wrong.value) and str(tmp_path / "mcp.json") in str(wrong.value)


def test_broken_json_names_file_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_text('{"mcpServers": {\n  "a": {"command": "x",}\n}}')
    with pytest.raises(UsageError, match=r"mcp\.json, line 2, column 2\d"):
        load_servers(None, project=tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[]", b'{"servers": {}}', b'{"mcpServers": []}', b"[" * 100_000]
)
def test_a_file_that_is_something_else_is_a_usage_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.json"):
        load_servers(Path("other.json"), project=tmp_path)


def test_a_named_file_must_exist_and_be_a_file(tmp_path: Path) -> None:
    for file in (tmp_path / "gone.json", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load_servers(file, project=tmp_path)


def test_without_a_file_the_default_servers_serve_the_project(tmp_path: Path) -> None:
    servers = load_servers(None, project=tmp_path)
    assert list(servers) == ["git", "time", "filesystem"]
    assert servers["git"].command == sys.executable
    assert servers["git"].args == ("-m", "mcp_server_git", "--repository", str(tmp_path))
    assert servers["time"].args == ("-m", "mcp_server_time")


def test_a_default_server_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path / "empty"))
    problem = load_servers(None, project=tmp_path)["filesystem"].problem
    assert "mcp-server-filesystem" in problem or "Node" in problem
    assert "make setup" in problem


def test_the_projects_own_file_replaces_the_defaults(tmp_path: Path) -> None:
    written(tmp_path, {"only": {"command": "x"}})
    assert list(load_servers(None, project=tmp_path)) == ["only"]
