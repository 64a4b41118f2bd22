"""OpenSpec: one project's OpenSpec root, through the CLI."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from systems.errors import Missing, Rejected, UsageError
from systems.node import MEND, cache_folder, command
from systems.openspec import replies
from systems.openspec.documents import requirement_names
from systems.openspec.lock import locked
from systems.openspec.records import Archived, ChangeStatus, Instructions, TaskState, Validation
from systems.openspec.resident import Resident
from systems.openspec.standing import Standing, standings
from systems.project.program import Completed, OutputTooLong, run

SILENT = {
    "OPENSPEC_TELEMETRY": "0",
    "DO_NOT_TRACK": "1",
    "OPENSPEC_NO_UPDATE_CHECK": "1",
    "OPENSPEC_NO_COMPLETIONS": "1",
    "OPEN_SPEC_INTERACTIVE": "0",
    "NO_COLOR": "1",
}
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
DESCRIPTION_CHARACTERS = 4_000

Result = TypeVar("Result")


class OpenSpec:
    """The OpenSpec root of one project.

    Reads may run side by side, or, in `kept_running`, one after another in a process that stays. Writers of documents
    hold `write_lock` around their write and its validation.

    Attributes:
        project: absolute path of the project, links resolved, as OpenSpec reports paths.
    """

    def __init__(self, project: Path, *, seconds: float = 60.0, lock_seconds: float = 60.0) -> None:
        """Nothing is run or looked at yet.

        Args:
            project: folder that holds, or will hold, `openspec/`.
            seconds: time limit of one call.
            lock_seconds: how long to wait for the write lock.
        """
        self.project = project.resolve()
        self._seconds = seconds
        self._lock_seconds = lock_seconds
        self._resident: Resident | None = None

    @asynccontextmanager
    async def kept_running(self) -> AsyncIterator[None]:
        """Answer the questions of the block from one process of the CLI that stays, instead of one each."""
        if self._resident is not None or os.name == "nt":  # descriptors cannot be passed on there
            yield
            return
        self._resident = Resident(cwd=self.project, env=_environment(), seconds=self._seconds)
        try:
            yield
        finally:
            resident, self._resident = self._resident, None
            await resident.close()

    async def prepare(self) -> None:
        """Make the project an OpenSpec root of its own, even where a folder above it is one. Idempotent.

        Raises:
            UsageError: the project is not a folder, or OpenSpec will not make it a root.
        """
        async with self.write_lock():
            await self._prepare()

    async def version(self) -> str:
        """Version of the CLI."""
        completed = await self._run("--version")
        if completed.returncode:
            replies.refuse_in_prose(completed)
        return completed.stdout.strip()

    async def changes(self) -> tuple[str, ...]:
        """Ids of the active changes, by name; none where the project is not a root."""
        answer = await self._list()
        return _understood(lambda: tuple(change["name"] for change in answer.get("changes", ())))

    async def new_change(self, change: str, description: str) -> Path:
        """Create a change; the absolute path of its folder. Prepares the project where needed.

        Args:
            change: id of the change, kebab-case.
            description: goes to the change's README; cut at 4,000 characters.

        Raises:
            Rejected: the name is malformed or taken; in OpenSpec's words.
        """
        text = description.replace("\0", " ")[:DESCRIPTION_CHARACTERS]
        async with self.write_lock():
            await self._prepare()
            answer = await self._tell("new", "change", "--json", f"--description={text}", "--", change)
        return _understood(lambda: Path(answer["change"]["path"]))

    async def status(self, change: str) -> ChangeStatus:
        """Where a change stands; documents without content are not done.

        Raises:
            UsageError: no such change; the message lists those there are.
            Rejected: the change's `.openspec.yaml` cannot be read; in words.
        """
        answer = await self._ask("status", "--json", f"--change={_named(change)}")
        return _understood(lambda: replies.change_status(answer))

    async def instructions(self, artifact: str, change: str) -> Instructions:
        """How an artifact is to be written. A blocked one has instructions too: see `dependencies_done`.

        Raises:
            UsageError: no such change or artifact; the message lists those there are.
        """
        answer = await self._ask("instructions", "--json", f"--change={_named(change)}", "--", artifact)
        if "artifactId" not in answer:
            raise UsageError(f"{artifact} is not an artifact of change {change}.")
        return _understood(lambda: replies.instructions(answer))

    async def validate(self, change: str) -> Validation:
        """Judge the spec deltas of a change strictly. Takes no lock: writers hold it around write and validate.

        Raises:
            UsageError: no such change; the message lists those there are.
        """
        answer = await self._ask("validate", "--json", "--strict", "--type=change", "--", _named(change))
        found = _understood(lambda: replies.validation(answer))
        if not any(replies.NO_DELTAS in issue for issue in found.issues):
            return found
        # The validator says "no deltas" of a change that does not exist or cannot be read, too.
        try:
            await self.status(change)
        except Rejected as error:
            return Validation(
                valid=False, issues=(*(f".openspec.yaml: {words}" for words in error.issues), *found.issues)
            )
        return found

    async def validate_specs(self) -> Validation:
        """Judge all main specs strictly; a project without any has nothing wrong."""
        answer = await self._ask("validate", "--json", "--strict", "--specs")
        return _understood(lambda: replies.specs_validation(answer))

    async def archive(self, change: str) -> Archived:
        """Put a change into the main specs, whatever state it is in: `systems.openspec.archiving.archive` looks first.

        Takes no lock.

        Raises:
            Rejected: OpenSpec refused, in its words.
        """
        answer = await self._tell("archive", "--json", "--yes", "--", _named(change))
        return _understood(lambda: replies.archived(answer, self.project))

    async def tasks(self, change: str) -> TaskState:
        """How far the implementation tasks of a change are."""
        answer = await self._ask("instructions", "--json", f"--change={_named(change)}", "--", "apply")
        return _understood(lambda: replies.task_state(answer))

    async def standings(self) -> tuple[Standing, ...]:
        """Where every active change stands, by name; none where the project is not a root."""
        try:
            async with self.kept_running():
                status = await self._answered("status", "--all", "--json")
                listed = await self._list()
                judged = await self._answered("validate", "--changes", "--strict", "--json")
        except replies.NoRoot:
            return ()
        return _understood(lambda: standings(status, listed, judged)) if listed else ()

    async def specs(self) -> dict[str, tuple[str, ...]]:
        """The main specs: names of the requirements by capability path; none where the project is not a root."""
        answer = await self._list("--specs")
        ids = _understood(lambda: [str(spec["id"]) for spec in answer.get("specs", ())])
        return {each: await asyncio.to_thread(self._requirements, each) for each in ids}

    @asynccontextmanager
    async def write_lock(self) -> AsyncIterator[None]:
        """Be the project's only writer, across processes. Not re-entrant; `prepare` and `new_change` take it too.

        Raises:
            Busy: another run held it for too long; the message names the lock file.
        """
        self._check_folder()
        async with locked(self.project / ".specloop" / "openspec.lock", seconds=self._lock_seconds):
            yield

    async def _prepare(self) -> None:
        try:
            if await self._is_root():
                return
            completed = await self._run("init", "--tools", "none", str(self.project))
            if completed.returncode:
                replies.refuse_in_prose(completed)
            prepared = await self._is_root()
        except Rejected as error:
            mend = error.mend or f"Move {self.project / 'openspec'} aside."
            raise UsageError(error.message, mend=mend) from error
        if not prepared:
            raise UsageError(f"OpenSpec keeps the plans of {self.project} elsewhere.", mend="Remove its store: line.")

    async def _is_root(self) -> bool:
        return "changes" in await self._list()

    async def _list(self, *options: str) -> dict[str, Any]:
        """What `list` says of this project; empty when it is not a root itself."""
        try:
            answer = await self._answered("list", "--json", "--sort=name", *options)
        except replies.NoRoot:
            return {}
        return answer if self._is_here(answer) else {}

    async def _answered(self, *arguments: str) -> dict[str, Any]:
        """The answer to a question that changes nothing."""
        return replies.reply(await self._run(*arguments, resident=self._resident))

    async def _ask(self, *arguments: str) -> dict[str, Any]:
        return self._from_here(await self._answered(*arguments))

    async def _tell(self, *arguments: str) -> dict[str, Any]:
        return self._from_here(replies.reply(await self._run(*arguments)))

    def _from_here(self, answer: dict[str, Any]) -> dict[str, Any]:
        if answer.get("root") and not self._is_here(answer):
            raise UsageError(
                f"The OpenSpec root of {self.project} is {answer['root'].get('path')}, not the project itself.",
                mend="Run `specloop run` in the project, which makes it a root, or name the root as --project.",
            )
        return answer

    def _is_here(self, answer: dict[str, Any]) -> bool:
        return _understood(lambda: Path(answer["root"]["path"]).resolve() == self.project)

    def _requirements(self, capability: str) -> tuple[str, ...]:
        with suppress(OSError):
            path = self.project / "openspec" / "specs" / capability / "spec.md"
            return requirement_names(path.read_text(encoding="utf-8-sig", errors="replace"))
        return ()

    async def _run(self, *arguments: str, resident: Resident | None = None) -> Completed:
        self._check_folder()
        argv = await asyncio.to_thread(command, "openspec")
        words = f"`openspec {' '.join(arguments)[:200]}`".replace("\0", "\\0")
        try:
            if resident and (completed := await resident.ask(argv, arguments)):
                return completed
            return await run([*argv, *arguments], cwd=self.project, env=_environment(), seconds=self._seconds)
        except TimeoutError as error:
            message = f"{words} did not end in {self._seconds:g} s."
            raise Missing(message, system="openspec", mend=f"See why, in {self.project}; then resume.") from error
        except OutputTooLong as error:
            raise Missing(f"{words} wrote without end.", system="openspec", mend=MEND) from error
        except ValueError as error:
            raise UsageError(f"{words} cannot be run ({error}).", mend="Use plain text.") from error
        except OSError as error:
            raise Missing(f"{argv[0]} could not be started ({error}).", system="node", mend=MEND) from error

    def _check_folder(self) -> None:
        if not self.project.is_dir():
            raise UsageError(f"{self.project} is not a folder.", mend="Name the project's folder with --project.")


def _environment() -> dict[str, str]:
    """As little as Node needs: no home, no configuration of the user's, no call home."""
    home = str(cache_folder() / "openspec-home")
    own = {name: home for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    return {**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, **own, **SILENT}


def _named(change: str) -> str:
    if not change:
        raise UsageError("No change was named.", mend="Name one with --change; `openspec list` shows them.")
    return change


def _understood(parse: Callable[[], Result]) -> Result:
    try:
        return parse()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Missing(f"OpenSpec answered in an unknown form ({error!r}).", system="openspec", mend=MEND) from error
