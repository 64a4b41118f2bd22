"""Lexical search over a handful of texts: BM25 as SQLite's FTS5 computes it (https://sqlite.org/fts5.html#the_bm25_function)."""

from __future__ import annotations

import re
import sqlite3
import weakref
from collections.abc import Mapping

WORD = re.compile(r"\w+", re.UNICODE)
ENDING = re.compile(r"(?<=\w{3})(?:ies|ing|ed|es|e|s|y)$")
STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
        "should",
    ]
)


class Index:
    """Texts by key, searchable by the words of a question."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._connection.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(key UNINDEXED, body, tokenize='porter unicode61')"
        )
        rows = [(key, split_names(text)) for key, text in texts.items()]
        self._connection.executemany("INSERT INTO texts VALUES (?, ?)", rows)

    def search(self, question: str, *, limit: int = 10) -> list[tuple[str, float]]:
        """(key, score) of the texts that share a word with the question, best first; a higher score is better."""
        words = [word for word in WORD.findall(split_names(question).lower()) if word not in STOP]
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        rows = self._connection.execute(
            "SELECT key, -bm25(texts) AS score FROM texts WHERE texts MATCH ? ORDER BY score DESC, key LIMIT ?",
            (match, limit),
        )
        return [(key, score) for key, score in rows]


def stems(text: str) -> frozenset[str]:
    """The words of a text that say something, without the usual English endings."""
    words = (word for word in WORD.findall(split_names(text).lower()) if word not in STOP)
    return frozenset(ENDING.sub("", word) for word in words)


def split_names(text: str) -> str:
    """Names in parts, so that `read_text_file` and `readTextFile` match "read a text file"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text.replace("_", " ").replace("-", " "))


def telling(text: str) -> frozenset[str]:
    """The words that tell texts apart, in any case and without their usual English endings."""
    found = WORD.findall(split_names(text).casefold())
    return frozenset(ENDING.sub("", word) for word in found if word not in STOP and len(word) > 1)
