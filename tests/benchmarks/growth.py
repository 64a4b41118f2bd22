"""How checkpoints and spans grow: bytes a loop in a run of 20 loops, with small and with large documents around it.

The project has an OpenSpec schema of its own with 20 artifacts, so one run takes 20 loops; in the large one README and
source file have 1 MB each. Run: python -m tests.benchmarks.growth
Limit: 40 kB a loop whatever the size of the documents, and no more in the last loops than in the first.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from pathlib import Path

from graph import Workspace
from systems.demo import lay_out
from systems.records import Outcome
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

LOOPS = 20


def own_schema(project: Path) -> None:
    """Write an OpenSpec schema: the usual four artifacts and one note after the other."""
    folder = project / "openspec" / "schemas" / "many"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "note.md").write_text("# Note\n\n## What is known\n\n## What is not\n")
    names = [f"note-{number}" for number in range(1, LOOPS + 1)]
    artifacts = [
        f"  - id: {name}\n    generates: {name}.md\n    description: A note\n    template: note.md\n"
        f"    instruction: Write down what is known.\n    requires: [{names[number - 1] if number else ''}]\n"
        for number, name in enumerate(names)
    ]
    text = f"name: many\nversion: 1\ndescription: Many notes\nartifacts:\n{''.join(artifacts)}"
    (folder / "schema.yaml").write_text(f"{text}apply:\n  requires: [{names[-1]}]\n")
    (project / "openspec" / "config.yaml").write_text("schema: many\n")
    (project / "openspec" / "changes").mkdir()


def bytes_per_loop(project: Path) -> dict[str, float]:
    """Bytes of checkpoints (with their writes) and spans, a loop, in the first and in the last quarter of the run."""
    checkpoints = sqlite3.connect(project / ".specloop" / "checkpoints.db")
    kept = checkpoints.execute(
        "SELECT length(checkpoint) + length(metadata) FROM checkpoints ORDER BY checkpoint_id"
    ).fetchall()
    written = checkpoints.execute("SELECT sum(length(value)) FROM writes").fetchone()[0]
    checkpoints.close()
    sizes = [size for (size,) in kept]
    quarter = len(sizes) // 4
    files = sum((project / ".specloop" / name).stat().st_size for name in ("checkpoints.db", "specloop.db"))
    return {
        "checkpoint_kb": (sum(sizes) + written) / LOOPS / 1e3,
        "first_kb": sum(sizes[:quarter]) / (LOOPS / 4) / 1e3,
        "last_kb": sum(sizes[-quarter:]) / (LOOPS / 4) / 1e3,
        "files_kb": files / LOOPS / 1e3,
        "span_kb": span_bytes(project) / LOOPS / 1e3,
    }


def span_bytes(project: Path) -> int:
    """Bytes of the span table's pages, indexes included."""
    store = sqlite3.connect(project / ".specloop" / "specloop.db")
    pages = store.execute(
        "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = 'spans')"
    ).fetchone()
    store.close()
    return int(pages[0])


def twenty_loops(folder: Path, *, extra: int) -> Outcome:
    """A run of so many loops in a project made there, with so many bytes more in its files.

    Raises:
        SystemExit: the run took another way.
    """
    project = lay_out(folder)
    own_schema(project)
    for name in ("README.md", "todo/cli.py"):
        with (project / name).open("a") as file:
            file.write("# more words about the todo list\n" * (extra // 33))
    with ImitationServer(scripted_reply) as server:
        outcome = Workspace(project, model=server.url, max_loops=LOOPS + 5).run("Add a --json flag to the list command")
    if outcome.loops != LOOPS:
        raise SystemExit(f"expected {LOOPS} loops, got {outcome.loops}: {outcome.missing}")
    return outcome


def run(folder: Path, *, extra: int) -> dict[str, float]:
    twenty_loops(folder, extra=extra)
    return {key: round(value, 1) for key, value in bytes_per_loop(folder).items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = run(Path(folder) / "small", extra=0), run(Path(folder) / "large", extra=1_000_000)
    for result in (small, large):
        result["total_kb"] = round(result["checkpoint_kb"] + result["span_kb"], 1)
    print(json.dumps({"small": small, "large": large, "limit_kb": 40, "loops": LOOPS}))


if __name__ == "__main__":
    main()
