"""Whether right answers are accepted and misdirected ones refused: `python -m tests.benchmarks.answers`.

`data/answers_results.jsonl` has what git, filesystem, time and everything really gave about the demo project;
`data/answers.jsonl` has questions with the results that answer them (`right`) and those that could be argued about
(`maybe`). Every other pair is misdirected. The patterns were written after the `first` set of questions and changed
once after the `second`. No server runs, and no model is asked. Prints one JSON line.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from nodes.question_routing.acceptance import judged

DATA = Path(__file__).parent / "data"
RECORDED = "/project"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a data file."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def lay_out(folder: Path, results: list[dict[str, Any]]) -> None:
    """The files of the project that were read."""
    for result in results:
        if result["tool"] == "read_text_file":
            file = folder / Path(result["arguments"]["path"]).relative_to(RECORDED)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(result["text"], encoding="utf-8")


def moved(value: Any, folder: Path) -> Any:
    """The same value about a project in another folder."""
    return json.loads(json.dumps(value).replace(RECORDED, str(folder)))


def measured(folder: Path, only: str = "") -> dict[str, Any]:
    """How many of the right and the misdirected results are refused.

    Args:
        folder: an empty folder for the project's files.
        only: the set of questions; all by default.
    """
    results = {row["id"]: row for row in rows("answers_results.jsonl")}
    lay_out(folder, list(results.values()))
    counts, refused, seconds = Counter[str](), [], []
    for row in rows("answers.jsonl"):
        if only not in ("", row["set"]):
            continue
        for name, result in results.items():
            if name in row["maybe"]:
                continue
            began = time.perf_counter()
            judgement = judged(row["question"], moved(result["arguments"], folder), result["text"], folder)
            seconds.append(time.perf_counter() - began)
            side = "right" if name in row["right"] else "misdirected"
            counts[side] += 1
            counts[f"{side}_refused"] += bool(judgement.refused)
            counts[f"{side}_unsure"] += judgement.noted.startswith("unsure")
            if side == "right" and judgement.refused:
                refused.append(f"{row['question']} ({name}): {judgement.refused}")
    milliseconds = sorted(seconds)[len(seconds) // 2] * 1_000
    return {**dict(sorted(counts.items())), "wrongly_refused": refused, "ms_p50": round(milliseconds, 3)}


def main() -> None:
    """Print both sets."""
    found = {}
    for name in ("first", "second"):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = measured(Path(folder), name)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
