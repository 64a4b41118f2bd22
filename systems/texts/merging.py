"""Three-way merge of a document, by `git merge-file` (https://git-scm.com/docs/git-merge-file)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from systems.documents import read_file, write_file
from systems.errors import Missing
from systems.project.git import asked
from systems.texts.diffs import MARK

MOST_CONFLICTS = 127
"""git counts no further; above that its code says that it failed."""


class Merge(NamedTuple):
    """Both sides' changes in one text.

    Attributes:
        text: where both changed the same place in different ways, the person's words.
        conflicts: how many such places there are.
    """

    text: str
    conflicts: int


async def merged(base: str, mine: str, draft: str) -> Merge:
    """Take what a draft changes of a text into what a person made of it.

    Args:
        base: the text both began with.
        mine: the person's; its line ends, and a byte order mark, are kept.
        draft: the draft.

    Raises:
        Missing: git failed.
    """
    with tempfile.TemporaryDirectory(prefix="specloop-") as name:
        folder = Path(name)
        mark = MARK if mine.startswith(MARK) else ""
        ends = "\r\n" if 2 * mine.count("\r\n") > mine.count("\n") else "\n"
        sides = {"mine": mine.removeprefix(MARK), "base": _ended(base, ends), "draft": _ended(draft, ends)}
        for side, text in sides.items():
            write_file(folder / side, text)
        found = await asked(folder, "merge-file", "--stdout", *sides)
        await asked(folder, "merge-file", "--ours", *sides)
        if not 0 <= found.returncode <= MOST_CONFLICTS:
            words = " ".join(found.stderr.split())
            raise Missing(f"git merge-file failed: {words}", system="git", mend="Move your edit aside, and resume.")
        return Merge(mark + (read_file(folder / "mine") or ""), found.returncode)


def _ended(text: str, ends: str) -> str:
    return text.removeprefix(MARK).replace("\r\n", "\n").replace("\n", ends)
