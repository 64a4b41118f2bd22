"""The client of a server's desk (`graph/desk.py`)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, NamedTuple

from packaging.version import Version

from graph.context import Context
from systems.agent_protocol import Server
from systems.errors import Missing, of_told
from systems.settings import Settings

LAST = frozenset({"outcome"})
"""What is asked when a run has ended, be it that its worker just starts anew; it changes nothing."""


class Said(NamedTuple):
    """What a command said at the server: as it would here, and the page that it would have written."""

    code: int
    output: str
    errors: str
    page: str | None = None


class Desk:
    """The desk of a server, for one project."""

    def __init__(self, server: Server, context: Context) -> None:
        """Nothing is asked yet.

        Args:
            server: where.
            context: the project, and what holds for it as far as it is known here.
        """
        self._server = server
        self._context = context

    async def ask(self, command: str, **given: Any) -> dict[str, Any]:
        """What it answers.

        Raises:
            SpecloopError: what went wrong at the worker.
            Missing: the worker is of another version, whose records may be others.
        """
        asked = {"command": command, "given": given}
        said = await self._server.answer("desk", asked, asdict(self._context), again=command in LAST)
        if "error" in said or "result" in said:
            _same_version(said.get("version"), self._server.url)
        if "error" in said:
            raise of_told(said["error"])
        if "result" not in said:
            mend = "Restart its workers with the present langgraph.json."
            raise Missing(f"The server at {self._server.url} has no desk.", system="server", mend=mend)
        return dict(said["result"])

    async def same_version(self) -> None:
        """Return where its worker is of this version; raises as `ask` does."""
        await self.ask("version")

    async def settings(self, given: Mapping[str, Any]) -> Settings:
        """What holds for a run there, with what is set here on top."""
        return Settings.model_validate((await self.ask("hello", settings=dict(given)))["settings"])

    async def command(self, name: str, options: Sequence[str] = (), words: Sequence[str] = ()) -> Said:
        """What a command of the program says there.

        Args:
            name: of those of `graph.commanding.COMMANDS`.
            options: its options, each in one word.
            words: its arguments.
        """
        columns = shutil.get_terminal_size((120, 24)).columns
        told = await self.ask("command", name=name, options=list(options), words=list(words), columns=columns)
        return Said(**told)

    async def record(self, name: str, options: Sequence[str] = (), words: Sequence[str] = ()) -> dict[str, Any]:
        """The JSON object that a command prints there.

        Raises:
            SpecloopError: what the command failed with.
        """
        said = await self.command(name, (*options, "--json"), words)
        try:
            found: dict[str, Any] = json.loads(said.output)
        except ValueError as error:
            words_ = said.errors.strip().splitlines()[-1:] or [f"exit code {said.code}"]
            message = f"`specloop {name}` failed at {self._server.url}: {words_[0]}"
            raise Missing(message, system="server", mend="Its log says more.") from error
        if "error" in found:
            raise of_told(found["error"])
        return found


def _same_version(theirs: str | None, url: str) -> None:
    """Return where a worker is of the version that this is.

    Args:
        theirs: the worker's; None where it is so old that it does not say.
        url: address of its server.

    Raises:
        Missing: it is not; the older side is to be upgraded.
    """
    ours = version("specloop")
    if theirs == ours:
        return
    if theirs and Version(theirs) > Version(ours):
        mend = f"Upgrade this one: pip install 'specloop=={theirs}'."
    else:
        mend = f"Upgrade the workers: pip install 'specloop=={ours}' there, and start them anew."
    has = f"a worker of {url} has {theirs or 'an older one'}"
    raise Missing(f"This is specloop {ours}, and {has}.", system="server", mend=mend)
