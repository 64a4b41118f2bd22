"""The plain commands that do what `specloop up` does, for those who start things themselves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from systems.supervision.plan import Plan
from systems.supervision.service import LOOPBACK, Command, Service

_SAFE = re.compile(r"[\w@%+=:,./-]+")


def script(plan: Plan) -> str:
    """A shell script, one command a line; the password stays in its file."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    secret = _secret(plan)
    yield "#!/bin/sh"
    yield "set -e"
    asking = {_asking(service)[0] for service in (*plan.stores, *plan.workers)}
    for each in sorted(asking):
        yield f"command -v {each} > /dev/null || {{ echo 'There is no {each}.' >&2; exit 1; }}"
    for service in (*plan.stores, *plan.workers):
        yield f"\n# {service.name}"
        folder = shlex.quote(str(service.folder))
        yield f"mkdir -p {folder} && cd {folder}"
        yield from (_once(command, secret) for command in service.before)
        line = _line((*service.runner, *service.argv), service.environment, secret)
        yield f"{line} >> {shlex.quote(str(service.log))} 2>&1 &"
        yield _until(service)
        yield from (f"{_once(command, secret)} || true" for command in service.after)
    yield "\n# Then, for those who start runs; stop workers with SIGTERM first"
    yield f"export SPECLOOP_SERVER={plan.url}"
    yield f"export SPECLOOP_STORE={_word(plan.store, secret)}"
    yield "wait"


def _secret(plan: Plan) -> Mapping[str, str]:
    file = Path(plan.folder) / "postgres" / "password"
    return {plan.password: f"$(cat {shlex.quote(str(file))})"} if plan.password else {}


def _once(command: Command, secret: Mapping[str, str]) -> str:
    line = _line(command.argv, command.environment, secret)
    return f"[ -e {shlex.quote(str(command.unless))} ] || {line}" if command.unless else line


def _line(argv: tuple[str, ...], environment: Mapping[str, str], secret: Mapping[str, str]) -> str:
    words = [f"{name}={_word(value, secret)}" for name, value in environment.items()]
    return " ".join([*words, *(_word(each, secret) for each in argv)])


def _word(text: str, secret: Mapping[str, str]) -> str:
    """A word for the shell; in place of a secret, where it is read from."""
    for value, read in secret.items():
        if value in text:
            before, _, after = text.partition(value)
            return f'{_quoted(before)}"{read}"{_quoted(after)}'
    return _quoted(text) or "''"


def _quoted(text: str) -> str:
    return text if _SAFE.fullmatch(text) or not text else shlex.quote(text)


def _until(service: Service) -> str:
    """Wait until it answers; -e ends the script where it has died instead."""
    return f"until {' '.join(_asking(service))} > /dev/null; do kill -0 $!; sleep 0.2; done"


def _asking(service: Service) -> tuple[str, ...]:
    """How to ask whether it answers."""
    if service.name.startswith("worker"):
        return "curl", "-sf", f"http://{LOOPBACK}:{service.port}/ready"
    if service.name == "Redis":
        return "redis-cli", "-p", str(service.port), "ping"
    return "pg_isready", "-q", "-h", LOOPBACK, "-p", str(service.port)
