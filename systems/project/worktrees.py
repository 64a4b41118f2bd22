"""The git worktree in which a change is implemented: its own folder, on its own branch, one commit a finished task.

    <project>/.specloop/worktrees/<change>    on branch specloop/<change>

The user's working tree, index and branches are never touched. What a task has done is staged, then checked, then
committed, so that what a check leaves behind is never committed; whatever is not committed can be thrown away and the
task begun anew. A worktree that was deleted or left half done is made whole again from its branch.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from systems.documents import read_file
from systems.errors import Missing
from systems.project.git import asked, git, identity
from systems.project.implementation import DiffStat

CHECKOUT_SECONDS = 600.0
MOST_NAMED = 5


@dataclass(frozen=True)
class Commit:
    """The last commit of a branch.

    Attributes:
        id: its hash.
        message: all of it.
    """

    id: str
    message: str


class Worktree:
    """The worktree of one change; whoever uses it holds the change (`Systems.claim`).

    Attributes:
        branch: its branch.
        root: its folder.
        folder: the project's folder in it; the same, unless the project is a folder of a larger repository.
    """

    def __init__(self, project: Path, change: str) -> None:
        """Nothing is run or looked at yet."""
        self._project = project
        self.branch = f"specloop/{change}"
        self.root = project / ".specloop" / "worktrees" / change
        self.folder = self.root

    async def obstacle(self) -> str:
        """Why there can be no worktree, in a sentence; empty where there can."""
        if (await asked(self._project, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")).returncode:
            return "the repository has no commit yet: make one, then resume"
        above = self.branch.partition("/")[0]
        if not (await asked(self._project, "rev-parse", "--verify", "--quiet", f"refs/heads/{above}")).returncode:
            return f"branch {above} stands in the way of {self.branch}: rename it, then resume"
        listing = await git(self._project, "worktree", "list", "--porcelain")
        for entry in listing.split("\n\n"):
            place = entry.partition("\n")[0].removeprefix("worktree ")
            if f"\nbranch refs/heads/{self.branch}" in entry and Path(place).resolve() != self.root.resolve():
                return f"branch {self.branch} is checked out in {place}: switch that to another branch, then resume"
        return ""

    async def prepare(self) -> tuple[str, ...]:
        """Have the worktree at the last commit of its branch, with nothing else in it.

        Returns:
            What the person should know: changes of theirs that are not in it, submodules that are empty.

        Raises:
            Missing: git refuses; in its words.
        """
        prefix = (await git(self._project, "rev-parse", "--show-prefix")).strip()
        self.folder = self.root / prefix
        if not await self._sound():
            await self._create()
        await self.discard()
        await self._catch_up()
        if not self.folder.is_dir():
            raise Missing(f"{prefix} is in no commit yet.", system="git", mend="Commit it, then resume.")
        return await self._worth_knowing(f"{prefix}openspec/")

    async def _sound(self) -> bool:
        """Whether the folder is this worktree, on this branch, and not in the middle of a merge or rebase."""
        if not (self.root / ".git").is_file():
            return False
        head = await asked(self.root, "symbolic-ref", "--quiet", "HEAD")
        return head.returncode == 0 and head.stdout.strip() == f"refs/heads/{self.branch}"

    async def _create(self) -> None:
        if self.root.exists():
            kept = self.root.with_name(f"{self.root.name}.{self.root.stat().st_mtime_ns}")
            self.root.rename(kept)  # somebody else's files: moved aside, never deleted
            if (kept / ".git").is_file():
                (kept / ".git").unlink()  # it would still pass for this worktree
        self.root.parent.mkdir(parents=True, exist_ok=True)
        known = await asked(self._project, "rev-parse", "--verify", "--quiet", f"refs/heads/{self.branch}")
        where = [str(self.root), self.branch] if not known.returncode else ["-b", self.branch, str(self.root), "HEAD"]
        await git(self._project, "worktree", "add", "--force", *where, seconds=CHECKOUT_SECONDS)

    async def _catch_up(self) -> None:
        """Go on from the user's commit where everything on the branch is already in it."""
        head = (await git(self._project, "rev-parse", "HEAD")).strip()
        merged = await asked(self._project, "merge-base", "--is-ancestor", self.branch, head)
        if not merged.returncode:
            await git(self.root, "reset", "--quiet", "--hard", head, seconds=CHECKOUT_SECONDS)

    async def _worth_knowing(self, plans: str) -> tuple[str, ...]:
        status = await git(self._project, "status", "--porcelain", "--untracked-files=no")
        changed = [line[3:] for line in status.splitlines() if not line[3:].startswith(plans)]
        listed = await asked(self.root, "config", "--file", ".gitmodules", "--get-regexp", r"\.path$")
        modules = [line.partition(" ")[2] for line in listed.stdout.splitlines()]
        notes = []
        if changed:
            notes.append(f"uncommitted changes of yours are not on {self.branch}: {named(changed)}")
        if modules:
            notes.append(f"submodules are empty in the worktree: {named(modules)}")
        return tuple(notes)

    async def stage(self) -> bool:
        """Take up everything that was changed; whether anything was, apart from files that git ignores.

        Raises:
            Missing: the worktree is gone (`alive` tells), or git refuses.
        """
        await git(self.root, "add", "--all", "--", ".", seconds=CHECKOUT_SECONDS)
        return (await asked(self.root, "diff", "--cached", "--quiet")).returncode != 0

    async def tracks(self, path: Path) -> bool:
        """Whether a path is a file of its own on the branch, no link, and not below one."""
        listed = await asked(self.root, "ls-files", "--error-unmatch", "--", str(path))
        return not listed.returncode and not path.is_symlink()

    async def tidy(self) -> None:
        """Put everything back as it was staged: what a check wrote or changed goes."""
        await git(self.root, "checkout-index", "--all", "--force", "--quiet", seconds=CHECKOUT_SECONDS)
        await git(self.root, "clean", "-ffdq", seconds=CHECKOUT_SECONDS)

    async def commit(self, subject: str, body: str) -> str:
        """Commit what is staged; its hash."""
        await git(self.root, *await identity(self.root), "commit", "--quiet", "--no-verify", "-m", subject, "-m", body)
        return (await self.last()).id

    async def last(self) -> Commit:
        """The last commit of the branch."""
        text = await git(self.root, "log", "-1", "--format=%H%n%B")
        return Commit(text.partition("\n")[0], text.partition("\n")[2].strip())

    async def patch(self) -> str:
        """What is staged, as a patch that `git apply` takes; bytes that are not UTF-8 as lone surrogates."""
        with tempfile.TemporaryDirectory(prefix="specloop-") as folder:
            written = Path(folder) / "patch"
            await git(self.root, "diff", "--cached", "--binary", f"--output={written}", seconds=CHECKOUT_SECONDS)
            return read_file(written) or ""

    async def discard(self) -> None:
        """Throw away everything that is not committed; a lock that a killed git left behind too."""
        private = (await git(self.root, "rev-parse", "--absolute-git-dir")).strip()
        (Path(private) / "index.lock").unlink(missing_ok=True)
        await git(self.root, "reset", "--quiet", "--hard", seconds=CHECKOUT_SECONDS)
        await git(self.root, "clean", "-ffdq", seconds=CHECKOUT_SECONDS)

    async def alive(self) -> bool:
        """Whether the worktree is still there."""
        return await self._sound()

    async def stat(self) -> DiffStat:
        """What the branch changes, counted from where it left the user's commits."""
        found = await asked(self._project, "merge-base", "HEAD", self.branch)
        if found.returncode:
            return DiffStat(base="")  # the branch was deleted meanwhile
        base = found.stdout.strip()
        counts = (await git(self._project, "diff", "--numstat", base, self.branch)).splitlines()
        rows = [line.split("\t", 2) for line in counts]
        return DiffStat(
            base=base,
            files=tuple(row[2] for row in rows),
            insertions=sum(int(row[0]) for row in rows if row[0].isdecimal()),
            deletions=sum(int(row[1]) for row in rows if row[1].isdecimal()),
        )

    async def conflicts(self) -> tuple[str, ...]:
        """Files in which the branch and the user's commit cannot be merged; tried without touching anything."""
        tried = await asked(
            self._project, "merge-tree", "--write-tree", "--name-only", "--no-messages", "HEAD", self.branch
        )
        return tuple(tried.stdout.splitlines()[1:]) if tried.returncode == 1 else ()


def named(paths: list[str]) -> str:
    """A few paths, and how many more there are."""
    more = len(paths) - MOST_NAMED
    return ", ".join(paths[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
