"""Commands of the program that a worker runs for a client of a server, with exactly the options named here.

What a client says is an argument or the value of one of these options, and none of them is a path of the worker: a page
is written into a folder of its own, and comes back as text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from systems.access.callers import Role
from systems.errors import UsageError
from systems.project.program import run
from systems.settings import HERE

SECONDS = 300.0
PROGRAM = (sys.executable, "-c", "from graph.cli import main; main(prog_name='specloop')")
PAGE = "--html"
PLAIN = frozenset({"--json"})


class Command(NamedTuple):
    """A command that a client may have run.

    Attributes:
        role: that it takes.
        options: that a client may give besides --json.
        always: options that it is run with whatever a client says.
    """

    role: Role
    options: frozenset[str] = frozenset()
    always: tuple[str, ...] = ()


COMMANDS: Mapping[str, Command] = {
    "status": Command("read"),
    "next": Command("read"),
    "history": Command("read", frozenset({"--run", "--show", "--diff"})),
    "report": Command("read", frozenset({PAGE})),
    "ledger": Command("read", frozenset({"--all", PAGE})),
    "ledger show": Command("read"),
    "ledger diff": Command("read"),
    "ledger verify": Command("read"),
    "case list": Command("read"),
    "analyze": Command(
        "run",
        frozenset(
            {"--markdown", "--summary", "--fail-on", "--no-critic", "--against", "--since", "--until", PAGE},
        ),
        always=("--stored",),
    ),
    "doctor": Command("run", frozenset({"--model"})),
    "ask": Command("run", frozenset({"--fresh"})),
    "feedback": Command("run", frozenset({"--rating", "--keep", "--withdraw"})),
}


def role_of(given: Mapping[str, Any]) -> Role:
    """The role that a command takes; of one that a server does not run, the least."""
    name, options = str(given.get("name")), set(given.get("options", ()))
    if name == "feedback" and len(given.get("words", ())) == 1 and options <= PLAIN:
        return "read"  # it only lists what was said
    return COMMANDS[name].role if name in COMMANDS else "read"


def check(name: str, options: Sequence[str]) -> Command:
    """A command that a client asks for, if it may be run with these options.

    Raises:
        UsageError: it may not.
    """
    if name not in COMMANDS:
        mend = f"Use it where the project is, with the SPECLOOP_STORE of its workers. A server runs: {_listed()}."
        raise UsageError(f"A server does not run {name!r}.", mend=mend)
    command = COMMANDS[name]
    if unknown := [each for each in options if _name(each) not in command.options | PLAIN]:
        raise UsageError(f"A server does not take {_name(unknown[0])} with {name!r}.", mend="Leave it out.")
    return command


async def carried_out(given: Mapping[str, Any], folder: Path, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What a command says in a folder of this machine.

    Args:
        given: its name, options and words, and the columns of the client's terminal.
        folder: of the project.
        chosen: variables that say which model it asks; what they leave out is the worker's.

    Raises:
        UsageError: it may not be run.
    """
    name, options = str(given["name"]), [str(each) for each in given.get("options", ())]
    command = check(name, options)
    with TemporaryDirectory(prefix="specloop-page-") as pages:
        page, named = Path(pages) / "page.html", _page_of(options)
        shown = [f"{PAGE}={page}" if _name(each) == PAGE else each for each in options]
        argv = [*PROGRAM, *name.split(), *command.always, *shown, "--project", str(folder)]
        words = [str(each) for each in given.get("words", ())]
        environment = {**_environment(given), **chosen}
        done = await run([*argv, "--", *words], cwd=folder, env=environment, seconds=SECONDS)
        written = page.read_text(encoding="utf-8") if page.is_file() else None
        said = {"output": done.stdout, "errors": done.stderr}
    return {"code": done.returncode, "page": written, **{key: said[key].replace(str(page), named) for key in said}}


def _name(option: str) -> str:
    return option.partition("=")[0]


def _page_of(options: Sequence[str]) -> str:
    """Where the client writes the page."""
    return next((each.partition("=")[2] for each in options if _name(each) == PAGE), "")


def _listed() -> str:
    return ", ".join(COMMANDS)


def _environment(given: Mapping[str, Any]) -> dict[str, str]:
    """That of the worker, as wide as the client's terminal; it asks no server in turn."""
    return {**os.environ, "SPECLOOP_SERVER": HERE, "COLUMNS": str(int(given.get("columns", 120)))}
