"""A project that is named by the URL of its git repository, in a clone of this worker's own.

    <cache>/clones/<name>-<hash of the URL>/repo        its clone; `.specloop` there is what all its runs share
    <cache>/clones/<name>-<hash of the URL>/runs/<run>  a run's worktree, on no branch of its own

SPECLOOP_CLONES names another folder than `<cache>/clones`. What a run has written is committed and pushed after every
node, to the branch `specloop/<change>`, so that a worker that takes the run over finds it there: the commits name their
run. Where that branch is another run's, the run's id is added. Credentials are git's own business: a credential helper
or an ssh key of the worker.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from systems.errors import Missing, UsageError
from systems.hashed import content_hash
from systems.node import cache_folder
from systems.project.addresses import checked_url
from systems.project.git import asked, git, identity
from systems.project.worktrees import CHECKOUT_SECONDS

VARIABLE = "SPECLOOP_CLONES"
FRESH_SECONDS = 5.0
LOCK_SECONDS = 0.05
PUSHES = 3
RUN = re.compile(r"[A-Za-z0-9][\w-]{0,99}")
TRAILER = "Specloop-Run"
SHARED = ".specloop"
HEADS = "refs/remotes/origin/specloop"

_looked: dict[Path, float] = {}
"""When the branches of a clone were fetched last, on this process's clock."""


@dataclass(frozen=True)
class Checkout:
    """The files of a project for one run.

    Attributes:
        folder: where they are.
        url: of the repository.
        run_id: the run; empty for the project without any.
    """

    folder: Path
    url: str
    run_id: str

    async def publish(self, change: str | None) -> None:
        """Commit what the run has written, with what its tasks committed, and push it where there is anything new.

        Args:
            change: the change that it works on; nothing is published before there is one.

        Raises:
            Missing: git refuses, or the branch was changed elsewhere in a way that cannot be merged.
        """
        if not change:
            return
        await self._take_in(change)
        await self._commit_all(change)
        if not await self._ahead():
            return
        for _ in range(PUSHES):
            branch = await self.branch(change)
            push = await asked(
                self.folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", seconds=CHECKOUT_SECONDS
            )
            if not push.returncode:
                return
            async with _locked(self.folder.parents[1]):
                await _fetched(self.folder, again=True)
            await self._follow(f"{HEADS}/{branch.partition('/')[2]}", push.stderr)
        raise _refused("push", push.stderr, self.url)

    async def branch(self, change: str) -> str:
        """The run's branch: the one that has its commits, else the change's, else one of its own."""
        if found := await _branch_of(self.folder, self.run_id):
            return found
        plain = f"specloop/{change}"
        tip = await _commit(self.folder, f"refs/remotes/origin/{plain}")
        ours = not tip or not (await asked(self.folder, "merge-base", "--is-ancestor", tip, "HEAD")).returncode
        return plain if ours else f"{plain}-{self.run_id[:8]}"

    async def commit(self) -> str:
        """The last commit."""
        return await _commit(self.folder, "HEAD")

    async def _ahead(self) -> bool:
        """Whether there is a commit that the repository has on no branch."""
        return bool((await git(self.folder, "rev-list", "-1", "HEAD", "--not", "--remotes=origin")).strip())

    async def _commit_all(self, change: str) -> None:
        await git(self.folder, "add", "--all", "--", ".", seconds=CHECKOUT_SECONDS)
        if (await asked(self.folder, "diff", "--cached", "--quiet")).returncode:
            said = ("-m", f"Plan {change}", "-m", f"{TRAILER}: {self.run_id}")
            await git(self.folder, *await identity(self.folder), "commit", "--quiet", "--no-verify", *said)

    async def _take_in(self, change: str) -> None:
        """Bring what the tasks committed on their branch to the documents; where both ticked a box, it is ticked."""
        tasks = f"refs/heads/specloop/{change}"
        if not await _commit(self.folder, tasks):
            return
        await self._commit_all(change)
        words = ("--quiet", "--no-edit", "--no-verify", "-X", "ours", "-m", f"Tasks of {change}", tasks)
        merged = await asked(self.folder, *await identity(self.folder), "merge", *words)
        if merged.returncode:
            await asked(self.folder, "merge", "--abort")

    async def _follow(self, tip: str, why: str) -> None:
        """Go on from what the branch has become elsewhere.

        Raises:
            Missing: the two cannot be brought together.
        """
        if not await _commit(self.folder, tip):
            return
        if (await asked(self.folder, *await identity(self.folder), "rebase", "--quiet", tip)).returncode:
            await asked(self.folder, "rebase", "--abort")
            raise _refused("push", why, self.url)


