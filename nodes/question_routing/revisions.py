"""Which state of the history a question is about: a commit, a branch or tag that exists, so many commits ago.

Written as git reads it (https://git-scm.com/docs/gitrevisions).
"""

from __future__ import annotations

import re

from nodes.question_routing.questions import Places
from nodes.question_routing.values import NUMBER, counted

WRITTEN = re.compile(r"(?:\bHEAD\b|\b(?=[a-f]*\d)[0-9a-f]{7,40}\b)(?:[~^]\d*)*")
AGO = re.compile(rf"\b(?:{NUMBER}|an?)\s+(?:commits?|revisions?)\s+(?:ago|back|earlier)\b", re.IGNORECASE)
BEFORE = re.compile(r"\bbefore (?:the|my|our) (?:last|latest|newest) (?:commit|change)\b", re.IGNORECASE)
LAST = re.compile(r"\b(?:last|latest) commit\b", re.IGNORECASE)
CONTENT = re.compile(
    r"\blook(?:ed)? like\b|\bcontain|\bsa(?:y|id)\b|\bcontents?\b|\btext\b|\bversion of\b", re.IGNORECASE
)
OF_PATHS = re.compile(r"\brev\w*>?:<?path", re.IGNORECASE)
SINCE = ("target", "base")
"""Arguments that the present state is compared with: not the branch that is checked out, where another is named too."""
NAMES = ("revision", "ref", "commit", *SINCE)


def revision(name: str, question: str, places: Places) -> tuple[str | None, str | None]:
    """(what the question says, what to take when it says nothing) for an argument that is a revision.

    Args:
        name: the argument.
        question: what is asked.
        places: gives the branches and tags there are.
    """
    if written := WRITTEN.search(question):
        return written.group(0), None
    if ago := AGO.search(question):
        return f"HEAD~{counted(ago.group(1) or '1')}", None
    if BEFORE.search(question):
        return "HEAD~1", None
    if named := _named(question, places.refs):
        return _compared(named, places.branch) if name in SINCE else named[0], None
    return None, "HEAD" if name == "revision" else "HEAD~1" if LAST.search(question) else None


def at_path(told: str | None, path: str | None, description: str, question: str) -> str | None:
    """The same revision of one path, where the tool reads such and its content is asked for.

    Args:
        told: the revision that the question says.
        path: of the project, that the question names.
        description: the tool's.
        question: what is asked.
    """
    is_read = told and path and OF_PATHS.search(description) and CONTENT.search(question)
    return f"{told}:{path}" if is_read else told


def names(question: str, name: str) -> bool:
    """Whether a question has a path or the like in full, and not as a part of another."""
    return re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])(?!\.\w)", question) is not None


def _named(question: str, refs: tuple[str, ...]) -> list[str]:
    """The branches and tags in a question, in its order; a tag like v1.2 also as "version 1.2"."""
    found = [ref for ref in refs if names(question, ref) or names(question, f"version {ref[1:]}")]
    return sorted(found, key=question.find)


def _compared(named: list[str], branch: str) -> str | None:
    """The one that what is there is compared with; None between two that are both not there."""
    others = [ref for ref in named if ref != branch]
    return (others or named)[0] if len(named) < 2 or branch in named else None
