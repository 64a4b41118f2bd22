"""Wording: a question without its courtesies, and what is particular (which file, name, page) named by its kind."""

from __future__ import annotations

import re

PATH_LIKE = re.compile(r"[\w.-]+/[\w./-]*|\b[\w-]+\.[A-Za-z]{1,5}\b|(?<!\S)\.[A-Za-z][\w.-]*\b")
KINDS = (
    (re.compile(r"\bhttps?://[^\s\"'>)]+|\bwww\.[^\s\"'>)]+", re.IGNORECASE), "a web page"),
    (re.compile(r"\b(?:origin|upstream|feature|release|hotfix|bugfix|fix)/[\w.-]+"), "a branch"),
    (re.compile("[\"\u201c\u201e]([^\"\u201c\u201d]{1,80})[\"\u201c\u201d]|(?<!\\w)'([^']{2,80})'(?!\\w)"), "a word"),
    (
        re.compile(
            r"\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific|US)(?:/\w+){1,2}"
        ),
        "a time zone",
    ),
    (re.compile(r"\bHEAD(?:[~^]\d*)+"), "commit"),
    (re.compile(r"\b(?:[A-Z][a-z0-9]+)+(?:Error|Exception|Warning)\b"), "a name"),
    (re.compile(r"`[^`./]+`|\b[\w.]+\(\)|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w*\b"), "a name"),
    (re.compile(r"(?<!\S)#[A-Za-z][\w-]*"), "channel"),
    (PATH_LIKE, "a file"),
    (re.compile(r"\b(?:commit\s+)?(?=[a-f]*\d)[0-9a-f]{7,40}\b"), "commit"),
)
"""How a thing is written, and what it is called instead; the first that fits."""
COURTESY = re.compile(
    r"^(?:(?:hey|hi|hello|please|kindly)\b[,:!]?\s*"
    r"|(?:could|can|would|will) you\b(?:\s+(?:please|kindly))?\s*"
    r"(?=(?:check|compare|convert|count|explain|find|give|list|look|open|print|read|search|show|summari[sz]e|tell)\b)"
    r"|(?:do you know|i wonder|i(?:'d| would) like to know)\b,?\s*"
    r"|(?:give|show|tell)\s+(?:me|us)\b\s*(?:about\b\s*)?)+|,?\s*\bplease\b",
    re.IGNORECASE,
)


def plain(question: str) -> str:
    """What is asked, with "a file" for every path and the like: which one it is says little about who can answer."""
    question = COURTESY.sub("", question) or question
    for written, kind in KINDS:
        question = written.sub(kind, question)
    return question.strip()
