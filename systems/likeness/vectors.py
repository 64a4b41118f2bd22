"""Vectors of texts that were embedded before, by content hash: in memory, and on disk for the next start.

The file is a cache: one that is damaged, locked or cannot be written is left alone, and the vectors are made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from systems.hashed import content_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

FEWEST_KEPT = 8  # fewer new texts at once are questions, which are not kept on disk
MOST_IN_MEMORY = 20_000
LOCK_SECONDS = 0.5
BATCH = 500


class Vectors:
    """A cache of one model's vectors."""

    def __init__(self, file: Path | None, *, model: str) -> None:
        self._file, self._model = file, model
        self._known: dict[str, Vector] = {}

    def get(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vectors that are known, by text."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if self._file and len(unknown) >= FEWEST_KEPT and self._file.is_file():
            self._known |= self._from_disk(unknown)
        return {text: self._known[text] for text in texts if text in self._known}

    def keep(self, vectors: Mapping[str, Vector]) -> None:
        """Remember vectors; the oldest are forgotten when there are very many."""
        self._known |= vectors
        for text in list(self._known)[: max(0, len(self._known) - MOST_IN_MEMORY)]:
            del self._known[text]
        if self._file and len(vectors) >= FEWEST_KEPT:
            self._to_disk(vectors)

    def _from_disk(self, texts: Sequence[str]) -> dict[str, Vector]:
        import numpy as np

        keys = {self._key(text): text for text in texts}
        found: dict[str, Vector] = {}
        with suppress(sqlite3.DatabaseError, OSError), self._opened() as connection:
            for start in range(0, len(keys), BATCH):
                part = list(keys)[start : start + BATCH]
                marks = ",".join("?" * len(part))
                rows = connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)
                found |= {keys[key]: np.frombuffer(vector, dtype=np.float32) for key, vector in rows}
        return found

    def _to_disk(self, vectors: Mapping[str, Vector]) -> None:
        rows = [(self._key(text), vector.tobytes()) for text, vector in vectors.items()]
        with suppress(sqlite3.DatabaseError, OSError), self._opened() as connection, connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        assert self._file is not None
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=LOCK_SECONDS)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
            yield connection

    def _key(self, text: str) -> str:
        return content_hash(f"{self._model}\n{text}")
