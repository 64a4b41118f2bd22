"""Which MCP servers there are: `mcp.json` in its usual form, or the three that serve any project without one.

    {"mcpServers": {"git":  {"command": "mcp-server-git", "args": ["--repository", "."], "env": {}, "cwd": "."},
                    "docs": {"type": "http", "url": "https://example.org/mcp", "headers": {"X-Key": "${KEY}"}},
                    "old":  {"command": "old-server", "disabled": true}}}

`${VAR}` and `${VAR:-default}` stand for environment variables wherever a text may stand. A server whose variable is not
set is left out, with its reason; keys that other programs put there are ignored.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from systems.errors import Missing, UsageError
from systems.records import Record
from systems.redaction import is_secret

FILE = "mcp.json"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
_TRANSPORTS: dict[str, Literal["stdio", "http"]] = {
    "stdio": "stdio",
    "http": "http",
    "streamable-http": "http",
    "streamable_http": "http",
    "streamableHttp": "http",
}
_KINDS: dict[type, str] = {str: "a text", bool: "true or false", list: "a list of texts", dict: "an object of texts"}
_Value = TypeVar("_Value")


class ServerConfig(Record):
    """How one MCP server is started (stdio) or reached (http)."""

    name: str
    transport: Literal["stdio", "http"] = "stdio"
    command: str = Field("", description="Program of a stdio server")
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict, repr=False, description="Variables it gets besides PATH and HOME")
    cwd: str | None = Field(None, description="Folder a stdio server starts in")
    url: str = Field("", repr=False, description="Endpoint of an http server; may carry a secret")
    headers: dict[str, str] = Field(default_factory=dict, repr=False, description="Headers of every HTTP request")
    disabled: bool = False
    problem: str = Field("", description="Why it cannot be started, known before trying; empty when nothing is known")
    secrets: tuple[str, ...] = Field((), repr=False, description="Values of the secret variables its entry names")


def names_secret(name: str) -> bool:
    """Whether a variable or an option is one for secrets: by all that `is_secret` knows, and by ending in KEY."""
    return is_secret(name) or name.upper().endswith("KEY")


def load_servers(
    file: Path | None, *, project: Path, environment: Mapping[str, str] = os.environ
) -> dict[str, ServerConfig]:
    """The servers of a project, by name.

    Args:
        file: an `mcp.json`, relative to the project; None is the project's own `mcp.json` where there is one, else the
            default servers.
        project: folder the servers are to answer about.
        environment: variables that `${VAR}` stands for.

    Raises:
        UsageError: the named file is not there, is not JSON (with line and column), or a value has the wrong type (with
            server and key).
    """
    path = project / (file or FILE)
    if file is None and not path.is_file():
        return default_servers(project)
    entries = _entries(path)
    configs = (_Entry(path, name, value, environment).config(project) for name, value in entries.items())
    return {config.name: config for config in configs}


def default_servers(project: Path) -> dict[str, ServerConfig]:
    """Servers that answer about any project, offline: its history, its files, and the time."""
    configs = (
        _python_server("git", "mcp_server_git", "--repository", str(project)),
        _python_server("time", "mcp_server_time"),
        _filesystem_server(project),
    )
    return {config.name: config for config in configs}


def _python_server(name: str, module: str, *arguments: str) -> ServerConfig:
    absent = find_spec(module) is None
    problem = f"{module} is not installed. Install it with: pip install 'specloop[servers]'." if absent else ""
    return ServerConfig(name=name, command=sys.executable, args=("-m", module, *arguments), problem=problem)


def _filesystem_server(project: Path) -> ServerConfig:
    from systems.node import command

    try:
        program, *arguments = command("mcp-server-filesystem")
    except Missing as error:
        return ServerConfig(name="filesystem", problem=str(error))
    return ServerConfig(name="filesystem", command=program, args=(*arguments, str(project)))


def _entries(path: Path) -> dict[str, Any]:
    mend = 'Its form is {"mcpServers": {"NAME": {"command": "...", "args": []}}}.'
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise UsageError(f"{where}: not valid JSON ({error.msg}).", mend="Mend that line.") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not valid JSON ({error}).", mend=mend) from error
    except OSError as error:
        words = error.strerror or str(error)
        raise UsageError(f"{path} cannot be read ({words}).", mend="Name an existing file with --mcp.") from error
    servers = data.get("mcpServers") if isinstance(data, dict) else None
    if not isinstance(servers, dict):
        raise UsageError(f"{path}: `mcpServers` is missing or is not an object.", mend=mend)
    return servers


class _Entry:
    """One server of the file, on its way to a `ServerConfig`."""

    def __init__(self, path: Path, name: str, data: Any, environment: Mapping[str, str]) -> None:
        self._path, self._name, self._data, self._environment = path, name, data, environment
        self._unset: list[str] = []
        self._secrets: list[str] = []
        if not isinstance(data, dict):
            raise self._wrong("it must be an object.")

    def config(self, project: Path) -> ServerConfig:
        """The record; folders are taken relative to the project."""
        transport = self._transport()
        cwd = self._expanded(self._get("cwd", ""))
        values: dict[str, Any] = {
            "command": self._expanded(self._get("command", "")),
            "args": tuple(self._expanded(text) for text in self._get("args", list[str]())),
            "env": {key: self._expanded(text) for key, text in self._get("env", dict[str, str]()).items()},
            "cwd": str(project / cwd) if cwd else None,
            "url": self._expanded(self._get("url", "")),
            "headers": {key: self._expanded(text) for key, text in self._get("headers", dict[str, str]()).items()},
        }
        return ServerConfig(
            name=self._name,
            transport=transport,
            disabled=self._get("disabled", False),
            problem=self._problem(),
            secrets=tuple(self._secrets),
            **values,
        )

    def _problem(self) -> str:
        if not self._unset:
            return ""
        unset = ", ".join(dict.fromkeys(self._unset))
        words = f"{self._name}: {self._path.name} names the environment variable {unset}, which is not set."
        return f"{words} Set it, or write ${{{self._unset[0]}:-DEFAULT}}."

    def _transport(self) -> Literal["stdio", "http"]:
        command, url = self._get("command", ""), self._get("url", "")
        if bool(command) == bool(url):
            raise self._wrong("it needs a `command` or a `url`, and not both.")
        word = self._get("type", "") or self._get("transport", "") or ("stdio" if command else "http")
        transport = _TRANSPORTS.get(word)
        if transport is None:
            raise self._wrong(f"`type` is {word!r}; specloop speaks stdio and http (streamable).")
        if (transport == "stdio") is not bool(command):
            raise self._wrong(f"`type` is {word!r}, which needs a `{'command' if transport == 'stdio' else 'url'}`.")
        return transport

    def _get(self, key: str, default: _Value) -> _Value:
        """The value of a key, which must be of the kind of its default; null counts as absent."""
        value = self._data.get(key)
        if value is None:
            return default
        if not isinstance(value, type(default)):
            raise self._wrong(f"`{key}` must be {_KINDS[type(default)]}.")
        members = value if isinstance(value, dict) else dict(enumerate(value if isinstance(value, list) else ()))
        for member, text in members.items():
            if not isinstance(text, str):
                raise self._wrong(f"`{key}.{member}` must be a text.")
        return value

    def _expanded(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name, default = match["name"], match["default"]
            found = self._environment.get(name)
            if found is None and default is None:
                self._unset.append(name)
            if names_secret(name):
                self._secrets.append(found or "")
            return found or default or ""

        return _VARIABLE.sub(value, text)

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"{self._path}: server {self._name!r}: {what}", mend="Mend that entry.")
