"""Wording: what is particular in a question (which file, name, page) in words that say only of what kind it is."""

from __future__ import annotations

import re

PATH_LIKE = re.compile(r"[\w.-]+/[\w./-]*|\b[\w-]+\.[A-Za-z]{1,5}\b|(?<!\S)\.[A-Za-z][\w.-]*\b")
KINDS = (
    (re.compile(r"\bhttps?://[^\s\"'>)]+|\bwww\.[^\s\"'>)]+", re.IGNORECASE), "a web page"),
    (re.compile(r"\b(?:feature|release|hotfix|bugfix|fix)/[\w.-]+"), "a branch"),
    (re.compile("[\"\u201c\u201e]([^\"\u201c\u201d]{1,80})[\"\u201c\u201d]|(?<!\\w)'([^']{2,80})'(?!\\w)"), "a word"),
    (re.compile(r"`[^`./]+`|\b[\w.]+\(\)|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w*\b"), "a name"),
    (re.compile(r"(?<!\S)#[A-Za-z][\w-]*"), "channel"),
    (PATH_LIKE, "a file"),
    (re.compile(r"\b(?:commit\s+)?(?=[a-f]*\d)[0-9a-f]{7,40}\b"), "commit"),
)
"""How a thing is written, and what it is called instead; the first that fits."""


def plain(question: str) -> str:
    """A question with "a file" for every path and the like: which one it is says little about who can answer."""
    for written, kind in KINDS:
        question = written.sub(kind, question)
    return question.strip()
