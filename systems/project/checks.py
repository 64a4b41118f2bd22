"""The project's own check: the command that decides whether a task is done, and how it is run.

    # <project>/specloop.toml
    [verify]
    command = "pytest -q"     # in a shell, in the project's folder of the worktree; "" keeps tasks from being worked

Without it the check is found by the files of the project. Found is the command that tests the code and nothing else,
because it must work without a network: `pytest` before `tox`, `go test` before `make test`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import Field

from systems.errors import UsageError
from systems.hashed import Record
from systems.project.sandbox import Isolation, Limits, Ran, run
from systems.settings import FILE, VERIFY, table

MOST_BYTES = 200_000
MOST_TESTS = 50
PYTHON_SETTINGS = ("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "conftest.py")
PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "SYSTEMROOT"),
    *("JAVA_HOME", "GOROOT", "GOPATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "NVM_DIR", "VOLTA_HOME"),
)
OFFLINE = {"CARGO_NET_OFFLINE": "true", "GOPROXY": "off", "GOFLAGS": "-mod=mod", "npm_config_offline": "true"}
QUIET = {"CI": "1", "NO_COLOR": "1", "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": "1", "GIT_TERMINAL_PROMPT": "0"}
PROGRAMS = (".venv/bin", "venv/bin", "node_modules/.bin")
PLACEHOLDER = "no test specified"
LOCKED_BY = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"}
BY_FILE = {
    "Cargo.toml": "cargo test --offline --quiet",
    "go.mod": "go test ./...",
    "mix.exs": "mix test",
    "gradlew": "./gradlew --offline test",
    "pom.xml": "mvn --offline --quiet test",
    "phpunit.xml": "vendor/bin/phpunit",
    "phpunit.xml.dist": "vendor/bin/phpunit",
    "deno.json": "deno test",
    "tox.ini": "tox -q",
    "noxfile.py": "nox --no-install",
}


class Check(Record):
    """The command that decides."""

    command: str = Field(description="What `sh -c` is given")
    origin: Literal["configured", "found", "person"] = Field(description="Who says so")
    why: str = Field("", description="Why it was found, in words")


def configured(project: Path) -> str | None:
    """The command of `[verify]` in specloop.toml; None where it has none, empty where tasks are not to be worked.

    Raises:
        UsageError: the file is not TOML, or the table has something else.
    """
    given = table(project, VERIFY)
    if not isinstance(given, dict) or not set(given) <= {"command"} or not isinstance(given.get("command", ""), str):
        raise UsageError(
            f"{project / FILE}: {VERIFY} holds `command`, a text, and nothing else.",
            mend='Write it so: [verify] command = "pytest -q"',
        )
    command = given.get("command")
    return command if command is None else str(command).strip()


def found(project: Path) -> Check | None:
    """The check of a common sort of project, by its files; None where there is none to be seen."""
    return next(_found(project), None)


def _found(project: Path) -> Iterator[Check]:
    yield from _python(project)
    yield from _node(project)
    for name, command in BY_FILE.items():
        if (project / name).is_file():
            yield Check(command=command, origin="found", why=name)
    if (project / "Gemfile").is_file() and (project / "spec").is_dir():
        yield Check(command="bundle exec rspec", origin="found", why="Gemfile and spec/")
    for name in ("Makefile", "makefile", "GNUmakefile", "justfile"):
        target = re.search(r"^(test|check)\s*:(?!=)", _text(project / name), re.MULTILINE)
        if target:
            program = "just" if name == "justfile" else "make"
            yield Check(command=f"{program} {target[1]}", origin="found", why=f"target {target[1]} of {name}")


def _python(project: Path) -> Iterator[Check]:
    patterns = ("test*/**/test_*.py", "test*/**/*_test.py", "test_*.py")
    tests = list(islice((path for pattern in patterns for path in project.glob(pattern)), MOST_TESTS))
    if not tests:
        return
    python, why = _interpreter(project), tests[0].relative_to(project).as_posix()
    if (Path(python).parent / "pytest").is_file():
        yield Check(command=f"{shlex.quote(python)} -m pytest -q", origin="found", why=why)
    elif shutil.which("pytest"):
        yield Check(command="pytest -q", origin="found", why=why)
    elif not any("pytest" in _text(path) for path in [*tests, *(project / name for name in PYTHON_SETTINGS)]):
        start = shlex.quote(Path(why).parts[0]) if "/" in why else "."
        command = f"{shlex.quote(python)} -m unittest discover -q -s {start}"
        yield Check(command=command, origin="found", why=why)


def _interpreter(project: Path) -> str:
    """The Python of the project's own environment, else the one on the path."""
    for name in (".venv", "venv"):
        if (project / name / "bin" / "python").exists():
            return str(project / name / "bin" / "python")
    return "python3" if shutil.which("python3") else "python"


def _node(project: Path) -> Iterator[Check]:
    try:
        scripts = json.loads(_text(project / "package.json") or "{}").get("scripts", {})
        test = str(scripts.get("test", ""))
    except (ValueError, AttributeError):
        return
    if test and PLACEHOLDER not in test:
        program = next((name for lock, name in LOCKED_BY.items() if (project / lock).exists()), "npm")
        command = "bun run test" if program == "bun" else f"{program} test"
        yield Check(command=command, origin="found", why="scripts.test of package.json")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


async def checked(
    command: str, *, project: Path, folder: Path, worktree: Path, limits: Limits, isolation: Isolation
) -> Ran:
    """Run a check in a worktree.

    Args:
        command: the check.
        project: the person's folder: its environments (.venv, node_modules) are used, its `.specloop/cache` keeps
            what compilers and package tools leave for the next run.
        folder: the project's folder in the worktree.
        worktree: what the check may write.
        limits: what it may use.
        isolation: how it is shut in.
    """
    cache = project / ".specloop" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    env = _environment(project, folder, cache, os.environ)
    return await run(command, folder=folder, writable=(worktree, cache), env=env, limits=limits, isolation=isolation)


def _environment(project: Path, folder: Path, cache: Path, outer: Mapping[str, str]) -> dict[str, str]:
    """As little as test runners need and no key; the worktree's code comes before an installed copy of it."""
    passed = {name: outer[name] for name in PASSED_ON if name in outer}
    code = os.pathsep.join(map(str, (folder, folder / "src")))
    path = os.pathsep.join([*(str(project / name) for name in PROGRAMS), passed.get("PATH", os.defpath)])
    kept = {"XDG_CACHE_HOME": str(cache), "GOCACHE": str(cache / "go")}
    return {**passed, **OFFLINE, **QUIET, **kept, "PATH": path, "PYTHONPATH": code}