async def checked_out(url: str, run_id: str = "", change: str | None = None) -> Checkout:
    """The project, as the repository has it, or as far as a run has come with it, on whichever worker that was.

    Args:
        url: of the repository.
        run_id: the run; empty for the project itself, at its main branch.
        change: the change that the run takes up, or works on.

    Raises:
        UsageError: the URL holds a secret, or is none; the run is none.
        Missing: the repository cannot be reached or read.
    """
    place = _place(checked_url(url))
    if run_id and not RUN.fullmatch(run_id):
        raise UsageError(f"{run_id[:100]!r} is no run.", mend="See `specloop status`.")
    async with _locked(place):
        repo = await _cloned(url, place)
        if not run_id:
            if await _fetched(repo):
                await git(repo, "reset", "--quiet", "--hard", "origin/HEAD", seconds=CHECKOUT_SECONDS)
            return Checkout(repo, url, run_id)
        folder = place / "runs" / run_id
        there = (folder / ".git").is_file()
        if await _fetched(repo, again=not there):
            tip = await _tip(repo, run_id, change)
            await (_caught_up(folder, tip) if there else _added(repo, folder, tip))
    return Checkout(folder, url, run_id)


def clones_folder() -> Path:
    """Where this worker has its clones."""
    return Path(os.environ.get(VARIABLE) or cache_folder() / "clones").absolute()


def _place(url: str) -> Path:
    words = re.sub(r"[^A-Za-z0-9]+", "-", url.rstrip("/").removesuffix(".git").rpartition("/")[2]).strip("-")
    return clones_folder() / f"{words[:40] or 'project'}-{content_hash(url)[:12]}"


async def _cloned(url: str, place: Path) -> Path:
    repo = place / "repo"
    if not (repo / SHARED).is_dir():
        place.mkdir(parents=True, exist_ok=True)
        begun = place / f"begun-{os.getpid()}-{time.monotonic_ns()}"
        made = await asked(place, "clone", "--quiet", "--", url, str(begun), seconds=CHECKOUT_SECONDS)
        if made.returncode:
            raise _refused("clone", made.stderr, url)
        (begun / ".git" / "info").mkdir(exist_ok=True)
        with (begun / ".git" / "info" / "exclude").open("a", encoding="utf-8") as file:
            file.write(f"{SHARED}\n")
        (begun / SHARED).mkdir()
        begun.rename(repo)
    return repo


async def _added(repo: Path, folder: Path, tip: str) -> None:
    """Make the worktree of a run; its stores and locks are those of the clone."""
    await git(repo, "worktree", "prune")
    await git(repo, "worktree", "add", "--force", "--detach", str(folder), tip, seconds=CHECKOUT_SECONDS)
    (folder / SHARED).symlink_to(repo / SHARED)


async def _caught_up(folder: Path, tip: str) -> None:
    """Take over what another worker, or a person, has pushed since; what was not committed here is begun anew."""
    behind = await asked(folder, "merge-base", "--is-ancestor", tip, "HEAD")
    if behind.returncode:
        ahead = await asked(folder, "merge-base", "--is-ancestor", "HEAD", tip)
        if not ahead.returncode:
            await git(folder, "reset", "--quiet", "--hard", tip, seconds=CHECKOUT_SECONDS)


async def _tip(repo: Path, run_id: str, change: str | None) -> str:
    """Where a run goes on: at its own commits, at the branch of the change it takes up, else at the main branch."""
    if branch := await _branch_of(repo, run_id):
        return f"refs/remotes/origin/{branch}"
    theirs = f"{HEADS}/{change}"
    return theirs if change and await _commit(repo, theirs) else "origin/HEAD"


async def _branch_of(folder: Path, run_id: str) -> str | None:
    """The branch of the repository that has commits of a run."""
    words = ("--fixed-strings", f"--grep={TRAILER}: {run_id}", "--remotes=origin/specloop/*")
    last = (await git(folder, "log", "-1", "--format=%H", *words)).strip()
    if not last:
        return None
    listed = await git(folder, "for-each-ref", "--contains", last, "--format=%(refname)", HEADS)
    return next((name.removeprefix("refs/remotes/origin/") for name in listed.split()), None)


async def _commit(folder: Path, name: str) -> str:
    """The commit that a name stands for; empty where it stands for none."""
    return (await asked(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")).stdout.strip()


async def _fetched(folder: Path, *, again: bool = False) -> bool:
    """Fetch the branches, unless that was just done; whether it was done now.

    Raises:
        Missing: the repository cannot be reached.
    """
    now = time.monotonic()
    if not again and now - _looked.get(folder, -FRESH_SECONDS) < FRESH_SECONDS:
        return False
    done = await asked(folder, "fetch", "--quiet", "--prune", "origin", seconds=CHECKOUT_SECONDS)
    if done.returncode:
        raise _refused("fetch", done.stderr, "origin")
    _looked[folder] = now
    return True


@asynccontextmanager
async def _locked(place: Path) -> AsyncIterator[None]:
    """Hold a clone, against other runs and processes of this machine."""
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / "lock", thread_local=False)
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            await asyncio.sleep(LOCK_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _refused(what: str, words: str, url: str) -> Missing:
    said = " ".join(re.sub(r"(?<=//)[^/@\s]*@", "", words).split()) or "no reason given"
    mend = f"Try `git ls-remote {url}` as the worker's user; then resume the run." if url != "origin" else ""
    return Missing(f"git {what} failed: {said}", system="git", mend=mend)
