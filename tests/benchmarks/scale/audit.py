"""What the stores hold after many runs: whether a document is lost, doubled or damaged, and whether ledgers verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from systems.documents import Documents, read_file
from systems.errors import SpecloopError
from systems.hashed import content_hash
from systems.ledger import Ledger
from systems.runs import Runs
from systems.stores.place import schema_of
from systems.stores.postgres import pooled
from tests.benchmarks.scale.crowd import Story

ARTIFACTS = 4


def audited(told: Sequence[Story], store: str) -> dict[str, Any]:
    """What is wrong, each as a count; all are 0 where nothing is.

    Args:
        told: the runs.
        store: URL of the database.
    """
    counts: Counter[str] = Counter({name: 0 for name in ("written", "lost", "doubled", "changes_too_many", "ledgers")})
    for project in sorted({story.project for story in told}):
        of_it = [story for story in told if story.project == project]
        counts.update(_of_project(project, of_it, store))
    return {**counts, "left_active": _left_active(told, store)}


def _of_project(project: Path, told: Sequence[Story], store: str) -> Counter[str]:
    place = schema_of(project, store)
    changes = [each for each in (project / "openspec" / "changes").iterdir() if each.name != "archive"]
    counts = Counter({"changes_too_many": len(changes) - len(told)})
    with closing(Documents(place)) as documents, closing(Runs(place)) as runs, closing(Ledger(place)) as ledger:
        counts["ledgers"] = len(ledger.verify())
        counts["unlisted"] = len({story.run_id for story in told} - {run.run_id for run in runs.all()})
        for story in told:
            files = documents.files(by=story.run_id)
            counts["written"] += len(files)
            counts["lost"] += story.status == "done" and len(files) < ARTIFACTS
        for path in documents.files():
            versions = documents.versions(path)
            counts["doubled"] += len(versions) - 1
            counts["lost"] += _is_lost(documents, versions[-1].text, project / path)
    return counts


def _is_lost(documents: Documents, text: str, path: Path) -> bool:
    """Whether what was written is not in the store any more, or not in the file."""
    try:
        kept = documents.get(text)
    except SpecloopError:
        return True
    return kept != read_file(path) or content_hash(kept) != text


def _left_active(told: Iterable[Story], store: str) -> int:
    """Runs that the server believes to go on, of which nobody will hear again."""
    sql = "SELECT count(*) FROM public.runs WHERE status IN ('pending', 'running')"
    with pooled(schema_of(next(iter(told)).project, store)) as connection:
        row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0
